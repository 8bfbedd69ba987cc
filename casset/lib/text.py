"""Text that people typed, brought to a form that can stand on any page."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath

# Between letters of some scripts and inside emoji these two are part of the spelling.
_JOINERS = "\u200c\u200d"
_MARKS_IN_A_ROW = 4  # of letters with several accents; more is a drawing that leaves its line


def one_line(text: str) -> str:
    """``text`` on one line, with single blanks, in NFC.

    Control, direction and unassigned characters are left out: a title that turned the writing
    direction would turn the page's as well. So are accents heaped on one letter.
    """
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        if marks > _MARKS_IN_A_ROW:
            continue
        if letter.isspace() or kind == "Cc":
            kept.append(" ")
        elif kind[0] != "C" or letter in _JOINERS:
            kept.append(letter)
    return " ".join("".join(kept).split())


def title_of_file(name: str | None, *, most: int, default: str = "Untitled") -> str:
    """A title of at most ``most`` characters from a file's name, without path, ending and underscores."""
    stem = PurePath((name or "")[-400:].replace("\\", "/")).stem
    return one_line(stem.replace("_", " "))[:most].strip(" .-" + _JOINERS) or default


def paragraphs(text: str) -> str:
    """``text`` with its line breaks, each line as ``one_line`` has it, at most one empty in a row."""
    lines = [one_line(line) for line in text.splitlines()]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip()
