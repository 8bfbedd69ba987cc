"""Run FFmpeg's libraries on an untrusted file in a child process that has limits.

The child may read one local file and write one local file; it may not open the network, another
file or a playlist (FFmpeg's own protocol and format white lists), nor outlast its CPU seconds,
memory, output size or wall time (POSIX resource limits and a time-out here). A crash in a decoder
is this module's ``MediaError``, not the caller's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casset.lib.errors import MediaError, MissingCapability

# Containers that hold recorded sound. No playlist (hls, dash, concat, m3u), no image sequence, no script (lavfi).
FORMATS = "mp3,wav,w64,rf64,flac,ogg,aac,aiff,caf,au,ac3,eac3,amr,asf,ape,wv,tta,mpc,dsf,mov,matroska,avi,flv,mpegts,mpeg"
OPEN_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}


@dataclass(frozen=True)
class Limits:
    """What one child may use."""

    wall_s: float = 240.0
    cpu_s: int = 180
    memory_bytes: int = 3 * 2**30
    output_bytes: int = 2 * 2**30


def source_url(path: Path) -> str:
    """The path as an FFmpeg address that cannot be read as another protocol (``concat:``, ``http:``)."""
    return f"file:{path.resolve()}"


def run(task: str, arguments: dict[str, Any], *, limits: Limits | None = None) -> dict[str, Any]:
    """Run ``task`` of ``casset.media.ffmpeg_tasks`` in a child and return its answer.

    Raises ``MediaError`` with the child's own sentence when the file is at fault, when the child
    was stopped at a limit, or when it crashed; ``MissingCapability`` when the disk is full.
    """
    limits = limits or Limits()
    order = json.dumps({"task": task, "arguments": arguments, "limits": vars(limits)})
    command = [sys.executable, "-m", "casset.media.ffmpeg_tasks"]
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(
            command,
            input=order,
            capture_output=True,
            text=True,
            cwd=root,
            timeout=limits.wall_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MediaError(
            f"Reading the file took longer than {limits.wall_s:.0f} s and was stopped. Try another copy of it, as WAV or MP3."
        ) from None
    try:
        answer = json.loads(done.stdout.rsplit("\n", 1)[-1])
    except ValueError:
        raise MediaError(
            "The file could not be read: its decoder crashed or ran into a limit. Try another copy of it, as WAV or MP3."
        ) from None
    if answer.get("disk_full"):
        raise MissingCapability(
            "The disk is full: free some space, then start again.", code="DISK_FULL"
        )
    if "error" in answer:
        raise MediaError(answer["error"])
    return dict(answer)
