"""The scrim: how dark the picture must be under type, measured on the picture itself.

Every text asks for the least strength at which it reaches its contrast against the 95th percentile
of what lies under it, over its area and over time. One strength a row of the frame answers all of
them, and grows towards the nearer edge, so that it reads as light falling off and not as a box.
Light is taken back a little more than colour, and the picture's own deep colour is laid in its place:
a pale sun over a red sky sinks into the red and does not go grey or olive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from casset.media.compose.type_paint import relative_luminance
from casset.media.hookvideo.glaze import Rows
from casset.media.hookvideo.layout import Place, numbers
from casset.media.hookvideo.video import Contrast
from casset.media.picture import Planes

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
Ink = tuple[int, int, int]  # Y, U, V
POINTS = 420  # of a text's area that are looked at in a frame
SPARE = 1.04  # times the contrast needed that is aimed at: encoding takes a little
BLACK = 16
COLOUR_KEEPS = 0.8  # power of the scrim on colour difference
TINT_OF_COLOUR = 1.6  # of the picture's mean colour difference: the tint of one with little colour


class Text(NamedTuple):
    """One text to be read: where it may stand (pixels), its ink, the contrast it needs.

    ``opacity`` is what it is set at where the picture allows, ``lifted`` what it may be raised to
    rather than darken the picture more.
    """

    name: str
    place: Place
    ink: Ink
    opacity: float
    lifted: float
    needed: float
    glass: bool = False  # it stands on the pill, which is darkened for it alone


class Sampler:
    """Collects what lies under each text, frame by frame. 0.1 ms a frame."""

    def __init__(self, texts: list[Text], size: tuple[int, int]) -> None:
        self._spots: dict[str, tuple[NDArray[np.intp], NDArray[np.intp]]] = {}
        self._taken: dict[str, list[U8]] = {text.name: [] for text in texts}
        self._hues: list[tuple[float, float, float]] = []
        width, height = size
        for text in texts:
            box = text.place
            wide, high = max(box.width, 2), max(box.height, 2)
            across = max(2, round(np.sqrt(POINTS * wide / high)))
            down = max(2, round(POINTS / across))
            x = np.linspace(box.left, box.right - 1, across).round().astype(np.intp)
            y = np.linspace(box.top, box.bottom - 1, down).round().astype(np.intp)
            columns, rows = np.meshgrid(np.clip(x, 0, width - 1), np.clip(y, 0, height - 1))
            self._spots[text.name] = rows.ravel(), columns.ravel()

    def feed(self, planes: Planes) -> None:
        """Look at one frame of the picture, before anything is drawn on it."""
        for name, (rows, columns) in self._spots.items():
            half = rows // 2, columns // 2
            seen = np.stack([planes.y[rows, columns], planes.u[half], planes.v[half]], axis=-1)
            self._taken[name].append(seen)
        u, v = planes.u[::16, ::16].astype(np.float32) - 128, planes.v[::16, ::16] - np.float32(128)
        weight = np.hypot(u, v) + 1e-3
        self._hues.append(
            (float((u * weight).sum()), float((v * weight).sum()), float(weight.sum()))
        )

    def under(self, name: str) -> F32:
        """(frames, points, 3) Y, U, V under a text."""
        return np.stack(self._taken[name]).astype(np.float32)

    def tint(self) -> tuple[float, float]:
        """(U, V) off grey of what the scrim lays down: the picture's own hue, as strong as it is coloured."""
        u, v, weight = np.sum(self._hues, axis=0)
        colour = np.array([u, v]) / max(float(weight), 1e-6)
        strength = float(np.hypot(*colour))
        if strength < 0.5:
            return 0.0, 0.0
        tint = colour / strength * min(numbers()["scrim"]["tint"], TINT_OF_COLOUR * strength)
        return float(tint[0]), float(tint[1])


@dataclass(frozen=True)
class Scrim:
    """``rows`` is the strength of each row of the frame, 0..1, (h,) float32: the light taken back.

    ``glass`` is that of the pill behind the artist.
    """

    rows: F32
    tint: tuple[float, float]
    glass: float

    def planes_rows(self) -> tuple[Rows, Rows, Rows]:
        """What each row of Y, U and V keeps and gets."""
        keep = 1 - self.rows
        share = np.asarray((self.rows[::2] + self.rows[1::2]) / 2, np.float32)
        half = np.power(1 - share, np.float32(COLOUR_KEEPS))
        u, v = (Rows(half, 128 * (1 - half) + np.float32(hue) * share) for hue in self.tint)
        return Rows(keep, BLACK * (1 - keep)), u, v

    @staticmethod
    def under(seen: F32, share: float, tint: tuple[float, float]) -> F32:
        """Y, U, V (last axis) as the scrim leaves them where the strength is ``share``."""
        out = np.empty_like(seen)
        out[..., 0] = BLACK + (seen[..., 0] - BLACK) * (1 - share)
        for axis, hue in enumerate(tint, start=1):
            out[..., axis] = (
                128 + (seen[..., axis] - 128) * (1 - share) ** COLOUR_KEEPS + hue * share
            )
        return out


def choose(
    texts: list[Text], sampler: Sampler, size: tuple[int, int]
) -> tuple[Scrim, dict[str, Contrast]]:
    """The gentlest scrim under which every text can be read, and what each reaches with it."""
    rules = numbers()["scrim"]
    short, tint = min(size), sampler.tint()
    wanted = np.zeros(size[1], np.float32)
    margin, glass = rules["margin"] * short, float(numbers()["glass"]["least"])
    grounds = {text.name: _Ground(sampler.under(text.name), tint) for text in texts}
    for text in texts:
        share = _least_share(text, grounds[text.name], rules["most"])
        if text.glass:
            glass = max(glass, share)
            continue
        top = max(0, int(text.place.top - margin))
        bottom = min(size[1], int(text.place.bottom + margin))
        wanted[top:bottom] = np.maximum(wanted[top:bottom], max(share, rules["least"]))
    veil = Scrim(_eased(wanted, rules["reach"] * short, rules["deep"]), tint, glass)
    found = {text.name: _reached(text, grounds[text.name], veil) for text in texts}
    return veil, found


def _eased(wanted: F32, reach: float, deep: float) -> F32:
    """Stronger and stronger downwards, by ``deep`` of the light at the bottom, fading in from above."""
    rows = np.maximum.accumulate(wanted)
    begun = int(np.argmax(rows > 0)) if rows.any() else len(rows)
    x = np.clip((np.arange(len(rows)) - begun) / max(len(rows) - begun, 1), 0, 1)
    rows = np.where(rows > 0, 1 - (1 - rows) * (1 - deep * x), 0).astype(np.float32)
    return _faded(rows, reach)


def _faded(rows: F32, reach: float) -> F32:
    """A rising profile that begins ``reach`` rows earlier, smooth, nowhere below ``rows``."""
    out = rows.copy()
    steps = np.flatnonzero(np.diff(np.concatenate([[0.0], rows])) > 0.02)
    at = np.arange(len(rows))
    for step in steps:
        x = np.clip((at - (step - reach)) / max(reach, 1), 0, 1)
        out = np.maximum(out, rows[step] * x * x * (3 - 2 * x))
    return out.astype(np.float32)


class _Ground:
    """What lies under one text, (frames, points, 3) Y, U, V, and how light it is under a scrim."""

    def __init__(self, seen: F32, tint: tuple[float, float]) -> None:
        self._seen, self._tint = seen, tint
        self._middle = np.median(seen.reshape(-1, 3), axis=0)

    def contrast(self, text: Text, share: float, opacity: float) -> float:
        return self.contrasts(text, share)(opacity)

    def contrasts(self, text: Text, share: float) -> Callable[[float], float]:
        """Contrast by opacity: the text over the median against the 95th percentile, over area and time."""
        mixed = Scrim.under(self._seen, share, self._tint)
        light = relative_luminance(mixed[..., 0], mixed[..., 1], mixed[..., 2])
        bright = float(np.percentile(np.percentile(light, 95, axis=1), 95))
        middle = Scrim.under(self._middle, share, self._tint)  # a scrim keeps the order of values
        ink = np.asarray(text.ink, np.float32)

        def at(opacity: float) -> float:
            set_on = middle + (ink - middle) * opacity
            return (float(relative_luminance(*set_on[:, None])[0]) + 0.05) / (bright + 0.05)

        return at


def _least_share(text: Text, ground: _Ground, most: float) -> float:
    """The least strength that is enough, to a hundredth; contrast grows with it."""

    def enough(share: float) -> bool:
        return ground.contrast(text, share, text.lifted) >= text.needed * SPARE

    if enough(0.0):
        return 0.0
    if not enough(most):
        return most
    low, high = 0.0, most
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _reached(text: Text, ground: _Ground, veil: Scrim) -> Contrast:
    """Contrast with the scrim as it is; the text's opacity is raised if it has to be."""
    top, bottom = int(text.place.top), max(int(text.place.top) + 1, int(text.place.bottom))
    share = float(veil.rows[top:bottom].min(initial=1))
    if text.glass:
        share = 1 - (1 - share) * (1 - veil.glass)
    opacity, contrast = text.opacity, ground.contrasts(text, share)
    while contrast(opacity) < text.needed and opacity < 1:
        opacity = min(1.0, opacity + 0.02)
    return Contrast(round(contrast(opacity), 2), text.needed, round(opacity, 2))
