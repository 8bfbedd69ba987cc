"""Music or noise: whether a sound has anything that repeats or any pitch.

The networks hear beats in the gusts of wind and in crackle. Music repeats its strokes from beat to
beat, or it has pitches that stand out, or both; noise has neither.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import cues

Floats = NDArray[np.floating]

POINTS = 24  # a beat
LAGS = (1, 2, 4)  # beats after which strokes may repeat

# Nothing below the first, sure above the second. Noises (white to brown, rain, wind, sea, crackle,
# babble) repeat by 0.27 at most, one in steady gusts by 0.46; drums alone by 0.87. Their loudest pitch
# class is 1.06 to 1.49 of the mean; in songs 1.43 and more, and those below 1.6 repeat well.
REPEATING = (0.40, 0.60)
PITCHED = (1.50, 1.62)


def evidence(beats: Floats, heard: cues.Cues) -> float:
    """0..1 that the sound with these beats (n,) s is music and no noise."""
    total = _share(repetition(beats, heard), REPEATING) + _share(pitchedness(heard), PITCHED)
    return min(total, 1.0)


def repetition(beats: Floats, heard: cues.Cues) -> float:
    """Greatest correlation of the onsets with themselves one, two or four beats on.

    Counted in beats and not in seconds, so that a tempo that changes does no harm.
    """
    count = len(beats) - 1
    at = np.interp(np.arange(count * POINTS) / POINTS, np.arange(len(beats)), beats)
    smooth = np.convolve(np.log1p(heard.onset), np.hanning(9) / 4, "same")
    read = np.interp(at * cues.FLUX_FPS, np.arange(len(smooth)), smooth)
    read -= read.mean()
    power = float(read @ read) + 1e-9
    found = [float(read[lag * POINTS :] @ read[: -lag * POINTS]) for lag in LAGS if lag < count]
    return max([one / power for one in found], default=0.0)


def pitchedness(heard: cues.Cues) -> float:
    """Mean over time of the loudest pitch class over the mean of all twelve."""
    chroma = heard.chords + heard.bass
    return float(np.mean(chroma.max(axis=1) / (chroma.mean(axis=1) + 1e-9)))


def _share(value: float, between: tuple[float, float]) -> float:
    return float(np.clip((value - between[0]) / (between[1] - between[0]), 0, 1))
