"""The window of a song that is its hook: how long it may be, the bars it snaps to, which to offer.

A window is (start, end) in seconds on the decoded timeline. A hook lasts 5 to 30 s; a shorter song
is its own hook.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import ValidationError
from casset.media.audio.analysis import AudioAnalysis, Section

SHORTEST_S, LONGEST_S = 5.0, 30.0
SLACK_S = 1e-6  # what adding up floats may cost
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")


@dataclass(frozen=True)
class Suggestion:
    """A window to offer. ``label`` is short enough for a button: "Chorus 1", "Last chorus"."""

    start_s: float
    end_s: float
    label: str
    reasons: tuple[str, ...]
    score: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def bounded(start_s: float, end_s: float, duration_s: float) -> tuple[float, float]:
    """The window that lies nearest within the song and is neither too short nor too long.

    The start is kept where it can be. Raises ``ValidationError`` when a time is no number, the end
    is not after the start, or the window lies outside the song.
    """
    _check(start_s, end_s, duration_s)
    shortest = min(SHORTEST_S, duration_s)
    start_s, end_s = max(start_s, 0.0), min(end_s, duration_s)
    start_s = min(start_s, duration_s - shortest)
    length = min(max(end_s - start_s, shortest), LONGEST_S, duration_s - start_s)
    return start_s, start_s + length


def snap(start_s: float, end_s: float, analysis: AudioAnalysis) -> tuple[float, float]:
    """The window of whole bars nearest to the one given, 5 to 30 s long.

    Where the song has no bars, or none that are short enough, the window is only ``bounded``.
    Raises ``ValidationError`` as ``bounded`` does.
    """
    start_s, end_s = bounded(start_s, end_s, analysis.duration)
    edges = bar_edges(analysis)
    lengths = edges[None, :] - edges[:, None]
    shortest = min(SHORTEST_S, analysis.duration)
    allowed = (lengths >= shortest - SLACK_S) & (lengths <= LONGEST_S + SLACK_S)
    if not allowed.any():
        return start_s, end_s
    cost = np.abs(edges - start_s)[:, None] + np.abs(edges - end_s)[None, :]
    first, last = np.unravel_index(np.argmin(np.where(allowed, cost, np.inf)), cost.shape)
    return float(edges[first]), float(min(edges[last], edges[first] + LONGEST_S))


def bar_edges(analysis: AudioAnalysis) -> NDArray[np.float64]:
    """Every downbeat and the end of the last bar, in seconds; empty where no bar was heard."""
    downbeats = np.unique(np.asarray(analysis.downbeats, np.float64))
    downbeats = downbeats[(downbeats >= 0) & (downbeats < analysis.duration)]
    if len(downbeats) < 2:
        return np.empty(0)
    bar_s = float(np.median(np.diff(downbeats)))
    if downbeats[-1] + 0.75 * bar_s > analysis.duration:
        return downbeats
    return np.append(downbeats, min(downbeats[-1] + bar_s, analysis.duration))


def suggestions(analysis: AudioAnalysis) -> tuple[Suggestion, ...]:
    """What the hook finder found, best first, each with a name of its own; at least one.

    The first is the window a new track begins with.
    """
    found = []
    for hook in analysis.hooks:
        start_s, end_s = bounded(hook.start, hook.end, analysis.duration)
        found.append((start_s, end_s, hook.reasons, hook.score))
    if not found:
        start_s, end_s = bounded(0.0, LONGEST_S, analysis.duration)
        found = [(start_s, end_s, ("The song begins here.",), 0.0)]
    names = [section_name(start, end, analysis) for start, end, *_ in found]
    return tuple(
        Suggestion(start_s, end_s, _told_apart(place, names, found), reasons, score)
        for place, (start_s, end_s, reasons, score) in enumerate(found)
    )


def section_name(start_s: float, end_s: float, analysis: AudioAnalysis) -> str:
    """What the window mostly shows: "Chorus 1", "Second drop", "Last chorus", "Verse 2", "Intro"."""
    blocks = _blocks(analysis)
    if not blocks:
        return "The whole song" if end_s - start_s > 0.95 * analysis.duration else "Best moment"
    shares = [max(0.0, min(end_s, end) - max(start_s, start)) for _, start, end in blocks]
    at = int(np.argmax(shares))
    kind = blocks[at][0]
    number = sum(block[0] == kind for block in blocks[: at + 1])
    total = Counter(block[0] for block in blocks)[kind]
    if total == 1:
        return kind.capitalize()
    if kind == "chorus" and number == total and total > 1:
        return "Last chorus"
    if kind == "drop" and number <= len(ORDINALS):
        return f"{ORDINALS[number - 1]} drop"
    return f"{kind.capitalize()} {number}"


def _blocks(analysis: AudioAnalysis) -> list[tuple[str, float, float]]:
    """(kind, start, end) of the form; neighbours of one kind are one."""
    blocks: list[tuple[str, float, float]] = []
    for section in analysis.song_structure:
        kind = _kind(section, sung=bool(analysis.lyrics))
        if blocks and blocks[-1][0] == kind:
            blocks[-1] = (kind, blocks[-1][1], section.end)
        else:
            blocks.append((kind, section.start, section.end))
    return blocks


def _kind(section: Section, *, sung: bool) -> str:
    """A loud passage without words is what its listeners call the drop, where nobody sings at all."""
    if section.type == "instrumental" and section.energy == "high" and not sung:
        return "drop"
    return section.type


def _told_apart(place: int, names: list[str], found: list[tuple]) -> str:
    """The name, with "earlier" or "later" where two windows lie in one section."""
    alike = [other for other, name in enumerate(names) if name == names[place]]
    if len(alike) == 1:
        return names[place]
    order = sorted(alike, key=lambda other: found[other][0]).index(place)
    return f"{names[place]}, {('earlier', 'later', 'last')[min(order, 2)]}"


def _check(start_s: float, end_s: float, duration_s: float) -> None:
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        raise ValidationError("A hook's start and end are numbers of seconds. Choose them again.")
    if end_s <= start_s:
        raise ValidationError("The hook ends before it begins. Choose its end after its start.")
    if end_s <= 0 or start_s >= duration_s:
        raise ValidationError(
            f"The hook lies outside the song, which is {duration_s:.1f} s long. Choose a part of it."
        )
