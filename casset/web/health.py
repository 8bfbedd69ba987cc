"""Whether what the site needs is well: really asked, each part within about a second.

An app registers what it needs in its ``apps.py``: ``health.register("name", check)``. A check runs
in a thread of its own, may use the database, and returns a ``Finding`` or raises.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
FRESH_S = 1.0  # so long one answer serves everybody who asks


@dataclass(frozen=True)
class Finding:
    """Whether a part is well, and a few words on it for operators."""

    ok: bool
    why: str


Check = Callable[[], Finding]
_checks: dict[str, _Part] = {}
_lock = threading.Lock()
_last: tuple[float, dict[str, Finding]] = (0.0, {})


def register(name: str, check: Check) -> None:
    """Have ``check`` decide whether the part ``name`` is well."""
    _checks[name] = _Part(name, check)


def look() -> dict[str, Finding]:
    """Ask every part at once; takes at most ``PATIENCE_S``. Asked again at once, the same answer."""
    global _last
    with _lock:
        at, findings = _last
        if not findings or time.monotonic() - at > FRESH_S:
            parts = list(_checks.values())
            for part in parts:
                part.ask()
            deadline = time.monotonic() + PATIENCE_S
            findings = {part.name: part.answer(deadline) for part in parts}
            _last = time.monotonic(), findings
        return findings


def forget() -> None:
    """Ask anew next time."""
    global _last
    _last = (0.0, {})


class _Part:
    """One check, and the thread that is asking it. One that hangs is not asked again meanwhile."""

    def __init__(self, name: str, check: Check):
        self.name = name
        self._check = check
        self._thread: threading.Thread | None = None
        self._found = Finding(False, "not asked yet")

    def ask(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(
                target=self._run, name=f"health {self.name}", daemon=True
            )
            self._thread.start()

    def answer(self, deadline: float) -> Finding:
        assert self._thread is not None  # noqa: S101 - it was asked
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            return Finding(False, f"gave no answer within {PATIENCE_S:g} s")
        return self._found

    def _run(self) -> None:
        try:
            self._found = self._check()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the part is not well
            # Its words may name addresses and users: they go to the log alone.
            log.warning("%s is not well: %s", self.name, fault)
            self._found = Finding(False, f"does not answer ({type(fault).__name__})")
        finally:
            connection.close()


@cache
def redis_client(url: str) -> redis.Redis:
    """A client that rather fails than waits."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=0.5, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)
    )


def _database() -> Finding:
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(True, f"answers in {1000 * (time.monotonic() - began):.0f} ms")


def _redis() -> Finding:
    began = time.monotonic()
    redis_client(settings.REDIS_URL).ping()
    return Finding(True, f"answers in {1000 * (time.monotonic() - began):.0f} ms")


register("database", _database)
register("redis", _redis)
