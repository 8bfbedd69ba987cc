"""The colours of an artist's cover: which two hues carry it, and how vivid it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casset.media.colour.oklch import hue_distance, oklab
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
    centres, shares = _groups(oklab(pixels))
    chroma = np.hypot(centres[:, 1], centres[:, 2])
    hues = np.rad2deg(np.arctan2(centres[:, 2], centres[:, 1])) % 360
    weight = shares**0.6 * chroma * (chroma > COLOURFUL)
    mean_chroma = float((shares * chroma).sum())
    vividness = float(np.clip(mean_chroma / 0.09, 0.15, 1.35))
    if not weight.any():  # a grey cover: the cool and warm of a black-and-white print
        return CoverColours(255.0, 75.0, 0.15)
    main = int(weight.argmax())
    distance = np.array([hue_distance(hues[main], hue) for hue in hues])
    other = int((weight * (distance > 25)).argmax())
    if weight[other] < 0.12 * weight[main] or distance[other] <= 25:
        return CoverColours(float(hues[main]), float((hues[main] + 40) % 360), vividness)
    dark, light = sorted((main, other), key=lambda i: centres[i, 0])
    return CoverColours(float(hues[dark]), float(hues[light]), vividness)


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
