"""The outline of a sound for a waveform, in the JSON layout (version 2) of BBC's audiowaveform.

``data`` holds the least and the greatest value of each pixel in turn, -128 to 127.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from casset.lib.errors import ValidationError
from casset.media.audio.decode import Sound

SONG_BUCKETS, HOOK_BUCKETS = 800, 120
MOST_BUCKETS = 10_000


class Peaks(TypedDict):
    """https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md"""

    version: int
    channels: int
    sample_rate: int
    samples_per_pixel: int
    bits: int
    length: int  # pixels
    data: list[int]


def peaks(
    sound: Sound,
    buckets: int = SONG_BUCKETS,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> Peaks:
    """The sound's outline in at most ``buckets`` pixels of equal length; 50 ms for three minutes.

    The outer line of both channels, so that what is out of phase shows too. ``start_s`` and
    ``end_s`` name a window, the hook's for instance. Raises ``ValidationError`` for a window that
    holds no sound, and for a number of pixels that is none.
    """
    if not 1 <= buckets <= MOST_BUCKETS:
        raise ValidationError(f"A waveform has 1 to {MOST_BUCKETS} pixels, not {buckets}.")
    last = len(sound.samples) if end_s is None else round(end_s * sound.rate)
    samples = sound.samples[max(round(start_s * sound.rate), 0) : max(last, 0)]
    if not len(samples):
        raise ValidationError("There is no sound in that part of the song. Choose another.")
    step = -(-len(samples) // buckets)
    starts = np.arange(0, len(samples), step)
    low = np.minimum.reduceat(samples, starts, axis=0).min(axis=1)
    high = np.maximum.reduceat(samples, starts, axis=0).max(axis=1)
    pairs = np.clip(np.round(np.stack([low, high], axis=1) * 127.0), -128, 127).astype(int)
    return {
        "version": 2,
        "channels": 1,
        "sample_rate": sound.rate,
        "samples_per_pixel": int(step),
        "bits": 8,
        "length": len(starts),
        "data": pairs.ravel().tolist(),
    }
