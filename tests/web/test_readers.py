"""Readers: a few threads with connections that stay, for pages everybody opens."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from casset.lib.errors import NotFound, QuotaExceeded
from casset.web import readers as module
from casset.web.readers import Readers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Readers]:
    monkeypatch.setattr(module, "IDLE_S", 60)
    made = Readers(most=2)
    yield made
    made.close()


def backend() -> int:
    """Which of the database's processes answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_one_after_the_other_is_answered_over_the_same_connection(readers: Readers) -> None:
    first = readers.ask(backend)
    assert first != backend()
    assert {readers.ask(backend) for _ in range(5)} == {first}


def test_a_crowd_is_answered_by_a_few(readers: Readers) -> None:
    def slow() -> int:
        time.sleep(0.02)
        return backend()

    with ThreadPoolExecutor(20) as crowd:
        seen = set(crowd.map(lambda _: readers.ask(slow), range(40)))
    assert 1 <= len(seen) <= 2


def test_a_connection_that_was_lost_is_replaced(readers: Readers) -> None:
    kept = readers.ask(backend)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [kept])
    assert readers.ask(backend) != kept


def test_errors_are_the_askers(readers: Readers) -> None:
    def fail() -> None:
        raise NotFound("nothing")

    with pytest.raises(NotFound):
        readers.ask(fail)
    assert readers.ask(lambda: 1) == 1


def test_who_waits_too_long_is_told_so(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.05)
    go_on = threading.Event()
    with ThreadPoolExecutor(2) as busy:
        held = [busy.submit(readers.ask, go_on.wait) for _ in range(2)]
        assert all(isinstance(one.exception(), QuotaExceeded) for one in held)
        with pytest.raises(QuotaExceeded):
            readers.ask(lambda: 1)
        go_on.set()
    monkeypatch.undo()
    assert readers.ask(lambda: 1) == 1


def test_idle_readers_end_and_new_ones_start(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_S", 0.02)
    first = readers.ask(backend)
    deadline = time.monotonic() + 60
    while readers._threads and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not readers._threads
    assert readers.ask(backend) != first
