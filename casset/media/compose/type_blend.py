"""Laying type on a film's frames, in place: blending ink, and dimming the picture under it.

Compiled by numba: the quickest there is for a worker that cuts many shots, at a second for its start.
"""

from __future__ import annotations

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from casset.media.compose.type_paint import LUMINANCE, YUV_TO_RGB, Box, halved
from casset.media.picture import BT709_OFFSET, Planes

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]

GAMMA = 2.2  # the scrim scales coded light; its effect on linear light follows this power
CELL = 8  # pixels a cell of the scrim's map, of luma
CHROMA_KEEPS = 0.7  # power of the scrim on colour difference
DARKEST = 0.12  # the scrim leaves at least this share of the coded light


def blend(planes: Planes, box: Box, alpha: U8, ink: tuple[int, int, int]) -> None:
    """Lay ``ink`` (Y, U, V) over the box; ``alpha`` has the box's shape, 255 covers."""
    half = halved(alpha)
    _mix(planes.y[box.luma], alpha, np.uint16(ink[0]))
    _mix(planes.u[box.chroma], half, np.uint16(ink[1]))
    _mix(planes.v[box.chroma], half, np.uint16(ink[2]))


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


@numba.njit(cache=True, nogil=True)
def _mix(plane, alpha, value):  # type: ignore[no-untyped-def]  # pragma: no cover
    """plane + (value - plane) * alpha / 255, rounded, in place. 16 bits are enough, and twice as quick."""
    for i in range(plane.shape[0]):
        for j in range(plane.shape[1]):
            a = np.uint16(alpha[i, j])
            mixed = np.uint16(np.uint16(plane[i, j]) * np.uint16(255 - a) + value * a + 128)
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
    rgb = np.clip(yuv @ YUV_TO_RGB.T, 0, 1)
    # sRGB to linear light by a cubic within 0.003 of the curve: twenty times quicker than a power
    light = (rgb * (rgb * (rgb * 0.305306 + 0.682171) + 0.012523)) @ LUMINANCE
    quarters = light.reshape(cells[0], 2, cells[1], 2)
    return np.asarray(quarters.max(axis=(1, 3)), np.float32)
