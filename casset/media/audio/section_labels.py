"""What each section of a song is called, and how sure that is.

Tags in the words decide first, then words that return, then the sound. By sound, every group of like
sections is tried as the chorus, and "there is none" as well: a chorus stands out from the other sung
parts (louder, brighter, wider, its words return exactly), is heard again, and seldom comes first.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import Level, SectionType
from casset.media.audio.features import BarFeatures
from casset.media.audio.section_words import WordCues
from casset.media.audio.selfsimilarity import Likeness

SURE = 0.75  # a label below this is shown as likely
SOLO_SHARE = 0.68  # of the usual singing; a part heard once with less is played, not sung
NO_CHORUS = 0.9  # evidence that the best candidate must bring, or the song has no chorus


@dataclass(frozen=True)
class Label:
    type: SectionType
    confidence: float
    source: Literal["audio", "lyrics", "tags"] = "audio"


@dataclass(frozen=True)
class _Sections:
    """Figures of each section, (sections,) each; levels are in spreads of the song's bars."""

    starts: NDArray[np.int_]  # bars
    lengths: NDArray[np.int_]
    groups: NDArray[np.int_]
    total: int  # bars
    loudness: NDArray[np.float64]
    treble: NDArray[np.float64]
    bass: NDArray[np.float64]
    width: NDArray[np.float64]
    voice: NDArray[np.float64]
    singing: NDArray[np.float64]  # 0..1, not in spreads
    exact: NDArray[np.float64]
    climb: NDArray[np.float64]  # how much the section grows within itself
    sung: NDArray[np.bool_]
    recalled: (
        NDArray[np.float64] | None
    )  # share of the section whose words are heard again, if that is clear

    @property
    def count(self) -> int:
        return len(self.starts)

    def visits(self, group: int) -> int:
        """How often the song comes to this group from another."""
        at = np.flatnonzero(self.groups == group)
        return sum(1 for i in at if i - 1 not in at)


def name(
    bars: BarFeatures,
    borders: NDArray[np.int_],
    groups: NDArray[np.int_],
    likeness: Likeness,
    words: WordCues | None,
) -> list[Label]:
    """One label a section."""
    sections = _measure(bars, borders, groups, likeness, words)
    returning = _section_means(words.returning, borders) if words is not None else None
    chorus, margin = _find_chorus(sections, returning)
    labels = _by_sound(sections, chorus, margin)
    if words is not None:
        labels = _by_returning_words(sections, labels, returning)
        if words.tagged:
            labels = _by_tags(borders, sections, labels, words)
    return labels


def energies(bars: BarFeatures, borders: NDArray[np.int_], arousal: float) -> list[float]:
    """0..1 energy of each section: its level, onsets and treble within the song, leaning on the song's own."""

    def within(curve: NDArray, least: float) -> NDArray[np.float64]:
        low, high = np.percentile(curve, [5, 95])
        return np.clip(1 + (curve - high) / max(high - low, least), 0, 1)

    curve = (
        0.55 * within(bars.loudness, 9.0)
        + 0.25 * within(bars.onset, 0.8)
        + 0.20 * within(bars.treble, 9.0)
    )
    return [
        float(np.clip(0.85 * value + 0.15 * (arousal + 1) / 2, 0, 1))
        for value in _section_means(curve, borders)
    ]


def level(value: float) -> Level:
    """Low, medium or high energy."""
    return "low" if value < 0.42 else "medium" if value < 0.7 else "high"


# ------------------------------------------------------------------------------------- figures


def _measure(
    bars: BarFeatures,
    borders: NDArray[np.int_],
    groups: NDArray[np.int_],
    likeness: Likeness,
    words: WordCues | None,
) -> _Sections:
    singing = _section_means(bars.vocal, borders)
    threshold = 0.2 if words is not None else _singing_threshold(bars.vocal)
    climb = np.array(
        [
            _slope(bars.treble[a:b]) + _slope(bars.onset[a:b] * 4.0)
            for a, b in itertools.pairwise(borders)
        ]
    )
    return _Sections(
        starts=np.asarray(borders[:-1]),
        lengths=np.diff(borders),
        groups=groups,
        total=int(borders[-1]),
        loudness=_section_means(_z(bars.loudness, 1.0), borders),
        treble=_section_means(_z(bars.treble, 1.5), borders),
        bass=_section_means(_z(bars.bass, 1.5), borders),
        width=_section_means(_z(bars.width, 0.03), borders),
        voice=_section_means(_z(bars.vocal, 0.05), borders),
        singing=singing,
        exact=_section_means(_z(likeness.exact, 0.02), borders),
        climb=climb,
        sung=_really_sung(singing, threshold, groups),
        recalled=None if words is not None else _recalled(bars, borders, likeness, threshold),
    )


def _really_sung(
    singing: NDArray[np.float64], threshold: float, groups: NDArray[np.int_]
) -> NDArray[np.bool_]:
    """Which sections are sung: above the threshold, and one heard only once not far below the others (a solo)."""
    sung = singing >= threshold
    again = np.array([np.count_nonzero(groups == group) > 1 for group in groups])
    if (sung & again).sum() >= 2:
        usual = float(np.median(singing[sung & again]))
        sung &= again | (singing >= SOLO_SHARE * usual)
    return sung


def _recalled(
    bars: BarFeatures, borders: NDArray[np.int_], likeness: Likeness, threshold: float
) -> NDArray[np.float64] | None:
    """Share of each section whose tune and words return exactly; None unless sung bars clearly fall in two kinds.

    Verses sung to new words hardly match each other even bar by bar, choruses do: on a real song
    0.75 against 0.1. In music from a machine everything matches, and this says nothing.
    """
    sung = bars.vocal >= threshold
    split, clear, low, high = _two_kinds(likeness.exact[sung])
    if clear < 0.7 or low > 0.4 or high - low < 0.25:
        return None
    returns = (likeness.exact > split).astype(float)
    if returns[sung].mean() > 0.65:
        return None
    return _section_means(returns, borders)


def _singing_threshold(vocal: NDArray) -> float:
    """Where sung and unsung bars part: between two clear kinds of bars, else well below the median."""
    split, clear, low, high = _two_kinds(vocal)
    if clear > 0.75 and high - low > 0.3:
        return float(np.clip(split, 0.12, 0.5))
    return float(np.clip(np.median(vocal) * 0.62, 0.12, 0.42))


def _two_kinds(values: NDArray) -> tuple[float, float, float, float]:
    """Otsu's split of values in two: the border, how clear it is (0..1), the mean below and above it."""
    ordered = np.sort(np.asarray(values, float))
    count = len(ordered)
    if count < 12:
        return 0.0, 0.0, 0.0, 0.0
    sums = np.cumsum(ordered)
    cuts = np.arange(1, count)
    low, high = sums[:-1] / cuts, (sums[-1] - sums[:-1]) / (count - cuts)
    between = cuts / count * (1 - cuts / count) * (high - low) ** 2
    best = int(between.argmax())
    clear = float(between[best] / (ordered.var() + 1e-9))
    return float(0.5 * (low[best] + high[best])), clear, float(low[best]), float(high[best])


def _slope(curve: NDArray) -> float:
    """Rise from the first to the last third of a section."""
    if len(curve) < 3:
        return 0.0
    third = len(curve) // 3
    return float(curve[-third:].mean() - curve[:third].mean())


def _section_means(curve: NDArray, borders: NDArray[np.int_]) -> NDArray[np.float64]:
    return np.array([curve[a:b].mean() for a, b in itertools.pairwise(borders)])


def _z(curve: NDArray, least: float) -> NDArray[np.float64]:
    return np.asarray((curve - curve.mean()) / max(float(curve.std()), least), dtype=np.float64)


# -------------------------------------------------------------------------------------- sound


def _find_chorus(s: _Sections, returning: NDArray | None) -> tuple[int | None, float]:
    """The chorus's group (None: the song has none) and the lead of that answer over the next."""
    scores = {int(group): _chorus_evidence(s, int(group), returning) for group in set(s.groups)}
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    best, score = ranked[0]
    runner_up = max([value for _, value in ranked[1:]] + [NO_CHORUS])
    if score < NO_CHORUS:
        return None, NO_CHORUS - score
    return best, score - runner_up


def _chorus_evidence(s: _Sections, group: int, returning: NDArray | None) -> float:
    """How much a group of sections behaves like a chorus; about 0 for an ordinary verse."""
    own = s.groups == group
    weight = np.where(own, s.lengths, 0) / s.lengths[own].sum()
    others = ~own & s.sung
    rest = np.where(others, s.lengths, 0) / max(s.lengths[others].sum(), 1)

    def stands_out(values: NDArray) -> float:
        return float(values @ weight - (values @ rest if others.any() else 0.0))

    size = (
        1.0 * stands_out(s.loudness)
        + 0.25 * stands_out(s.treble)
        + 0.25 * stands_out(s.bass)
        + 0.15 * stands_out(s.width)
    )
    contrast = size + 0.2 * stands_out(s.voice) + 0.7 * stands_out(s.exact)
    first_bar = int(s.starts[own][0])
    share = s.lengths[own].sum() / s.total
    sung_first = [int(g) for g, sung in zip(s.groups, s.sung, strict=True) if sung]
    score = 1.4 * float(np.tanh(contrast / 1.4))
    score += 0.4 * min(s.visits(group) - 1, 3)
    score += 1.2 * min(share, 0.4) / 0.4 - 0.6
    if sung_first and sung_first[0] == group:  # seldom, unless it is clearly the biggest part
        score -= 0.7 + 1.5 * float(1 - np.clip(size / 0.5, 0, 1))
    score -= 1.2 * (share > 0.6)
    score -= 0.5 * (first_bar == 0)
    score -= 0.9 * (first_bar > 0.62 * s.total)
    score -= 0.6 * (s.lengths[own].mean() < 5)
    score -= 0.12 * float(np.clip(s.climb @ weight, 0, 8))  # a build grows, a drop has arrived
    if not s.sung[own].any():  # unless it is a drop, the biggest part of all
        score -= 0.8 * float(1 - np.clip(size - 0.4, 0, 1))
    if s.recalled is not None:
        score += 1.5 * float(s.recalled @ weight)
    if returning is not None:
        score += 3.0 * float(returning @ weight)
    return score


def _by_sound(s: _Sections, chorus: int | None, margin: float) -> list[Label]:
    trust = float(np.clip(0.5 + 0.25 * margin, 0.35, 0.72 if s.recalled is None else 0.8))
    if s.count == 1:
        return [Label("verse" if s.sung[0] else "instrumental", 0.4)]
    labels = [Label("verse", trust) for _ in range(s.count)]
    last = s.count - 1
    arrivals = [i for i in range(s.count) if s.groups[i] == chorus]
    verse = _main_verse(s, chorus)
    for i in range(s.count):
        group, middle = int(s.groups[i]), 0 < i < last
        if group == chorus:
            labels[i] = Label("chorus", trust)
        elif not s.sung[i] and middle and not _builds(s, group, chorus):
            labels[i] = Label("bridge" if _breaks_down(s, i, arrivals) else "instrumental", 0.55)
        elif middle and group != verse and chorus is not None:
            late = s.starts[i] > 0.45 * s.total and arrivals[0] < i
            if late and s.visits(group) < 2:
                labels[i] = Label("bridge", 0.55)
        elif middle and group != verse and s.starts[i] > 0.2 * s.total and verse in s.groups[:i]:
            labels[i] = Label("bridge", 0.5)
        follows = i > 0 and labels[i - 1].type == "chorus"
        if s.recalled is not None and s.sung[i] and s.recalled[i] > (0.4 if follows else 0.6):
            labels[i] = Label("chorus", max(trust, 0.65))
    _name_edges(s, labels)
    return labels


def _builds(s: _Sections, group: int, chorus: int | None) -> bool:
    """Whether a group is heard more than once and leads to the chorus every time, as a pre-chorus does."""
    at = np.flatnonzero(s.groups == group)
    leads = [i + 1 < s.count and s.groups[i + 1] in (chorus, group) for i in at]
    return chorus is not None and s.visits(group) > 1 and all(leads)


def _breaks_down(s: _Sections, i: int, arrivals: list[int]) -> bool:
    """A quiet passage, heard once, between two choruses: a bridge even if nobody is heard to sing."""
    before = sum(1 for k in arrivals if k < i)
    if before < 2 or not any(k > i for k in arrivals) or s.visits(int(s.groups[i])) > 1:
        return False
    return bool(s.loudness[i] < s.loudness[arrivals].mean() - 0.6)


def _main_verse(s: _Sections, chorus: int | None) -> int | None:
    """The sung group, not the chorus, that takes most of the song; the earlier one where two are close."""
    found: dict[int, float] = {}
    for group in {int(g) for g in s.groups}:
        own = (s.groups == group) & s.sung
        if group != chorus and own.any():
            found[group] = float(s.lengths[own].sum()) * (1.2 - 0.4 * s.starts[own][0] / s.total)
    return max(found, key=found.__getitem__) if found else None


def _name_edges(s: _Sections, labels: list[Label]) -> None:
    """Intro: what is unsung, or short and unlike the rest, at the start. Outro: the same at the end."""
    first, last = int(s.groups[0]), int(s.groups[-1])
    if s.count > 3 and first == last and s.visits(first) == 2 and labels[0].type != "chorus":
        labels[0], labels[-1] = (
            Label("intro", 0.65),
            Label("outro", 0.65),
        )  # the same music frames the song
    i = 0
    while i < s.count - 1 and labels[i].type != "chorus" and s.starts[i] < 0.2 * s.total:
        alone = s.visits(int(s.groups[i])) == 1 or s.voice[i] < 0
        if s.sung[i] and not (i == 0 and s.lengths[0] <= 8 and alone):
            break
        labels[i] = Label("intro", 0.8 if not s.sung[i] else 0.6)
        i += 1
    j = s.count - 1
    while j > 0 and s.starts[j] > 0.75 * s.total and labels[j].type != "intro":
        quiet = s.loudness[j] < (-0.5 if s.visits(int(s.groups[j])) == 1 else -0.9)
        fading = j == s.count - 1 and quiet and s.lengths[j] <= 16
        loud_chorus = labels[j].type == "chorus" and s.loudness[j] > -0.5
        if (s.sung[j] and not fading) or loud_chorus:
            break
        labels[j] = Label("outro", 0.8 if not s.sung[j] else 0.6)
        j -= 1


# -------------------------------------------------------------------------------------- words


def _by_returning_words(
    s: _Sections, labels: list[Label], returning: NDArray | None
) -> list[Label]:
    """A sung section made of words heard elsewhere too is a chorus."""
    if returning is None:
        return labels
    out = []
    for label, share, sung in zip(labels, returning, s.sung, strict=True):
        if share > 0.6 and sung:
            out.append(Label("chorus", 0.8, "lyrics"))
        elif label.type == "chorus":
            sure = share > 0.4
            out.append(
                Label("chorus", 0.75 if sure else label.confidence, "lyrics" if sure else "audio")
            )
        else:
            out.append(label)
    return out


def _by_tags(
    borders: NDArray[np.int_], s: _Sections, labels: list[Label], words: WordCues
) -> list[Label]:
    """A section that mostly lies under a tag is what the tag says; without words it keeps its name or is instrumental."""
    out = []
    for i, (start, end) in enumerate(itertools.pairwise(borders)):
        said = [tag for tag in words.tags[start:end] if tag]
        if said and len(said) >= 0.3 * (end - start):
            best = max(set(said), key=said.count)
            share = said.count(best) / len(said)
            out.append(Label(best, 0.95 if share > 0.7 else 0.7, "tags"))
        elif labels[i].type in {"intro", "outro"}:
            out.append(labels[i])
        elif not s.sung[i]:
            edge: SectionType = (
                "intro" if i == 0 else "outro" if i == s.count - 1 else "instrumental"
            )
            out.append(Label(edge, 0.8, "tags"))
        else:
            out.append(labels[i])
    return out
