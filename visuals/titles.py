"""What a visual is called: whatever the person writes, on one line, without what breaks a page."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

from casset.lib.errors import ValidationError

LONGEST = 80
# Joiners that emoji and several scripts need; all other invisible characters go, among them those
# that turn the writing direction of what follows on the page.
_JOINERS = {"\u200c", "\u200d"}


def checked(text: str) -> str:
    """The title as it is kept. Raises ``ValidationError`` for none and for one that is too long."""
    title = _tidy(text[: LONGEST * 20])
    if not title:
        raise ValidationError("Give the visual a title.")
    if len(title) > LONGEST:
        raise ValidationError(f"A title has {LONGEST} characters at most. Shorten it.")
    return title


def of_file(name: str) -> str:
    """A title from a file's name, without path, ending and underscores."""
    stem = PurePath(name[-400:].replace("\\", "/")).stem
    return shortened(re.sub(r"_+", " ", stem)) or "Untitled"


def shortened(text: str) -> str:
    """A title that fits, cut where it is too long; empty where there is nothing to read."""
    return _tidy(text[: LONGEST * 20])[:LONGEST].strip(" .-\u200c\u200d")


def _tidy(text: str) -> str:
    plain = unicodedata.normalize("NFC", text)
    kept = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in plain
        if c in _JOINERS or unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(kept.split())
