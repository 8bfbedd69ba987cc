"""``manage.py recount_visuals``: every figure of visuals made anew from the events."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from audience import tallies


class Command(BaseCommand):
    help = "Count impressions, shares and all other figures of visuals anew from the events."

    def handle(self, **_: Any) -> None:
        days = tallies.recount()
        self.stdout.write(f"Counted {days} days of visuals.")
