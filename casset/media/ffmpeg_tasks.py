"""What the limited child process does: look at a sound file, or decode it. Run as a module, JSON in and out."""

from __future__ import annotations

import contextlib
import errno
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer

from casset.media.ffmpeg import OPEN_OPTIONS, source_url

NOT_SOUND = (
    "This is not a sound file Casset can read, or it is damaged. "
    "Give an MP3, WAV, FLAC, OGG or M4A file."
)


class Refused(Exception):
    """The file is at fault; the message is for the person."""


def limit(memory_bytes: int, cpu_s: int, output_bytes: int) -> None:
    """Lower this process's own resource limits; what a system does not offer is left as it is."""
    wanted = (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, value in wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def open_sound(path: str) -> tuple[InputContainer, AudioStream]:
    """The container and its first audio stream. Cover art and video streams are ignored."""
    try:
        container = av.open(source_url(Path(path)), options=OPEN_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError):
        raise Refused(NOT_SOUND) from None
    if not container.streams.audio:
        container.close()
        raise Refused("There is no sound in this file. Give a file with an audio track.")
    return container, container.streams.audio[0]


def probe(path: str) -> dict[str, Any]:
    """What the header says. ``duration_s`` is the header's claim, 0 where it makes none."""
    container, stream = open_sound(path)
    with container:
        context = stream.codec_context
        length = (
            float(stream.duration * stream.time_base)
            if stream.duration and stream.time_base
            else 0.0
        )
        if not length and container.duration:
            length = container.duration / av.time_base
        return {
            "container": container.format.name,
            "codec": context.name,
            "rate": int(context.rate or 0),
            "channels": int(context.channels or 0),
            "duration_s": max(0.0, length),
        }


def decode(path: str, out: str, rate: int, max_s: float) -> dict[str, Any]:
    """Decode to interleaved stereo float32 at ``rate`` Hz, raw, in ``out``; stop past ``max_s`` seconds.

    A damaged stretch is passed over as players do; ``damaged`` counts packets that would not decode.
    """
    container, stream = open_sound(path)
    claimed = probe(path)["duration_s"]
    frames, damaged, too_long = 0, 0, False
    peak = 0.0
    with container, Path(out).open("wb") as sink:
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=rate)

        def keep(decoded: Any) -> None:
            nonlocal frames, peak
            for piece in resampler.resample(decoded):
                block = np.nan_to_num(
                    piece.to_ndarray().reshape(-1), nan=0.0, posinf=1.0, neginf=-1.0
                )
                np.clip(block, -4.0, 4.0, out=block)
                if block.size:
                    peak = max(peak, float(np.abs(block).max()))
                sink.write(block.astype("<f4", copy=False).tobytes())
                frames += block.size // 2

        packets = container.demux(stream)
        while not too_long:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except av.error.FFmpegError:
                damaged += 1
                break
            try:
                for decoded in packet.decode():
                    keep(decoded)
            except (av.error.FFmpegError, ValueError):
                damaged += 1
            too_long = frames > max_s * rate
        if not too_long and frames:
            keep(None)
    return {
        "frames": frames,
        "damaged": damaged,
        "too_long": too_long,
        "claimed_s": claimed,
        "peak": peak,
    }


TASKS: dict[str, Callable[..., dict[str, Any]]] = {"probe": probe, "decode": decode}


def main() -> None:
    order = json.loads(sys.stdin.read())
    limits = order["limits"]
    limit(limits["memory_bytes"], limits["cpu_s"], limits["output_bytes"])
    av.logging.set_level(None)
    try:
        answer = TASKS[order["task"]](**order["arguments"])
    except Refused as refused:
        answer = {"error": str(refused)}
    except MemoryError:
        answer = {
            "error": "Reading the file needs more memory than it may use. Try another copy of it."
        }
    except OSError as fault:
        full = fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        answer = {"disk_full": True} if full else {"error": NOT_SOUND}
    sys.stdout.write("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
