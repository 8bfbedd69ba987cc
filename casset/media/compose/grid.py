"""A small copy of every frame, kept beside each segment, so that a film can be measured without decoding it.

A cell stands for 16 x 16 pixels of a picture shown on the 1024 x 768 screen that WCAG 2.3.1's area
rule is written for, so a 16:9 picture has 64 x 36 cells.
"""

from __future__ import annotations

from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

from casset.media.compose import files
from casset.media.picture import BT709, BT709_OFFSET, Planes

CELL_PX = 16
LINES = 7  # of a cell that are looked at, at least; 8 at 1080p
SCREEN = (1024, 768)
Grid = NDArray[np.uint8]  # (frames, rows, columns, 3): mean Y, U, V of each cell, limited range


def shape(size: tuple[int, int]) -> tuple[int, int]:
    """(rows, columns) for a picture of ``size`` fitted into the reference screen."""
    scale = min(SCREEN[0] / size[0], SCREEN[1] / size[1]) / CELL_PX
    return max(1, round(size[1] * scale)), max(1, round(size[0] * scale))


def shrink(planes: Planes, rows_columns: tuple[int, int]) -> NDArray[np.uint8]:
    """(rows, columns, 3) uint8 means of the planes over each cell; about 0.1 ms at 1080p.

    Of a large picture seven lines or more of each cell are looked at.
    """
    rows, columns = rows_columns
    means = np.empty((3, rows, columns), np.uint8)
    for plane, mean in zip(planes, means, strict=True):
        step = max(1, plane.shape[0] // (rows * LINES))
        _cell_means(np.ascontiguousarray(plane), step, mean)
    return np.ascontiguousarray(means.transpose(1, 2, 0))


@numba.njit(cache=True, nogil=True)
def _cell_means(plane, step, mean):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The mean of each cell over every ``step``-th of its lines, rounded, into ``mean``."""
    height, width = plane.shape
    rows, columns = mean.shape
    sums = np.empty(width, np.uint16)  # of fewer than 2 x LINES lines
    for row in range(rows):
        top = height * row // rows
        bottom = max(top + 1, height * (row + 1) // rows)
        sums[:] = 0
        for line in range(top, bottom, step):
            for x in range(width):
                sums[x] += plane[line, x]
        lines = (bottom - top + step - 1) // step
        for column in range(columns):
            left = width * column // columns
            right = max(left + 1, width * (column + 1) // columns)
            count = lines * (right - left)
            mean[row, column] = (np.sum(sums[left:right]) + count // 2) // count


def rgb(grid: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The grid as gamma-coded R'G'B' in 0..1, shape kept."""
    inverse = np.linalg.inv(BT709).astype(np.float32)
    coded = grid.astype(np.float32) - BT709_OFFSET
    return np.clip(coded @ inverse.T, 0.0, 1.0)


def beside(segment: Path) -> Path:
    """Where a segment's grid is kept."""
    return segment.with_suffix(".grid.npy")


def save(segment: Path, grid: Grid) -> None:
    """Keep ``grid`` beside ``segment``, in one step."""
    with files.published(beside(segment)) as part:
        np.save(part, grid, allow_pickle=False)


def load(segment: Path) -> Grid | None:
    """The grid beside ``segment``, or None when there is none that can be read."""
    try:
        kept = np.load(beside(segment), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return kept if kept.ndim == 4 and kept.dtype == np.uint8 else None
