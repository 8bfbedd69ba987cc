"""The colours of an artist's cover: which two hues carry it, and how vivid it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.colour.oklch import Lch, hue_distance, oklab
from casset.media.shaders import images

SIDE = 96  # pixels a side the cover is looked at
GROUPS = 8
ROUNDS = 12
COLOURFUL = 0.03  # least OKLCH chroma that has a hue


@dataclass(frozen=True)
class CoverColours:
    """Hues in OKLCH degrees for the ground and the light; ``vividness`` is a factor on chroma."""

    deep: float
    glow: float
    vividness: float


def read_cover(path: Path | str) -> CoverColours:
    """The colours of an image file. Raises ``MediaError`` when it cannot be used as one."""
    return colours_of(images.load(path, max_side=SIDE).reshape(-1, 3).astype(np.float64) / 255)


def colours_of(pixels: NDArray[np.float64]) -> CoverColours:
    """The two hues that carry a set of sRGB pixels, (n, 3) in 0..1."""
    found = patches(pixels)
    mean_chroma = sum(patch.share * patch.colour.chroma for patch in found)
    vividness = float(np.clip(mean_chroma / 0.09, 0.15, 1.35))
    main, *rest = found
    if not main.weight:  # a grey cover: the cool and warm of a black-and-white print
        return CoverColours(255.0, 75.0, 0.15)
    hue = main.colour.hue
    other = next((patch for patch in rest if hue_distance(hue, patch.colour.hue) > 25), None)
    if other is None or other.weight < 0.12 * main.weight:
        return CoverColours(hue, (hue + 40) % 360, vividness)
    dark, light = sorted((main, other), key=lambda patch: patch.colour.lightness)
    return CoverColours(dark.colour.hue, light.colour.hue, vividness)


def sampled(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """A picture's pixels, sRGB (h, w, 3), as ``patches`` takes them: at most ``SIDE`` squared."""
    scale = min(1.0, SIDE / max(picture.shape[:2]))
    size = [max(1, round(side * scale)) for side in picture.shape[1::-1]]
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small.reshape(-1, 3).astype(np.float64) / 255


@dataclass(frozen=True)
class Patch:
    """One group of like pixels: its mean, its share of the picture, and how much it carries it (0: grey)."""

    colour: Lch
    share: float
    weight: float


def patches(pixels: NDArray[np.float64]) -> tuple[Patch, ...]:
    """The colours of a set of sRGB pixels, (n, 3) in 0..1; what carries the picture most first."""
    centres, shares = _groups(oklab(pixels))
    found = []
    for (lightness, a, b), share in zip(centres.tolist(), shares.tolist(), strict=True):
        colour = Lch(lightness, float(np.hypot(a, b)), float(np.rad2deg(np.arctan2(b, a)) % 360))
        weight = share**0.6 * colour.chroma if colour.chroma > COLOURFUL else 0.0
        found.append(Patch(colour, share, weight))
    return tuple(sorted(found, key=lambda patch: (-patch.weight, -patch.share)))


def _groups(lab: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres (k, 3) and shares (k) of the colour groups: k-means, started along lightness."""
    order = np.argsort(lab[:, 0] + 0.7 * np.hypot(lab[:, 1], lab[:, 2]), kind="stable")
    centres = lab[order[np.linspace(0, len(lab) - 1, GROUPS).astype(int)]].copy()
    owner = np.zeros(len(lab), int)
    for _ in range(ROUNDS):
        owner = ((lab[:, None] - centres) ** 2).sum(2).argmin(1)
        for k in range(GROUPS):
            if (owner == k).any():
                centres[k] = lab[owner == k].mean(0)
    return centres, np.bincount(owner, minlength=GROUPS) / len(lab)
