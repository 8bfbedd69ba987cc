"""Bring an uploaded video to the form every visual has: a short silent loop, with its facts."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from casset.lib.errors import MediaError
from casset.media import watched
from casset.media.ffmpeg import Limits
from casset.media.loops import kinds
from casset.media.loops.facts import Join, LoopFacts
from casset.media.loops.writing import NAMES

MAX_S = 30.0
MAX_BYTES = 500 * 2**20
# 30 s of 4K HDR take some 4 minutes of one core; of 1080p, one.
LIMITS = Limits(wall_s=1500.0, cpu_s=900, memory_bytes=3 * 2**30, output_bytes=2 * 2**30)


def ingest(
    source: Path,
    folder: Path,
    *,
    join: Join = "cut",
    max_s: float = MAX_S,
    max_bytes: int = MAX_BYTES,
    progress: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], None] | None = None,
    limits: Limits = LIMITS,
) -> LoopFacts:
    """Write ``NAMES`` to ``folder`` and return what is known of the loop.

    ``loop.mp4`` and ``small.mp4`` are H.264 High, yuv420p, BT.709 limited range, 30 frames a second,
    index first, without sound or metadata, of the source's shape, at most 1920 and 960 pixels long
    and never larger than the source; ``poster.jpg`` and ``small.jpg`` one frame of it. ``join``
    closes the loop: ``crossfade`` blends its last half second into its first, ``rebound`` plays it
    forwards and back.

    The file is only opened in a child process with ``limits``. ``progress`` gets (share, text);
    ``cancelled`` ends the work by raising. Whatever goes wrong, ``folder`` keeps nothing of it.
    Raises ``MediaError`` with what to do; its ``code`` is one of NOT_VIDEO, TOO_BIG, UNREADABLE,
    CUT_OFF, CODEC, NO_PICTURE, TOO_SMALL, TOO_LARGE, SHAPE, TOO_SHORT, TOO_LONG, TOO_SLOW, FLASHES.
    About 20 s of one core for 10 s of 1080 x 1920.
    """
    kind = _kind(source, max_bytes)
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f".loop.{os.getpid()}-{secrets.token_hex(4)}.part"
    scratch.mkdir()
    arguments: dict[str, Any] = {
        "source": str(source.resolve()),
        "kind": kind,
        "scratch": str(scratch.resolve()),
        "join": join,
        "max_s": max_s,
    }
    try:
        answer = watched.run(
            "casset.media.loops.making",
            arguments,
            limits=limits,
            progress=progress,
            cancelled=cancelled,
            too_long="Reading the video took too long and was stopped. Export it as H.264 at "
            "1080 x 1920, at most 30 s.",
            crashed="The video could not be read: its decoder failed or ran into a limit. "
            "Export it again as MP4 (H.264).",
        )
        facts = LoopFacts.model_validate(answer)
        for name in NAMES:
            (scratch / name).replace(folder / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return facts


def _kind(source: Path, max_bytes: int) -> kinds.Kind:
    """The kind of an existing file of a permitted size, by its first bytes."""
    try:
        size = source.stat().st_size
        with source.open("rb") as stream:
            head = stream.read(kinds.HEAD_BYTES)
    except OSError as fault:
        raise MediaError("The video is not there any more. Upload it again.") from fault
    if size > max_bytes:
        raise MediaError(
            f"The video has {size / 2**20:.0f} MB; at most {max_bytes / 2**20:.0f} MB can be used. "
            "Export it with a lower bit rate, or shorter.",
            code="TOO_BIG",
        )
    kind = kinds.recognise(head)
    if kind is None:
        raise MediaError(
            "This is not an MP4, MOV or WebM video. Export the loop as MP4 (H.264).",
            code="NOT_VIDEO",
        )
    return kind
