"""The site's main places, named by address name so that nothing here imports the apps above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Place:
    """One entry of the navigation as the page shows it."""

    label: str
    icon: str
    address: str
    is_here: bool
    at_end: bool = False


# Pages that stand elsewhere but belong to a place.
_ALSO = {"Tracks": "artists:profile"}
# (label, icon, address names: the first that exists is used)
_PLACES = (
    ("Tracks", "tracks", ("tracks:list",)),
    ("Make a video", "add", ("pipeline:new",)),
    ("Videos", "film", ("pipeline:jobs", "pipeline:list")),
    ("Shaders", "shader", ("visuals:gallery",)),
    ("Audience", "chart", ("audience:overview",)),
    ("Settings", "sliders", ("settings",)),
)


def address_of(*names: str, default: str = "", args: tuple[Any, ...] = ()) -> str:
    """The address of the first of ``names`` that this installation has; else ``default``."""
    for name in names:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return default


def places(request: HttpRequest | None) -> list[Place]:
    """The places to show, in order; the one the request is at (or under) is marked."""
    path = request.path if request is not None else ""
    found = [(label, icon, address_of(*names)) for label, icon, names in _PLACES]
    under = {address: address for _, _, address in found if address}
    for label, _, address in found:
        if also := address_of(_ALSO.get(label, "")):
            under[also] = address
    nearest = max((start for start in under if path.startswith(start)), key=len, default="")
    here = under.get(nearest, "")
    return [
        Place(label, icon, address, address == here, at_end=icon == "sliders")
        for label, icon, address in found
        if address
    ]
