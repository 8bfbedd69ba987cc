"""What Celery runs. A message carries no work, only the call to look for some: see ``dispatch``."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import DatabaseError, connection

from casset.work import dispatch, running, sources

log = logging.getLogger(__name__)


# That a worker lives is seen by its lease: on a busy machine half a minute of film may take long. These
# limits, which stand in place of the usual ones of settings, only end what hangs.
@shared_task(name=dispatch.WORK, time_limit=7200, soft_time_limit=7140)
def work(queue: str) -> bool:
    """Take the most urgent work of ``queue`` and do it; False where there is none (any more)."""
    try:
        return sources.run_one(queue)
    except DatabaseError as fault:  # the rows say what is left to do once it is back
        log.warning("the database is away: %s", fault)
        connection.close()
        return False


@shared_task(name="work.sweep", expires=10, time_limit=60, soft_time_limit=50)
def sweep() -> None:
    """Every few seconds: free dead workers' claims, send lost wake-ups, forget what is long done."""
    running.sweep()
