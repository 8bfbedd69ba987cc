"""Cuts inside a clip: on which beats, chosen by the same path search as the clips' boundaries.

Loud passages are cut into shots of one to three seconds, quiet ones are left whole. A cut falls on
a beat that is struck, preferably a downbeat; never on every beat, because emphasis needs contrast.
"""

from __future__ import annotations

import random

from pipeline.contracts import FPS
from pipeline.director.boundaries import Mark, best_path
from pipeline.director.listening import Song

SHORTEST_S = 0.5
FEWEST_BEATS = 2  # between two cuts
OFF_BAR, HALF_BAR = 0.55, 0.25
STRUCK = 1.0  # what a fully struck beat is worth, in wished shot lengths
ENTRY = 1.2  # what an entry of drums or bass is worth
CHANCE = 0.3
PACES = (
    0.1,
    0.35,
    0.55,
    0.8,
)  # where between a band's shortest and longest shot a clip's pace may lie


def frame_of(seconds: float) -> int:
    """The film's frame nearest to a time: at most 17 ms from it."""
    return round(seconds * FPS)


def cuts_between(
    song: Song, start: float, end: float, wished_s: tuple[float, float], *, seed: int
) -> list[float]:
    """Times of the cuts inside ``start..end``, rising; empty where one long take is wanted."""
    shortest, longest = wished_s
    if end - start < 1.6 * shortest or end - start <= longest:
        return []
    inside = [i for i, t in enumerate(song.beats) if start + 0.05 < t < end - 0.05]
    if not inside:
        return []
    least = max(SHORTEST_S, 0.8 * shortest, FEWEST_BEATS * song.period_s - 0.05)
    chance = random.Random(f"cuts {seed} {frame_of(start)}")  # noqa: S311
    wished = shortest + (longest - shortest) * chance.choice(PACES)
    least = max(least, 0.75 * wished) if wished > 2 else least
    marks = [Mark(start)]
    for i in inside:
        number = int(song.numbers[i])
        at = float(song.beats[i])
        entry = song.entry(at)
        cost = 0.0 if number == 1 else HALF_BAR if number == 3 else OFF_BAR
        cost -= STRUCK * float(song.strength[i])
        cost -= ENTRY * max(0.0, entry.onset, entry.bass)
        marks.append(Mark(at, wished * 0.5 * (cost + chance.uniform(0, CHANCE))))
    marks.append(Mark(end))

    def cost_of(a: float, b: float) -> float:
        return abs(b - a - wished)

    path = best_path(marks, least, max(longest * 1.4, least * 2.5), cost_of)
    return [marks[i].time for i in path[1:-1]]


def nearest_cut(song: Song, wanted: float, start: float, end: float) -> float | None:
    """A beat near ``wanted`` that leaves room on both sides in ``start..end``; None without one."""
    room = [float(t) for t in song.beats if start + 1.5 <= t <= end - 1.2]
    return min(room, key=lambda t: abs(t - wanted), default=None)
