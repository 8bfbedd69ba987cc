"""A request's database connections: they live as long as their request does, unless they are let go."""

from __future__ import annotations

from django.db import connections


def let_go() -> None:
    """Close this thread's connections, if none is in a transaction; a later query opens a new one.

    For what goes on long after its last query (a film being sent to a slow reader), and for threads
    whose connections nobody else closes.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
