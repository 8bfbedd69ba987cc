"""Reading for pages that everybody opens: a few threads that keep their database connections.

Under ASGI each request has a thread, and a connection, of its own. A fresh connection costs the
database more than a page's few queries do, and a crowd would take all there are. Here as many
questions are asked at once as there are readers; the others wait for their turn.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

from casset.lib.errors import QuotaExceeded

P = ParamSpec("P")
T = TypeVar("T")

MOST = 6
IDLE_S = 1.0  # then a reader closes its connection and ends
PATIENCE_S = 10.0
_BUSY = "Too many people open pages right now. Try again in a moment."


class Readers:
    """Up to ``most`` threads, started when they are needed."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._asked: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._waiting = 0

    def ask(self, function: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """What ``function`` returns, or the error it raises. It may be called twice: it reads, or
        writes what is only kept once.

        Inside a transaction it is called right here: nobody else sees what that has written. Raises
        ``QuotaExceeded`` where its turn does not come within ten seconds.
        """
        if connection.in_atomic_block:
            return function(*args, **more)
        future: Future[T] = Future()
        self._asked.put((future, lambda: function(*args, **more)))
        with self._lock:
            if not self._waiting and len(self._threads) < self._most:
                thread = threading.Thread(target=self._read, name="reader", daemon=True)
                self._threads.add(thread)
                thread.start()
        try:
            return future.result(PATIENCE_S)
        except TimeoutError:
            if not future.cancel() and future.done():
                return future.result()
            raise QuotaExceeded(_BUSY, retry_after_s=5) from None

    def close(self) -> None:
        """End the readers that are there and their connections; new ones start when they are asked."""
        with self._lock:
            threads = list(self._threads)
        for _ in threads:
            self._asked.put(None)
        for thread in threads:
            thread.join(PATIENCE_S)

    def _read(self) -> None:
        try:
            while (asked := self._next()) is not None:
                future, function = asked
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    future.set_result(_answer(function))
                except BaseException as fault:  # noqa: BLE001 - it is the asker's
                    future.set_exception(fault)
        finally:
            connection.close()
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._lock:
            self._waiting += 1
        try:
            asked = self._asked.get(timeout=IDLE_S)
        except queue.Empty:
            # One step: who asks before it is still answered, who asks after it starts another.
            with self._lock:
                self._waiting -= 1
                try:
                    return self._asked.get_nowait()
                except queue.Empty:
                    self._threads.discard(threading.current_thread())
                    return None
        with self._lock:
            self._waiting -= 1
        return asked


def _answer(function: Callable[[], T]) -> T:
    """Once more over a new connection where the one that was kept has gone."""
    was_kept = connection.connection is not None
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
        if not was_kept:
            raise
        return function()


readers = Readers()
