"""Read an uploaded video frame by frame, at 30 a second, upright, in the canonical form. Child only.

What its header claims is compared with the packets that are there before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from casset.lib.errors import MediaError
from casset.media.compose import source
from casset.media.compose.encoder import FPS
from casset.media.compose.normalise import HDR_TRANSFERS, Fitter
from casset.media.compose.segment import planes_of
from casset.media.loops.kinds import Kind
from casset.media.picture import Planes

DEMUXERS: dict[Kind, str] = {"mp4": "mov", "mov": "mov", "webm": "matroska"}
# What phones, screen recorders, editors and browsers write into these containers.
DECODERS = (
    "h264", "hevc", "vp8", "libvpx", "vp9", "libvpx-vp9", "libdav1d", "av1", "mpeg4", "prores",
    "mjpeg", "dnxhd", "cfhd", "qtrle", "png",
)  # fmt: skip

MIN_SIDE_PX = 96  # nothing is to be seen in less
MAX_SHAPE = 4.0  # long side over short side
# 4K, upright or lying. Eight K would take four times its time (30 s of it some 8 minutes of a core)
# and over a gigabyte for the decoder's reference frames, to be shown at 1920 pixels at most.
MAX_PIXELS = 4096 * 2304
LONG_SIDE_PX = 1920
MIN_S = 0.5
LENIENCE_S = 0.25  # over the longest that is simply left off at the end
MOST_A_SECOND = 250  # frames; phones' slow motion is 240
MISSING_S = 0.3  # a picture that ends this much before its header says was cut off


@dataclass(frozen=True)
class Upload:
    """What a video's packets say. ``frames`` is its length on the 30 fps grid."""

    clip: source.ClipFacts
    kind: Kind
    codec: str
    fps: float | None
    had_sound: bool
    frames: int


@dataclass(frozen=True)
class Reading:
    """An opened video: the size it is brought to, what its first frame said, and its frames."""

    size: tuple[int, int]
    rotation: int
    hdr: bool
    frames: Iterator[Planes]


def look(path: Path, kind: Kind, *, max_s: float) -> Upload:
    """Facts of a video; nothing is decoded. Raises ``MediaError`` with what is wrong and what to do."""
    only = source.Only(DEMUXERS[kind], DECODERS)
    try:
        with source.open_container(path, only) as container:
            stream = _picture(container)
            context = stream.codec_context
            if context.codec.name not in DECODERS:
                raise MediaError(
                    f"The video is coded as {context.codec.name}, which is not taken. "
                    "Export it as H.264 in an MP4 file.",
                    code="CODEC",
                )
            size = (context.width, context.height)
            check_size(size)
            times, length_s = _timing(container, stream, max_s)
            pixel = stream.sample_aspect_ratio or Fraction(1)
            sound = bool(container.streams.audio)
            codec = context.codec.canonical_name
    except (av.error.FFmpegError, OSError, ValueError) as fault:
        raise unreadable() from fault
    _check_length(length_s, len(times), max_s)
    return Upload(
        clip=source.ClipFacts(path, size, tuple(times.tolist()), length_s, pixel, only),
        kind=kind,
        codec=codec,
        fps=_rate(times),
        had_sound=sound,
        frames=min(round(length_s * FPS), round(max_s * FPS)),
    )


def read(upload: Upload, *, tables: Path) -> Reading:
    """Open a video for reading. ``tables`` is a folder for tone-mapping tables.

    The first frame is decoded here: its size and rotation are the true ones. The frames yielded
    are each valid until the next is asked for; the same object comes again where it is shown twice.
    """
    decoded = _decoded(upload)
    first = next(decoded, None)
    if first is None:
        raise unreadable()
    frame = first[1]
    turned = round(-frame.rotation / 90) % 4 * 90
    pixel = upload.clip.pixel_shape
    size = canonical_size((frame.width, frame.height), pixel, turned)
    fitter = Fitter(size, pixel, tables=tables)
    return Reading(
        size=size,
        rotation=turned,
        hdr=frame.color_trc in HDR_TRANSFERS,
        frames=_on_grid(chain([first], decoded), fitter, upload.frames),
    )


def canonical_size(
    coded: tuple[int, int], pixel_shape: Fraction, turned: int, long_side_px: int = LONG_SIDE_PX
) -> tuple[int, int]:
    """(width, height), even, of the same shape as the picture is shown in, never larger than it."""
    width, height = coded[0] * (pixel_shape if pixel_shape > 0 else 1), Fraction(coded[1])
    if turned % 180:
        width, height = height, width
    if max(width, height) > MAX_SHAPE * min(width, height):
        raise MediaError(
            f"The video is {round(width)} x {round(height)} pixels: more than four times as long as "
            "wide. Crop it, to 9:16 best.",
            code="SHAPE",
        )
    share = min(Fraction(1), long_side_px / max(width, height))
    return even(width * share), even(height * share)


def even(length: Fraction | float) -> int:
    """The largest even number that a length holds, at least 2."""
    return max(2, 2 * int(length / 2))


def check_size(size: tuple[int, int]) -> None:
    """Raise ``MediaError`` for a picture too small to see or too large to decode."""
    if min(size) < MIN_SIDE_PX:
        raise MediaError(
            f"The video is {size[0]} x {size[1]} pixels; at least {MIN_SIDE_PX} a side are needed. "
            "Export it larger, at 1080 x 1920 best.",
            code="TOO_SMALL",
        )
    if size[0] * size[1] > MAX_PIXELS:
        raise MediaError(
            f"The video is {size[0]} x {size[1]} pixels; at most 4K (4096 x 2304) can be used. "
            "Export it smaller: a visual is shown at 1920 pixels at most.",
            code="TOO_LARGE",
        )


def unreadable() -> MediaError:
    """The error for what looks like a video and is none that can be decoded."""
    return MediaError(
        "The video cannot be read: it is damaged, or not what it claims to be. "
        "Export it again as MP4 (H.264).",
        code="UNREADABLE",
    )


def cut_off() -> MediaError:
    """The error for a file whose end is missing."""
    return MediaError(
        "The end of the video file is missing: the upload was cut off, or the export did not "
        "finish. Upload the whole file again.",
        code="CUT_OFF",
    )


def _picture(container: InputContainer) -> VideoStream:
    """The first moving picture; a cover image inside a sound file is none."""
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if moving:
        return moving[0]
    if container.streams.audio:
        raise MediaError(
            "This file holds only sound. A visual needs a moving picture: upload a video.",
            code="NO_PICTURE",
        )
    raise MediaError("There is no picture in this file. Upload a video.", code="NO_PICTURE")


def _timing(
    container: InputContainer, stream: VideoStream, max_s: float
) -> tuple[np.ndarray, float]:
    """Start of each frame from the first, and the length, by the packets; all of them are read.

    Raises ``MediaError`` when there are more than can be a loop's, or fewer than the header says.
    """
    most = round((max_s + LENIENCE_S) * MOST_A_SECOND)
    times: list[float] = []
    last_s, ends_s, broken = 0.0, 0.0, False
    packets = container.demux()
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            break
        except av.error.FFmpegError:
            broken = True
            break
        if not packet.size or packet.pts is None or not packet.time_base:
            continue
        broken |= packet.is_corrupt
        starts_s = float(packet.pts * packet.time_base)
        lasts_s = float((packet.duration or 0) * packet.time_base)
        ends_s = max(ends_s, starts_s + lasts_s)
        if packet.stream.index == stream.index:
            if len(times) > most:
                raise MediaError(
                    f"The video has more than {most} frames. Use a loop of at most {max_s:g} s "
                    "with at most 60 frames a second.",
                    code="TOO_LONG",
                )
            if not packet.is_discard:
                times.append(starts_s)
                if starts_s >= max(times[-8:]):
                    last_s = lasts_s
    # An MP4's index tells where each frame lies; a WebM only how long it should be. (An MP4's length
    # may be more than its frames have: players cut there, and phones trim films that way.)
    if container.format.name.startswith("mov"):
        broken |= max((e.pos + e.size for e in stream.index_entries), default=0) > container.size
    else:
        broken |= (container.duration or 0) / av.time_base - ends_s > MISSING_S
    if broken:
        raise cut_off()
    rising = np.unique(np.asarray(times, np.float64))
    if not rising.size:
        raise unreadable()
    rising -= rising[0]
    step = float(np.median(np.diff(rising))) if rising.size > 1 else 0.0
    return rising, float(rising[-1]) + (last_s if 0 < last_s <= 1 else step)


def _check_length(length_s: float, count: int, max_s: float) -> None:
    if length_s > max_s + LENIENCE_S:
        raise MediaError(
            f"The video is {length_s:.1f} s long; a loop may have at most {max_s:g} s. "
            "Cut it, to 3 to 8 s best.",
            code="TOO_LONG",
        )
    if length_s < MIN_S - 0.01:
        raise MediaError(
            f"The video is only {length_s:.2f} s long; a loop needs at least {MIN_S:g} s, "
            "3 to 8 s best.",
            code="TOO_SHORT",
        )
    if count < 2:
        raise MediaError(
            "The video holds a single picture. Upload a moving one, or use the picture as a still.",
            code="TOO_SHORT",
        )


def _rate(times: np.ndarray) -> float | None:
    """Frames a second, None where the steps differ by more than a tenth."""
    steps = np.diff(times)
    low, middle, high = np.quantile(steps, [0.05, 0.5, 0.95])
    if high - low > 0.1 * middle + 0.0021:  # WebM's clock ticks in milliseconds
        return None
    return round(float(1 / steps.mean()), 3)


def _decoded(upload: Upload) -> Iterator[tuple[float, VideoFrame]]:
    try:
        for time_s, frame in source.decode(upload.clip):
            if (frame.width, frame.height) != upload.clip.size:
                check_size((frame.width, frame.height))  # the header told of another
            yield time_s, frame
    except MediaError as fault:
        if fault.code != MediaError.code:
            raise
        raise unreadable() from fault


def _on_grid(
    decoded: Iterator[tuple[float, VideoFrame]], fitter: Fitter, frames: int
) -> Iterator[Planes]:
    """Each frame of the grid shows what the source shows at its middle; none is fitted twice."""
    place = 0
    shown: VideoFrame | None = None
    fitted: Planes | None = None

    def until(time_s: float) -> Iterator[Planes]:
        nonlocal place, fitted
        while shown is not None and place < frames and (place + 0.5) / FPS < time_s - 1e-6:
            if fitted is None:
                fitted = planes_of(fitter.fit(shown))
            yield fitted
            place += 1

    for time_s, frame in decoded:
        yield from until(time_s)
        if place >= frames:
            return
        shown, fitted = frame, None
    yield from until(float("inf"))
