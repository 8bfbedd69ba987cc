"""What Celery runs. A message carries no work, only the call to look for some: see ``dispatch``."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init, worker_ready, worker_shutdown
from django.db import DatabaseError, connection

from pipeline import dispatch, flow, leases, pulses, retention, tallies, workers
from pipeline.providers import local

log = logging.getLogger(__name__)


@worker_process_init.connect
def _prepare(**_: object) -> None:
    """Each process of the rendering pool draws with one thread, below the site in priority."""
    local.prepare_process()


@worker_ready.connect
def _show_life(sender: Any, **_: object) -> None:
    """From now on, and again after each return of the broker, this worker is known to live."""
    for queue in sender.app.amqp.queues.consume_from:
        pulses.keep(sender.hostname, queue, sender.controller.concurrency)


@worker_shutdown.connect
def _say_farewell(**_: object) -> None:
    pulses.end()


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
    for what, times in done.items():
        if times:
            tallies.count("sweeps", what, by=times)
    pulses.beat(pulses.SWEEPER)
    if done["freed"] or done["late"]:
        log.warning("sweep: %s", done)


@shared_task(name="pipeline.clean_up", expires=600)
def clean_up() -> None:
    """Remove what is past its time (``retention``)."""
    retention.clean_up()
