"""Masks of type and their places on planes: stamping, fading and lighting them, measuring contrast."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.picture import BT709, BT709_OFFSET, Planes, colour_yuv

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]

YUV_TO_RGB = np.linalg.inv(BT709.astype(np.float64)).astype(np.float32)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Box:
    """A rectangle of even pixels, half open."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def luma(self) -> tuple[slice, slice]:
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    @property
    def chroma(self) -> tuple[slice, slice]:
        return slice(self.y0 // 2, self.y1 // 2), slice(self.x0 // 2, self.x1 // 2)

    @property
    def shape(self) -> tuple[int, int]:
        return self.y1 - self.y0, self.x1 - self.x0


def box_within(
    x0: float, y0: float, x1: float, y1: float, size: tuple[int, int], step: int = 2
) -> Box:
    """The smallest box on a grid of ``step`` around a rectangle, inside a picture of ``size``."""
    width, height = size
    left, top = max(0, int(x0) // step * step), max(0, int(y0) // step * step)
    right = min(width // 2 * 2, -(-int(np.ceil(x1)) // step) * step)
    bottom = min(height // 2 * 2, -(-int(np.ceil(y1)) // step) * step)
    return Box(left, top, max(left, right), max(top, bottom))


def halved(alpha: U8) -> U8:
    """Coverage at the colour planes' half size."""
    half = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    return np.asarray(cv2.resize(alpha, half, interpolation=cv2.INTER_AREA), np.uint8)


def relative_luminance(y: NDArray, u: NDArray, v: NDArray) -> F32:
    """WCAG relative luminance 0..1 of coded 8-bit BT.709 values of equal shapes."""
    yuv = np.stack([y, u, v], axis=-1).astype(np.float32) - BT709_OFFSET
    rgb = np.clip(yuv @ YUV_TO_RGB.T, 0, 1)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ LUMINANCE, np.float32)


def measure_contrast(planes: Planes, ink_mask: U8, reach_px: int = 6) -> float:
    """WCAG contrast of type against the picture that touches it, in a finished frame.

    ``ink_mask`` (h, w) is the type's coverage 0..255. The type's luminance is the median of its
    solid pixels, the picture's the 95th percentile within ``reach_px`` of its edge. 1 if there is
    no solid type.
    """
    solid = cv2.erode((ink_mask >= 250).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if not solid.any():
        return 1.0
    grow = np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)
    touched = cv2.dilate((ink_mask > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
    ring = (cv2.dilate(touched, grow) > 0) & (touched == 0)
    width, height = planes.size
    u = cv2.resize(planes.u, (width, height), interpolation=cv2.INTER_LINEAR)
    v = cv2.resize(planes.v, (width, height), interpolation=cv2.INTER_LINEAR)
    type_light = float(np.median(relative_luminance(planes.y[solid], u[solid], v[solid])))
    around = relative_luminance(planes.y[ring], u[ring], v[ring])
    picture_light = float(np.percentile(around, 95)) if around.size else 0.0
    bright, dark = max(type_light, picture_light), min(type_light, picture_light)
    return (bright + 0.05) / (dark + 0.05)


def ink_yuv(rgb: tuple[float, float, float]) -> tuple[int, int, int]:
    """8-bit (Y, U, V) of an sRGB colour."""
    return colour_yuv(rgb)


def hex_rgb(colour: str) -> tuple[float, float, float]:
    """ "#rrggbb" as components 0..1."""
    text = colour.lstrip("#")
    return int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255


def lightened(rgb: tuple[float, float, float], luminance: float) -> tuple[float, float, float]:
    """The colour mixed with white until its relative luminance is at least ``luminance``."""
    base = np.asarray(rgb, np.float64)
    for white in np.linspace(0, 1, 41):
        mixed = base + (1 - base) * white
        linear = np.where(mixed <= 0.04045, mixed / 12.92, ((mixed + 0.055) / 1.055) ** 2.4)
        if float(linear @ LUMINANCE) >= luminance:
            break
    return float(mixed[0]), float(mixed[1]), float(mixed[2])


def faded(mask: U8, opacity: float) -> U8:
    """The mask at a share of its coverage."""
    return np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)


def lit(
    mask: U8,
    edge_px: float,
    soft_px: float,
    coming: float,
    strength: float = 1.0,
    *,
    backwards: bool = False,
) -> U8:
    """A word's mask with light run as far as ``edge_px``, at ``coming`` of its coverage beyond.

    ``soft_px`` is the width of the light's edge; ``backwards`` runs it from right to left.
    """
    level = coming + (1 - coming) * np.clip((edge_px - np.arange(mask.shape[1])) / soft_px, 0, 1)
    row = np.round(255 * strength * (level[::-1] if backwards else level)).astype(np.uint8)
    return np.asarray(
        cv2.multiply(mask, np.repeat(row[None], mask.shape[0], axis=0), scale=1 / 255)
    )


def stamp(canvas: U8, mask: U8, x: int, y: int) -> None:
    """The mask over a canvas, the brighter of both, cut at its edges."""
    height, width = canvas.shape
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(width, x + mask.shape[1]), min(height, y + mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = canvas[y0:y1, x0:x1]
    np.maximum(part, mask[y0 - y : y1 - y, x0 - x : x1 - x], out=part)
