"""A song's form: where its sections begin, on downbeats, and which of them are the same music.

Borders are chosen all at once, by dynamic programming over bars, from how much the sound changes,
where repetitions begin and end, what the words say, and a liking for lengths of 4, 8 and 16 bars.
Sections are then grouped by harmony and sound, and named (``section_labels``).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist, squareform

from casset.media.audio import section_labels, section_words, selfsimilarity
from casset.media.audio.analysis import LyricLine, Section
from casset.media.audio.features import BarFeatures
from casset.media.audio.section_labels import Label
from casset.media.audio.section_words import WordCues
from casset.media.audio.selfsimilarity import Likeness

# Found by random search on rendered and real songs, then on the songs of benchmarks/rendered_forms.py: the
# optimum is flat, a third more or less of any of them costs at most a few points.
TURNING_WEIGHT = 0.6
RECALLING_WEIGHT = 0.45
WORDS_WEIGHT = 1.2
LENGTH_WEIGHT = 1.1
SAMENESS_WEIGHT = 0.2
BORDER_COST = 1.6
LEAST_BARS, MOST_BARS = 3, 24
PEAK_REACH_BARS, PEAK_LEAD = 2, 0.6  # a border moves so far for so much more evidence
STUB_S = 4.0  # a first or last section shorter than that is a pick-up, or a last chord ringing out
SOUND_SHARE = 0.55  # of the distance between two sections; the rest is harmony
SAME_GROUP = 0.31  # distance up to which two sections are the same music, if nothing else is clear
SAME_GROUP_SPREAD = 0.14  # how far a clear gap between distances may move it
RETURNING_WORDS = 0.35  # by which the same tune and words bring two sections nearer
MERGED_BARS = 16  # neighbours of one group are joined up to this length
PIECES_BARS = 8  # unlike pieces of anything but a verse are joined up to this length
KEY_LIFTS = (0, 1, 2, 3)  # semitones by which a last chorus may rise and still be the same music
LIFT_COST = 0.08


@dataclass(frozen=True)
class Form:
    """A song's sections with the bars behind them, for the hook finder."""

    sections: tuple[Section, ...]
    borders: NDArray[np.int_]  # (sections + 1,) bar indices
    groups: NDArray[np.int_]  # (sections,) equal numbers are the same music
    likeness: Likeness
    words: WordCues | None


def find(
    bars: BarFeatures,
    lines: Sequence[LyricLine] = (),
    *,
    arousal: float = 0.0,
) -> Form:
    """The form of a song. ``lines`` are its timed words, if known; sections tile 0..duration.

    ``arousal`` (-1..1) is the song's own energy, on which the sections' levels lean a little.
    """
    words = section_words.cues(lines, bars.edges) if lines else None
    if words is not None:
        bars = _with_words(bars, words)
    likeness = selfsimilarity.compare(bars)
    evidence = (
        likeness.novelty + TURNING_WEIGHT * likeness.turning + RECALLING_WEIGHT * likeness.recalling
    )
    if words is not None:
        evidence = evidence + WORDS_WEIGHT * words.borders
    borders = without_stubs(choose_borders(evidence, likeness.sound), bars.edges)
    groups = group(borders, likeness, bars)
    borders, groups = join(borders, groups, evidence, words)
    groups = group(borders, likeness, bars)
    named = section_labels.name(bars, borders, groups, likeness, words)
    borders, groups, named = _without_pieces(borders, groups, named)
    energies = section_labels.energies(bars, borders, arousal)
    letters = _letters(groups)
    edges = [float(bars.edges[b]) for b in borders]
    edges[0], edges[-1] = 0.0, bars.duration
    sections = tuple(
        Section(
            type=label.type,
            start=start,
            end=end,
            energy=section_labels.level(value),
            energy_value=round(value, 3),
            label=letter,
            confidence=round(label.confidence, 2),
            likely=label.confidence < section_labels.SURE,
            source=label.source,
        )
        for label, start, end, value, letter in zip(
            named, edges[:-1], edges[1:], energies, letters, strict=True
        )
    )
    return Form(sections, borders, groups, likeness, words)


def choose_borders(evidence: NDArray, sound: NDArray) -> NDArray[np.int_]:
    """(sections + 1,) bar indices from 0 to the number of bars: the division with the best sum of evidence
    for its borders, likeness within its sections, and lengths that music likes."""
    count = len(evidence)
    sums = np.cumsum(np.cumsum(np.pad(sound, ((1, 0), (1, 0))), axis=0), axis=1)
    usual = float(sound.mean())
    best = np.full(count + 1, -np.inf)
    best[0] = 0.0
    came_from = np.zeros(count + 1, int)
    for end in range(1, count + 1):
        gain = float(evidence[end]) if end < count else 0.0
        for start in range(max(0, end - MOST_BARS), end):
            length = end - start
            edge = start == 0 or end == count
            if length < LEAST_BARS and not edge:
                continue
            block = sums[end, end] - sums[start, end] - sums[end, start] + sums[start, start]
            sameness = (block / length**2 - usual) * min(length, 16) / 4
            liking = max(_liking(length), 0.3) if edge else _liking(length)
            total = (
                best[start]
                + gain
                - BORDER_COST
                + LENGTH_WEIGHT * liking
                + SAMENESS_WEIGHT * sameness
            )
            if total > best[end]:
                best[end], came_from[end] = total, start
    borders = [count]
    while borders[-1] > 0:
        borders.append(int(came_from[borders[-1]]))
    return _onto_peaks(borders[::-1], evidence)


def _onto_peaks(borders: list[int], evidence: NDArray) -> NDArray[np.int_]:
    """The borders, each moved to a bar near it that has far more evidence: sections of odd length exist."""
    moved = list(borders)
    for k in range(1, len(moved) - 1):
        low = max(moved[k] - PEAK_REACH_BARS, moved[k - 1] + LEAST_BARS)
        high = min(moved[k] + PEAK_REACH_BARS, moved[k + 1] - LEAST_BARS)
        if low <= high:
            peak = low + int(np.argmax(evidence[low : high + 1]))
            if evidence[peak] > evidence[moved[k]] + PEAK_LEAD:
                moved[k] = peak
    return np.array(moved)


def without_stubs(borders: NDArray[np.int_], edges: NDArray[np.float64]) -> NDArray[np.int_]:
    """The borders without the inner one of a first or last section too short to be one."""
    kept = list(borders)
    if len(kept) > 2 and (edges[kept[-1]] - edges[kept[-2]] < STUB_S or kept[-1] - kept[-2] < 2):
        kept.pop(-2)
    if len(kept) > 2 and (edges[kept[1]] - edges[kept[0]] < STUB_S or kept[1] - kept[0] < 2):
        kept.pop(1)
    return np.array(kept)


def group(borders: NDArray, likeness: Likeness, bars: BarFeatures) -> NDArray[np.int_]:
    """(sections,) numbers of which sections are the same music, by average linkage of their distances."""
    count = len(borders) - 1
    if count < 2:
        return np.zeros(count, int)
    lifted = [likeness.harmony] + [_harmony_lifted(bars, lift) for lift in KEY_LIFTS[1:]]
    spans = list(itertools.pairwise(borders))
    means = np.array([likeness.sound_space[:, a:b].mean(axis=1) for a, b in spans])
    usual = float(np.median(pdist(likeness.sound_space.T))) + 1e-9
    sound = squareform(pdist(means)) / usual
    chance = float(np.median(likeness.harmony))
    distance = np.zeros((count, count))
    for i in range(count):
        for j in range(i + 1, count):
            shared = max(
                _best_diagonal(matrix, spans[i], spans[j]) - (LIFT_COST if lift else 0.0)
                for lift, matrix in enumerate(lifted)
            )
            apart = 1 - np.clip((shared - chance) / (0.92 - chance + 1e-9), 0, 1)
            shorter, longer = sorted((spans[i][1] - spans[i][0], spans[j][1] - spans[j][0]))
            again = np.clip((_best_diagonal(likeness.words, spans[i], spans[j]) - 0.2) / 0.4, 0, 1)
            distance[i, j] = distance[j, i] = max(
                0.0,
                (1 - SOUND_SHARE) * apart
                + SOUND_SHARE * min(1.5, sound[i, j])
                + 0.1 * (shorter / longer < 0.45)
                - RETURNING_WORDS * again,
            )
    tree = linkage(squareform(distance, checks=False), "average")
    return np.asarray(fcluster(tree, _clear_cut(tree[:, 2]), "distance") - 1, dtype=int)


def _clear_cut(heights: NDArray[np.float64]) -> float:
    """Where to cut the tree: in the widest gap between its joins that lies near the usual distance."""
    ends = np.concatenate([[0.0], np.sort(heights), [heights.max() + 0.3]])
    middles = 0.5 * (ends[1:] + ends[:-1])
    nearness = np.exp(-0.5 * ((middles - SAME_GROUP) / SAME_GROUP_SPREAD) ** 2)
    best = int(np.argmax(np.diff(ends) * nearness))
    return float(np.clip(SAME_GROUP, ends[best] + 1e-6, ends[best + 1] - 1e-6))


def join(
    borders: NDArray, groups: NDArray, evidence: NDArray, words: WordCues | None
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Undo cuts inside one piece of music: neighbours of one group with weak evidence between them."""
    kept, names = list(borders), list(groups)
    usual = float(np.median(evidence[kept[1:-1]])) if len(kept) > 2 else 1.0
    i = 0
    while i < len(names) - 1:
        at = kept[i + 1]
        told = words is not None and words.borders[at] > 1.0
        if (
            names[i] == names[i + 1]
            and kept[i + 2] - kept[i] <= MERGED_BARS
            and evidence[at] < usual
            and not told
        ):
            kept.pop(i + 1)
            names.pop(i + 1)
        else:
            i += 1
    return np.array(kept), np.array(names)


def _without_pieces(
    borders: NDArray[np.int_], groups: NDArray[np.int_], named: list[Label]
) -> tuple[NDArray[np.int_], NDArray[np.int_], list[Label]]:
    """Neighbouring pieces of one chorus, intro, outro, bridge or instrumental become one section."""
    kept, letters, labels = list(borders), list(groups), list(named)
    i = 0
    while i < len(labels) - 1:
        one, other = labels[i], labels[i + 1]
        short = kept[i + 2] - kept[i] <= PIECES_BARS
        alike = letters[i] == letters[i + 1] and one.type != "chorus"
        if one.type == other.type and one.type != "verse" and (short or alike):
            kept.pop(i + 1)
            letters.pop(i + 1)
            labels.pop(i + 1)
        else:
            i += 1
    return np.array(kept), np.array(letters), labels


def _liking(length: int) -> float:
    """How usual a section of so many bars is."""
    if length in (8, 16):
        return 1.0
    if length == 4:
        return 0.8
    if length in (12, 20, 24):
        return 0.55
    if length % 4 == 0:
        return 0.3
    return 0.1 if length % 2 == 0 else -0.25


def _best_diagonal(matrix: NDArray, first: tuple[int, int], second: tuple[int, int]) -> float:
    """How alike two spans of bars are at their best offset, up to two bars beyond either end."""
    longer, shorter = sorted((first, second), key=lambda span: span[0] - span[1])
    long_bars, short_bars = longer[1] - longer[0], shorter[1] - shorter[0]
    block = matrix[longer[0] : longer[1], shorter[0] : shorter[1]]
    best = 0.0
    for offset in range(-2, long_bars - short_bars + 3):
        line = np.diagonal(block, -offset)
        if len(line) >= max(2, 0.7 * short_bars):
            best = max(best, float(line.mean()))
    return best


def _harmony_lifted(bars: BarFeatures, semitones: int) -> NDArray[np.float64]:
    """Likeness of the bars' chords when either of the two is raised; (n, n)."""
    plain = bars.harmony - bars.harmony.mean(0)
    raised = np.roll(plain.reshape(4, 12, -1), semitones, axis=1).reshape(48, -1)
    norms = np.linalg.norm(plain, axis=0) + 1e-9
    across = (plain / norms).T @ (raised / norms)
    return np.clip(np.maximum(across, across.T), 0.0, 1.0)


def _with_words(bars: BarFeatures, words: WordCues) -> BarFeatures:
    """The bars, with singing where the words are instead of where it was guessed."""
    return BarFeatures(**{**vars(bars), "vocal": words.sung.astype(np.float32)})


def _letters(groups: NDArray) -> list[str]:
    """A, B, C … by first appearance; AA, AB … beyond Z."""
    order: dict[int, str] = {}
    for number in groups:
        if number not in order:
            k = len(order)
            order[number] = (chr(64 + k // 26) if k >= 26 else "") + chr(65 + k % 26)
    return [order[number] for number in groups]
