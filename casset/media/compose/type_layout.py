"""Where lyrics stand: safe areas, phrases and their times, line breaks, stacks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from casset.media.audio.analysis import LyricLine, Word
from casset.media.compose.type_faces import (
    CAP_HEIGHT,
    Weight,
    reads_right_to_left,
    settable,
    width_em,
)

SPACE_EM = 0.235  # between words
LEADING = 1.10  # baseline to baseline of set rows, ems
STACK_LEADING = 0.94  # of capitals' height plus this share of the em stays air
LEAD_S = 0.40  # a phrase stands this long before its first word
LINGER_S = 0.80  # and this long after its last
PAIR_GAP_S = 1.3
PAIR_LENGTH_S = 7.5
MOST_ROWS = 3
_SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "i",
        "of",
        "to",
        "in",
        "on",
        "at",
        "my",
        "de",
        "la",
        "le",
        "el",
        "il",
        "o",
        "e",
        "y",
        "and",
        "und",
        "der",
        "die",
        "das",
    ]
)


@dataclass(frozen=True)
class Area:
    """Where type may stand, pixels: platform buttons and captions never cover it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class SetWord:
    """A word of a phrase. ``start`` and ``end`` are seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Phrase:
    """What stands on screen at once. ``rows`` are lines kept as the artist broke them.

    Visible from ``appear`` to ``vanish`` (seconds, fades included). ``by_word`` is false where only
    the line's time is known: its words are not lit one by one then. ``chorus``: may be set large.
    """

    rows: tuple[tuple[SetWord, ...], ...]
    appear: float
    vanish: float
    by_word: bool = True
    chorus: bool = False

    @property
    def words(self) -> tuple[SetWord, ...]:
        return tuple(itertools.chain.from_iterable(self.rows))


def safe_area(size: tuple[int, int]) -> Area:
    """The area free of platform interfaces for a picture of (width, height).

    Landscape keeps EBU R 95's graphics-safe 5 % and a little air. Vertical clears the buttons, captions
    and tabs that TikTok, Reels and Shorts lay over 1080x1920: 13 % above, 25 % below, 14 % at the right.
    """
    width, height = size
    ratio = width / height
    if ratio < 0.8:
        return Area(0.07 * width, 0.13 * height, 0.86 * width, 0.75 * height)
    if ratio < 1.25:
        return Area(0.065 * width, 0.08 * height, 0.935 * width, 0.92 * height)
    return Area(0.06 * width, 0.08 * height, 0.94 * width, 0.905 * height)


def phrases_of(
    lines: Sequence[LyricLine], widest_em: float, most_rows: int = MOST_ROWS, *, pair: bool = True
) -> tuple[list[Phrase], list[str]]:
    """Phrases in order of time, and warnings about lines that cannot be set.

    ``widest_em`` is a row's width in ems of the size used. Long lines become several phrases, two
    short lines that follow each other closely become one.
    """
    kept, warnings = _settable_lines(lines)
    repeated = _repeated(kept)
    pieces: list[tuple[tuple[SetWord, ...], bool, bool]] = []
    for line in kept:
        words, by_word = _words(line)
        chorus = line.tag == "chorus" or (line.tag is None and _key(line) in repeated)
        parts = _split(words, widest_em * most_rows * 0.86)
        pieces += [(part, by_word, chorus) for part in parts]
    groups: list[list[tuple[tuple[SetWord, ...], bool, bool]]] = []
    for piece in pieces:
        if groups and pair and len(groups[-1]) == 1 and _pairs(groups[-1][0], piece, widest_em):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return _timed(groups), warnings


def break_rows(
    words: Sequence[SetWord], widest_em: float, weight: Weight, most_rows: int = MOST_ROWS
) -> list[tuple[SetWord, ...]]:
    """Words in as few rows as fit, the rows as even as can be and not ending on a small word."""
    widths = [width_em(word.text, weight) for word in words]
    for rows in range(1, max(most_rows, 1) + 1):
        best = _best_breaks(words, widths, rows, widest_em)
        if best is not None:
            return [tuple(words[a:b]) for a, b in itertools.pairwise(best)]
    best = _best_breaks(words, widths, min(most_rows + 1, len(words)), float("inf"))
    edges = best or [0, len(words)]
    return [tuple(words[a:b]) for a, b in itertools.pairwise(edges)]


def visual_order(texts: Sequence[str]) -> list[int]:
    """Indices of a row's words from left to right, for rows that mix directions too.

    The direction of the row is that of its first word that has one; words of the other direction
    that follow each other keep their own order (Unicode's bidirectional algorithm, by whole words).
    """
    base = reads_right_to_left(" ".join(texts))
    against = [
        reads_right_to_left(text) != base and any(c.isalnum() for c in text) for text in texts
    ]
    order: list[int] = []
    for turned, group in itertools.groupby(range(len(texts)), key=lambda i: against[i]):
        run = list(group)
        order += reversed(run) if turned else run
    return order[::-1] if base else order


def row_width_em(words: Sequence[SetWord], weight: Weight) -> float:
    """Width of a row in ems."""
    return sum(width_em(word.text, weight) for word in words) + SPACE_EM * max(0, len(words) - 1)


def stack_rows(
    words: Sequence[SetWord], box: tuple[float, float], weight: Weight
) -> list[tuple[tuple[SetWord, ...], float]]:
    """Rows that each fill the width, with their sizes in px per em, so that all fit the height."""
    width, height = box
    best: tuple[float, list[tuple[tuple[SetWord, ...], float]]] | None = None
    most = min(5, len(words))
    for count in range(1, most + 1):
        for cuts in itertools.combinations(range(1, len(words)), count - 1):
            edges = (0, *cuts, len(words))
            rows = [tuple(words[a:b]) for a, b in itertools.pairwise(edges)]
            sizes = [width / row_width_em(row, weight) for row in rows]
            smallest = min(sizes)
            sizes = [min(size, 2.4 * smallest, 0.36 * height / CAP_HEIGHT) for size in sizes]
            tall = sum(stack_row_height(size) for size in sizes)
            shrink = min(1.0, height / tall)
            sizes = [size * shrink for size in sizes]
            filled = sum(
                size * size * row_width_em(row, weight)
                for row, size in zip(rows, sizes, strict=True)
            ) / (width * height)
            score = filled + 1.6 * min(sizes) / height
            if best is None or score > best[0]:
                best = score, list(zip(rows, sizes, strict=True))
    return [] if best is None else best[1]


def stack_row_height(em_px: float) -> float:
    """Pixels a row of capitals takes in a stack, with the air below it."""
    return (CAP_HEIGHT + 0.17) * em_px


def _best_breaks(
    words: Sequence[SetWord], widths: Sequence[float], rows: int, widest: float
) -> list[int] | None:
    if rows > len(words):
        return None
    best: tuple[float, list[int]] | None = None
    for cuts in itertools.combinations(range(1, len(words)), rows - 1):
        edges = [0, *cuts, len(words)]
        spans = [sum(widths[a:b]) + SPACE_EM * (b - a - 1) for a, b in itertools.pairwise(edges)]
        if max(spans) > widest:
            continue
        longest = max(spans)
        cost = sum((longest - span) ** 2 for span in spans) / max(longest, 1e-6) ** 2
        for cut in cuts:
            last = words[cut - 1].text.lower()
            cost += 0.25 if last.strip(".,;!?") in _SMALL_WORDS else 0.0
            cost -= 0.12 if last.endswith((",", ";", ".", "!", "?", ":")) else 0.0
        if best is None or cost < best[0]:
            best = cost, edges
    return None if best is None else best[1]


def _settable_lines(lines: Sequence[LyricLine]) -> tuple[list[LyricLine], list[str]]:
    kept: list[LyricLine] = []
    skipped = 0
    for line in sorted(lines, key=lambda one: one.timestamp):
        text = settable(line.text)
        words = [(word, settable(word.text)) for word in line.words]
        if text is None or any(clean is None for _, clean in words):
            skipped += 1
        elif text:
            cleaned = tuple(
                word.model_copy(update={"text": clean}) for word, clean in words if clean
            )
            kept.append(line.model_copy(update={"text": text, "words": cleaned}))
    warnings = []
    if skipped:
        warnings.append(
            f"{skipped} of {len(lines)} lyric lines are in a script we have no typeface for; "
            "they are not shown."
        )
    return kept, warnings


def _words(line: LyricLine) -> tuple[tuple[SetWord, ...], bool]:
    if line.words:
        return tuple(SetWord(w.text, w.start, max(w.end, w.start + 0.05)) for w in line.words), True
    texts = line.text.split()
    span = max(line.end - line.timestamp, 0.2)
    words = [
        Word(
            text=t,
            start=line.timestamp + span * i / len(texts),
            end=line.timestamp + span * (i + 1) / len(texts),
        )
        for i, t in enumerate(texts)
    ]
    return tuple(SetWord(w.text, w.start, w.end) for w in words), False


def _split(words: tuple[SetWord, ...], most_em: float) -> list[tuple[SetWord, ...]]:
    """A long line in pieces of about equal width, each at most ``most_em`` wide in all."""
    total = row_width_em(words, "bold")
    count = min(len(words), max(1, -int(-total // most_em)), 12)
    count = max(count, -(-len(words) // 14))
    if count == 1:
        return [words]
    pieces: list[list[SetWord]] = [[]]
    for place, word in enumerate(words):
        done = row_width_em(words[:place], "bold") / total
        if pieces[-1] and done >= len(pieces) / count:
            pieces.append([])
        pieces[-1].append(word)
    return [tuple(piece) for piece in pieces]


def _pairs(
    first: tuple[tuple[SetWord, ...], bool, bool],
    second: tuple[tuple[SetWord, ...], bool, bool],
    widest: float,
) -> bool:
    """True if two pieces read better together: short, close, of one kind."""
    a, b = first[0], second[0]
    short = all(row_width_em(row, "bold") <= widest for row in (a, b))
    close = b[0].start - a[-1].end < PAIR_GAP_S and b[-1].end - a[0].start < PAIR_LENGTH_S
    return short and close and first[1:] == second[1:]


def _timed(groups: Sequence[Sequence[tuple[tuple[SetWord, ...], bool, bool]]]) -> list[Phrase]:
    spans = [(group[0][0][0].start, max(word.end for word in group[-1][0])) for group in groups]
    switches: list[float] = []  # when one phrase may hand over to the next
    for (_, end), (start, _) in itertools.pairwise(spans):
        switches.append(min(start - 0.04, max(end, start - LEAD_S)))
    out: list[Phrase] = []
    for place, (group, (start, end)) in enumerate(zip(groups, spans, strict=True)):
        appear = (
            max(0.0, start - LEAD_S) if place == 0 else max(switches[place - 1], start - LEAD_S)
        )
        vanish = end + LINGER_S
        if place < len(switches):
            vanish = min(vanish, switches[place])
        out.append(
            Phrase(
                tuple(piece[0] for piece in group),
                appear,
                max(vanish, appear + 0.1),
                group[0][1],
                group[0][2],
            )
        )
    return out


def _key(line: LyricLine) -> str:
    return "".join(c for c in line.text.lower() if c.isalnum())


def _repeated(lines: Sequence[LyricLine]) -> set[str]:
    """Lines of three words or more that are sung at least twice: the chorus, as far as text tells."""
    keys = [_key(line) for line in lines if len(line.text.split()) >= 3]
    return {key for key in keys if keys.count(key) > 1}
