"""The bar pointer: one path through tempo and bar that explains the activations best.

The model is that of F. Krebs, S. Böck and G. Widmer, "An Efficient State-Space Model for Joint Tempo
and Meter Tracking" (ISMIR 2015), with the constants of Böck, Krebs and Widmer (ISMIR 2016), and
follows madmom's BSD-licensed implementation (credited in NOTICE) to the frame. A state is (beat in
the bar, tempo, position in the beat). Inside a beat the position only advances, so a choice is made
at beat entries alone: one ring buffer for each (beat, tempo) holds what travels between them, and
the search costs frames x beats x tempi x neighbours instead of frames x states.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OBSERVATION_LAMBDA = 16  # a beat takes up the first 1/16 of its interval
TRANSITION_LAMBDA = 100.0  # how stiff the tempo is from one beat to the next
NUM_TEMPI = 60


@dataclass(frozen=True)
class BarPath:
    """Beat times (s), each one's position in the bar (1 = downbeat), the metre, the log likelihood."""

    times: Floats
    numbers: Ints
    metre: int
    log_likelihood: float


def decode(
    activations: NDArray[np.floating],
    fps: float,
    metre: int,
    bpm_range: tuple[float, float],
    *,
    transition_lambda: float = TRANSITION_LAMBDA,
) -> BarPath:
    """Best path through (frames, 2) beat and downbeat probabilities for one metre and tempo range.

    About 0.1 CPU s for three minutes at 100 frames a second and one octave of tempo.
    """
    if len(activations) == 0:
        return BarPath(np.empty(0), np.empty(0, np.int64), metre, -np.inf)
    chances = np.maximum(activations.astype(np.float64), 1e-12)
    neither = np.maximum(1.0 - chances.sum(axis=1), 1e-12) / (OBSERVATION_LAMBDA - 1)
    intervals = _tempo_intervals(bpm_range, fps)
    log_likelihood, entries = _viterbi(
        np.log(chances[:, 0]),
        np.log(chances[:, 1]),
        np.log(neither),
        intervals,
        _log_transitions(intervals, transition_lambda),
        metre,
        float(OBSERVATION_LAMBDA),
    )
    strength = chances.max(axis=1)
    times, numbers = [], []
    for entry, beat, width in entries:
        first, last = max(entry, 0), min(entry + width, len(chances))
        if last > first:
            times.append(first + int(np.argmax(strength[first:last])))
            numbers.append(beat + 1)
    return BarPath(np.array(times) / fps, np.array(numbers, np.int64), metre, float(log_likelihood))


def _tempo_intervals(bpm_range: tuple[float, float], fps: float) -> Ints:
    """Beat lengths in frames: every whole number when there are few, else spread by ratio."""
    shortest, longest = 60.0 * fps / bpm_range[1], 60.0 * fps / bpm_range[0]
    intervals = np.arange(np.round(shortest), np.round(longest) + 1)
    if len(intervals) > NUM_TEMPI:
        tried = NUM_TEMPI
        intervals = intervals[:0]
        while len(intervals) < NUM_TEMPI:
            intervals = np.unique(np.round(np.geomspace(shortest, longest, tried)))
            tried += 1
    return intervals.astype(np.int64)


def _log_transitions(intervals: Ints, transition_lambda: float) -> Floats:
    """(from, to) log of exp(-lambda |to / from - 1|), each row normalised."""
    ratio = intervals[None, :] / intervals[:, None]
    chance = np.exp(-transition_lambda * np.abs(ratio - 1.0))
    chance[chance <= np.spacing(1)] = 0
    with np.errstate(divide="ignore"):
        return np.log(chance / chance.sum(axis=1, keepdims=True))


@njit(cache=True)
def _viterbi(log_beat, log_down, log_none, intervals, transitions, metre, observation_lambda):  # type: ignore[no-untyped-def]
    """(log likelihood, (entries, 3) of entry frame, beat in the bar, frames that count as the beat)."""
    frames, tempi = len(log_none), len(intervals)
    start = np.zeros(tempi + 1, np.int64)  # of each tempo's ring
    width = np.zeros(tempi, np.int64)  # frames of each beat that count as "beat"
    lowest, highest = np.zeros(tempi, np.int64), np.zeros(tempi, np.int64)
    for i in range(tempi):
        start[i + 1] = start[i] + intervals[i]
        while width[i] < intervals[i] and width[i] / intervals[i] < 1.0 / observation_lambda:
            width[i] += 1
        lowest[i], highest[i] = tempi, 0
        for j in range(tempi):  # which tempi can be left for this one
            if transitions[j, i] > -np.inf:
                lowest[i] = min(lowest[i], j)
                highest[i] = j + 1
    ring = np.full((metre, start[tempi]), -np.log(metre * start[tempi]))
    head = np.zeros(tempi, np.int64)  # slot of position 0 in each ring
    back = np.zeros((frames, metre, tempi), np.int16)
    leaving = np.empty((metre, tempi))
    common = 0.0  # the log density of "no beat", shared by all states, is added once
    for frame in range(frames):
        common += log_none[frame]
        for beat in range(metre):
            for i in range(tempi):  # the slot of the last position becomes that of the next first
                leaving[beat, i] = ring[
                    beat, start[i] + (head[i] + intervals[i] - 1) % intervals[i]
                ]
        for i in range(tempi):
            head[i] = (head[i] + intervals[i] - 1) % intervals[i]
        for beat in range(metre):
            before = beat - 1 if beat > 0 else metre - 1
            gain = (log_down[frame] if beat == 0 else log_beat[frame]) - log_none[frame]
            for i in range(tempi):
                best, chosen = -np.inf, 0
                for j in range(lowest[i], highest[i]):
                    value = leaving[before, j] + transitions[j, i]
                    if value > best:
                        best, chosen = value, j
                ring[beat, start[i] + head[i]] = best
                back[frame, beat, i] = chosen
                for position in range(width[i]):
                    ring[beat, start[i] + (head[i] + position) % intervals[i]] += gain
    best, at_beat, at_tempo, at_position = -np.inf, 0, 0, 0
    for beat in range(metre):
        for i in range(tempi):
            for position in range(intervals[i]):
                value = ring[beat, start[i] + (head[i] + position) % intervals[i]]
                if value > best:
                    best, at_beat, at_tempo, at_position = value, beat, i, position
    entries = np.empty((frames + 2, 3), np.int64)
    count, frame = 0, frames - 1 - at_position
    while True:
        entries[count] = frame, at_beat, width[at_tempo]
        count += 1
        if frame < 0:
            break
        at_tempo = back[frame, at_beat, at_tempo]
        at_beat = at_beat - 1 if at_beat > 0 else metre - 1
        frame -= intervals[at_tempo]
    return best + common, entries[:count][::-1]
