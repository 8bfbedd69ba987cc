"""What channels and event types may be called."""

from __future__ import annotations

import re

CHANNEL = re.compile(r"(?P<prefix>[a-z]{1,20})-(?P<id>[A-Za-z0-9_-]{1,64})")
TYPE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def check(channel: str, type_: str) -> None:
    """Raise ``ValueError`` unless both are well formed: our own code chose them."""
    if not CHANNEL.fullmatch(channel):
        raise ValueError(f"A channel is called like job-17, not {channel!r}.")
    if not TYPE.fullmatch(type_):
        raise ValueError(f"An event's type is a word such as clip_ready, not {type_!r}.")
