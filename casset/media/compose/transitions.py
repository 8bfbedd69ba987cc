"""Render the frames in which one clip gives way to the next.

Mixing is done on light, not on code values: two pictures crossfaded in code values sag in
brightness half-way. Luma is squared (close to the display's 2.4 law, and exact to invert), mixed
and rooted; chroma, which is measured in units of its pixel's luma, is weighted by it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import cv2
import numba
import numpy as np

from casset.media.compose import segment
from casset.media.compose.segment import SegmentWriter
from casset.media.compose.timeline import BEFORE, ClipSpan, Join
from casset.media.picture import U8, Planes

_BLACK_Y, _GREY_C = 16, 128


def render(
    join: Join,
    before: Path | Iterable[Planes],
    after: Path | Iterable[Planes],
    spans: tuple[ClipSpan, ClipSpan],
    out: Path,
) -> Path:
    """Write the frames of ``join`` to ``out``; about 0.4 CPU-s for 15 frames at 1080p.

    ``before`` and ``after`` are the neighbouring clips' files, laid out as ``spans`` say (only the
    groups of pictures that are needed are decoded), or just those frames of theirs that ``needs``
    names. Raises ``MediaError`` when a clip lacks frames.
    """
    leaving, coming = (
        segment.read(side, wanted.start, wanted.stop) if isinstance(side, Path) else iter(side)
        for side, wanted in zip((before, after), needs(join, spans), strict=True)
    )
    first = next(leaving)
    leaving = itertools.chain([first], leaving)
    with SegmentWriter(out, first.size, frames=join.frames) as writer:
        if join.kind == "crossfade":
            for k, (a, b) in enumerate(zip(leaving, coming, strict=True)):
                writer.write(crossfade(a, b, eased((k + 1) / (join.frames + 1))))
        else:
            for k, planes in enumerate(leaving):
                writer.write(dim(planes, 1 - (k + 1) / (BEFORE + 1)))
            for k, planes in enumerate(coming):
                writer.write(dim(planes, k / (BEFORE + 1)))
    return out


def needs(join: Join, spans: tuple[ClipSpan, ClipSpan]) -> tuple[range, range]:
    """Which frames of the clips before and after a transition it is made of, counted within each clip."""
    crossed = join.kind == "crossfade"
    leaving = range(join.start_frame, join.end_frame if crossed else join.boundary)
    coming = range(join.start_frame if crossed else join.boundary, join.end_frame)
    return _within(leaving, spans[0]), _within(coming, spans[1])


def _within(frames: range, span: ClipSpan) -> range:
    return range(frames.start - span.first_frame, frames.stop - span.first_frame)


def eased(progress: float) -> float:
    """How much of the coming picture there is at ``progress`` 0..1: slow at both ends (Perlin's quintic).

    Light adds up faster than it looks: an even first step of 1/16 shows a bright picture over black
    at a quarter of full brightness, which the eye (and a cut detector) takes for a cut.
    """
    return progress**3 * (progress * (6 * progress - 15) + 10)


def crossfade(a: Planes, b: Planes, share: float) -> Planes:
    """Mix two frames in light: ``share`` 0 is all ``a``, 1 all ``b``; 2 ms at 1080p."""
    mixed = Planes(*(np.empty(plane.shape, np.uint8) for plane in a))
    _mix_luma(a.y, b.y, np.float32(share), mixed.y)
    half = (mixed.u.shape[1], mixed.u.shape[0])
    luma_a, luma_b, luma = (_small_luma(y, half) for y in (a.y, b.y, mixed.y))
    for ca, cb, out in ((a.u, b.u, mixed.u), (a.v, b.v, mixed.v)):
        _mix_chroma(ca, cb, luma_a, luma_b, luma, np.float32(share), out)
    return mixed


def dim(planes: Planes, gain: float) -> Planes:
    """The frame at ``gain`` (0..1) of its code values over black: an even step to the eye."""
    levels = np.arange(256, dtype=np.float32)
    y = np.rint(_BLACK_Y + (levels - _BLACK_Y).clip(0) * gain).clip(0, 255).astype(np.uint8)
    c = np.rint(_GREY_C + (levels - _GREY_C) * gain).astype(np.uint8)
    return Planes(*(_looked_up(p, t) for p, t in zip(planes, (y, c, c), strict=True)))


def _looked_up(plane: U8, table: U8) -> U8:
    return np.asarray(cv2.LUT(plane, table), np.uint8)


def _small_luma(y: U8, size: tuple[int, int]) -> U8:
    """Luma at the chroma planes' size."""
    return np.asarray(cv2.resize(y, size, interpolation=cv2.INTER_AREA), np.uint8)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _mix_luma(a, b, share, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Luma mixed in squared light, rounded, into ``out``."""
    rest = np.float32(1) - share
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            la, lb = _over_black(a[i, j]), _over_black(b[i, j])
            light = la * la * rest + lb * lb * share
            out[i, j] = np.uint8(np.int32(np.sqrt(light) + np.float32(_BLACK_Y + 0.5)))


@numba.njit(cache=True, nogil=True, fastmath=True)
def _mix_chroma(a, b, luma_a, luma_b, luma, share, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Chroma weighted by the light it comes with, kept within 16 … 240, into ``out``."""
    rest, most = np.float32(1) - share, np.float32(240 - _GREY_C)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            light = np.float32(1) / max(_over_black(luma[i, j]), np.float32(1))
            mixed = _over_black(luma_a[i, j]) * rest * light * _colour(a[i, j])
            mixed += _over_black(luma_b[i, j]) * share * light * _colour(b[i, j])
            mixed = min(max(mixed, -most), most) + np.float32(_GREY_C + 0.5)
            out[i, j] = np.uint8(np.int32(mixed))


@numba.njit(inline="always")
def _over_black(code):  # type: ignore[no-untyped-def]  # pragma: no cover
    return np.float32(max(np.int32(code) - np.int32(_BLACK_Y), np.int32(0)))


@numba.njit(inline="always")
def _colour(code):  # type: ignore[no-untyped-def]  # pragma: no cover
    return np.float32(np.int32(code) - np.int32(_GREY_C))
