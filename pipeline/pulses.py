"""Signs of life of the workers and the sweeper, as rows: known also while Redis is away.

The main process of a worker renews its row from a thread of its own. It proves that the worker
runs, reaches the database and has once reached the broker; whether the broker is there now is
asked elsewhere, and whether a piece of work goes on its lease says.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from casset.web.health import Finding
from pipeline.models import Pulse, Work

log = logging.getLogger(__name__)

EVERY_S = 4.0
GONE_AFTER = timedelta(seconds=20)
SWEEPER = "sweeper"
SWEEPER_GONE_AFTER = timedelta(seconds=60)
QUEUES = tuple(name for name, _ in Work.QUEUES)

_kept: dict[str, _Beating] = {}


def beat(name: str, queue: str = "", places: int = 0) -> None:
    """Note that ``name`` lives now. One query."""
    Pulse.objects.bulk_create(
        [Pulse(name=name, queue=queue, places=places, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["queue", "places", "at"],
    )


def keep(name: str, queue: str, places: int) -> None:
    """Show this process's life from now on, until ``end``. Harmless if called again."""
    if name not in _kept:
        _kept[name] = _Beating(name, queue, places)


def end() -> None:
    """Stop, and take the rows away: the worker leaves on purpose."""
    while _kept:
        _kept.popitem()[1].stop()


def workers() -> list[Pulse]:
    """The workers that live, for operators."""
    return list(Pulse.objects.filter(at__gt=timezone.now() - GONE_AFTER).exclude(queue=""))


def worker_is_alive(queue: str) -> Finding:
    living = [pulse for pulse in workers() if pulse.queue == queue]
    if not living:
        return Finding(
            False, f"No worker serves the {queue} queue. Start one: manage.py run worker-{queue}."
        )
    return Finding(True, f"{len(living)} running, {sum(p.places for p in living)} at once")


def sweeper_is_alive() -> Finding:
    pulse = Pulse.objects.filter(name=SWEEPER).first()
    if pulse is None or pulse.at < timezone.now() - SWEEPER_GONE_AFTER:
        return Finding(
            False,
            "Nothing is set right: beat or the io worker is not running (manage.py run beat).",
        )
    return Finding(True, f"ran {(timezone.now() - pulse.at).total_seconds():.0f} s ago")


class _Beating:
    """The thread that renews one row. Its connection is closed each time: the pool forks beside it."""

    def __init__(self, name: str, queue: str, places: int):
        self._pulse = (name, queue, places)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        is_away = False
        while True:
            try:
                beat(*self._pulse)
                is_away = False
            except DatabaseError as fault:
                if not is_away:
                    log.warning("the database is away: %s", fault)
                is_away = True
            finally:
                connection.close()
            if self._stop.wait(EVERY_S):
                break
        try:
            Pulse.objects.filter(name=self._pulse[0]).delete()
        except DatabaseError:
            pass  # it grows old by itself
        finally:
            connection.close()
