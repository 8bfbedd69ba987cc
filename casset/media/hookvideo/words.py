"""Titles, names and addresses as lines of type: any text in, what fits and can be set out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.media.compose import type_faces, type_layout, type_paint
from casset.media.compose.type_faces import Weight

U8 = NDArray[np.uint8]
MOST_LETTERS = 240  # more cannot be shown in two rows; a longer text is not even looked at
ELLIPSIS = "…"
SMALLER = 0.84  # a text of several rows is set this much smaller


@dataclass(frozen=True)
class SetText:
    """Rows of words as they stand, at a size of ``em_px``. ``omitted``: some letters have no glyph."""

    rows: tuple[tuple[str, ...], ...]
    weight: Weight
    em_px: float
    omitted: bool = False

    def width_px(self) -> float:
        """Pixels of the widest row."""
        return max((row_width_em(row, self.weight) for row in self.rows), default=0.0) * self.em_px

    def mask(self, row: int) -> U8:
        """Coverage of one row; its baseline is ``type_faces.ASCENT`` em below the top."""
        return row_mask(self.rows[row], self.weight, self.em_px)


def plain(text: str, most: int = MOST_LETTERS) -> str:
    """``text`` without control characters and direction marks, spaces collapsed, at most ``most`` long."""
    kept = unicodedata.normalize("NFC", text[: 4 * most])
    kept = "".join(
        " " if c.isspace() else c for c in kept if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= most else kept[:most].rstrip() + ELLIPSIS


def short_address(url: str) -> str:
    """An address as people say it: no scheme, no ``www.``, no slash at the end."""
    return re.sub(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//(?:www\.)?", "", plain(url)).rstrip("/")


def set_text(text: str, weight: Weight, em_px: float, width_px: float, *, rows: int = 1) -> SetText:
    """``text`` in at most ``rows`` rows of ``width_px``, cut with an ellipsis where it is longer.

    Words that no face can set are left out. No rows at all if nothing is left.
    """
    words, omitted = _settable_words(plain(text))
    if not words or width_px <= 0:
        return SetText((), weight, em_px, omitted)
    wide = width_px / em_px
    if row_width_em(words, weight) <= wide:
        return SetText((tuple(words),), weight, em_px, omitted)
    if rows > 1:
        em_px *= SMALLER
        wide = width_px / em_px
    return SetText(tuple(_broken(words, weight, wide, rows)), weight, em_px, omitted)


def row_width_em(words: tuple[str, ...] | list[str], weight: Weight) -> float:
    """Width of a row of words in ems."""
    each = sum(type_faces.width_em(word, weight) for word in words)
    return each + type_layout.SPACE_EM * max(0, len(words) - 1)


def row_mask(words: tuple[str, ...] | list[str], weight: Weight, em_px: float) -> U8:
    """Coverage of a row of words in reading order, placed by their directions."""
    height = type_faces.line_height_px(em_px)
    width = int(np.ceil(row_width_em(words, weight) * em_px)) + 4
    canvas = np.zeros((height, width), np.uint8)
    x = 0.0
    for place in type_layout.visual_order(words):
        type_paint.stamp(canvas, type_faces.mask(words[place], weight, em_px), round(x), 0)
        x += (type_faces.width_em(words[place], weight) + type_layout.SPACE_EM) * em_px
    return canvas


def _settable_words(text: str) -> tuple[list[str], bool]:
    kept, omitted = [], False
    for word in text.split():
        can = type_faces.settable(word)
        if can is None:  # perhaps only some letters of it: "愛(live)"
            can = "".join(c for c in word if type_faces.settable(c))
            can = can if any(c.isalnum() for c in can) else ""
            omitted = True
        kept += can.split()
    return kept, omitted


def _broken(words: list[str], weight: Weight, wide: float, rows: int) -> list[tuple[str, ...]]:
    """Rows filled in turn; a word wider than a row is cut, and so is the end of the text."""
    out: list[tuple[str, ...]] = []
    rest = list(words)
    while rest and len(out) < rows:
        row: list[str] = []
        while rest and row_width_em([*row, rest[0]], weight) <= wide:
            row.append(rest.pop(0))
        last = len(out) == rows - 1
        if rest and (last or not row):
            row = _cut([*row, rest[0]], weight, wide)
            rest = [] if last else rest[1:]
        out.append(tuple(row))
    return out


def _cut(row: list[str], weight: Weight, wide: float) -> list[str]:
    """The row with its end replaced by an ellipsis, as much of it as fits."""
    *before, end = row
    short, long = 0, len(end)  # letters that fit, and do not
    while long - short > 1:
        middle = (short + long) // 2
        fits = row_width_em([*before, end[:middle] + ELLIPSIS], weight) <= wide
        short, long = (middle, long) if fits else (short, middle)
    end = end[:short].rstrip(",.;:-–(")
    if end or not before:
        return [*before, end + ELLIPSIS]
    return _cut(before, weight, wide)
