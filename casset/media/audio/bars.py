"""Which beats open a bar, and how many beats a bar has.

Decided on fixed beats from what marks a bar: the networks' downbeat probability at three speeds,
change of chord and of bass note, weight of kick and bass, strokes of snare, guitar and cymbal. For
every metre ``bar_weights`` says how much each mark speaks at each place of the bar: a change of
chord for the first beat, a snare for the second and fourth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import bar_weights, cues

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

PHASE_JUMP = -20.0  # log cost of a bar line out of turn: several clear bars on both sides
JUMP_AT_TEMPO_CHANGE = -2.0  # where the tempo leaps, counting often starts anew
TEMPO_LEAP = 0.12  # change of beat length that counts as a leap
METRES = (2, 3, 4, 5, 6, 7)
SHORTEST_DOTTED_S = 0.42  # dotted beats are slower than 143 BPM
COMPOUND_RATIO = 1.5
COMPOUND_METRES = (2, 4)

SNARE, MIDDLE, TREBLE = slice(3, 6), slice(2, 4), slice(4, 7)  # of cues.ONSET_EDGES_HZ
PHRASE = 8  # beats over which the playing is compared
EARLY_S = 0.04  # strokes this early still belong to the beat
FAINT_STROKE = 0.3  # of the usual one
OPENING = 4.0  # size of the mark of a song's first beat
STEADY = 0.01  # spread of a mark below which its differences count less


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


def marks(beats: Floats, heard: cues.Cues) -> dict[str, Floats]:
    """(beats,) of each mark of a bar by name, with mean 0 and a spread of about 1."""
    found: dict[str, Floats] = {}
    for speed, activation in zip(cues.SPEEDS, heard.activations, strict=True):
        peak = cues.around(activation, cues.GRID_FPS, beats, 0.04, 0.04)
        found[f"network {speed}"] = np.log((peak[:, 1] + 1e-3) / (peak[:, 0] + 1e-3)) / 3
    peak = cues.around(heard.mean_activation, cues.GRID_FPS, beats, 0.04, 0.04)
    found["downbeat"] = np.log(peak[:, 1] + 1e-2) / 2
    for reach in (1.0, 2.0):
        found[f"chord {reach:.0f}"] = _spread(change(heard.chords, beats, reach))
        found[f"bass {reach:.0f}"] = _spread(change(heard.bass, beats, reach))
    low = cues.around(heard.low, cues.FLUX_FPS, beats, 0.03, 0.05)
    found["low"] = _spread(np.log(low + 0.1))
    for name, rows in (("snare", SNARE), ("middle", MIDDLE), ("treble", TREBLE)):
        strokes = heard.bands[:, rows].sum(axis=1)
        strokes = cues.around(strokes / (strokes.mean() + 1e-9), cues.FLUX_FPS, beats, 0.03, 0.03)
        found[name] = _spread(np.log(strokes + 0.1))
    found["arrival"] = _spread(_arrival(heard, beats))
    found["chord 4"] = _spread(change(heard.chords, beats, 4.0))
    marked = {name: values - values.mean() for name, values in found.items()}
    marked["first"] = np.zeros(len(beats))
    marked["first"][_first_played(beats, heard)] = OPENING
    return marked


def _first_played(beats: Floats, heard: cues.Cues) -> int:
    """Which beat is the first with a stroke on it: the decoder may count before the music begins."""
    strokes = cues.around(heard.onset, cues.FLUX_FPS, beats, 0.05, 0.05)
    return int(np.argmax(strokes >= FAINT_STROKE * np.median(strokes)))


def _arrival(heard: cues.Cues, beats: Floats) -> Floats:
    """(beats,) how much the strokes change from the ``PHRASE`` beats before to those after each beat."""
    strokes = np.log(_between(heard.bands, beats) + 0.05)
    running = np.concatenate([np.zeros((1, strokes.shape[1])), np.cumsum(strokes, axis=0)])
    here = np.arange(len(beats))
    first, last = np.maximum(here - PHRASE, 0), np.minimum(here + PHRASE, len(beats))
    past = (running[here] - running[first]) / np.maximum(here - first, 1)[:, None]
    coming = (running[last] - running[here]) / np.maximum(last - here, 1)[:, None]
    moved = np.abs(coming - past).mean(axis=1)
    moved[: PHRASE // 2] = moved[-PHRASE // 2 :] = 0.0
    neighbours = np.maximum(np.roll(moved, 1), np.roll(moved, -1))
    return np.maximum(moved - 0.9 * neighbours, 0.0)


def _between(curve: Floats, beats: Floats) -> Floats:
    """(beats, bands) mean of a curve at ``FLUX_FPS`` from each beat to the next."""
    running = np.concatenate([np.zeros((1, curve.shape[1])), np.cumsum(curve, axis=0)])
    edges = np.append(beats, 2 * beats[-1] - beats[-2]) - EARLY_S
    at = np.clip(np.round(edges * cues.FLUX_FPS).astype(int), 0, len(curve))
    return (running[at[1:]] - running[at[:-1]]) / np.maximum(np.diff(at), 1)[:, None]


def bar_line_odds(beats: Floats, heard: cues.Cues) -> dict[int, Floats]:
    """For each metre (beats,) log odds that a bar begins at each beat."""
    found = marks(beats, heard)
    return {
        metre: sum(
            (
                weight * _later(found[name], place)
                for name, weights in bar_weights.WEIGHTS[metre].items()
                for place, weight in enumerate(weights)
            ),
            np.zeros(len(beats)),
        )
        for metre in METRES
    }


def number(
    beats: Floats,
    odds: dict[int, Floats],
    metres: tuple[int, ...] = METRES,
    *,
    compound: bool = False,
) -> tuple[int, Ints]:
    """(metre, position in the bar of each beat, 1 = downbeat) of the best of ``metres``.

    A Viterbi over bar positions with the ``odds`` of each metre; a bar line may fall out of turn at a
    cost that is low where the tempo leaps.
    """
    costs = _jump_costs(beats)
    prior = bar_weights.COMPOUND_PRIOR if compound else bar_weights.PRIOR
    best, chosen, positions = -np.inf, metres[0], np.ones(len(beats), np.int64)
    for metre in metres:
        value, numbers = _count(odds[metre] - odds[metre].mean(), costs, metre)
        if value + prior[metre] > best:
            best, chosen, positions = value + prior[metre], metre, numbers
    return chosen, positions


def _count(odds: Floats, costs: Floats, metre: int) -> tuple[float, Ints]:
    """(log odds in all, position of each beat) of the best way to count in one metre."""
    before = (np.arange(metre) - 1) % metre
    value = np.zeros(metre)
    value[0] += odds[0]
    back = np.zeros((len(odds), metre), np.int64)
    for k in range(1, len(odds)):
        back[k] = before
        moved = value[before]
        jump = int(np.argmax(value))
        if value[jump] + costs[k] > moved[0]:
            moved[0], back[k, 0] = value[jump] + costs[k], jump
        moved[0] += odds[k]
        value = moved
    positions = np.ones(len(odds), np.int64)
    at = int(np.argmax(value))
    for k in range(len(odds) - 1, -1, -1):
        positions[k] = at + 1
        at = int(back[k, at])
    return float(value.max()), positions


def _later(values: Floats, places: int) -> Floats:
    """(n,) the values so many beats on, nothing where the song has ended."""
    return np.concatenate([values[places:], np.zeros(min(places, len(values)))])


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


def _spread(x: Floats) -> Floats:
    return x / (x.std() + STEADY)
