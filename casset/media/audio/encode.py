"""The decoded timeline as AAC, encoded once: films, hooks and samples all sound through this.

The encoder's priming (1024 samples before the first) is carried by the MP4's edit list, so that a
player's first sample is the timeline's.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from casset.media import files
from casset.media.audio.decode import Sound

FILM_BIT_RATE = 256_000
FRAME = 1024  # samples an AAC frame holds
BLOCK = 1 << 14  # samples handed to the encoder at a time
MUX_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}  # no dates or versions


def aac(sound: Sound, path: Path, *, bit_rate: int = FILM_BIT_RATE) -> Path:
    """Encode the decoded timeline as stereo AAC in an MP4; 2 CPU-s for three minutes.

    Raises ``MissingCapability`` (``DISK_FULL``) when the disk is full.
    """
    with (
        files.published(path) as part,
        av.open(str(part), "w", format="mp4", options=MUX_OPTIONS) as container,
    ):
        stream = container.add_stream("aac", rate=sound.rate)
        stream.codec_context.layout = "stereo"
        stream.codec_context.bit_rate = bit_rate
        for start in range(0, len(sound.samples), BLOCK):
            block = np.clip(sound.samples[start : start + BLOCK].T, -1.0, 1.0)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block, np.float32), format="fltp", layout="stereo"
            )
            frame.sample_rate = sound.rate
            frame.time_base = Fraction(1, sound.rate)
            frame.pts = start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
