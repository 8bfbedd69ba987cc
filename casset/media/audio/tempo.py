"""Tempo from beats: by regression, never from a frame rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Floats = NDArray[np.float64]

SPAN = 16  # beats over which a slope is taken
LOOSE = 0.08  # relative scatter of beat lengths at which no grid is left


def regression_bpm(beats: Floats, span: int = SPAN) -> float:
    """Median slope over ``span`` beats in BPM: not quantised, unmoved by single errors. 0 if unknown."""
    if len(beats) < 4:
        return 0.0
    span = min(span, len(beats) - 1)
    return float(np.median(60 * span / np.maximum(beats[span:] - beats[:-span], 1e-6)))


def stability(beats: Floats) -> float:
    """How close the beats are to a machine's grid, 0..1.

    Scatter of the length of four beats, so that jitter of single onsets counts little: half of it
    against the median of the song (drift, tempo changes), half against that of the 16 beats around
    (rubato).
    """
    if len(beats) < 8:
        return 0.0
    lengths = (beats[4:] - beats[:-4]) / 4
    whole = np.abs(lengths / np.median(lengths) - 1)
    local = np.abs(lengths / median_filter(lengths, SPAN, mode="nearest") - 1)
    steady = [np.clip(1 - scatter.mean() / LOOSE, 0, 1) for scatter in (whole, local)]
    return float(np.mean(steady))


def halved(beats: Floats, strength: Floats) -> Floats:
    """Every other beat, beginning where ``strength`` (beats,) is greater on the whole."""
    if len(beats) < 2:
        return beats
    return beats[int(strength[1::2].mean() > strength[0::2].mean()) :: 2]


def doubled(beats: Floats) -> Floats:
    """The beats and the points half way between them."""
    if len(beats) < 2:
        return beats
    between = (beats[:-1] + beats[1:]) / 2
    return np.sort(np.concatenate([beats, between]))
