"""What Celery runs for the shared parts."""

from __future__ import annotations

from celery import shared_task

from casset.web import storage, uploads


@shared_task(name="casset.web.tidy", expires=600)
def tidy() -> None:
    """Remove uploads nobody finished and files that killed processes left half-written."""
    uploads.sweep()
    storage.sweep()
