"""Who may hear the whole song: its artist, and whoever an app above vouches for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casset.tracks.models import Track

Rule = Callable[[Any, Track], bool]
_rules: list[Rule] = []


def also(rule: Rule) -> None:
    """Entitle those ``rule(user, track)`` says yes to, somebody who bought it for instance.

    An app says so in its ``apps.py``. The rule is asked at every request and may query.
    """
    if rule not in _rules:
        _rules.append(rule)


def entitled(user: Any, track: Track) -> bool:
    """Whether this person may hear all of the track, now. Reads the artist's row."""
    if user.is_authenticated and track.artist.user_id == user.pk:
        return True
    return any(rule(user, track) for rule in _rules)
