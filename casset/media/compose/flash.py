"""Count flashes as WCAG 2.3.1 defines them, on a film's small frames.

A general flash is a pair of opposing changes in relative luminance of 10 % of white or more where
the darker state is below 0.80. A red flash is a pair of opposing changes to or from a saturated
red: R/(R+G+B) >= 0.8, and (R-G-B) x 320, negative as zero, changing by more than 20. Either counts
where it covers more than a quarter of any 10 degree field, which on a 1024 x 768 screen is a
rectangle of 341 x 256 pixels. More than three in any one second fail.

Source: W3C, Understanding Success Criterion 2.3.1, "general flash and red flash thresholds".
Changes of a cell are counted whether or not its neighbours change in the same frame, so a sparkle
that keeps moving counts too: the figure is never too low on that account.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.compose import grid
from casset.media.compose.encoder import FPS
from casset.media.picture import Planes

ALLOWED_A_SECOND = 3
LUMINANCE_STEP = 0.10
DARKER_BELOW = 0.80
RED_STEP = 20.0
SATURATED = 0.8
FIELD_CELLS = (341 // grid.CELL_PX, 256 // grid.CELL_PX)  # columns, rows
FIELD_SHARE = 0.25 * 341 * 256 / grid.CELL_PX**2  # cells
# Rounding to 8 bits and averaging over a cell may take this much off a change that is just enough.
TOLERANCE = 0.98

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Flashes:
    """The most flashes in any one second. ``frames`` ends each second in which there were too many."""

    general: int
    red: int
    frames: tuple[int, ...] = ()

    @property
    def most(self) -> int:
        return max(self.general, self.red)

    @property
    def safe(self) -> bool:
        return self.most <= ALLOWED_A_SECOND


class FlashMeter:
    """Feed every frame of a film in order, then read ``flashes``. About 0.3 ms a frame."""

    def __init__(self, fps: int = FPS) -> None:
        self._fps = fps
        self._frame = 0
        self._luminance: _Swings | None = None
        self._red: _Swings | None = None
        self._general_most = self._red_most = 0
        self._over: list[int] = []

    def feed(self, picture: Planes | NDArray[np.uint8]) -> int:
        """Take the next frame, whole or as ``grid`` keeps it; returns the flashes in the second it ends."""
        cells = (
            grid.shrink(picture, grid.shape(picture.size))
            if isinstance(picture, Planes)
            else picture
        )
        light = linear(grid.rgb(cells))
        luminance = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        red = 320 * np.maximum(0, light[..., 0] - light[..., 1] - light[..., 2])
        saturated = light[..., 0] >= SATURATED * np.maximum(light.sum(axis=-1), 1e-6)
        if self._luminance is None or self._red is None:
            self._luminance = _Swings(luminance, LUMINANCE_STEP * TOLERANCE, self._fps)
            self._red = _Swings(red, RED_STEP, self._fps)
        dark = np.minimum(luminance, self._luminance.extreme) < DARKER_BELOW
        general = _spread(self._luminance.feed(luminance, dark))
        involved = saturated | self._red.marked
        reds = _spread(self._red.feed(red, involved, saturated))
        self._general_most = max(self._general_most, general)
        self._red_most = max(self._red_most, reds)
        if max(general, reds) > ALLOWED_A_SECOND:
            self._over.append(self._frame)
        self._frame += 1
        return max(general, reds)

    @property
    def flashes(self) -> Flashes:
        return Flashes(self._general_most, self._red_most, tuple(self._over))


def measure(film: grid.Grid) -> Flashes:
    """Count the flashes of a film's small frames, (frames, rows, columns, 3)."""
    meter = FlashMeter()
    for cells in film:
        meter.feed(cells)
    return meter.flashes


def linear(coded: Floats) -> Floats:
    """sRGB's inverse transfer, as WCAG's relative luminance asks for."""
    low = coded / 12.92
    high = ((coded + 0.055) / 1.055) ** 2.4
    return np.where(coded <= 0.04045, low, high).astype(np.float32)


class _Swings:
    """Per cell: the last turning point, which way the value went from it, and the swings of a second."""

    def __init__(self, first: Floats, step: float, fps: int) -> None:
        self.step = step
        self.extreme = first.copy()
        self.marked = np.zeros(first.shape, bool)  # was the turning point a saturated red
        self._opposite = first.copy()  # until the first swing, the other extreme
        self._heading = np.zeros(first.shape, np.int8)
        self._second = np.zeros((fps, *first.shape), bool)
        self._count = np.zeros(first.shape, np.int16)
        self._at = 0

    def feed(self, value: Floats, allowed: Flags, marked: Flags | None = None) -> NDArray[np.int16]:
        """Take the next frame; returns whole flashes (pairs of swings) of each cell in the last second."""
        heading, mark = self._heading, self.marked if marked is None else marked
        up, down = heading > 0, heading < 0
        undecided = heading == 0
        # Before its first swing a cell has no direction: either side may begin one.
        self._opposite = np.where(undecided, np.minimum(self._opposite, value), self._opposite)
        rise = value - np.where(undecided, self._opposite, self.extreme)
        fall = self.extreme - value
        rising = (rise >= self.step) & (down | undecided) & allowed
        falling = (fall >= self.step) & (up | undecided) & allowed & ~rising
        swung = rising | falling
        heading[rising], heading[falling] = 1, -1
        further = (up & (value > self.extreme)) | (down & (value < self.extreme))
        further |= undecided & (value > self.extreme)
        moved = swung | further
        self.extreme = np.where(moved, value, self.extreme)
        self.marked = np.where(moved, mark, self.marked)
        self._count += swung
        self._count -= self._second[self._at]
        self._second[self._at] = swung
        self._at = (self._at + 1) % len(self._second)
        return self._count // 2


def _spread(flashes: NDArray[np.int16]) -> int:
    """The most flashes that a quarter of some 10 degree field has."""
    level = 0
    while level < int(flashes.max(initial=0)):
        cells = (flashes > level).astype(np.float32)
        if cells.sum() < FIELD_SHARE:
            break
        field = cv2.boxFilter(
            cells, -1, FIELD_CELLS, normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        if float(field.max()) < FIELD_SHARE:
            break
        level += 1
    return level
