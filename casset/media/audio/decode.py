"""A song decoded once to one timeline, which analysis and the final mux both use.

Codec delay alone can eat the 50 ms a beat may be off: encoders pad, players trim, and two decoders
disagree. So everything here and later counts from the first sample that ``decode`` returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 44_100


@dataclass(frozen=True)
class Sound:
    """Decoded audio: ``samples`` is (n, 2) float32 in -1..1 at ``rate`` Hz; mono files are doubled."""

    samples: NDArray[np.float32]
    rate: int = RATE
    sha256: str = ""  # of the file's bytes

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate

    @cached_property
    def mono(self) -> NDArray[np.float32]:
        """(n,) float32 mean of the channels."""
        return np.ascontiguousarray(self.samples.mean(axis=1), dtype=np.float32)


def decode(path: Path | str) -> Sound:
    """Decode the first audio stream of a local file to 44.1 kHz stereo."""
    parts = []
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE)
        for frame in container.decode(stream):
            parts += [out.to_ndarray() for out in resampler.resample(frame)]
        parts += [out.to_ndarray() for out in resampler.resample(None)]
    flat = np.concatenate([p.reshape(-1) for p in parts]) if parts else np.zeros(0, np.float32)
    return Sound(flat.reshape(-1, 2))
