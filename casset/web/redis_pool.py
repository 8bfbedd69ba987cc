"""One pool of connections to Redis for all threads of a process."""

from __future__ import annotations

from threading import Lock
from typing import Any, ClassVar

from redis import ConnectionPool

_lock = Lock()


class SharedPool(ConnectionPool):
    """For the cache, which Django makes anew in each thread: else every request would connect anew."""

    _pools: ClassVar[dict[str, SharedPool]] = {}

    @classmethod
    def from_url(cls, url: str, **options: Any) -> SharedPool:
        """The pool of that server; the options are those it was first asked for with."""
        with _lock:
            if url not in cls._pools:
                cls._pools[url] = super().from_url(url, **options)
            return cls._pools[url]
