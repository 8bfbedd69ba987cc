"""Ink on planes: blending masks in yuv420p, dimming the picture under type, measuring contrast."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from casset.media.picture import BT709, BT709_OFFSET, Planes, colour_yuv

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]

GAMMA = 2.2  # the scrim scales coded light; its effect on linear light follows this power
CELL = 8  # pixels a cell of the scrim's map, of luma
CHROMA_KEEPS = 0.7  # power of the scrim on colour difference
DARKEST = 0.12  # the scrim leaves at least this share of the coded light

_YUV_TO_RGB = np.linalg.inv(BT709.astype(np.float64)).astype(np.float32)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


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


def blend(
    planes: Planes, box: Box, alpha: U8, ink: tuple[int, int, int], half: U8 | None = None
) -> None:
    """Lay ``ink`` (Y, U, V) over the box; ``alpha`` has the box's shape, 255 covers.

    ``half`` is ``halved(alpha)`` where it is kept because the same is laid on many frames.
    """
    half = halved(alpha) if half is None else half
    _mix(planes.y[box.luma], alpha, np.uint16(ink[0]))
    _mix(planes.u[box.chroma], half, np.uint16(ink[1]))
    _mix(planes.v[box.chroma], half, np.uint16(ink[2]))


def halved(alpha: U8) -> U8:
    """Coverage at the colour planes' half size."""
    half = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    return np.asarray(cv2.resize(alpha, half, interpolation=cv2.INTER_AREA), np.uint8)


def dim(
    planes: Planes, box: Box, shape: F32, most: float, seat: float, strength: float,
    spread_px: float = 10.0,
) -> None:  # fmt: skip
    """Darken the picture where type stands, only as far as it is brighter than ``most``.

    ``shape`` (cells down, cells across, CELL px each) is 0..1, how much each cell matters; ``most``
    the relative luminance (WCAG) the picture may keep; ``seat`` a small darkening everywhere under
    the type; ``strength`` 0..1 fades the whole; ``spread_px`` softens where darkening begins. Depends on this frame alone.
    """
    height, width = box.shape
    cells = shape.shape
    light = _cell_luminance(planes, box, cells)
    share = np.minimum(1.0, (most / np.maximum(light, 1e-4)) ** (1 / GAMMA))
    sigma = max(1.2, spread_px / CELL)
    reach = int(np.ceil(1.6 * sigma))  # a minimum this wide survives the blur that follows
    share = cv2.erode(share, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    share = cv2.GaussianBlur(share, (0, 0), sigma)
    keep = 1.0 - np.clip(1.0 - share * (1.0 - seat), 0, 1.0 - DARKEST) * shape * strength
    coarse = np.round(keep * 255).astype(np.uint8)
    gain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    # colour is taken back less than light, so that a dimmed sun stays a sun and does not go grey
    colour = np.round(255 * keep**CHROMA_KEEPS).astype(np.uint8)
    half = cv2.resize(colour, (width // 2, height // 2), interpolation=cv2.INTER_LINEAR)
    _scale_around(planes.y[box.luma], gain, np.int32(16))
    _scale_around(planes.u[box.chroma], half, np.int32(128))
    _scale_around(planes.v[box.chroma], half, np.int32(128))


def relative_luminance(y: NDArray, u: NDArray, v: NDArray) -> F32:
    """WCAG relative luminance 0..1 of coded 8-bit BT.709 values of equal shapes."""
    yuv = np.stack([y, u, v], axis=-1).astype(np.float32) - BT709_OFFSET
    rgb = np.clip(yuv @ _YUV_TO_RGB.T, 0, 1)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ _LUMINANCE, np.float32)


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
        if float(linear @ _LUMINANCE) >= luminance:
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


@numba.njit(cache=True, nogil=True)
def _mix(plane, alpha, value):  # type: ignore[no-untyped-def]  # pragma: no cover
    """plane + (value - plane) * alpha / 255, rounded, in place. 16 bits are enough, and twice as quick."""
    for i in range(plane.shape[0]):
        for j in range(plane.shape[1]):
            a = np.uint16(alpha[i, j])
            mixed = np.uint16(np.uint16(plane[i, j]) * np.uint16(255 - a) + value * a + 128)
            plane[i, j] = np.uint16(mixed + np.uint16(mixed >> 8)) >> 8


@numba.njit(cache=True, nogil=True)
def lay(plane, above, alpha):  # type: ignore[no-untyped-def]  # pragma: no cover
    """plane + (above - plane) * alpha / 255, rounded, in place."""
    for i in range(plane.shape[0]):
        for j in range(plane.shape[1]):
            a = np.uint16(alpha[i, j])
            under, over = np.uint16(plane[i, j]), np.uint16(above[i, j])
            mixed = np.uint16(under * np.uint16(255 - a) + over * a + 128)
            plane[i, j] = np.uint16(mixed + np.uint16(mixed >> 8)) >> 8


@numba.njit(cache=True, nogil=True)
def _scale_around(plane, gain, zero):  # type: ignore[no-untyped-def]  # pragma: no cover
    """zero + (plane - zero) * gain / 255, rounded, in place."""
    for i in range(plane.shape[0]):
        for j in range(plane.shape[1]):
            g = np.int32(gain[i, j])
            mixed = np.int32(plane[i, j]) * g + zero * (255 - g) + 128
            plane[i, j] = (mixed + (mixed >> 8)) >> 8


def _cell_luminance(planes: Planes, box: Box, cells: tuple[int, int]) -> F32:
    """Luminance of each cell, leaning to its bright parts: the mean of its bright quarter-cells."""
    fine = (cells[1] * 2, cells[0] * 2)
    parts = [
        cv2.resize(plane[area], fine, interpolation=cv2.INTER_AREA)
        for plane, area in (
            (planes.y, box.luma), (planes.u, box.chroma), (planes.v, box.chroma),
        )
    ]  # fmt: skip
    yuv = np.stack(parts, axis=-1).astype(np.float32) - BT709_OFFSET
    rgb = np.clip(yuv @ _YUV_TO_RGB.T, 0, 1)
    # sRGB to linear light by a cubic within 0.003 of the curve: twenty times quicker than a power
    light = (rgb * (rgb * (rgb * 0.305306 + 0.682171) + 0.012523)) @ _LUMINANCE
    quarters = light.reshape(cells[0], 2, cells[1], 2)
    return np.asarray(quarters.max(axis=(1, 3)), np.float32)
