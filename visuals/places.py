"""Addresses of a track's files and pages that apps below and above this one have, where they have them."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from casset.tracks.models import Hook, Track
from casset.web import pictures


def _first(*wanted: tuple[str, tuple[str, ...]]) -> str:
    """The first of these addresses that this installation has; else empty."""
    for name, args in wanted:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return ""


def cover(track: Track, size: str) -> str:
    """The track's cover, ``small`` or ``large``; empty without one."""
    page = _first(("tracks:cover", (track.pk, size))) if track.cover else ""
    return f"{page}?v={pictures.version(track.cover)}" if page else ""


def sound(hook: Hook | None) -> str:
    """The hook's own sound; empty before it is cut."""
    if hook is None or not hook.sound:
        return ""
    page = _first(("tracks:hook_sound", (hook.track_id,)))
    return f"{page}?v={hook.cut_version}" if page else ""


def shared(track: Track, visual_id: str) -> str:
    """The page fans see of a track, with this visual."""
    page = _first(("audience:hook", (track.pk,)), ("visuals:library", (track.pk,)))
    return f"{page}?v={visual_id}" if visual_id else page
