"""The words of a song as the artist gave them, before anything is known about the recording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

SheetFormat = Literal["text", "lrc", "enhanced-lrc", "webvtt", "srt"]

_HAS_LETTER = re.compile(r"\w")
_BREAKS = re.compile(r"\s+|(?<=[—–/])(?=\w)|(?<=--)(?=\w)")


@dataclass(frozen=True)
class SheetWord:
    """One word as written, with its punctuation. Times are seconds, or None where none were given."""

    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class SheetLine:
    """One line as written. ``start`` and ``end`` are seconds where the file had stamps.

    ``stanza`` counts groups of lines from 0; ``tag`` is the section a [Chorus] tag named, in lower
    case and without its number.
    """

    words: tuple[SheetWord, ...]
    start: float | None = None
    end: float | None = None
    stanza: int = 0
    tag: str | None = None

    @property
    def text(self) -> str:
        """The line as it would be printed."""
        return " ".join(word.text for word in self.words)

    @property
    def timed_by_word(self) -> bool:
        """True if every word has a start of its own."""
        return bool(self.words) and all(word.start is not None for word in self.words)


@dataclass(frozen=True)
class LyricSheet:
    """A whole lyric. ``warnings`` are sentences about what could not be read as it stood."""

    lines: tuple[SheetLine, ...]
    format: SheetFormat
    title: str = ""
    artist: str = ""
    language: str = ""  # ISO 639-1, where the file said so
    warnings: tuple[str, ...] = ()

    @cached_property
    def timing(self) -> Literal["word-stamps", "line-stamps", "text"]:
        """The best timing the file itself carries."""
        if self.lines and all(line.timed_by_word for line in self.lines):
            return "word-stamps"
        if any(line.start is not None for line in self.lines):
            return "line-stamps"
        return "text"

    @property
    def text(self) -> str:
        """All lines, one a row."""
        return "\n".join(line.text for line in self.lines)


def split_words(text: str) -> list[str]:
    """The sung words of a line, each with the punctuation that belongs to it.

    A dash or a slash ends a word and stays with it; marks that stand alone join the word before.
    """
    words: list[str] = []
    for piece in _BREAKS.split(text.strip()):
        if not piece:
            continue
        if _HAS_LETTER.search(piece) or piece == "&":
            words.append(piece)
        elif words:
            words[-1] += f" {piece}" if piece.strip("-–—") == "" else piece
    return words
