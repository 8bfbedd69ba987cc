"""Film finish on YUV planes: sharpen, enlarge, halation, grain.

The scenes are drawn at 960x540 and finished at the film's size, which costs a tenth of drawing
them there. What is smooth (glow, chroma) is worked on small, what the eye reads as sharpness (luma
edges, grain) at full size. All on 8-bit planes with saturating operations; about 6 ms at 1080p.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.picture import Planes

U8 = NDArray[np.uint8]
TILE_MARGIN = 192  # pixels by which the grain can be moved from frame to frame


@dataclass(frozen=True)
class Finish:
    """How much of each. ``grain`` is in 8-bit luma steps (one standard deviation).

    Grain costs bits: at 1080p, x264 superfast, crf 20, a calm shot takes 8 Mbit/s without it, 16 with
    1.2 steps and 23 with 1.7; a busy one 10, 14 and 17.
    """

    sharpness: float = 0.55
    halation: float = 0.3
    grain: float = 1.2


def finish(inner: U8, size: tuple[int, int], *, take: int, style: Finish | None = None) -> Planes:
    """Planes at ``size`` (width, height) from one drawn frame.

    ``inner`` is (h, w, 3 or 4) uint8 holding Y, U, V (BT.709 limited) in its first channels,
    first row on top. ``take`` picks the grain: equal numbers give equal grain.
    """
    style = style or Finish()
    luma, blue, red = _channels(inner)
    width, height = size
    half = (width // 2, height // 2)
    glow = _glow(luma)
    luma = _sharpened(luma, style.sharpness)
    if luma.shape != (height, width):
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    blue = _chroma(blue, half)
    red = _chroma(red, half)
    if style.halation > 0:
        # Light that passes the film's emulsion comes back red: mostly Cr, some luma, less Cb.
        strong = cv2.convertScaleAbs(glow, alpha=style.halation)
        spread = cv2.resize(strong, half, interpolation=cv2.INTER_LINEAR)
        cv2.add(luma, cv2.resize(spread, size, interpolation=cv2.INTER_LINEAR), dst=luma)
        tint = cv2.convertScaleAbs(spread, alpha=0.55)
        cv2.add(red, tint, dst=red)
        cv2.subtract(blue, cv2.convertScaleAbs(spread, alpha=0.3), dst=blue)
    if style.grain > 0:
        lift, drop = _grain(size, style.grain)
        down, right = _offset(take)
        window = np.s_[down : down + height, right : right + width]
        cv2.add(luma, lift[window], dst=luma)
        cv2.subtract(luma, drop[window], dst=luma)
    np.clip(luma, 16, 235, out=luma)
    return Planes(luma, blue, red)


def _channels(inner: U8) -> tuple[U8, U8, U8]:
    first, second, third = (
        np.asarray(cv2.extractChannel(inner, channel), np.uint8) for channel in range(3)
    )
    return first, second, third


def _sharpened(luma: U8, amount: float) -> U8:
    """Unsharp masking by a 3x3 kernel, which makes up for what enlarging softens."""
    if amount <= 0:
        return luma
    side, corner = -amount / 6, -amount / 12
    centre = 1 - 4 * (side + corner)
    kernel = np.array(
        [[corner, side, corner], [side, centre, side], [corner, side, corner]], np.float32
    )
    return np.asarray(cv2.filter2D(luma, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _chroma(plane: U8, half: tuple[int, int]) -> U8:
    """A chroma plane at half the film's size, from one at the drawn size."""
    if plane.shape[1] > half[0]:
        return np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_LINEAR), np.uint8)


def _glow(luma: U8) -> U8:
    """What is bright, blurred near and far, about an eighth of the drawn size."""
    height, width = luma.shape
    scale = max(1.0, min(height, width) / 72)
    small = (round(width / scale), round(height / scale))
    tiny = np.asarray(cv2.resize(luma, small, interpolation=cv2.INTER_AREA), np.uint8)
    hot = np.maximum(tiny, 150) - np.uint8(150)
    # Only what falls on darker places: the light itself, and a picture that is light all over,
    # keep their brightness and colour.
    near = cv2.subtract(cv2.GaussianBlur(hot, (0, 0), 1.6), hot)
    far = cv2.subtract(cv2.GaussianBlur(hot, (0, 0), 6.0), hot)
    return np.asarray(cv2.addWeighted(near, 1.2, far, 1.2, 0), np.uint8)


def _offset(take: int) -> tuple[int, int]:
    mixed = (take * 2654435761 + 97) & 0xFFFFFFFF
    return (mixed >> 8) % TILE_MARGIN, (mixed >> 20) % TILE_MARGIN


@lru_cache(maxsize=4)
def _grain(size: tuple[int, int], strength: float) -> tuple[U8, U8]:
    """Grain as what to add and what to take away, each larger than the film by the margin."""
    width, height = size
    noise = np.random.default_rng(7).standard_normal(
        (height + TILE_MARGIN, width + TILE_MARGIN), np.float32
    )
    # Grains are a little larger than a pixel of 1080p.
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.6 * max(1.0, min(size) / 1080)), np.float32)
    soft *= np.float32(strength / soft.std())
    # Rounding at random keeps the mean where it is and dithers what is below half a step.
    dithered = np.floor(soft + np.random.default_rng(8).random(soft.shape, np.float32))
    return (
        np.clip(dithered, 0, 255).astype(np.uint8),
        np.clip(-dithered, 0, 255).astype(np.uint8),
    )
