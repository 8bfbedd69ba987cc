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
    arrival = context.get("arrival") or Arrival()
    return visits.note_of(hook, arrival, visitors.user_agent(context["request"]))
