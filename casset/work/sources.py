"""Where a worker looks for work when it is woken: this app's rows, then those of the apps above."""

from __future__ import annotations

from collections.abc import Callable

# Does the most urgent work of a queue; False where there is none.
Source = Callable[[str], bool]
_sources: list[Source] = []


def add(source: Source, *, first: bool = False) -> None:
    """Have workers look here as well. Harmless if said twice."""
    if source not in _sources:
        _sources.insert(0 if first else len(_sources), source)


def run_one(queue: str) -> bool:
    """Do the most urgent work of ``queue``, whoever's it is; False where there is none."""
    return any(source(queue) for source in _sources)
