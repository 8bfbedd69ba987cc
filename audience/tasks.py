"""What Celery runs for the fan's side."""

from __future__ import annotations

from celery import shared_task

from audience import previews, tallies


@shared_task(name="audience.sweep", expires=20, time_limit=60, soft_time_limit=50)
def sweep() -> None:
    """Every few seconds: ask for the cards and films of links that are missing or out of date."""
    previews.ask_missing()


@shared_task(name="audience.count", expires=60, time_limit=300, soft_time_limit=280)
def count() -> None:
    """Every half minute: bring the figures of visuals up to the events that came."""
    tallies.catch_up()
