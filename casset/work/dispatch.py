"""Wake the workers: the only place that queues tasks, and only after commit.

A message says that there is work in a queue, not which: a worker takes the most urgent that the
rows hold. So a lost message costs a few seconds (the sweeper sends another), a doubled one nothing.
"""

from __future__ import annotations

import importlib
import logging
from functools import cache, partial
from typing import Any

from celery import Celery
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

WORK = "work"
# What a send raises when the broker is away.
_AWAY = (KombuError, RedisError, OSError)


def wake(queue: str, count: int = 1, *, after_s: float = 0.0) -> None:
    """After commit, send ``count`` wake-ups to the workers of ``queue``, to be heeded in ``after_s`` seconds."""
    if count > 0:
        transaction.on_commit(partial(_send, queue, count, after_s))


def waiting(queue: str) -> int | None:
    """Messages that no worker has taken yet; None where the broker does not answer."""
    try:
        with _app().connection_for_read() as connection:
            channel: Any = connection.default_channel
            return int(channel.client.llen(queue))
    except _AWAY:
        return None


def _send(queue: str, count: int, after_s: float) -> None:
    try:
        for _ in range(count):
            _app().send_task(
                WORK, args=[queue], queue=queue, countdown=after_s or None, retry=False
            )
    except _AWAY as fault:
        log.warning("the broker is away; the sweeper will wake %s later: %s", queue, fault)


@cache
def _app() -> Celery:
    """The wiring's application, named by string so that no import runs back up."""
    app = importlib.import_module("casset.celery").app
    assert isinstance(app, Celery)  # noqa: S101 - for the type checker
    return app
