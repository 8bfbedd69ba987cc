"""``{% load tracks %}``: what the parts that several pages of a track share need, from the track alone."""

from __future__ import annotations

from typing import Any

from django import template

from casset.tracks import showing
from casset.tracks.models import Track

register = template.Library()


@register.simple_tag
def cover_of(track: Track, size: str = "small") -> str:
    """The address of the track's cover, ``small`` (320 px) or ``large`` (1200 px); empty without one."""
    return showing.cover_address(track, size)


@register.simple_tag(takes_context=True)
def hook_of(context: dict[str, Any], track: Track) -> showing.HookSection:
    """The Hook section of a track: its window, suggestions and addresses. Two queries."""
    return showing.HookSection(track, request=context.get("request"))


@register.simple_tag
def share_link(track: Track) -> str:
    """The whole address people share; empty while the track is not published."""
    return showing.share_link(track)


@register.filter
def as_tenths(seconds: float | None) -> str:
    """``66.4`` → ``1:06.4``."""
    tenths = round((seconds or 0) * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"
