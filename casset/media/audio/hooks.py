"""The windows of a song that are worth sharing: at most 30 seconds, whole bars, and why.

A good hook returns elsewhere in the song, stands out in level, lies in a chorus, has the voice,
and begins where the music begins something. ``benchmarks/structure.py`` says how often the best
window lies in a chorus, beside the loudest 30 seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import Hook, Section
from casset.media.audio.features import BarFeatures
from casset.media.audio.structure import Form

LONGEST_S = 30.0
SHORTEST_S = 12.0
BEST = 3
SILENT_DB = 35.0  # below the song's loud bars: no hook begins there
CHORUS = 1.6
WORDS = 1.5
REPETITION = 1.0
LEVEL = 0.8
START = 0.7
VOICE = 0.5
CONTRAST = 0.5
EDGE = 0.6
LENGTH = 0.35


@dataclass(frozen=True)
class _Curves:
    """What windows are scored from; (bars,) each."""

    level: NDArray[np.float64]
    rank: NDArray[np.float64]  # 0..1 share of the song's bars that are quieter
    voice: NDArray[np.float64]
    returns: NDArray[np.float64]
    chorus: NDArray[np.float64]
    words: NDArray[np.float64] | None
    start: NDArray[np.float64]  # 1 where a section begins, less where a phrase does
    ends: frozenset[int]


@dataclass(frozen=True)
class _Window:
    first: int
    last: int
    score: float
    parts: dict[str, float]


def find(bars: BarFeatures, form: Form) -> tuple[Hook, ...]:
    """Up to three windows, best first, that do not overlap and begin on downbeats.

    Shorter songs get shorter windows, and a song of a few seconds is its own hook.
    """
    curves = _curves(bars, form)
    shortest = min(SHORTEST_S, 0.6 * bars.duration)
    windows = _windows(bars, curves, shortest)
    if not windows:
        end = min(bars.duration, LONGEST_S)
        return (
            Hook(
                start=0.0, end=end, score=0.0, reasons=("The sound is too short to choose from.",)
            ),
        )
    windows.sort(key=lambda window: -window.score)
    chosen: list[_Window] = []
    for window in windows:
        if all(window.last <= other.first or window.first >= other.last for other in chosen):
            chosen.append(window)
        if len(chosen) == BEST:
            break
    return tuple(
        Hook(
            start=float(bars.edges[window.first]),
            end=float(min(bars.edges[window.last], bars.duration)),
            score=round(window.score, 3),
            reasons=_reasons(window, curves, form.sections, bars),
            parts={name: round(value, 3) for name, value in window.parts.items()},
        )
        for window in chosen
    )


def _curves(bars: BarFeatures, form: Form) -> _Curves:
    count = bars.count
    chorus, start = np.zeros(count), np.zeros(count)
    for section, first, last in zip(
        form.sections, form.borders[:-1], form.borders[1:], strict=True
    ):
        if section.type == "chorus":
            chorus[first:last] = 1.0
        start[first] = 1.0
        start[first + 4 : last : 4] = 0.45
    level = np.asarray(bars.loudness, float)
    likeness = form.likeness
    return _Curves(
        level=_z(level, 1.0),
        rank=np.argsort(np.argsort(level)) / max(1, count - 1),
        voice=_z(bars.vocal, 0.1),
        returns=0.5 * _z(likeness.repeated, 0.03) + 0.8 * _z(likeness.exact, 0.02),
        chorus=chorus,
        words=form.words.returning if form.words is not None else None,
        start=start,
        ends=frozenset(int(border) for border in form.borders),
    )


def _windows(bars: BarFeatures, curves: _Curves, shortest: float) -> list[_Window]:
    """Every window of an even number of bars that is long and short enough, scored."""
    edges, count = bars.edges, bars.count
    silent = np.asarray(bars.loudness) < np.percentile(bars.loudness, 95) - SILENT_DB
    step = 2 if count > 8 else 1
    found = []
    for first in range(count):
        for last in range(first + step, count + 1, step):
            length = float(edges[last] - edges[first])
            if length > LONGEST_S:
                break
            if length >= shortest and not silent[first] and silent[first:last].mean() < 0.25:
                found.append(_score(bars, curves, first, last, length))
    return found


def _score(bars: BarFeatures, curves: _Curves, first: int, last: int, length: float) -> _Window:
    span = slice(first, last)
    before = curves.level[max(0, first - 4) : first]
    entry = float(curves.level[first : first + 4].mean() - before.mean()) if first else 0.0
    early = bars.edges[first] < 0.03 * bars.duration
    late = bars.edges[last] > 0.985 * bars.duration
    parts = {
        "repetition": float(curves.returns[span].mean()),
        "level": float(curves.level[span].mean()),
        "chorus": float(curves.chorus[span].mean()),
        "voice": float(curves.voice[span].mean()),
        "start": float(
            curves.start[first] + 0.3 * (last in curves.ends) + 0.1 * ((last - first) % 4 == 0)
        ),
        "contrast": float(np.clip(entry, -1.0, 2.0)),
        "words": float(curves.words[span].mean()) if curves.words is not None else 0.0,
        "edge": -float(early) - float(late),
    }
    weights = {
        "repetition": REPETITION,
        "level": LEVEL,
        "chorus": CHORUS,
        "voice": VOICE,
        "start": START,
        "contrast": CONTRAST,
        "words": WORDS,
        "edge": EDGE,
    }
    score = (
        sum(weights[name] * value for name, value in parts.items()) + LENGTH * length / LONGEST_S
    )
    return _Window(first, last, score, parts)


def _reasons(
    window: _Window, curves: _Curves, sections: tuple[Section, ...], bars: BarFeatures
) -> tuple[str, ...]:
    """Plain sentences from the window's figures, the strongest kind of reason first."""
    parts, span = window.parts, slice(window.first, window.last)
    start, end = bars.edges[window.first], bars.edges[window.last]
    said = []
    if parts["chorus"] > 0.5:
        likely = all(
            s.likely for s in sections if s.type == "chorus" and s.start < end and s.end > start
        )
        said.append(f"It lies in {'what is likely ' if likely else ''}the chorus.")
    if parts["words"] > 0.4:
        said.append("Its words return elsewhere in the song.")
    if parts["repetition"] > 0.3:
        said.append("This music is heard again elsewhere in the song.")
    louder = float(curves.rank[span].mean())
    if louder > 0.6:
        said.append(f"It is louder than {100 * louder:.0f} % of the song.")
    if parts["contrast"] > 0.4:
        said.append("It enters clearly stronger than what comes before.")
    if parts["voice"] > 0.2:
        said.append("The leading voice or melody is present.")
    if curves.start[window.first] == 1:
        said.append("It begins on the first beat of a new section.")
    elif curves.start[window.first] > 0:
        said.append("It begins on a four-bar phrase.")
    return tuple(said) or ("It has the best balance of level, repetition and voice in this song.",)


def _z(curve: NDArray, least: float) -> NDArray[np.float64]:
    return np.asarray((curve - curve.mean()) / max(float(curve.std()), least), dtype=np.float64)
