"""A few threads that talk to the database for all streams of a process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error as DatabaseError
from django.db import connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 3


class DatabaseThreads:
    """At most ``THREADS`` threads, each with a connection it keeps; callers wait their turn."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="events")

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do ``work``, which only reads, in one of the threads; again where a connection had broken."""

        def attempt() -> R:
            try:
                return work(*args, **kwargs)
            except DatabaseError:
                connections.close_all()  # kept since the last work, it may have died meanwhile
                return work(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, attempt)

    def close(self) -> None:
        """Close the connections and end the threads. Blocks until their work is done."""
        together = threading.Barrier(THREADS, timeout=10)

        def leave() -> None:
            connections.close_all()
            together.wait()  # so that each thread takes one of these

        for _ in range(THREADS):
            self._pool.submit(leave)
        self._pool.shutdown()
