"""Where events go besides the database: to whatever an operator counts with.

``ANALYTICS_SINK`` names a class with ``send(event)`` by its dotted path. The default writes lines of JSON,
a file a day, under ``VAR_DIR/analytics``. A sink that fails costs a line in the log, never an event.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from audience.models import VisualEvent

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Takes events as plain values. Called in the request: be quick, or hand on to a queue."""

    def send(self, event: Mapping[str, Any]) -> None: ...


class Nowhere:
    """For who wants no copy."""

    def send(self, event: Mapping[str, Any]) -> None:
        return


class JsonLines:
    """``events-2026-11-26.jsonl``, a line an event; full files get a number, old ones are removed.

    Several processes append to the same file: a line is one write of far less than a page, which the
    kernel keeps whole.
    """

    def __init__(self) -> None:
        self._folder: Path = settings.ANALYTICS_DIR
        self._lock = threading.Lock()
        self._tidied: str = ""

    def send(self, event: Mapping[str, Any]) -> None:
        day = datetime.now(UTC).date().isoformat()
        line = json.dumps(event, separators=(",", ":"), default=str) + "\n"
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._tidied != day:
                self._tidied = day
                self._remove_old()
            with self._file_of(day).open("ab", buffering=0) as file:
                file.write(line.encode())

    def _file_of(self, day: str) -> Path:
        path = self._folder / f"events-{day}.jsonl"
        if path.exists() and path.stat().st_size > settings.ANALYTICS_FILE_MAX_BYTES:
            number = len(list(self._folder.glob(f"events-{day}.*.jsonl"))) + 1
            path.replace(self._folder / f"events-{day}.{number}.jsonl")
        return path

    def _remove_old(self) -> None:
        oldest = datetime.now(UTC).date() - timedelta(days=settings.ANALYTICS_KEEP_DAYS)
        for path in self._folder.glob("events-*.jsonl"):
            if path.name[7:17] < oldest.isoformat():
                path.unlink(missing_ok=True)


@lru_cache(maxsize=4)
def _sink(name: str, folder: str) -> Sink:
    made: Sink = import_string(name)()
    return made


def send(event: VisualEvent) -> None:
    """Hand an event to the sink; what goes wrong there is logged and forgotten."""
    try:
        _sink(settings.ANALYTICS_SINK, os.fspath(settings.ANALYTICS_DIR)).send(
            {
                "at": event.at.isoformat(timespec="milliseconds"),
                "type": event.type,
                "visual": event.visual_id,
                "visit": event.visit,
                "n": event.n,
                "how": event.how,
                "share": event.share,
                "left_out": event.left_out,
            }
        )
    except Exception:  # somebody else's code: counting must not depend on it
        log.warning("The analytics sink %s failed.", settings.ANALYTICS_SINK, exc_info=True)
