"""librosa's beat tracker (ISC): always there, no bars, the last rung of the ladder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.decode import Sound

LATE_S = 0.030  # its beats come 30 ms late (measured on 43 songs: F at 50 ms 0.49 to 0.64)
RATE = 22_050


def beats(sound: Sound) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Beat times (s) and positions in bars of four counted from the first beat (it hears no bars)."""
    import librosa
    import soxr

    mono = soxr.resample(sound.mono, sound.rate, RATE)
    _tempo, times = librosa.beat.beat_track(y=mono, sr=RATE, units="time", trim=True)
    times = np.asarray(times, np.float64) - LATE_S
    times = times[times >= 0]
    return times, np.arange(len(times)) % 4 + 1
