"""Close a loop: blend its end into its beginning, or play it forwards and back. Frames stream through."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from casset.lib.errors import MediaError
from casset.media.compose import segment
from casset.media.compose.encoder import FPS, Encoder
from casset.media.loops.facts import Join
from casset.media.picture import Planes

BLEND_FRAMES = FPS // 2
# A rebound's way back is read from a quick, nearly lossless copy, key frame by key frame: raw frames
# of 15 s would be 1.4 GB.
WAY_BACK = Encoder(
    preset="ultrafast",
    crf=8,
    maxrate_kbit=200_000,
    bufsize_kbit=200_000,
    key_interval=15,
    bframes=0,
)


def blend_frames(frames: int) -> int:
    """How many frames of a loop of ``frames`` are blended: half a second, at most a quarter of it."""
    return max(1, min(BLEND_FRAMES, frames // 4))


def length(frames: int, join: Join) -> int:
    """How many frames a source of ``frames`` becomes."""
    if join == "crossfade":
        return frames - blend_frames(frames)
    return 2 * frames - 2 if join == "rebound" else frames


def check(frames: int, join: Join, max_s: float) -> None:
    """Raise ``MediaError`` when the closed loop would be longer than ``max_s``."""
    if length(frames, join) > max_s * FPS:
        raise MediaError(
            f"Played forwards and back this loop lasts {length(frames, join) / FPS:.1f} s; at most "
            f"{max_s:g} s can be used. Cut it to {max_s / 2:g} s, or choose a crossfade.",
            code="TOO_LONG",
        )


def joined(
    frames: Iterator[Planes], count: int, size: tuple[int, int], join: Join, scratch: Path
) -> Iterator[Planes]:
    """The ``count`` frames of a source as the frames of the loop, see ``length``."""
    if join == "crossfade":
        return _crossfaded(frames, count)
    if join == "rebound":
        return _rebounded(frames, count, size, scratch / "way-back.mp4")
    return frames


def _crossfaded(frames: Iterator[Planes], count: int) -> Iterator[Planes]:
    """The last k frames become blends into the first k, and the loop begins after those.

    So the last blend, nearly all the k-th frame, is followed by the one that came after it.
    """
    blended = blend_frames(count)
    opening: deque[Planes] = deque()
    for n, frame in enumerate(frames):
        if n < blended:
            opening.append(frame)
            if n >= count - blended:
                raise ValueError("a loop cannot be blended over more than half of it")
        elif n < count - blended:
            yield frame
        else:
            share = (n - (count - blended) + 1) / (blended + 1)
            yield _mixed(frame, opening.popleft(), share)


def _mixed(a: Planes, b: Planes, share: float) -> Planes:
    return Planes(
        *(
            np.asarray(cv2.addWeighted(one, 1 - share, other, share, 0), np.uint8)
            for one, other in zip(a, b, strict=True)
        )
    )


def _rebounded(
    frames: Iterator[Planes], count: int, size: tuple[int, int], copy: Path
) -> Iterator[Planes]:
    """Forwards, then backwards without the two ends, which would stand still for a frame."""
    with segment.SegmentWriter(copy, size, encoder=WAY_BACK) as writer:
        for frame in frames:
            writer.write(frame)
            yield frame
    stop = count - 1
    while stop > 1:
        start = max(1, (stop - 1) // WAY_BACK.key_interval * WAY_BACK.key_interval)
        yield from reversed(list(segment.read(copy, start, stop)))
        stop = start
    copy.unlink(missing_ok=True)
