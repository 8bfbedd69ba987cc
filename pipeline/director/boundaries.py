"""Where clips begin and end: the best path through the song's beats, found by dynamic programming.

A clip lasts 4 to 8 seconds. Every inner boundary is a beat of the song (or of its continued tempo
grid where the tracker heard none), chosen together with all others, so that sections and drops
begin clips, clips last whole bars, and loud passages get the shorter ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from casset.media.audio.analysis import AudioAnalysis
from pipeline.contracts import AudioData, ClipBoundary
from pipeline.director.listening import Song

SHORTEST_S, LONGEST_S = 4.0, 8.0
FEWEST = 3
REACH_S = 2.0  # how far the planner may move a boundary it was given
# What a boundary or a length is worth, in units of one second's deviation from the wished length.
OFF_BAR = 1.2
MISSED_SECTION = 5.0
MISSED_DROP = 12.0
UNEVEN_BARS = 0.5
CHANGE = 1.5
NO_BEAT = 0.6
INSIDE_WORD = 1.6
BEFORE_LINE = 0.8


@dataclass(frozen=True)
class Mark:
    """A place where a clip may end. ``cost`` is what a boundary here costs, negative if wanted."""

    time: float
    cost: float = 0.0


def choose(analysis: AudioAnalysis) -> tuple[ClipBoundary, ...]:
    """The clips' boundaries for a song: from 0 to its duration, at least three, 4 to 8 s each.

    Songs under 12 s get three shorter clips. Without beats the tempo's grid is used, and without
    a tempo spans of equal length.
    """
    song = Song(analysis)
    marks = [Mark(0.0), *(_mark(song, t) for t in _places(song)), Mark(song.duration)]
    length_cost = _length_cost(song)
    for shortest, longest in _limits(song.duration):
        path = best_path(marks, shortest, longest, length_cost, fewest=FEWEST)
        if path:
            return _spans([marks[i].time for i in path])
    count = max(FEWEST, round(song.duration / 6))
    return _spans(list(np.linspace(0.0, song.duration, count + 1)))


def refine(audio: AudioData) -> tuple[ClipBoundary, ...]:
    """The given boundaries, each moved by at most 2 s where the story gains.

    A boundary moves to another beat when that keeps a sung word whole, meets a new line, a drop
    or a section. Boundaries that do not cover the song are replaced by ``choose``.
    """
    given = audio.clip_boundaries
    if len(given) < FEWEST or not _covers(given, audio.duration):
        return choose(audio)
    song = Song(audio)
    places = _places(song)
    length_cost = _length_cost(song)
    steps: list[list[Mark]] = [[Mark(0.0)]]
    for boundary in given[:-1]:
        near = [t for t in places if abs(t - boundary.end) <= REACH_S]
        moved = [_mark(song, t, story=True) for t in near]
        steps.append(moved or [Mark(boundary.end)])
    steps.append([Mark(song.duration)])
    (shortest, longest), *_ = _limits(song.duration)
    path = _stepped_path(steps, shortest, longest, length_cost)
    return _spans(path) if path else tuple(given)


def best_path(
    marks: Sequence[Mark],
    shortest: float,
    longest: float,
    length_cost: Callable[[float, float], float],
    *,
    fewest: int = 1,
) -> list[int]:
    """Indices of the cheapest way from the first mark to the last, or [] if there is none.

    ``length_cost(start, end)`` prices one span; spans outside ``shortest..longest`` are not
    allowed. At least ``fewest`` spans are used. Costs O(marks x spans in reach).
    """
    last, slack = len(marks) - 1, 1e-6
    best = [[math.inf] * (fewest + 1) for _ in marks]
    came: list[list[tuple[int, int]]] = [[(-1, -1)] * (fewest + 1) for _ in marks]
    best[0][0] = 0.0
    low = 0
    for j in range(1, last + 1):
        end = marks[j].time
        while end - marks[low].time > longest + slack:
            low += 1
        for i in range(low, j):
            if end - marks[i].time < shortest - slack:
                break
            if all(math.isinf(value) for value in best[i]):
                continue
            price = length_cost(marks[i].time, end) + (marks[j].cost if j < last else 0.0)
            for used, value in enumerate(best[i]):
                now = min(used + 1, fewest)
                if value + price < best[j][now]:
                    best[j][now] = value + price
                    came[j][now] = (i, used)
    if math.isinf(best[last][fewest]):
        return []
    path, at, used = [last], last, fewest
    while at > 0:
        at, used = came[at][used]
        path.append(at)
    return path[::-1]


def _places(song: Song) -> list[float]:
    """Beats, and the tempo's grid continued over stretches longer than two seconds without any."""
    anchors = [0.0, *map(float, song.beats), song.duration]
    places: set[float] = {t for t in map(float, song.beats) if 0 < t < song.duration}
    if not len(song.beats):
        places |= set(song.section_starts)
    step = song.period_s
    for i, (a, b) in enumerate(pairwise(anchors)):
        if b - a <= 2.0:
            continue
        if i == 0 and len(song.beats):  # before the first beat, count backwards from it
            places |= {b - k * step for k in range(1, int((b - a) / step) + 1) if b - k * step > 0}
        else:
            places |= {a + k * step for k in range(1, math.ceil((b - a) / step))}
    edge = 0.25 * step
    return sorted(t for t in places if edge < t < song.duration - edge)


def _mark(song: Song, time: float, *, story: bool = False) -> Mark:
    """How much a boundary at ``time`` is wanted."""
    beat = song.nearest_beat(time)
    on_beat = beat is not None and abs(float(song.beats[beat]) - time) < 0.02
    cost = NO_BEAT if not on_beat else OFF_BAR * (not song.is_downbeat(time))
    if on_beat:
        entry = song.entry(time)
        cost -= CHANGE * max(entry.energy, entry.onset, 0.0)
        cost -= 0.3 * song.strength_at(time)
    if story and song.analysis.lyrics:
        cost += INSIDE_WORD * song.is_inside_word(time)
        cost -= BEFORE_LINE * any(
            -0.05 <= line.timestamp - time <= song.period_s for line in song.analysis.lyrics
        )
    return Mark(time, cost)


def _length_cost(song: Song) -> Callable[[float, float], float]:
    """Price of a clip: its length against what its energy asks for, and what it runs over."""
    starts, drops = np.asarray(song.section_starts), np.asarray(song.drops)
    short = song.duration < FEWEST * SHORTEST_S

    def count(times: np.ndarray, start: float, end: float) -> int:
        return int(((times > start + 0.02) & (times < end - 0.02)).sum())

    def cost(start: float, end: float) -> float:
        wished = song.duration / FEWEST if short else 7.2 - 2.6 * song.energy_between(start, end)
        bars = (end - start) / song.bar_s
        uneven = min(1.0, 4 * abs(bars - round(bars))) + 0.5 * (round(bars) % 2 == 1)
        return (
            abs(end - start - wished)
            + UNEVEN_BARS * uneven
            + MISSED_SECTION * count(starts, start, end)
            + MISSED_DROP * count(drops, start, end)
        )

    return cost


def _limits(duration: float) -> list[tuple[float, float]]:
    """Shortest and longest clip to try, strictest first."""
    if duration < FEWEST * SHORTEST_S:
        even = duration / FEWEST
        return [(even * 0.7, even * 1.5), (even * 0.4, even * 2)]
    return [(SHORTEST_S, LONGEST_S), (3.5, 8.5), (3.0, 9.5), (2.0, 12.0)]


def _stepped_path(
    steps: Sequence[Sequence[Mark]],
    shortest: float,
    longest: float,
    length_cost: Callable[[float, float], float],
) -> list[float]:
    """One time a step, cheapest in sum, spans within the limits; [] if none fits."""
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, -1)}]
    for before, marks in pairwise(steps):
        reached: dict[int, tuple[float, int]] = {}
        for j, mark in enumerate(marks):
            for i, (value, _) in best[-1].items():
                span = mark.time - before[i].time
                if not shortest - 1e-6 <= span <= longest + 1e-6:
                    continue
                total = value + mark.cost + length_cost(before[i].time, mark.time)
                if j not in reached or total < reached[j][0]:
                    reached[j] = (total, i)
        if not reached:
            return []
        best.append(reached)
    at, times = 0, []
    for step, reached in zip(reversed(steps), reversed(best), strict=True):
        times.append(step[at].time)
        at = reached[at][1]
    return times[::-1]


def _covers(boundaries: Sequence[ClipBoundary], duration: float) -> bool:
    joined = all(abs(a.end - b.start) < 1e-3 for a, b in pairwise(boundaries))
    return joined and boundaries[0].start < 1e-3 and abs(boundaries[-1].end - duration) < 0.05


def _spans(times: Sequence[float]) -> tuple[ClipBoundary, ...]:
    return tuple(
        ClipBoundary(start=float(a), end=float(b), duration=float(b - a))
        for a, b in pairwise(times)
    )
