"""``{% load audience %}``: what fans' pages carry for the server's own eyes."""

from __future__ import annotations

from typing import Any

from django import template

from audience import visitors, visits
from audience.hooks import Hook
from audience.visits import Arrival

register = template.Library()


@register.simple_tag(takes_context=True)
def visit_note(context: dict[str, Any], hook: Hook) -> str:
    """The signed note of this view of the hook; ``arrival`` in the context says how somebody came."""
    return visits.note(
        track=hook.pk,
        hook_s=hook.seconds,
        first=hook.first.pk if hook.first else "",
        arrival=context.get("arrival") or Arrival(),
        user_agent=visitors.user_agent(context["request"]),
    )
