"""Which pulse is the beat: the half, double or triple of a tempo fits the sound nearly as well.

The decoder offers one path for each octave of tempo; ``candidates`` keeps the different ones and
adds dotted readings (6/8). ``choose`` scores each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import bar_dbn, cues, tempo

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOWS_BPM = ((38, 76), (48, 96), (60, 120), (75, 150), (90, 180), (110, 220), (125, 250))
PATH_METRES = (3, 4)
SAME_TEMPO = 0.06  # octaves within which two paths are the same reading


@dataclass(frozen=True)
class Candidate:
    """One reading of the beat: ``beats`` (s), ``numbers`` in the bar, and how it came about."""

    beats: Floats
    numbers: Ints
    metre: int
    bpm: float
    compound: bool
    fit: float  # log likelihood of the activations, nats a second


@dataclass(frozen=True)
class Choice:
    """The reading chosen, its lead over the best other one in nats, and that one's tempo."""

    best: Candidate
    margin: float
    other_bpm: float
    candidates: tuple[Candidate, ...]


def candidates(heard: cues.Cues) -> tuple[Candidate, ...]:
    """All readings worth weighing, likeliest first."""
    mean = heard.mean_activation
    paths = [
        bar_dbn.decode(mean, cues.GRID_FPS, metre, window)
        for window in WINDOWS_BPM
        for metre in PATH_METRES
    ]
    found: list[Candidate] = []
    for path in sorted(paths, key=lambda p: -p.log_likelihood):
        bpm = tempo.regression_bpm(path.times)
        if bpm > 0 and all(abs(np.log2(bpm / other.bpm)) > SAME_TEMPO for other in found):
            fit = path.log_likelihood / heard.duration
            found.append(Candidate(path.times, path.numbers, path.metre, bpm, False, fit))
    return tuple(found)


PRIOR_BPM, PRIOR_OCTAVES, PRIOR_WEIGHT = 125.0, 0.7, 0.5


def choose(found: tuple[Candidate, ...]) -> Choice:
    """Weigh the readings against each other."""
    scores = np.array(
        [
            one.fit - PRIOR_WEIGHT * 0.5 * (np.log2(one.bpm / PRIOR_BPM) / PRIOR_OCTAVES) ** 2
            for one in found
        ]
    )
    order = np.argsort(-scores)
    if len(order) == 1:
        return Choice(found[0], 0.0, 0.0, found)
    first, second = order[:2]
    return Choice(found[first], float(scores[first] - scores[second]), found[second].bpm, found)


def overruled(choice: Choice, heard: cues.Cues, level: str) -> Candidate:
    """The reading at half or double the chosen tempo: a decoded one if there is one, else derived."""
    target = choice.best.bpm * (0.5 if level == "half" else 2.0)
    for one in choice.candidates:
        if abs(np.log2(one.bpm / target)) < SAME_TEMPO and one.compound == choice.best.compound:
            return one
    beats = choice.best.beats
    if level == "double":
        beats = tempo.doubled(beats)
    else:
        peaks = cues.around(heard.mean_activation, cues.GRID_FPS, beats, 0.04, 0.04)
        beats = tempo.halved(beats, peaks[:, 1] + 0.3 * peaks.max(axis=1))
    return Candidate(beats, np.ones(len(beats), np.int64), 4, target, choice.best.compound, 0.0)


FLOOR, CERTAIN = 0.15, 0.6  # mean activation on the beats: nothing below, sure above


def confidence(beats: Floats, heard: cues.Cues) -> float:
    """0..1 by how sure the networks are at the beats; 0 means that there is no beat to be heard."""
    if len(beats) < 4:
        return 0.0
    peaks = cues.around(heard.mean_activation.max(axis=1), cues.GRID_FPS, beats, 0.04, 0.04)
    return float(np.clip((peaks.mean() - FLOOR) / (CERTAIN - FLOOR), 0, 1))
