"""Pasted lyrics: stanzas by blank lines, section tags, and repeats written as "(x2)"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from casset.media.audio.lyrics.sheet import LyricSheet, SheetLine, SheetWord, split_words

LONGEST_LINE = 90  # characters; longer ones are prose without line breaks
MOST_REPEATS = 8

# What people call the parts of a song, and what we call them.
SECTION_NAMES = {
    "intro": "intro", "introduction": "intro", "opening": "intro",
    "verse": "verse", "strophe": "verse", "couplet": "verse", "estrofa": "verse", "vers": "verse",
    "verso": "verse", "strofa": "verse", "estrofe": "verse",
    "pre-chorus": "pre-chorus", "prechorus": "pre-chorus", "pre chorus": "pre-chorus",
    "pré-refrain": "pre-chorus", "pre-coro": "pre-chorus", "precoro": "pre-chorus",
    "build": "pre-chorus",
    "chorus": "chorus", "refrain": "chorus", "hook": "chorus", "refrão": "chorus",
    "estribillo": "chorus", "coro": "chorus", "ritornello": "chorus", "kehrvers": "chorus",
    "post-chorus": "post-chorus", "postchorus": "post-chorus", "post chorus": "post-chorus",
    "bridge": "bridge", "pont": "bridge", "puente": "bridge", "ponte": "bridge",
    "brücke": "bridge", "middle 8": "bridge", "middle eight": "bridge",
    "outro": "outro", "coda": "outro", "ending": "outro",
    "instrumental": "instrumental", "solo": "instrumental", "guitar solo": "instrumental",
    "interlude": "instrumental", "break": "instrumental", "drop": "instrumental",
    "breakdown": "instrumental",
}  # fmt: skip

_NAMES = "|".join(sorted((re.escape(name) for name in SECTION_NAMES), key=len, reverse=True))
_COUNT = r"(?:[x×]\s*\d\b|\b\d\s*[x×])"
# "[Anything]" alone on a line is a direction; "(Chorus)" and "Chorus:" only with a known name.
_SQUARE = re.compile(r"^\s*\[(?P<inside>[^\[\]]{1,80})\]\s*:?\s*$")
_NAMED = re.compile(
    rf"^\s*[(*#_~\s]*(?P<inside>(?:{_NAMES})(?:\s*\d+)?(?:\s*\(?{_COUNT}\)?)?)\s*[)*_~]*\s*:?\s*[)*_~]*\s*$",
    re.IGNORECASE,
)
_LEADING_NAME = re.compile(rf"^\W*(?P<name>{_NAMES})\b", re.IGNORECASE)
_REPEAT_AT_END = re.compile(rf"[\s,]*[(\[]\s*{_COUNT}\s*[)\]]\s*$|\s+{_COUNT}\s*$", re.IGNORECASE)
_REPEAT_INSIDE = re.compile(_COUNT, re.IGNORECASE)
_REPEAT_ALONE = re.compile(rf"^\s*[(\[]?\s*{_COUNT}\s*[)\]]?\s*$", re.IGNORECASE)
_CLAUSE = re.compile(r"(?<=[,;:.!?…])\s+")
_MUSIC_SIGNS = str.maketrans("", "", "♪♫♬♩")


@dataclass
class _Stanza:
    """Lines under one tag or between two blank lines, while they are being read."""

    tag: str | None = None
    tagged: bool = False  # a tag opened it
    repeats: int = 1
    rows: list[str] = field(default_factory=list)


def section_of(row: str) -> str | None:
    """The section a row names if it is a tag such as "[Chorus 2]"; "" for any other direction.

    None if the row is sung.
    """
    match = _NAMED.match(row) or _SQUARE.match(row)
    if match is None or _REPEAT_ALONE.match(row):
        return None
    name = _LEADING_NAME.match(match["inside"])
    return SECTION_NAMES[name["name"].lower()] if name else ""


def read_plain(rows: Iterable[str], warnings: Sequence[str] = ()) -> LyricSheet:
    """A sheet without times from rows of pasted text."""
    stanzas = _stanzas(rows)
    _fill_bare_choruses(stanzas)
    lines: list[SheetLine] = []
    number = 0
    for stanza in stanzas:
        for _ in range(stanza.repeats if stanza.rows else 0):
            lines += [
                replace(line, stanza=number, tag=stanza.tag or None)
                for row in stanza.rows
                for line in _sung_lines(row)
            ]
            number += 1
    return LyricSheet(tuple(lines), "text", warnings=tuple(warnings))


def words_of(row: str) -> tuple[SheetWord, ...]:
    """The words of a row without times."""
    return tuple(SheetWord(word) for word in split_words(row.translate(_MUSIC_SIGNS)))


def _stanzas(rows: Iterable[str]) -> list[_Stanza]:
    stanzas = [_Stanza()]
    for row in rows:
        section = section_of(row)
        if section is not None:
            stanzas.append(
                _Stanza(tag=section, tagged=True, repeats=_count(_REPEAT_INSIDE.search(row)))
            )
        elif not row.strip():
            if stanzas[-1].rows or stanzas[-1].tagged:
                stanzas.append(_Stanza())
        elif alone := _REPEAT_ALONE.match(row):
            target = next((stanza for stanza in reversed(stanzas) if stanza.rows), None)
            if target is not None:
                target.repeats = _count(alone)
        else:
            stanzas[-1].rows.append(row)
    return stanzas


def _fill_bare_choruses(stanzas: list[_Stanza]) -> None:
    """Give a tag its lines: those after the blank below it, or the chorus written out before."""
    chorus: list[str] = []
    for stanza, follower in zip(stanzas, [*stanzas[1:], _Stanza(tagged=True)], strict=True):
        if stanza.tagged and not stanza.rows:
            if stanza.tag == "chorus" and chorus:
                stanza.rows = list(chorus)
            elif not follower.tagged:
                follower.tag, follower.tagged, follower.repeats = stanza.tag, True, stanza.repeats
        if stanza.tag == "chorus":
            chorus = chorus or stanza.rows


def _sung_lines(row: str) -> list[SheetLine]:
    """One line, or several where it says "(x3)" or is a paragraph."""
    ending = _REPEAT_AT_END.search(row)
    repeats = _count(ending)
    text = row[: ending.start()] if ending and repeats > 1 else row
    pieces = _clauses(text) if len(text) > LONGEST_LINE else [text]
    lines = [SheetLine(words) for piece in pieces if (words := words_of(piece))]
    return lines * repeats


def _clauses(text: str) -> list[str]:
    """Split prose at its punctuation into pieces near half of LONGEST_LINE, else between words."""
    pieces: list[str] = []
    for clause in _CLAUSE.split(text):
        if pieces and len(pieces[-1]) + len(clause) < LONGEST_LINE // 2:
            pieces[-1] += " " + clause
        else:
            pieces.append(clause)
    short: list[str] = []
    for piece in pieces:
        words, count = piece.split(), -(-len(piece) // LONGEST_LINE)
        step = -(-len(words) // count)
        short += [" ".join(words[i : i + step]) for i in range(0, len(words), step)]
    return short


def _count(match: re.Match[str] | None) -> int:
    if match is None:
        return 1
    return min(MOST_REPEATS, max(1, *(int(digit) for digit in re.findall(r"\d", match[0])), 1))
