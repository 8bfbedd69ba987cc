"""``{% load casset %}``: icons, navigation, addresses that may not exist, times for people."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from casset.web import navigation

register = template.Library()


@register.simple_tag
def icon(name: str, kind: str = "", label: str = "") -> SafeString:
    """An icon of ``static/icons.svg``: decoration unless it has a ``label``.

    ``kind`` adds a class: ``fill`` for the solid ones (play, pause, stop).
    """
    return _icon(static("icons.svg"), name, kind, label)


@lru_cache(maxsize=512)
def _icon(file: str, name: str, kind: str, label: str) -> SafeString:
    use = format_html('<use href="{}#{}"/>', file, name)
    classes = f"i {kind}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}">{}</svg>', classes, label, use
        )
    return format_html('<svg class="{}" aria-hidden="true">{}</svg>', classes, use)


@register.simple_tag(takes_context=True)
def places(context: dict[str, Any]) -> list[navigation.Place]:
    """The entries of the navigation; works without a request (error pages)."""
    return navigation.places(context.get("request"))


@register.simple_tag
def address(*names: str, default: str = "") -> str:
    """The address of the first name that exists, else ``default``: for links to apps above."""
    return navigation.address_of(*names, default=default)


@register.simple_tag
def address_at(name: str, *args: Any) -> str:
    """The address of ``name`` with these arguments; empty where there is no such address."""
    return navigation.address_of(name, args=args)


@register.filter
def as_clock(seconds: float | None) -> str:
    """``75`` → ``1:15``; hours where there are any; empty for None."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
