"""Which beats open a bar, and how many beats a bar has.

Decided on fixed beats from what marks a bar: the networks' downbeat probability at three speeds,
change of chord, change of bass note, weight of kick and bass. The weights were fitted by logistic
regression on 8 rendered and 13 real songs; change of harmony is the strongest single cue.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import cues

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

# log odds that a beat opens a bar: networks at each speed, chord change, bass change, low onset, bias
NETWORK_WEIGHTS = (0.22, 0.25, 0.25)
CHORD_WEIGHT, BASS_WEIGHT, LOW_WEIGHT, BIAS = 0.70, 0.62, 0.34, -1.12

PHASE_JUMP = -20.0  # log cost of a bar line out of turn: several clear bars on both sides
JUMP_AT_TEMPO_CHANGE = -2.0  # where the tempo leaps, counting often starts anew
TEMPO_LEAP = 0.12  # change of beat length that counts as a leap
METRES = (3, 4, 5, 6)
RARITY_SHARE = 0.5  # of the log odds by which bar lines are rarer in long bars than in bars of four
METRE_LOG_PRIOR = {
    2: 0.0,
    3: 0.0,
    4: 2.0,
    5: -2.0,
    6: -5.0,
}  # 3 and 4 heard as 6 is the usual error
SHORTEST_DOTTED_S = 0.42  # dotted beats are slower than 143 BPM
COMPOUND_RATIO = 1.5
COMPOUND_METRES = (2, 4)


def is_compound(beats: Floats, heard: cues.Cues) -> bool:
    """Whether the beats are dotted: strokes on both thirds of the beat, few half way."""
    if len(beats) < 8 or np.median(np.diff(beats)) < SHORTEST_DOTTED_S:
        return False
    start, length = beats[:-1], np.diff(beats)
    strokes = [
        cues.around(heard.onset, cues.FLUX_FPS, start + part * length, 0.03, 0.03).mean()
        for part in (1 / 3, 2 / 3, 1 / 2)
    ]
    return bool(min(strokes[0], strokes[1]) > COMPOUND_RATIO * strokes[2])


def downbeat_log_odds(beats: Floats, heard: cues.Cues) -> Floats:
    """(beats,) log odds that each beat opens a bar."""
    total = np.full(len(beats), BIAS)
    for weight, activation in zip(NETWORK_WEIGHTS, heard.activations, strict=True):
        peak = cues.around(activation, cues.GRID_FPS, beats, 0.04, 0.04)
        total += weight * np.log((peak[:, 1] + 1e-3) / (peak[:, 0] + 1e-3))
    total += CHORD_WEIGHT * _standardised(change(heard.chords, beats))
    total += BASS_WEIGHT * _standardised(change(heard.bass, beats))
    low = cues.around(heard.low, cues.FLUX_FPS, beats, 0.03, 0.05)
    return total + LOW_WEIGHT * _standardised(np.log(low + 0.1))


def number(beats: Floats, log_odds: Floats, metres: tuple[int, ...] = METRES) -> tuple[int, Ints]:
    """(metre, position in the bar of each beat, 1 = downbeat) of the best of ``metres``.

    A Viterbi over bar positions; a bar line may fall out of turn at a cost that is low where the
    tempo leaps. The odds are those of songs in four: without correction, doubtful bar lines would
    speak for few of them, that is for long bars.
    """
    costs = _jump_costs(beats)
    best, chosen, positions = -np.inf, metres[0], np.ones(len(beats), np.int64)
    for metre in metres:
        before = (np.arange(metre) - 1) % metre
        odds = log_odds + RARITY_SHARE * np.log(3 / (metre - 1))
        value = np.full(metre, -np.log(metre))
        value[0] += odds[0]
        back = np.zeros((len(beats), metre), np.int64)
        for k in range(1, len(beats)):
            back[k] = before
            moved = value[before]
            jump = int(np.argmax(value))
            if value[jump] + costs[k] > moved[0]:
                moved[0], back[k, 0] = value[jump] + costs[k], jump
            moved[0] += odds[k]
            value = moved
        if value.max() + METRE_LOG_PRIOR[metre] > best:
            best, chosen = float(value.max() + METRE_LOG_PRIOR[metre]), metre
            at = int(np.argmax(value))
            for k in range(len(beats) - 1, -1, -1):
                positions[k] = at + 1
                at = int(back[k, at])
    return chosen, positions


def _jump_costs(beats: Floats) -> Floats:
    """(beats,) log cost of a bar line out of turn at each beat."""
    costs = np.full(len(beats), PHASE_JUMP)
    if len(beats) < 9:
        return costs
    log_gap = np.log(np.maximum(np.diff(beats), 1e-3))
    for k in range(4, len(beats) - 4):
        leap = abs(np.median(log_gap[k : k + 4]) - np.median(log_gap[k - 4 : k]))
        if leap > TEMPO_LEAP:
            costs[max(k - 2, 0) : k + 3] = JUMP_AT_TEMPO_CHANGE
    return costs


def change(chroma: Floats, beats: Floats, reach: float = 1.0, gap_s: float = 0.0) -> Floats:
    """(beats,) 1 - cosine between the mean chroma ``reach`` beats before and after each beat.

    The 0.02 s in which a note speaks are left out, and ``gap_s`` on both sides of them.
    """
    gaps = np.diff(beats)
    before = np.concatenate([gaps[:1], gaps]) * reach
    after = np.concatenate([gaps, gaps[-1:]]) * reach
    past = _span_mean(chroma, beats - before, beats - gap_s)
    coming = _span_mean(chroma, beats + 0.02 + gap_s, beats + after)
    dot = (past * coming).sum(axis=1)
    changed = 1 - dot / (np.linalg.norm(past, axis=1) * np.linalg.norm(coming, axis=1) + 1e-9)
    if len(changed) > 2:  # silence before the first beat and after the last is no change of chord
        changed[[0, -1]] = np.median(changed[1:-1])
    return changed


def _span_mean(chroma: Floats, starts: Floats, ends: Floats) -> Floats:
    """(spans, 12) mean of log(1 + chroma) from each start to each end."""
    running = np.concatenate([np.zeros((1, chroma.shape[1])), np.cumsum(np.log1p(chroma), axis=0)])
    first = np.clip(np.round(starts * cues.CHROMA_FPS).astype(int), 0, len(chroma) - 1)
    last = np.clip(np.round(ends * cues.CHROMA_FPS).astype(int), first + 1, len(chroma))
    return (running[last] - running[first]) / (last - first)[:, None]


def _standardised(x: Floats) -> Floats:
    return (x - x.mean()) / (x.std() + 1e-6)
