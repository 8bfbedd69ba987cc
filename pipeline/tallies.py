"""Counting what happens, in rows: every process adds to the same figures, and no restart loses them.

Figures are for watching, not for deciding: one is lost when a process is killed between its
commit and the count. Money is counted with what it belongs to (``at_once``).
"""

from __future__ import annotations

import bisect
import logging
import math
from functools import partial

from django.db import DatabaseError, connection, transaction

log = logging.getLogger(__name__)

# Upper bounds, in seconds, of the groups durations are counted in.
BOUNDS_S = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, math.inf)

_ADD = """
INSERT INTO pipeline_tally (name, label, upto, count, total) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (name, label, upto) DO UPDATE
SET count = pipeline_tally.count + excluded.count, total = pipeline_tally.total + excluded.total
"""


def count(name: str, label: str = "", *, by: int = 1, at_once: bool = False) -> None:
    """Count ``by`` more, after commit; ``at_once`` in the transaction (call it last: it locks)."""
    _later((name, label, 0.0, by, 0.0), at_once=at_once)


def observe(name: str, label: str, seconds: float) -> None:
    """Count a duration in the group it belongs to, after commit."""
    upto = BOUNDS_S[bisect.bisect_left(BOUNDS_S, seconds)]
    _later((name, label, upto, 1, seconds), at_once=False)


def _later(row: tuple[str, str, float, int, float], *, at_once: bool) -> None:
    if at_once:
        _add(row)
    else:
        transaction.on_commit(partial(_try_to_add, row))


def _try_to_add(row: tuple[str, str, float, int, float]) -> None:
    """A figure that cannot be kept does not break the work it is about."""
    try:
        _add(row)
    except DatabaseError as fault:
        log.warning("%s was not counted: %s", row[0], fault)


def _add(row: tuple[str, str, float, int, float]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ADD, row)
