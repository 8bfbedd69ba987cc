"""Write a run of frames as one encoded piece of the film, and read what such a piece holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import av
import numpy as np
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.plane import VideoPlane
from av.video.stream import VideoStream

from casset.lib.errors import GenerationError, MediaError
from casset.media import files
from casset.media.compose import grid
from casset.media.compose.encoder import (
    BT709,
    ENCODER,
    FPS,
    LIMITED_RANGE,
    TIME_BASE,
    TRACK_TIMESCALE,
    Encoder,
    configure,
    headers,
)
from casset.media.ffmpeg import source_url
from casset.media.picture import U8, Planes

# Opening a file decodes its first frames to guess what an MP4's own header already says: 24 ms at
# 1080p, and 0.1 ms when FFmpeg may not open a decoder for that. Decoding later works all the same.
QUICK_OPEN = {"codec_whitelist": "none"}
MUX_OPTIONS = {
    "movflags": "+faststart",
    "video_track_timescale": str(TRACK_TIMESCALE),
    "fflags": "+bitexact",  # no dates or versions: equal frames give equal bytes
}


class SegmentWriter:
    """Encode frames to ``path``; the file is there, whole, after ``close`` and not before.

    Frame ``n`` written is shown at exactly ``n / 30`` s. ``key_frames`` are the indices at which a
    closed group of pictures must begin, so that a run between two of them can be copied without
    decoding. ``frames`` is how many will be written, where that is known: ``close`` refuses
    another number. ``measured`` keeps a small copy of each frame beside the file (``grid``).
    Used as a context manager it closes on success and aborts on an exception.

    Raises ``MissingCapability`` (``DISK_FULL``) when the disk is full.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        *,
        key_frames: Collection[int] = (),
        frames: int | None = None,
        encoder: Encoder = ENCODER,
        measured: bool = True,
    ) -> None:
        if size[0] % 2 or size[1] % 2:
            raise ValueError(f"yuv420p needs even sides, not {size[0]} x {size[1]}")
        self.path = path
        self.size = size
        self.written = 0
        self._expected = frames
        self._key_frames = frozenset(key_frames)
        self._cells = grid.shape(size) if measured else None
        self._grid: list[U8] = []
        self._open = True
        path.parent.mkdir(parents=True, exist_ok=True)
        self._part = files.part_name(path)
        try:
            self._container = av.open(str(self._part), "w", format="mp4", options=MUX_OPTIONS)
            self._stream = self._container.add_stream("libx264", rate=FPS)
            configure(self._stream.codec_context, size, encoder)
        except (OSError, av.error.FFmpegError) as fault:
            self._fail(fault)
        self._frame = blank(size)
        self.canvas = views_of(self._frame)

    def write(self, planes: Planes) -> None:
        """Encode one frame. ``planes`` may be reused by the caller afterwards.

        What was drawn on ``canvas``, the frame's own memory, is given as that and not copied.
        """
        if planes is self.canvas:
            self._encode(self._frame, planes)
            return
        if planes.size != self.size:
            raise ValueError(f"a frame of {planes.size} does not fit a segment of {self.size}")
        for view, plane in zip(self.canvas, planes, strict=True):
            np.copyto(view, plane)
        self._encode(self._frame, planes)

    def take(self, frame: VideoFrame) -> None:
        """Encode a yuv420p frame (BT.709, limited range) as it lies, uncopied. It may be given again."""
        if (frame.width, frame.height, frame.format.name) != (*self.size, "yuv420p"):
            raise ValueError(
                f"a frame of {frame.width} x {frame.height} in {frame.format.name} does not fit "
                f"a segment of {self.size}"
            )
        frame.time_base = TIME_BASE
        self._encode(frame, views_of(frame))

    @property
    def latest(self) -> U8:
        """The small copy of the frame written last; of a ``measured`` segment."""
        return self._grid[-1]

    def _encode(self, frame: VideoFrame, planes: Planes) -> None:
        frame.pts = self.written
        key = self.written == 0 or self.written in self._key_frames
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._mux(frame)
        if self._cells is not None:
            self._grid.append(grid.shrink(planes, self._cells))
        self.written += 1

    def close(self) -> Path:
        """Finish the file and give it its name. Raises ``GenerationError`` on a wrong frame count."""
        if not self._open:
            return self.path
        if not self.written or (self._expected is not None and self.written != self._expected):
            wanted = "at least one" if self._expected is None else str(self._expected)
            self.abort()
            raise GenerationError(
                f"{self.path.name} got {self.written} frames instead of {wanted}. Make this shot again."
            )
        try:
            self._mux(None)
            self._container.close()
            if self._grid:
                grid.save(self.path, np.stack(self._grid))
            self._part.replace(self.path)
        except (OSError, av.error.FFmpegError) as fault:
            self._fail(fault)
        self._open = False
        return self.path

    def abort(self) -> None:
        """Give up: nothing is left under the final name or beside it. Harmless after ``close``."""
        if not self._open:
            return
        self._open = False
        try:
            self._container.close()
        except (OSError, ValueError, av.error.FFmpegError):
            pass  # the part is thrown away; what else is wrong with it does not matter
        finally:
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _mux(self, frame: VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                packet.duration = 1
                self._container.mux_one(packet)
        except (OSError, av.error.FFmpegError) as fault:
            self._fail(fault)

    def _fail(self, fault: Exception) -> NoReturn:
        if hasattr(self, "_container"):
            self.abort()
        self._part.unlink(missing_ok=True)
        if files.is_disk_full(fault):
            raise files.disk_full(self.path.parent) from fault
        raise GenerationError(f"{self.path.name} could not be written. Try again.") from fault


@dataclass(frozen=True)
class SegmentFacts:
    """What a piece of film holds, read from its packets. ``key_frames`` are closed starts."""

    path: Path
    size: tuple[int, int]
    frames: int
    key_frames: tuple[int, ...]
    extradata: bytes
    exact: bool  # every frame n is at n/30 s, once

    def fits(self, size: tuple[int, int], frames: int, key_frames: Collection[int]) -> bool:
        """True where this can be joined as it is into a film of ``size``."""
        return (
            self.exact
            and self.size == size
            and self.frames == frames
            and set(key_frames) <= set(self.key_frames)
            and self.extradata == headers(size)
        )


def inspect(path: Path) -> SegmentFacts:
    """Facts of a segment, from its packets (nothing is decoded; 1 ms for 5 s).

    Raises ``MediaError`` when it cannot be read or holds no picture.
    """
    try:
        with av.open(source_url(path), options=QUICK_OPEN) as container:
            if not container.streams.video:
                raise MediaError(f"{path.name} holds no picture. Make this shot again.")
            stream = container.streams.video[0]
            context = stream.codec_context
            packets = [p for p in container.demux(stream) if p.size and not p.is_corrupt]
            number_of = frame_numbers(stream)
            numbers = [number_of(packet) for packet in packets]
            keys = [n for n, packet in zip(numbers, packets, strict=True) if packet.is_keyframe]
            return SegmentFacts(
                path=path,
                size=(context.width, context.height),
                frames=len(packets),
                key_frames=tuple(sorted(n for n in keys if n is not None)),
                extradata=bytes(context.extradata or b""),
                exact=sorted(n if n is not None else -1 for n in numbers)
                == list(range(len(packets))),
            )
    except (av.error.FFmpegError, OSError, ValueError) as fault:
        raise MediaError(
            f"{path.name} cannot be read: it is damaged or incomplete. Make this shot again."
        ) from fault


def grid_of(path: Path) -> grid.Grid:
    """The small copy of a segment's frames; made by decoding it where none was kept beside it.

    Raises ``MediaError`` when the segment cannot be decoded.
    """
    kept = grid.load(path)
    if kept is None:
        size = inspect(path).size
        cells = grid.shape(size)
        kept = np.stack([grid.shrink(planes, cells) for planes in read(path)])
        grid.save(path, kept)
    return kept


def read(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Planes]:
    """Frames ``start`` … ``stop`` (half open) of a segment on the film's grid, each its own copy.

    Seeks to the key frame at or before ``start``. Raises ``MediaError`` when any is missing.
    """
    wanted = start
    try:
        with av.open(source_url(path), options=QUICK_OPEN) as container:
            stream = container.streams.video[0]
            stream.thread_count = 1
            tick = stream.time_base or TIME_BASE
            container.seek(round(start * TIME_BASE / tick), stream=stream, backward=True)
            for frame in container.decode(stream):
                number = -1 if frame.pts is None else round(frame.pts * tick * FPS)
                if number < wanted:
                    continue
                if number != wanted or (stop is not None and wanted >= stop):
                    break
                yield planes_of(frame)
                wanted += 1
                if wanted == stop:
                    return
    except (av.error.FFmpegError, OSError, IndexError) as fault:
        raise MediaError(f"{path.name} cannot be decoded. Make this shot again.") from fault
    if stop is not None and wanted < stop:
        raise MediaError(f"{path.name} lacks frame {wanted}. Make this shot again.")


def planes_of(frame: VideoFrame) -> Planes:
    """A yuv420p frame's planes, copied out."""
    return Planes(*(view.copy() for view in _views(frame)))


def views_of(frame: VideoFrame) -> Planes:
    """A yuv420p frame's planes as they lie; not to be drawn on while a decoder may need them."""
    return Planes(*_views(frame))


def frame_numbers(stream: VideoStream) -> Callable[[Packet], int | None]:
    """What tells which frame of a 30 fps grid a packet of ``stream`` shows, None when it lies between two."""
    tick = stream.time_base or TIME_BASE
    a_frame, a_tick = (
        tick.denominator,
        tick.numerator * FPS,
    )  # whole numbers: no rounding, and quick

    def number_of(packet: Packet) -> int | None:
        if packet.pts is None:
            return None
        number = (2 * packet.pts * a_tick + a_frame) // (2 * a_frame)
        return number if 500 * abs(packet.pts * a_tick - number * a_frame) < a_frame else None

    return number_of


def blank(size: tuple[int, int]) -> VideoFrame:
    """A frame of nothing in particular, tagged as every film is; its planes are to be drawn on."""
    frame = VideoFrame(size[0], size[1], "yuv420p")
    frame.time_base = TIME_BASE
    frame.color_range = LIMITED_RANGE
    frame.colorspace = frame.color_primaries = frame.color_trc = BT709
    return frame


def _views(frame: VideoFrame) -> list[U8]:
    """Writable arrays over a yuv420p frame's own planes (the encoder copies them while it takes a frame)."""
    views = []
    for plane, shift in zip(frame.planes, (0, 1, 1), strict=True):
        width, height = frame.width >> shift, frame.height >> shift
        views.append(_rows(plane)[:height, :width])
    return views


def _rows(plane: VideoPlane) -> U8:
    """(rows, line size) over a plane's own memory, padding included."""
    flat: U8 = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]
    return flat.reshape(-1, plane.line_size)
