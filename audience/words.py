"""The words of a hook as the player sings them, read from its WebVTT."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import NamedTuple

_TIMES = re.compile(r"((?:\d+:)?\d\d:\d\d\.\d{3}) --> ((?:\d+:)?\d\d:\d\d\.\d{3})")
_STAMP = re.compile(r"<((?:\d+:)?\d\d:\d\d\.\d{3})>")
_TAG = re.compile(r"<[^>]*>")


class Word(NamedTuple):
    """A part of a line, with a blank where one follows, and when it begins (s)."""

    begins_s: float
    text: str


class Line(NamedTuple):
    """One line of lyrics, from the hook's start."""

    begins_s: float
    ends_s: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()


@lru_cache(maxsize=256)
def lines_of(captions: str) -> tuple[Line, ...]:
    """The lines of a WebVTT file in their order; what is no cue is left out."""
    found = []
    for block in captions.replace("\r\n", "\n").split("\n\n"):
        head, _, body = block.partition("-->")
        times = _TIMES.search(block) if body else None
        if times is None or "\n\n" in head:
            continue
        begins, ends = _seconds(times[1]), _seconds(times[2])
        text = " ".join(block[times.end() :].partition("\n")[2].split("\n"))
        words = tuple(_words(text, begins))
        if ends > begins and any(word.text.strip() for word in words):
            found.append(Line(begins, ends, words))
    return tuple(sorted(found, key=lambda line: line.begins_s))


def _words(text: str, begins_s: float) -> list[Word]:
    first, *rest = _STAMP.split(text)
    pairs = [(begins_s, first), *((_seconds(at), said) for at, said in zip(*[iter(rest)] * 2, strict=True))]  # fmt: skip
    return [
        Word(round(at, 3), html.unescape(_TAG.sub("", said)))
        for at, said in pairs
        if _TAG.sub("", said).strip()
    ]


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds
