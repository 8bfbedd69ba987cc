"""One pool of connections to Redis for all threads of a process."""

from __future__ import annotations

from threading import Lock
from typing import Any

from redis import ConnectionPool

_pools: dict[str, ConnectionPool] = {}
_lock = Lock()


class SharedPool(ConnectionPool):
    """For the cache, which Django makes anew in each thread: else every request would connect anew."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> ConnectionPool:
        """The pool of that server; the options are those it was first asked for with."""
        with _lock:
            if url not in _pools:
                _pools[url] = super().from_url(url, **options)
            return _pools[url]
