"""Values that many ask for at once: made once, kept in this process, and not too many of them."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Generic, NamedTuple, TypeVar

V = TypeVar("V")


class _One(NamedTuple):
    value: Any
    began_s: float  # when its making began
    weight: int


class Kept(Generic[V]):
    """Values by key, at most ``most`` of them by ``weigh``; those that nobody asked for longest go first."""

    def __init__(self, *, most: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._most = most
        self._weigh = weigh
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _One] = OrderedDict()
        self._underway: dict[Hashable, Future[V]] = {}
        self._weight = 0

    def get(
        self,
        key: Hashable,
        make: Callable[[], V],
        *,
        for_s: float = math.inf,
        is_good: Callable[[V], bool] = lambda _: True,
    ) -> V:
        """The value of ``key``, at most ``for_s`` old; else what ``make`` gives, kept where ``is_good``.

        Who asks while it is being made waits for that, and for its error if it fails.
        """
        with self._lock:
            known = self._kept.get(key)
            if known is not None and time.monotonic() - known.began_s < for_s:
                self._kept.move_to_end(key)
                value: V = known.value
                return value
            underway = self._underway.get(key)
            if underway is None:
                mine: Future[V] = Future()
                self._underway[key] = mine
        if underway is not None:
            return underway.result()
        began_s = time.monotonic()
        try:
            made = make()
        except BaseException as fault:
            with self._lock:
                del self._underway[key]
            mine.set_exception(fault)
            raise
        with self._lock:
            del self._underway[key]
            self._drop(key)
            if is_good(made):
                self._keep(key, _One(made, began_s, self._weigh(made)))
        mine.set_result(made)
        return made

    @property
    def weight(self) -> int:
        """Of all that is kept."""
        return self._weight

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._weight = 0

    def _keep(self, key: Hashable, one: _One) -> None:
        if one.weight > self._most:
            return
        self._kept[key] = one
        self._weight += one.weight
        while self._weight > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._weight -= gone.weight
