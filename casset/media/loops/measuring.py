"""Measure a loop while it is written: seam, flashes, text zones, colours, what it looks like."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.colour.oklch import Lch, oklab
from casset.media.compose import flash, grid
from casset.media.compose.encoder import FPS
from casset.media.loops.facts import (
    Colours,
    Descriptors,
    Flashing,
    Join,
    Luminance,
    Seam,
)
from casset.media.loops.fingerprint import FRAMES_A_SECOND, MOST_FRAMES
from casset.media.picture import Planes

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]

TINY_PX = 128  # long side of what neighbouring frames are compared on
LOOK_PX = 480  # of the frames that are looked at closely
DESCRIBE_PX = 320
UNSEEN_STEP = 1.0  # 8-bit levels; smaller steps are compression noise
STILL_STEP = 0.05  # below: the same source frame shown again
SEAMLESS, VISIBLE = 1.6, 4.0
CALM_MOTION = 0.05  # played backwards, faster motion looks wrong
QUARTER_SECOND = round(FPS / 4)
SECTION = 9 / 16  # width / height of a vertical hook video
ZONES = {
    "lyric": (0.06, 0.94, 0.52, 0.80),
    "top": (0.0, 1.0, 0.0, 0.14),
    "bottom": (0.0, 1.0, 0.80, 1.0),
}
HUES = 24
COLOURFUL = 0.03  # least OKLCH chroma that has a hue
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass
class Observer:
    """Fed every frame of a loop of ``frames`` in order; keeps what the measures need.

    One that sees only a piece of the loop is told which frame is its ``first``; ``follow`` puts
    pieces together, ``save`` and ``load`` keep one on the disk.
    """

    frames: int
    first: int = 0
    tiny: list[Planes] = field(default_factory=list)
    looked_at: list[tuple[int, U8]] = field(default_factory=list)

    def __post_init__(self) -> None:
        step = max(FPS / FRAMES_A_SECOND, self.frames / MOST_FRAMES)
        self._places = {round(i * step) for i in range(MOST_FRAMES)}

    def feed(self, planes: Planes) -> None:
        """Take the next frame, of any size; about 0.3 ms at 540 x 960."""
        number = self.first + len(self.tiny)
        self.tiny.append(shrunk(planes, TINY_PX))
        if number in self._places:
            self.looked_at.append((number, rgb(shrunk(planes, LOOK_PX))))

    def follow(self, piece: Observer) -> None:
        """Take what the observer of the next piece saw. Raises ``ValueError`` when it is not the next."""
        if (piece.frames, piece.first) != (self.frames, self.first + len(self.tiny)):
            raise ValueError(f"frame {piece.first} does not follow frame {len(self.tiny) - 1}")
        self.tiny += piece.tiny
        self.looked_at += piece.looked_at

    def save(self, path: Path) -> None:
        """Write an .npz file; about 4 MB for two seconds."""
        y, u, v = (np.stack(planes) for planes in zip(*self.tiny, strict=True))
        numbers = np.array([number for number, _ in self.looked_at], np.int64)
        np.savez(
            path, place=(self.frames, self.first), y=y, u=u, v=v, numbers=numbers,
            pictures=np.array([picture for _, picture in self.looked_at], np.uint8),
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Observer:
        """Read what ``save`` wrote. Raises ``OSError``, ``ValueError`` or ``KeyError`` for anything else."""
        with np.load(path, allow_pickle=False) as kept:
            frames, first = (int(number) for number in kept["place"])
            tiny = [Planes(*planes) for planes in zip(kept["y"], kept["u"], kept["v"], strict=True)]
            pictures = zip(kept["numbers"].tolist(), kept["pictures"], strict=True)
            return cls(frames, first, tiny, list(pictures))


def shrunk(planes: Planes, long_side_px: int) -> Planes:
    """The planes with at most ``long_side_px`` luma pixels along the long side, even sides."""
    width, height = planes.size
    share = min(1.0, long_side_px / max(width, height))
    return resized(
        planes, (max(2, 2 * round(width * share / 2)), max(2, 2 * round(height * share / 2)))
    )


def resized(planes: Planes, size: tuple[int, int]) -> Planes:
    """The planes at a smaller ``size``, each pixel the mean of those it stands for."""
    if size == planes.size:
        return planes
    sizes = (size, (size[0] // 2, size[1] // 2), (size[0] // 2, size[1] // 2))
    return Planes(
        *(
            np.asarray(cv2.resize(plane, to, interpolation=cv2.INTER_AREA), np.uint8)
            for plane, to in zip(planes, sizes, strict=True)
        )
    )


def rgb(planes: Planes) -> U8:
    """The picture as sRGB, (h, w, 3) uint8."""
    chroma = [
        cv2.resize(plane, planes.size, interpolation=cv2.INTER_LINEAR) for plane in planes[1:]
    ]
    return (grid.rgb(np.dstack([planes.y, *chroma])) * 255 + 0.5).astype(np.uint8)


def seam(tiny: Sequence[Planes], *, motion: float, may_rebound: bool) -> Seam:
    """How well a loop closes; see ``facts.Seam`` for what ``distance`` is."""
    steps = np.array([_step(a, b) for a, b in itertools.pairwise(tiny)])
    moving = steps[steps > STILL_STEP]
    usual = max(UNSEEN_STEP, float(np.quantile(moving, 0.9)) if moving.size else 0.0)
    distance = max(UNSEEN_STEP, _step(tiny[-1], tiny[0])) / usual
    suggestion: Join = "cut"
    if distance <= SEAMLESS:
        sentence = "The loop closes: its end runs into its beginning like any other frame."
        return Seam(
            distance=round(distance, 2),
            verdict="seamless",
            suggestion=suggestion,
            sentence=sentence,
        )
    hard = distance > VISIBLE
    suggestion = "rebound" if hard and may_rebound and motion < CALM_MOTION else "crossfade"
    how = {
        "crossfade": "A crossfade of half a second closes it.",
        "rebound": "Played forwards and back it closes.",
    }[suggestion]
    seen = f"the jump from its end to its beginning is {distance:.1f} times its usual step"
    sentence = f"{'The loop jumps' if hard else 'The seam can be seen'}: {seen}. {how}"
    return Seam(
        distance=round(distance, 2),
        verdict="hard" if hard else "visible",
        suggestion=suggestion,
        sentence=sentence,
    )


def flashes(cells: grid.Grid) -> Flashing:
    """The flashes of a loop's small frames, the loop played twice or for two seconds more."""
    count = len(cells)
    meter = flash.FlashMeter()
    for n in range(count * max(2, math.ceil((count + 2 * FPS) / count))):
        meter.feed(cells[n % count])
    found = meter.flashes
    ends = sorted({round(n % count / FPS, 2) for n in found.frames})
    return Flashing(general=found.general, red=found.red, safe=found.safe, seconds=tuple(ends))


def luminance(looked_at: Sequence[U8]) -> Luminance:
    """The brightness behind the texts of a vertical video; see ``facts.Luminance``."""
    cropped = np.stack([_light(_section(picture)) for picture in looked_at])
    rows, columns = cropped.shape[1:]

    def bright(zone: str) -> float:
        left, right, top, bottom = ZONES[zone]
        part = cropped[
            :,
            round(top * rows) : max(round(bottom * rows), round(top * rows) + 1),
            round(left * columns) : round(right * columns),
        ]
        return round(float(np.quantile(part, 0.9)), 4)

    return Luminance(
        lyric_p90=bright("lyric"),
        top_p90=bright("top"),
        bottom_p90=bright("bottom"),
        mean=round(float(cropped.mean()), 4),
    )


def motion(tiny: Sequence[Planes]) -> float:
    """Mean change of luma in a quarter of a second, as a share of its range 16..235."""
    changes = [
        float(cv2.absdiff(a.y, b.y).mean()) / 219
        for a, b in zip(tiny, tiny[QUARTER_SECOND:], strict=False)
    ]
    return float(np.mean(changes)) if changes else 0.0


def descriptors(looked_at: Sequence[U8], moved: float) -> Descriptors:
    """What the loop looks like; see ``facts.Descriptors``."""
    labs = np.stack(
        [
            cv2.cvtColor(_reduced(picture).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
            for picture in looked_at
        ]
    )
    light, a, b = labs[..., 0], labs[..., 1], labs[..., 2]
    across = np.abs(np.diff(light, axis=2, append=light[:, :, -1:]))
    down = np.abs(np.diff(light, axis=1, append=light[:, -1:, :]))
    warmth = a.mean() * math.cos(math.radians(60)) + b.mean() * math.sin(math.radians(60))
    return Descriptors(
        brightness=round(float(light.mean()) / 100, 4),
        contrast=round(min(1.0, float(light.std()) / 50), 4),
        chroma=round(float(np.hypot(a, b).mean()) / 100, 4),
        warmth=round(float(np.clip(warmth / 50, -1, 1)), 4),
        edges=round(float((np.maximum(across, down) >= 10).mean()), 4),
        motion=round(moved, 4),
    )


def colours(looked_at: Sequence[U8]) -> Colours:
    """The accent and the mean; see ``facts.Colours``."""
    small = [cv2.resize(p, (32, 32), interpolation=cv2.INTER_AREA) for p in looked_at]
    lab = oklab(np.concatenate([p.reshape(-1, 3) for p in small]).astype(np.float64) / 255)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.rad2deg(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    mean = _lch(lab.mean(axis=0))
    colourful = chroma >= COLOURFUL
    accent = mean
    if colourful.any():
        # Neighbouring hues count half, so that a colour on the border of two is not split.
        weight = np.bincount(
            (hue[colourful] * HUES / 360).astype(int) % HUES, chroma[colourful] ** 2, HUES
        )
        around = weight + (np.roll(weight, 1) + np.roll(weight, -1)) / 2
        middle = (int(around.argmax()) + 0.5) * 360 / HUES
        near = colourful & (np.abs((hue - middle + 180) % 360 - 180) <= 360 / HUES)
        strong = near & (chroma >= np.quantile(chroma[near], 0.5))
        accent = _lch(lab[strong].mean(axis=0))
    return Colours(
        hue=round(accent.hue, 1),
        chroma=round(accent.chroma, 4),
        accent=accent.to_hex(),
        mean=mean.to_hex(),
    )


def poster_frame(looked_at: Sequence[tuple[int, U8]]) -> int:
    """The frame that stands for the loop: its first, unless there is much less to see in it."""
    detail = [float(picture.std()) for _, picture in looked_at]
    if detail[0] >= 0.6 * float(np.median(detail)):
        return looked_at[0][0]
    return looked_at[int(np.argsort(detail)[len(detail) // 2])][0]


def _step(a: Planes, b: Planes) -> float:
    y, u, v = (float(cv2.absdiff(one, other).mean()) for one, other in zip(a, b, strict=True))
    return y + (u + v) / 2


def _lch(lab: NDArray[np.float64]) -> Lch:
    hue = float(np.rad2deg(np.arctan2(lab[2], lab[1])) % 360)
    return Lch(float(lab[0]), float(np.hypot(lab[1], lab[2])), hue)


def _light(picture: U8) -> Floats:
    light: Floats = flash.linear(np.asarray(picture, np.float32) / np.float32(255)) @ LUMINANCE
    return light


def _section(picture: U8) -> U8:
    """The middle of 9:16, all of it that a cover crop shows."""
    height, width = picture.shape[:2]
    if width > height * SECTION:
        kept = max(1, round(height * SECTION))
        left = (width - kept) // 2
        return picture[:, left : left + kept]
    kept = max(1, round(width / SECTION))
    top = (height - kept) // 2
    return picture[top : top + kept]


def _reduced(picture: U8) -> U8:
    share = min(1.0, DESCRIBE_PX / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * share)), max(1, round(picture.shape[0] * share)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
