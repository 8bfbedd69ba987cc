"""What is heard of a track: the hook as a file of its own, and the whole song for those who may.

The hook's file is encoded from the hook's samples alone, so that nothing of the rest of the song is
in it, not even behind its edit list. Loudness is the artist's and left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np

from casset.lib.errors import ValidationError
from casset.lib.hashing import file_sha256
from casset.media.audio import encode
from casset.media.audio.decode import Sound, decode
from casset.media.audio.windows import LONGEST_S
from casset.media.ffmpeg import source_url

FADE_S = 0.010
HOOK_BIT_RATE = 192_000
FULL_BIT_RATE = encode.FILM_BIT_RATE


@dataclass(frozen=True)
class RenditionFacts:
    """A rendition as it lies on the disk. ``start_s`` is where in the song its first sample lies."""

    start_s: float
    duration_s: float
    sample_count: int
    rate: int
    size_bytes: int
    sha256: str


def cut(sound: Sound | Path, out: Path, *, start_s: float, end_s: float) -> RenditionFacts:
    """Write the window as AAC in an MP4 that plays while it downloads: 10 ms fades, 192 kbit/s.

    Its first sample is the song's at ``start_s``, to the sample. Half a CPU second for 30 s; given
    a path, the song is decoded first (3 s for three minutes). Raises ``ValidationError`` when the
    window is no part of the song or longer than 30 s, ``MediaError`` as ``decode`` does, and
    ``MissingCapability`` (``DISK_FULL``).
    """
    sound = _decoded(sound)
    piece = replace(sound, samples=hook_samples(sound, start_s=start_s, end_s=end_s))
    encode.aac(piece, out, bit_rate=HOOK_BIT_RATE)
    return _facts(out, piece, round(start_s * sound.rate) / sound.rate)


def full(sound: Sound | Path, out: Path, *, bit_rate: int = FULL_BIT_RATE) -> RenditionFacts:
    """Write the whole song as AAC in an MP4 that plays while it downloads; 2 CPU s for three minutes.

    Raises as ``cut`` does.
    """
    sound = _decoded(sound)
    encode.aac(sound, out, bit_rate=bit_rate)
    return _facts(out, sound, 0.0)


def hook_samples(sound: Sound, *, start_s: float, end_s: float) -> np.ndarray:
    """The window's samples, (n, 2) float32, with raised-cosine fades of 10 ms at both ends.

    Raises ``ValidationError`` when the window is no part of the song or longer than 30 s.
    """
    if not (np.isfinite(start_s) and np.isfinite(end_s)) or not 0 <= start_s < end_s:
        raise ValidationError("A hook ends after it begins. Choose its start and end again.")
    first, last = round(start_s * sound.rate), round(end_s * sound.rate)
    if first >= len(sound.samples) or last > len(sound.samples) + sound.rate // 10:
        raise ValidationError(
            f"The hook lies outside the song, which is {sound.duration:.1f} s long. Choose a part of it."
        )
    if last - first > round(LONGEST_S * sound.rate) + 1:
        raise ValidationError(
            f"A hook is at most {LONGEST_S:.0f} s long. Choose a shorter part of the song."
        )
    samples = sound.samples[first:last].astype(np.float32, copy=True)
    ramp = _ramp(min(round(FADE_S * sound.rate), len(samples) // 2))
    samples[: len(ramp)] *= ramp
    samples[len(samples) - len(ramp) :] *= ramp[::-1]
    return samples


def _ramp(count: int) -> np.ndarray:
    """(count, 1) float32 rising from 0 to 1 as half a cosine."""
    phase = (np.arange(count) + 0.5) / max(count, 1)
    return (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)[:, None]


def _decoded(sound: Sound | Path) -> Sound:
    return sound if isinstance(sound, Sound) else decode(sound)


def _facts(path: Path, sound: Sound, start_s: float) -> RenditionFacts:
    with av.open(source_url(path)) as container:
        stream = container.streams.audio[0]
        duration_s = float((stream.duration or 0) * (stream.time_base or 0))
    return RenditionFacts(
        start_s=start_s,
        duration_s=duration_s,
        sample_count=len(sound.samples),
        rate=sound.rate,
        size_bytes=path.stat().st_size,
        sha256=file_sha256(path),
    )
