"""What Celery runs for visuals beside the search for work (``casset.work``)."""

from __future__ import annotations

from celery import shared_task

from visuals import exports, retention


@shared_task(name="visuals.clean_up", expires=600)
def clean_up() -> None:
    """Remove what is past its time (``retention``), and exports nobody can ask for any more."""
    retention.clean_up()
    exports.tidy()
