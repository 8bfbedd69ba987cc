"""Leases: a claim holds for a while and is renewed from a thread of its own; a killed worker's runs out."""

from __future__ import annotations

import contextvars
import logging
import threading
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol

from django.db import DatabaseError, connection
from django.utils import timezone

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
RENEW_EVERY_S = 4.0


class LeaseLost(Exception):
    """The claim is no longer ours: stop, and change nothing."""


class Held(Protocol):
    """A claimed row. ``update`` changes it if it is still ours, else raises ``LeaseLost``."""

    def update(self, **changes: Any) -> None: ...


class Heartbeat:
    """Renews a claim's lease until it is closed. ``check()`` raises once the claim is lost."""

    def __init__(self, claim: Held):
        self._claim = claim
        self._stop = threading.Event()
        self._lost = False
        # The copied context lets its log lines say which work they are about.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._beat,), name="lease", daemon=True
        )

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raise ``LeaseLost`` when somebody else may be working on the row by now."""
        if self._lost:
            raise LeaseLost

    def _beat(self) -> None:
        valid_until = timezone.now() + LEASE
        try:
            while not self._stop.wait(RENEW_EVERY_S):
                try:
                    until = timezone.now() + LEASE
                    self._claim.update(lease_until=until)
                    valid_until = until
                except LeaseLost:
                    self._lost = True
                    return
                except DatabaseError as fault:  # away for a moment; ours until the lease ends
                    log.warning("a lease could not be renewed: %s", fault)
                    connection.close()
                    if timezone.now() > valid_until:
                        self._lost = True
                        return
        finally:
            connection.close()
