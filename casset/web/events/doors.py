"""Which channels exist, who may watch them, and at which addresses they are heard."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from casset.web.events import names

# (user, the part of the channel's name after the prefix) -> may watch
MayWatch = Callable[[Any, str], bool]

PATH = "/events/"
_rules: dict[str, MayWatch] = {}
_aliases: list[Alias] = []


@dataclass(frozen=True, slots=True)
class Alias:
    """An address of its own for one channel; ``from_start`` replays all to a first-time listener."""

    pattern: re.Pattern[str]
    channel: str
    from_start: bool


@dataclass(frozen=True, slots=True)
class Door:
    """What an address stands for: one channel, or (None) those its query string names."""

    channel: str | None
    from_start: bool


def allow(prefix: str, may_watch: MayWatch) -> None:
    """Open the channels ``prefix-…`` to the signed-in people ``may_watch`` says yes to.

    It is called in a thread with a database connection, once a stream, with any text of letters,
    digits, ``_`` and ``-``.
    """
    _rules[prefix] = may_watch


def alias(pattern: str, channel: str, *, from_start: bool = False) -> None:
    """Let the path that ``pattern`` matches whole stream ``channel``, filled from its named groups."""
    new = Alias(re.compile(pattern), channel, from_start)
    _aliases[:] = [old for old in _aliases if old.pattern != new.pattern] + [new]


def door(path: str) -> Door | None:
    """The door at ``path``, or None where no events are heard."""
    if path in {PATH, PATH.rstrip("/")}:
        return Door(None, from_start=False)
    for known in _aliases:
        if match := known.pattern.fullmatch(path):
            return Door(known.channel.format(**match.groupdict()), known.from_start)
    return None


def may_watch(user: Any, channel: str) -> bool:
    """Whether ``user`` may watch ``channel``; no for a channel nobody opened. May query."""
    match = names.CHANNEL.fullmatch(channel)
    rule = _rules.get(match["prefix"]) if match else None
    if match is None or rule is None:
        return False
    try:
        return bool(rule(user, match["id"]))
    except (ObjectDoesNotExist, ValidationError, ValueError):
        return False  # not an id of anything there is
