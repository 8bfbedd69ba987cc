"""Laying ink and pictures on parts of a frame, in place, by OpenCV.

No numba here: its start alone costs as much as encoding forty frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.compose import type_paint
from casset.media.compose.type_paint import Box
from casset.media.picture import Planes

U8 = NDArray[np.uint8]
Colour = tuple[int, int, int]  # Y, U, V


@dataclass(frozen=True)
class Ink:
    """One colour over a box, made ready for many frames: what is kept of each plane and what is added."""

    box: Box
    keep: tuple[U8, U8]  # luma's and chroma's, of 255
    add: tuple[U8, U8, U8]

    @classmethod
    def of(cls, box: Box, alpha: U8, colour: Colour) -> Ink:
        """``alpha`` has the box's shape, 255 covers."""
        half = type_paint.halved(alpha)
        y, u, v = (
            cv2.convertScaleAbs(mask, alpha=value / 255)
            for mask, value in zip((alpha, half, half), colour, strict=True)
        )
        return cls(box, (cv2.bitwise_not(alpha), cv2.bitwise_not(half)), (y, u, v))  # type: ignore[arg-type]

    def draw(self, planes: Planes) -> None:
        """Lay it on a frame: 0.3 ms a megapixel. Within one of 255 of the exact mixture."""
        luma, chroma = self.keep
        for plane, area, keep, add in zip(
            planes, (self.box.luma, self.box.chroma, self.box.chroma), (luma, chroma, chroma),
            self.add, strict=True,
        ):  # fmt: skip
            part = plane[area]
            cv2.multiply(part, keep, dst=part, scale=1 / 255)
            cv2.add(part, add, dst=part)


class Pane:
    """A picture's coverage on another: whole inside, soft at edges. ``alpha`` is a product of its edges."""

    def __init__(self, alpha: U8) -> None:
        height, width = alpha.shape
        top, bottom = _solid(alpha[:, width // 2])
        left, right = _solid(alpha[height // 2])
        self._inside = (slice(top, bottom), slice(left, right))
        parts = [
            (slice(0, top), slice(0, width)),
            (slice(bottom, height), slice(0, width)),
            (slice(top, bottom), slice(0, left)),
            (slice(top, bottom), slice(right, width)),
        ]
        self._edges = [
            (part, np.ascontiguousarray(alpha[part]), cv2.bitwise_not(alpha[part]))
            for part in parts
            if alpha[part].size
        ]

    def lay(self, plane: U8, above: U8) -> None:
        """``above`` over ``plane``, in place; both have the pane's shape."""
        plane[self._inside] = above[self._inside]
        for part, alpha, keep in self._edges:
            under = cv2.multiply(plane[part], keep, scale=1 / 255)
            plane[part] = cv2.add(under, cv2.multiply(above[part], alpha, scale=1 / 255))


def _solid(line: U8) -> tuple[int, int]:
    """Begin and end of the run that covers wholly; an empty run where none does."""
    whole = np.flatnonzero(line == 255)
    return (int(whole[0]), int(whole[-1]) + 1) if whole.size else (0, 0)
