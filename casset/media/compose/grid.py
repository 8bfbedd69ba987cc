"""A small copy of every frame, kept beside each segment, so that a film can be measured without decoding it.

A cell stands for 16 x 16 pixels of a picture shown on the 1024 x 768 screen that WCAG 2.3.1's area
rule is written for, so a 16:9 picture has 64 x 36 cells.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media import files
from casset.media.picture import BT709, BT709_OFFSET, Planes

CELL_PX = 16
LINES = (8, 4, 4)  # of a cell that are looked at, at least: of Y, U, V
SCREEN = (1024, 768)
Grid = NDArray[np.uint8]  # (frames, rows, columns, 3): mean Y, U, V of each cell, limited range


def shape(size: tuple[int, int]) -> tuple[int, int]:
    """(rows, columns) for a picture of ``size`` fitted into the reference screen."""
    scale = min(SCREEN[0] / size[0], SCREEN[1] / size[1]) / CELL_PX
    return max(1, round(size[1] * scale)), max(1, round(size[0] * scale))


def shrink(planes: Planes, rows_columns: tuple[int, int]) -> NDArray[np.uint8]:
    """(rows, columns, 3) uint8 means of the planes over each cell; about 0.2 ms at 1080p.

    Of a large picture ``LINES`` or more of each cell are looked at.
    """
    rows, columns = rows_columns
    means = []
    for plane, least in zip(planes, LINES, strict=True):
        lines = plane[:: max(1, plane.shape[0] // (rows * least))]
        half = (lines.shape[1] // 2, lines.shape[0] // 2)
        if lines.shape[0] % (2 * rows) == 0 and lines.shape[1] % (2 * columns) == 0:
            # the quickest first step
            lines = np.asarray(cv2.resize(lines, half, interpolation=cv2.INTER_AREA), np.uint8)
        means.append(cv2.resize(lines, (columns, rows), interpolation=cv2.INTER_AREA))
    return np.dstack(means)


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
