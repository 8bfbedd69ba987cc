"""A page's colours from a cover or a moving picture: one ground, one accent, and contrast that holds.

The house is dark. A theme bends its hue and lends it an accent, at the lightness that
``static/css/tokens.css`` has for each token, so that every text keeps its contrast; the accent is
lightened until it reads. Every colour is inside sRGB and given twice: as a stylesheet writes it,
and as hex for films, e-mails and link previews.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from casset.media.colour import covers
from casset.media.colour.covers import Patch
from casset.media.colour.oklch import Lch, contrast, from_hex, hue_distance
from casset.media.shaders import images

SIDE = covers.SIDE
TEXT_CONTRAST, READING_CONTRAST = 7.0, 4.5  # WCAG 2.2, 1.4.6 and 1.4.3
GROUND_CHROMA = 0.022  # the most a page's ground may have
ACCENT_CHROMA = (0.05, 0.15)
ACCENT_LIGHTNESS = (0.74, 0.86)
LIGHTNESS_STEP = 0.01
GREY_ACCENT = Lch(0.86, 0.035, 75.0)  # of a picture without colour: the warm white of its paper
GREY_GROUND_HUE = 255.0
DISTINCT = 28.0  # degrees between two hues that are two colours
# Lightness, factor on the theme's chroma, added chroma: as in static/css/tokens.css.
GROUNDS = {"bg": (0.14, 1.0), "sunk": (0.12, 1.2), "surface": (0.175, 1.0), "raised": (0.21, 1.0)}
INKS = {"text": (0.965, 0.006), "text2": (0.76, 0.012), "text3": (0.66, 0.014)}
ON_ACCENT = (0.18, 0.04)


class Shade(BaseModel):
    """One colour twice: for a stylesheet, and as ``#rrggbb``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    css: str
    hex: str


class Theme(BaseModel):
    """A page's colours. ``hue`` (degrees), ``chroma`` and ``accent`` are what a page is themed by.

    ``light`` is the mean OKLCH lightness of the picture it was made from, 0..1, where there was one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hue: float
    chroma: float
    accent: Shade
    on_accent: Shade
    bg: Shade
    sunk: Shade
    surface: Shade
    raised: Shade
    text: Shade
    text2: Shade
    text3: Shade
    light: float | None = None

    def css(self, selector: str = ":root") -> str:
        """The stylesheet that themes a page or a part of one."""
        return (
            f"{selector}{{--hue:{self.hue:g};--chroma:{self.chroma:g};--accent:{self.accent.css};"
            f"--on-accent:{self.on_accent.css}}}\n"
        )


def theme_of(picture: Path | NDArray[np.uint8]) -> Theme:
    """The theme of a cover: a file, or sRGB pixels (h, w, 3); 40 ms.

    Raises ``MediaError`` when the file is no image that can be used.
    """
    pixels = images.load(picture, max_side=SIDE) if isinstance(picture, Path) else picture
    found = covers.patches(covers.sampled(pixels))
    light = sum(patch.share * patch.colour.lightness for patch in found)
    return _theme(found).model_copy(update={"light": round(light, 3)})


def theme_of_visual(colours: Sequence[str], shares: Sequence[float] = ()) -> Theme:
    """The theme of a moving picture, from the hex colours it shows most and their shares.

    Without ``shares`` the colours count alike; without colours the theme is a grey picture's.
    """
    total = sum(shares) if shares else float(len(colours))
    weights = [share / total for share in shares] if shares else [1 / total for _ in colours]
    found = []
    for colour, share in zip(colours, weights, strict=True):
        lch = from_hex(colour)
        weight = share**0.6 * lch.chroma if lch.chroma > covers.COLOURFUL else 0.0
        found.append(Patch(lch, share, weight))
    return _theme(tuple(sorted(found, key=lambda patch: -patch.weight)))


def theme_between(ground: float, accent: Lch, chroma: float) -> Theme:
    """A theme of a ground's hue and an accent that are known; its lightness gives way to contrast."""
    hue, chroma = round(ground % 360, 1), round(min(max(chroma, 0.0), GROUND_CHROMA), 4)
    grounds = {
        name: _shade(Lch(lightness, chroma * factor, hue))
        for name, (lightness, factor) in GROUNDS.items()
    }
    inks = {name: _shade(Lch(lightness, own, hue)) for name, (lightness, own) in INKS.items()}
    on_accent = _shade(Lch(*ON_ACCENT, hue))
    while not _reads(accent, on_accent, grounds["raised"]):
        accent = accent._replace(lightness=accent.lightness + LIGHTNESS_STEP)
    return Theme(
        hue=hue, chroma=chroma, accent=_shade(accent), on_accent=on_accent, **grounds, **inks
    )


def _theme(patches: Sequence[Patch]) -> Theme:
    """The ground takes the hue that covers most, the accent the one that shines most."""
    coloured = [patch for patch in patches if patch.weight > 0]
    if not coloured:
        return theme_between(GREY_GROUND_HUE, GREY_ACCENT, 0.004)
    ground = max(coloured, key=_groundness).colour
    light = max(coloured, key=lambda patch: _shine(patch, ground.hue)).colour
    accent = Lch(
        float(np.clip(light.lightness, *ACCENT_LIGHTNESS)),
        float(np.clip(light.chroma, *ACCENT_CHROMA)),
        light.hue,
    )
    return theme_between(ground.hue, accent, 0.006 + ground.chroma / 8)


def _groundness(patch: Patch) -> float:
    return patch.share * (0.2 + patch.colour.chroma) * (1.3 - patch.colour.lightness)


def _shine(patch: Patch, ground: float) -> float:
    """How much a colour stands out: vivid, light, and another hue than the ground's."""
    colour = patch.colour
    other = 1.6 if hue_distance(colour.hue, ground) > DISTINCT else 1.0
    return patch.share**0.3 * colour.chroma * (0.5 + colour.lightness) * other


def _reads(accent: Lch, on_accent: Shade, ground: Shade) -> bool:
    shown = accent.to_hex()
    return accent.lightness >= 0.97 or (
        contrast(shown, ground.hex) >= READING_CONTRAST
        and contrast(shown, on_accent.hex) >= READING_CONTRAST
    )


def _shade(colour: Lch) -> Shade:
    return Shade(css=colour.css(), hex=colour.to_hex())
