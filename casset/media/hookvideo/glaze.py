"""Everything that lies still over a hook video, merged with each frame in one pass.

Scrim, pill, portrait and texts never move, so together they are one colour and one coverage a pixel.
FFmpeg's ``maskedmerge`` lays them over a decoded frame and writes the result to a fresh one: the
decoder's frame stays as it is, and no copy is made beside. About 0.8 ms at full size.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from casset.media.compose.encoder import TIME_BASE
from casset.media.compose.segment import blank, views_of
from casset.media.compose.type_paint import Box
from casset.media.picture import Planes

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
# Coverage from which on the colour is set exactly: type is flat, only what shines through is dithered.
SOLID = 240
NOISE_ROWS = 64


class Rows(NamedTuple):
    """What a row of one plane keeps, 0..1, and what is added to it, 0..255: (rows,) float32 each."""

    keep: F32
    add: F32


class Glaze:
    """Lay scrim, ink and pictures in their order, then ``merged`` frames; nothing is laid after that."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        width, height = size
        shapes = [(height, width)] + 2 * [(height // 2, width // 2)]
        self._keep = [np.ones(shape, np.float32) for shape in shapes]
        self._add = [np.zeros(shape, np.float32) for shape in shapes]
        self._still: tuple[VideoFrame, ...] = ()
        self._graph: Graph | None = None
        self._done = 0

    def lay_rows(self, rows: tuple[Rows, Rows, Rows]) -> None:
        """A scrim: each row of Y, U and V darkened alike."""
        for keep, add, row in zip(self._keep, self._add, rows, strict=True):
            keep *= row.keep[:, None]
            add *= row.keep[:, None]
            add += row.add[:, None]

    def lay_ink(self, box: Box, alpha: U8, half: U8, colour: tuple[int, int, int]) -> None:
        """One colour (Y, U, V); ``alpha`` has the box's shape, ``half`` that of its chroma."""
        above = [np.float32(value) for value in colour]
        self._lay(box, alpha, half, above)

    def lay_picture(self, box: Box, alpha: U8, half: U8, planes: Planes) -> None:
        """A picture of the box's size."""
        self._lay(box, alpha, half, [plane.astype(np.float32) for plane in planes])

    def _lay(self, box: Box, alpha: U8, half: U8, above: list[F32] | list[np.float32]) -> None:
        areas = (box.luma, box.chroma, box.chroma)
        for place, (area, mask) in enumerate(zip(areas, (alpha, half, half), strict=True)):
            share = mask.astype(np.float32) / 255
            self._keep[place][area] *= 1 - share
            add = self._add[place][area]
            add += (above[place] - add) * share

    def merged(self, frame: VideoFrame) -> VideoFrame:
        """A new frame with everything on it, the caller's to draw on; ``frame`` stays as it is."""
        if self._graph is None:
            self._still = self._drawn()
            self._graph, self._sources = self._built()
            self._keep, self._add = [], []
        for source, given in zip(self._sources, (frame, *self._still), strict=True):
            given.pts, given.time_base = self._done, TIME_BASE
            source.push(given)
        self._done += 1
        return self._graph.vpull()

    def _built(self):  # type: ignore[no-untyped-def]
        graph = Graph()
        graph.threads = 1
        width, height = self.size
        picture = VideoFormat("yuv420p", width, height)
        sources = [
            graph.add_buffer(width=width, height=height, format=picture, time_base=TIME_BASE)
            for _ in range(3)
        ]
        merge, sink = graph.add("maskedmerge", "planes=7"), graph.add("buffersink")
        for place, source in enumerate(sources):
            source.link_to(merge, 0, place)
        merge.link_to(sink)
        graph.configure(auto_buffer=False)
        return graph, sources

    def _drawn(self) -> tuple[VideoFrame, VideoFrame]:
        """(colour, coverage) as the filter takes them: (frame * (255 - m) + colour * m) / 255, rounded.

        What the picture shines through is dithered with a fixed pattern: a long gradient over a dark
        picture shows its steps otherwise. Coverage and colour are rounded up or down by chance, and the
        colour has the rest of a whole step as noise of its own.
        """
        colour, coverage = blank(self.size), blank(self.size)
        random = np.random.default_rng(11)
        for keep, add, over, mask in zip(
            self._keep, self._add, views_of(colour), views_of(coverage), strict=True
        ):
            height, width = keep.shape
            noise = random.random((3, NOISE_ROWS, width), np.float32)
            for top in range(0, height, NOISE_ROWS):
                part = slice(top, min(top + NOISE_ROWS, height))
                a, b, c = noise[:, : part.stop - part.start]
                share = 1 - keep[part]
                if not share.any():
                    over[part] = mask[part] = 0
                    continue
                exact = share >= SOLID / 255
                m = np.floor(255 * share + np.where(exact, 0.5, a))
                step = np.where(exact, 0, (b - 0.5) * (255 - m))
                ink = add[part] / np.maximum(share, 1e-4)
                wanted = ink + step / np.maximum(m, 1) + np.where(exact, 0.5, c)
                over[part], mask[part] = np.clip(np.floor(wanted), 0, 255), m
        return colour, coverage
