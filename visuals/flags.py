"""Which parts of visual pairing a person may use: flags an operator turns in the admin (django-waffle).

Each can be on or off for everybody, for staff, for people, for groups, for a percentage. Whether somebody
signed in is within the percentage follows from who they are, so it is the same on all their
devices and for their tokens; for others it is decided once and kept in a cookie.
"""

from __future__ import annotations

import hashlib
from typing import Any

import waffle
from django.http import HttpRequest
from waffle.models import Flag

V1 = "visual_pairing_v1"
V2 = "visual_pairing_v2"
MARKETPLACE = "visual_marketplace"
GENERATION = "visual_generation"

# (what it opens, whether it is on for everybody where nobody has decided yet)
DEFAULTS: dict[str, tuple[str, bool | None]] = {
    V1: ("A track has visuals: upload, treatments, use, export.", True),
    V2: ("Fans swipe between a track's visuals and share the one they see.", True),
    MARKETPLACE: ("Visual artists submit visuals; artists license them.", None),
    GENERATION: ("“Make one from a prompt”. With the local studio it costs nothing.", True),
}


def is_on(name: str, who: Any) -> bool:
    """Whether the flag is on for a request (Django's or DRF's) or a person. A flag there is not is off."""
    request = getattr(who, "_request", who)
    if isinstance(request, HttpRequest):
        person = getattr(who, "user", None)
        if person is None or not person.is_authenticated:
            return bool(waffle.flag_is_active(request, name))
        who = person
    flag = Flag.get(name)
    if flag.pk is None or flag.everyone is not None:
        return bool(flag.everyone)
    decided = flag.is_active_for_user(who)
    return _is_within(flag, who) if decided is None else bool(decided)


def sync() -> None:
    """Make the flags that are missing, as they are by default. What an operator turned stays."""
    for name, (note, everyone) in DEFAULTS.items():
        Flag.objects.get_or_create(name=name, defaults={"note": note, "everyone": everyone})


def _is_within(flag: Flag, person: Any) -> bool:
    """Whether the person is of those the percentage lets in: evenly spread, for each flag anew."""
    if not flag.percent or not person.is_authenticated:
        return False
    digest = hashlib.sha256(f"{flag.name}:{person.pk}".encode()).digest()
    return int.from_bytes(digest[:4]) % 1000 < float(flag.percent) * 10
