"""``{% load studio %}``: times within a song, figures behind a decision, sizes of files."""

from __future__ import annotations

from django import template

from pipeline.contracts import Reason

register = template.Library()


@register.filter
def as_timecode(seconds: float) -> str:
    """``75.26`` → ``1:15.3``."""
    tenths = max(0, round(seconds * 10))
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"


@register.filter
def figures(reason: Reason) -> list[str]:
    """The song's figures behind a reason: “energy 0.77”."""
    return [
        f"{name.removesuffix('_percent').replace('_', ' ')} {_number(value)}"
        + (" %" if name.endswith("_percent") else "")
        for name, value in reason.evidence.items()
        if isinstance(value, int | float)
    ]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


@register.filter
def as_megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"


@register.filter
def capitalised(text: str) -> str:
    """With a capital first letter, the rest as it was."""
    return text[:1].upper() + text[1:]
