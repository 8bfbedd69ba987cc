"""What the words say about a song's form: tags such as [Chorus], and lines that come back."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import LyricLine, SectionType

ALIKE = 0.72  # ratio of matching letters from which two lines count as the same
OFTEN = 0.6  # of the usual number of repetitions makes a line one of the chorus
LEAST_LINES, LEAST_WORDS = 2, 6  # a block that returns is at least this long

TAGS: tuple[tuple[str, SectionType], ...] = (
    (r"pre.?chorus|build|lift", "verse"),
    (r"post.?chorus", "chorus"),
    (r"chorus|hook|refrain|drop|refr[aã]o|estribillo|coro|ritornello", "chorus"),
    (r"verse|verso|vers|strophe|couplet|estrofa|strofa|rap", "verse"),
    (r"bridge|middle.?(eight|8)|c.part|puente|pont|ponte|br(ü|u)cke", "bridge"),
    (r"intro|introduction|introducción", "intro"),
    (r"outro|coda|end(ing)?|final", "outro"),
    (r"instrumental|solo|interlude|break|riff", "instrumental"),
)


@dataclass(frozen=True)
class WordCues:
    """What the words tell, bar by bar."""

    sung: NDArray[np.float64]  # (bars,) share of the bar with words
    returning: NDArray[np.float64]  # (bars,) share of the bar with lines heard more than once
    borders: NDArray[np.float64]  # (bars,) evidence for a border before the bar
    tags: tuple[SectionType | None, ...]  # (bars,) what a tag calls the bar
    tagged: bool


def section_of_tag(tag: str | None) -> SectionType | None:
    """What a tag such as "Chorus 2" or "Guitar solo" means; None where it means nothing to us."""
    text = (tag or "").lower()
    for pattern, section in TAGS:
        if re.search(rf"\b({pattern})", text):
            return section
    return None


def cues(lines: Sequence[LyricLine], edges: NDArray[np.float64]) -> WordCues:
    """What timed lines say about bars with these borders (seconds)."""
    starts, ends = edges[:-1], edges[1:]
    lengths = np.maximum(ends - starts, 1e-6)
    usual = float(np.median(lengths))
    bars = len(starts)
    sung, returning, borders = np.zeros(bars), np.zeros(bars), np.zeros(bars)
    votes: list[dict[SectionType, float]] = [{} for _ in range(bars)]
    counts = _often_enough(repetitions([line.text for line in lines]))
    sections = [section_of_tag(line.tag) for line in lines]
    for line, count, section in zip(lines, counts, sections, strict=True):
        share = np.clip(np.minimum(line.end, ends) - np.maximum(line.timestamp, starts), 0, None)
        share /= lengths
        sung += share
        returning += share * (count > 0)
        if section is not None:
            for bar in np.flatnonzero(share > 0).tolist():
                votes[bar][section] = votes[bar].get(section, 0.0) + float(share[bar])
    tagged = any(sections)
    for i, line in enumerate(lines):
        before = lines[i - 1] if i else None
        new_tag = tagged and (before is None or sections[i] != sections[i - 1])
        turns = before is None or (counts[i] > 0) != (counts[i - 1] > 0)
        waits = before is not None and line.timestamp - before.end > 2.0 * usual
        if new_tag or turns or waits:
            bar = int(
                np.argmin(np.abs(starts - line.timestamp + 0.15 * usual))
            )  # singers start early
            borders[bar] += 2.5 if new_tag else 1.0
        if i == len(lines) - 1 or lines[i + 1].timestamp - line.end > 3.0 * usual:
            borders[int(np.argmin(np.abs(starts - line.end - 0.3 * usual)))] += 0.7
    return WordCues(
        sung=np.minimum(sung, 1.0),
        returning=np.minimum(returning, 1.0),
        borders=np.minimum(borders, 3.0 if tagged else 1.2),
        tags=tuple(_most(vote) for vote in votes),
        tagged=tagged,
    )


def _often_enough(counts: list[int]) -> list[int]:
    """Repetitions, less those heard far less often than most: two lines that the last verse takes up again."""
    heard = [count for count in counts if count]
    if not heard:
        return counts
    least = OFTEN * float(np.median(heard))
    return [count if count >= least else 0 for count in counts]


def _most(vote: dict[SectionType, float]) -> SectionType | None:
    return max(vote.items(), key=lambda item: item[1])[0] if vote else None


def repetitions(texts: Sequence[str]) -> list[int]:
    """For each line, how often its block is heard (0: once). A block is a run of at least two alike lines
    in the same order, of six words together, or one longer line heard three times and not just in a row."""
    plain = [normalise(text) for text in texts]
    count = len(plain)
    alike = np.zeros((count, count), bool)
    for i in range(count):
        for j in range(i + 1, count):
            alike[i, j] = _alike(plain[i], plain[j])
    partners: list[set[int]] = [set() for _ in range(count)]
    for lag in range(1, count):
        i = 0
        while i + lag < count:
            run = 0
            while i + run + lag < count and run < lag and alike[i + run, i + run + lag]:
                run += 1
            words = sum(len(plain[i + k].split()) for k in range(run))
            if run >= LEAST_LINES and words >= LEAST_WORDS:
                for k in range(i, i + run):
                    partners[k].add(k + lag)
                    partners[k + lag].add(k)
            i += max(run, 1)
    heard = [len(found) + 1 if found else 0 for found in partners]
    for i in range(count):
        same = [j for j in range(count) if j == i or alike[min(i, j), max(i, j)]]
        if len(plain[i].split()) >= 4 and len(same) >= 3 and max(same) - min(same) > 4:
            heard[i] = max(heard[i], len(same))
    return heard


def normalise(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces."""
    letters = unicodedata.normalize("NFD", text.lower())
    kept = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w ]", "", kept).split())


def _alike(a: str, b: str) -> bool:
    if not a or not b:
        return False
    if a == b:
        return True
    matcher = difflib.SequenceMatcher(None, a, b)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
