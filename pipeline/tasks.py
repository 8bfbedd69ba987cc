"""What Celery runs. A message carries no work, only the call to look for some: see ``dispatch``."""

from __future__ import annotations

import logging

from celery import shared_task
from celery.signals import worker_process_init
from django.db import DatabaseError, connection

from pipeline import dispatch, flow, leases, retention, workers
from pipeline.providers import local

log = logging.getLogger(__name__)


@worker_process_init.connect
def _prepare(**_: object) -> None:
    """Each process of the rendering pool draws with one thread, below the site in priority."""
    local.prepare_process()


@shared_task(name=dispatch.WORK)
def work(queue: str) -> bool:
    """Take the most urgent work of ``queue`` and do it; False where there is none (any more)."""
    try:
        claim = leases.claim(queue)
        if claim is None:
            return False
        workers.run(claim)
    except DatabaseError as fault:  # the rows say what is left to do once it is back
        log.warning("the database is away: %s", fault)
        connection.close()
        return False
    return True


@shared_task(name="pipeline.sweep", expires=10, time_limit=60, soft_time_limit=50)
def sweep() -> None:
    """Every few seconds: free dead workers' claims, end late jobs, send lost wake-ups."""
    done = flow.sweep()
    if done["freed"] or done["late"]:
        log.warning("sweep: %s", done)


@shared_task(name="pipeline.clean_up", expires=600)
def clean_up() -> None:
    """Remove what is past its time (``retention``)."""
    retention.clean_up()
