"""The last step of a film: packets copied into one file, nothing decoded.

Time never comes from the segments: packet k of the film is stamped from its own place in it, so
an error cannot grow with the length. The sound encoder's priming (1024 samples before the first) is
carried by the MP4's edit list and left alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

from casset.lib.errors import GenerationError, MediaError
from casset.media import files
from casset.media.compose import segment
from casset.media.compose.encoder import FPS, TIME_BASE
from casset.media.compose.segment import MUX_OPTIONS, QUICK_OPEN, frame_numbers
from casset.media.ffmpeg import source_url


@dataclass(frozen=True)
class Piece:
    """Frames ``skip`` … ``skip + frames`` of a segment, to be copied. They begin at a key frame."""

    path: Path
    skip: int
    frames: int


@dataclass(frozen=True)
class Joined:
    """What the finished file measures, read back from its packets."""

    frames: int
    video_s: float
    audio_s: float
    audio_start_s: float
    size_bytes: int

    @property
    def drift_s(self) -> float:
        """The worse of the two ends' distance between picture and sound, seconds."""
        return max(abs(self.audio_start_s), abs(self.video_s - self.audio_start_s - self.audio_s))


def join(
    pieces: Sequence[Piece],
    audio: Path,
    out: Path,
    *,
    progress: Callable[[float], None] | None = None,
) -> Joined:
    """Copy ``pieces`` and ``audio`` into one MP4 that plays while it downloads; 2 s for three minutes.

    Raises ``GenerationError`` when a piece cannot be read, lacks frames, does not begin at a key
    frame or was encoded with other settings, and when the result is not what it should be.
    """
    total = sum(piece.frames for piece in pieces)
    with files.published(out) as part:
        try:
            _copy(pieces, audio, part, total, progress)
        except av.error.FFmpegError as fault:
            if files.is_disk_full(fault):
                raise
            raise GenerationError(
                "The film's pieces could not be put together. Compose it again."
            ) from fault
        joined = measure(part)
        _check(joined, total)
    return joined


def join_silent(pieces: Sequence[Piece], out: Path) -> None:
    """Copy ``pieces`` into one MP4 without sound, as exact as they are; a tenth of a second for 30 s.

    Raises ``GenerationError`` as ``join`` does.
    """
    total = sum(piece.frames for piece in pieces)
    with files.published(out) as part:
        try:
            _copy(pieces, None, part, total, None)
            joined = segment.inspect(part)
        except av.error.FFmpegError as fault:
            if files.is_disk_full(fault):
                raise
            raise GenerationError("The pieces could not be put together. Try again.") from fault
        if joined.frames != total or not joined.exact:
            raise GenerationError(
                f"{out.name} has {joined.frames} frames instead of {total}. Try again."
            )


def measure(path: Path) -> Joined:
    """Count and time the packets of a finished film. Raises ``MediaError`` if they are not a film's."""
    try:
        with av.open(source_url(path), options=QUICK_OPEN) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            numbers: list[int] = []
            begin = end = 0  # of the sound, in its own ticks
            first = True
            number_of, picture, tick = frame_numbers(video), video.index, audio.time_base
            for packet in container.demux(video, audio):
                if packet.pts is None:
                    continue
                if packet.stream_index == picture:
                    number = number_of(packet)
                    numbers.append(-1 if number is None else number)
                else:
                    end = max(end, packet.pts + (packet.duration or 0))
                    begin, first = (packet.pts if first else begin), False
    except (av.error.FFmpegError, OSError, IndexError) as fault:
        raise MediaError(f"{path.name} cannot be read. Compose the film again.") from fault
    if sorted(numbers) != list(range(len(numbers))):
        raise MediaError(f"{path.name} has frames off their places. Compose the film again.")
    begin = max(begin, 0)  # priming lies before zero and is not heard
    second = 1 / (tick or Fraction(1, 44_100))
    return Joined(
        frames=len(numbers),
        video_s=len(numbers) / FPS,
        audio_s=float((end - begin) / second),
        audio_start_s=float(begin / second),
        size_bytes=path.stat().st_size,
    )


def _check(joined: Joined, total: int) -> None:
    if joined.frames != total:
        raise GenerationError(
            f"The film has {joined.frames} frames instead of {total}. Compose it again."
        )
    if joined.drift_s > 1.5 / FPS:
        raise GenerationError(
            f"Picture ({joined.video_s:.3f} s) and sound ({joined.audio_s:.3f} s) are not equally long. "
            "Plan the video again."
        )


def _copy(
    pieces: Sequence[Piece],
    audio: Path | None,
    out: Path,
    total: int,
    progress: Callable[[float], None] | None,
) -> None:
    with ExitStack() as opened:
        template = opened.enter_context(_opened(pieces[0].path)).streams.video[0]
        extradata = bytes(template.codec_context.extradata or b"")
        sound = opened.enter_context(_opened(audio)) if audio is not None else None
        with av.open(str(out), "w", format="mp4", options=MUX_OPTIONS) as film:
            picture: Stream = film.add_stream_from_template(template)
            track, runs = picture, [_video_packets(pieces, extradata)]
            if sound is not None:
                track = film.add_stream_from_template(sound.streams.audio[0])
                runs.append(_audio_packets(sound))
            picture.time_base = TIME_BASE
            film.start_encoding()
            done = 0
            for _, packet, is_video in heapq.merge(*runs, key=lambda pair: pair[0]):
                packet.stream = picture if is_video else track
                film.mux_one(packet)
                done += is_video
                if progress is not None and is_video and done % 300 == 0:
                    progress(done / total)


def _audio_packets(sound: InputContainer) -> Iterator[tuple[float, Packet, bool]]:
    stream = sound.streams.audio[0]
    tick_s = float(stream.time_base or Fraction(1, stream.rate))
    for packet in sound.demux(stream):
        if packet.dts is not None:
            yield packet.dts * tick_s, packet, False


def _video_packets(
    pieces: Sequence[Piece], extradata: bytes
) -> Iterator[tuple[float, Packet, bool]]:
    """Every packet of the film in decoding order, stamped from its place in the film."""
    place = 0
    for piece in pieces:
        with _opened(piece.path) as container:
            stream = container.streams.video[0]
            if bytes(stream.codec_context.extradata or b"") != extradata:
                raise GenerationError(
                    f"{piece.path.name} was encoded with other settings than the rest of the film. "
                    "Make this shot again."
                )
            for sent, (number, delay, packet) in enumerate(_run(container, piece)):
                packet.time_base = TIME_BASE
                packet.pts = place + number - piece.skip
                packet.dts = place + sent - delay
                packet.duration = 1
                yield (place + sent - delay) / FPS, packet, True
        place += piece.frames


def _run(container: InputContainer, piece: Piece) -> Iterator[tuple[int, int, Packet]]:
    """(frame number, reordering delay in frames, packet) of exactly the piece's frames."""
    wanted = range(piece.skip, piece.skip + piece.frames)
    seen: set[int] = set()
    delay = 0
    stream = container.streams.video[0]
    number_of = frame_numbers(stream)
    try:
        for index, packet in enumerate(container.demux(stream)):
            number = number_of(packet) if packet.size and not packet.is_corrupt else None
            if index == 0 and packet.dts is not None and packet.time_base is not None:
                delay = round(-packet.dts * packet.time_base * FPS)
            if not seen and number != piece.skip:
                continue
            if (
                number is None
                or number not in wanted
                or number in seen
                or (not seen and not packet.is_keyframe)
            ):
                raise _unfit(piece, "does not begin and end at a key frame")
            seen.add(number)
            yield number, delay, packet
            if len(seen) == piece.frames:
                return
    except av.error.FFmpegError as fault:
        raise _unfit(piece, "breaks off") from fault
    raise _unfit(piece, f"holds {len(seen)} of {piece.frames} frames")


def _opened(path: Path) -> InputContainer:
    try:
        return av.open(source_url(path), options=QUICK_OPEN)
    except (av.error.FFmpegError, OSError) as fault:
        raise GenerationError(
            f"{path.name} cannot be read: it is missing, damaged or incomplete. Make it again."
        ) from fault


def _unfit(piece: Piece, why: str) -> GenerationError:
    return GenerationError(f"{piece.path.name} {why}. Make this shot again.")
