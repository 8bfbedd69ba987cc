"""What Celery runs for films beside the search for work (``casset.work``), and what a worker does as it starts."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init, worker_ready, worker_shutdown

from casset.work import sources
from pipeline import flow, pulses, retention, tallies, workers
from pipeline.providers import local

log = logging.getLogger(__name__)

sources.add(workers.run_one)


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
