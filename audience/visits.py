"""One view of a page, as a signed note the page carries and sends back with what happened on it.

The note says which track it was made for, when, how long its hook is and what it began with, so that
an event can be checked without asking the database. It is bound to the browser's name: a note
collected by one program is of no use to another. It holds for two hours.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import NamedTuple

from django.core import signing

from audience.hooks import Hook
from casset.lib.ids import new_id

HOLDS_S = 2 * 3600
_SALT = "audience.visit"
_LONGEST = 240
_SKEW_MS = 2000  # between the clocks of two of our machines


class Unbelievable(Exception):
    """The note is not one of ours, not this browser's, or too old. ``reason`` is one word."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Arrival(NamedTuple):
    """How somebody came to a page: why it begins as it does, by which link, and who where that is known."""

    how: str = "first"  # a VisualEvent.How
    share: str = ""
    visitor: str = ""


@dataclass(frozen=True)
class Visit:
    """What a note says. ``issued_ms`` is Unix time; ``first`` the visual the page began with."""

    id: str
    track: str
    issued_ms: int
    hook_s: float
    first: str
    how: str
    share: str
    visitor: str

    @property
    def age_s(self) -> float:
        """How long ago the page was made."""
        return max(0.0, time.time() - self.issued_ms / 1000)


def note(
    *, track: str, hook_s: float, first: str, arrival: Arrival, user_agent: str
) -> str:  # fmt: skip
    """A fresh note for one view of a page."""
    parts = (
        new_id(), track, str(round(time.time() * 1000)), f"{hook_s:.2f}", first, arrival.how,
        arrival.share, arrival.visitor,
    )  # fmt: skip
    return _signer(user_agent).sign("~".join(parts))


def note_of(hook: Hook, arrival: Arrival, user_agent: str) -> str:
    """The note of one view of a page that begins with the hook's first visual."""
    return note(
        track=hook.pk,
        hook_s=hook.seconds,
        first=hook.first.pk if hook.first else "",
        arrival=arrival,
        user_agent=user_agent,
    )


def read(text: str, *, user_agent: str) -> Visit:
    """What a note says. Raises ``Unbelievable``."""
    if not isinstance(text, str) or not text or len(text) > _LONGEST:
        raise Unbelievable("forged" if text else "unsigned")
    try:
        parts = _signer(user_agent).unsign(text).split("~")
        visit, track, issued_ms, hook_s, first, how, share, visitor = parts
        made = Visit(visit, track, int(issued_ms), float(hook_s), first, how, share, visitor)
    except (signing.BadSignature, ValueError):
        raise Unbelievable("forged") from None
    if time.time() * 1000 + _SKEW_MS < made.issued_ms or made.age_s > HOLDS_S:
        raise Unbelievable("stale")
    return made


def _signer(user_agent: str) -> signing.Signer:
    digest = hashlib.sha256(user_agent.encode()).hexdigest()[:16]
    return signing.Signer(salt=f"{_SALT}:{digest}")
