"""Look at a clip someone else made: its real frames and times, before it is fitted to the film.

What a header claims may be false and what is cut off is common, so length and rate are taken from
the packets that are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame

from casset.lib.errors import MediaError
from casset.media import probe
from casset.media.ffmpeg import source_url

# Containers a video service may hand over. No playlist, no image sequence, no script.
FORMATS = "mov,matroska,webm,avi,mpegts,mpeg,flv,ogg,gif"
OPEN_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
MAX_BYTES = 2 * 2**30
MIN_SIDE_PX = 16
MAX_PIXELS = 4096 * 2304
MIN_LENGTH_S = 0.5
MAX_LENGTH_S = 600.0
MAX_DAMAGED_SHARE = 0.1


@dataclass(frozen=True)
class Only:
    """What of FFmpeg may touch a file: one demuxer and some decoders, by its names for them."""

    demuxer: str
    decoders: tuple[str, ...]


@dataclass(frozen=True)
class ClipFacts:
    """What a clip's packets say. ``times`` are the start of each frame from the first, seconds, rising."""

    path: Path
    size: tuple[int, int]  # coded width and height, before rotation
    times: tuple[float, ...]
    length_s: float  # from the first frame's start to the last one's end
    pixel_shape: Fraction = Fraction(1)  # width / height of one pixel
    only: Only | None = None  # where just one reader and some decoders may touch it


def look(path: Path, only: Only | None = None) -> ClipFacts:
    """Facts of a clip, of whatever kind or as ``only`` says; nothing is decoded.

    Raises ``MediaError`` with what is wrong with it.
    """
    probe.regular_file(path, what="clip", max_bytes=MAX_BYTES)
    try:
        with open_container(path, only) as container:
            if not container.streams.video:
                raise MediaError(f"{path.name} holds no picture. Make this shot again.")
            stream = container.streams.video[0]
            context = stream.codec_context
            size = (context.width, context.height)
            pixel_shape = stream.sample_aspect_ratio or Fraction(1)
            _check_size(path, size)
            times = _packet_times(container)
            rate = float(stream.average_rate or stream.guessed_rate or 24)
    except (av.error.FFmpegError, OSError, ValueError) as fault:
        raise _unreadable(path) from fault
    if len(times) < 2:
        raise MediaError(
            f"{path.name} holds {len(times)} frame{'s'[: len(times) != 1]}, not a moving picture. Make this shot again."
        )
    steps = np.diff(times)
    last = float(np.median(steps)) if len(steps) else 1 / rate
    length = float(times[-1]) + last
    if not MIN_LENGTH_S <= length <= MAX_LENGTH_S:
        raise MediaError(
            f"{path.name} is {length:.2f} s long; a clip may have {MIN_LENGTH_S:g} to {MAX_LENGTH_S:g} s. "
            "Make this shot again."
        )
    return ClipFacts(path, size, tuple(float(t) for t in times), length, pixel_shape, only)


def decode(facts: ClipFacts) -> Iterator[tuple[float, VideoFrame]]:
    """(time, frame) of every frame that decodes, times from the clip's first, rising.

    Damaged frames are passed over (the one before stays on screen); raises ``MediaError`` when
    more than a tenth of them are.
    """
    damaged = 0
    try:
        with open_container(facts.path, facts.only) as container:
            stream = container.streams.video[0]
            stream.thread_count = 1
            first: float | None = None
            latest = -1.0
            for packet in _packets(container):
                try:
                    frames = packet.decode()
                except (av.error.FFmpegError, ValueError):
                    damaged += 1
                    continue
                for frame in frames:
                    time = frame.time if frame.pts is not None else latest + 1 / 30
                    first = time if first is None else first
                    if time - first > latest:
                        latest = time - first
                        yield latest, frame
    except (av.error.FFmpegError, OSError) as fault:
        raise _unreadable(facts.path) from fault
    if latest < 0 or damaged > MAX_DAMAGED_SHARE * len(facts.times):
        raise _unreadable(facts.path)


def open_container(path: Path, only: Only | None = None) -> InputContainer:
    """Open a local file of ``FORMATS``, or as ``only`` says, and nothing else.

    Raises PyAV's ``FFmpegError``, ``OSError`` or ``ValueError`` when it is none.
    """
    options = dict(OPEN_OPTIONS)
    if only is not None:
        options["codec_whitelist"] = ",".join(only.decoders)  # for what opening tries to decode
    return av.open(
        source_url(path),
        format=only.demuxer if only else None,
        options=options,
        metadata_errors="replace",
    )


def _packets(container: InputContainer) -> Iterator[av.Packet]:
    """Packets of the first picture until the file ends or breaks off."""
    packets = container.demux(container.streams.video[0])
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        yield packet


def _packet_times(container: InputContainer) -> np.ndarray:
    stream = container.streams.video[0]
    rate = float(stream.average_rate or stream.guessed_rate or 24)
    times: list[float] = []
    for packet in _packets(container):
        if not packet.size:
            continue
        if packet.pts is None or packet.time_base is None:
            times.append(len(times) / rate)
        else:
            times.append(float(packet.pts * packet.time_base))
    rising = np.unique(np.asarray(times, np.float64))
    return rising - rising[0] if rising.size else rising


def _check_size(path: Path, size: tuple[int, int]) -> None:
    if min(size) < MIN_SIDE_PX:
        raise MediaError(
            f"{path.name} is {size[0]} x {size[1]} pixels; there is no picture in that. Make this shot again."
        )
    if size[0] * size[1] > MAX_PIXELS:
        raise MediaError(
            f"{path.name} is {size[0]} x {size[1]} pixels; at most 4096 x 2304 can be used. Make it smaller."
        )


def _unreadable(path: Path) -> MediaError:
    return MediaError(
        f"{path.name} is not a video that can be read, or it is damaged. Make this shot again."
    )
