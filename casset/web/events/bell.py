"""Ringing the web processes through Redis: that an event was added, and which.

A message is ``channel seq type`` and, on a second line, the event's JSON; without the second line
the listener reads the row.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import cache

import redis
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

CARRIED_MAX_BYTES = 16 * 1024
PATIENCE_S = 0.25  # what one ring may cost when Redis does not answer
PAUSE_MAX_S = 5.0


def topic() -> str:
    """The Redis channel of this database's events: publish/subscribe knows no database numbers."""
    return f"casset:events:{connections[DEFAULT_DB_ALIAS].settings_dict['NAME']}"


class Breaker:
    """Keeps callers from waiting for a Redis that is away: after a failure, nobody tries for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._again_at = 0.0
        self._pause_s = 0.0

    def allows(self) -> bool:
        return time.monotonic() >= self._again_at

    def failed(self, error: Exception) -> None:
        with self._lock:
            first = self._pause_s == 0
            self._pause_s = min(PAUSE_MAX_S, max(0.5, self._pause_s * 2))
            self._again_at = time.monotonic() + self._pause_s
        if first:
            logger.warning("Redis is away, so events arrive a little later: %s", error)

    def worked(self) -> None:
        if self._pause_s:
            with self._lock:
                self._pause_s = 0.0
            logger.warning("Redis is back.")


breaker = Breaker()


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE_S,
        socket_timeout=PATIENCE_S,
        retry=Retry(NoBackoff(), 0),
    )


def ring(channel: str, seq: int, type_: str, text: str) -> None:
    """Tell the web processes about an event that is stored. Never raises: they find it anyway."""
    if not breaker.allows():
        return
    head = f"{channel} {seq} {type_}"
    message = f"{head}\n{text}" if len(text) <= CARRIED_MAX_BYTES else head
    try:
        _client(settings.REDIS_URL).publish(topic(), message)
    except (redis.RedisError, OSError) as error:
        breaker.failed(error)
    else:
        breaker.worked()
