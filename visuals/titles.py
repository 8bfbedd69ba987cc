"""What a visual is called: whatever the person writes, on one line, without what breaks a page."""

from __future__ import annotations

from casset.lib.errors import ValidationError
from casset.lib.text import one_line, title_of_file

LONGEST = 80


def checked(text: str) -> str:
    """The title as it is kept. Raises ``ValidationError`` for none and for one that is too long."""
    title = one_line(text[: LONGEST * 20])
    if not title:
        raise ValidationError("Give the visual a title.")
    if len(title) > LONGEST:
        raise ValidationError(f"A title has {LONGEST} characters at most. Shorten it.")
    return title


def of_file(name: str) -> str:
    """A title from a file's name, without path, ending and underscores."""
    return title_of_file(name, most=LONGEST)


def shortened(text: str) -> str:
    """A title that fits, cut where it is too long; empty where there is nothing to read."""
    return one_line(text[: LONGEST * 20])[:LONGEST].strip(" .-\u200c\u200d")
