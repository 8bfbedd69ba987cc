"""``{% decisions as open %}``: what waits for an operator."""

from django import template

from pipeline import decisions as waiting

register = template.Library()


@register.simple_tag
def decisions() -> list[waiting.Decision]:
    return waiting.open_now()
