"""A song decoded once to one timeline, which analysis and the final mux both use.

Codec delay alone can eat the 50 ms a beat may be off: encoders pad, players trim, and two decoders
disagree. So everything here and later counts from the first sample that ``decode`` returns.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import MediaError
from casset.lib.hashing import file_sha256
from casset.media import ffmpeg, probe

RATE = 44_100


@dataclass(frozen=True)
class Sound:
    """Decoded audio: ``samples`` is (n, 2) float32 in -1..1 at ``rate`` Hz; mono files are doubled.

    ``warnings`` are sentences about the file itself (cut off, damaged).
    """

    samples: NDArray[np.float32]
    rate: int = RATE
    sha256: str = ""  # of the file's bytes
    warnings: tuple[str, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate

    @cached_property
    def mono(self) -> NDArray[np.float32]:
        """(n,) float32 mean of the channels."""
        return np.ascontiguousarray(self.samples.mean(axis=1), dtype=np.float32)


def decode(
    path: Path | str,
    *,
    min_s: float = 0.0,
    max_s: float = 900.0,
    max_bytes: int = 500 * 2**20,
    limits: ffmpeg.Limits | None = None,
) -> Sound:
    """Decode the first audio stream of a local file to 44.1 kHz stereo float32.

    Runs in a child process with limits (``casset.media.ffmpeg``). Raises ``MediaError`` when the
    file is not sound, is empty, is shorter than ``min_s`` or longer than ``max_s`` seconds. A file
    that is cut off or damaged is decoded as far as it goes, and ``Sound.warnings`` says so.
    """
    path = Path(path)
    facts = probe.sound(path, max_bytes=max_bytes)
    if facts.duration_s > max_s * 1.05:
        raise MediaError(_too_long(facts.duration_s, max_s))
    with tempfile.TemporaryDirectory(prefix="casset-decode-") as folder:
        raw = Path(folder) / "samples.f32"
        order = {"path": str(path), "out": str(raw), "rate": RATE, "max_s": max_s}
        done = ffmpeg.run("decode", order, limits=limits)
        if done["too_long"]:
            raise MediaError(_too_long(max(done["claimed_s"], max_s), max_s))
        samples = np.fromfile(raw, np.dtype("<f4")).astype(np.float32, copy=False).reshape(-1, 2)
    if len(samples) < 64:
        raise MediaError(
            "The file holds no sound that can be decoded. Export the song again, as WAV or MP3."
        )
    sound = Sound(samples, RATE, file_sha256(path), _warnings(done, len(samples) / RATE))
    if sound.duration < min_s:
        raise MediaError(
            f"The song is {sound.duration:.1f} s long; at least {min_s:.0f} s are needed. Give a longer recording."
        )
    return sound


def _too_long(duration_s: float, max_s: float) -> str:
    return (
        f"The song is at least {duration_s / 60:.0f} minutes long; at most {max_s / 60:.0f} minutes can be used. "
        "Cut out the part you want."
    )


def _warnings(done: dict[str, float], decoded_s: float) -> tuple[str, ...]:
    said = []
    claimed = done["claimed_s"]
    if claimed and decoded_s < claimed - max(0.5, 0.02 * claimed):
        said.append(
            f"The file says it is {claimed:.1f} s long but holds only {decoded_s:.1f} s: it was cut off. The part that is there was used."
        )
    elif done["damaged"]:
        said.append(f"{done['damaged']:.0f} damaged pieces of the file were passed over.")
    return tuple(said)
