"""Values made once for many: by how many threads, for how long, how many."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from casset.web.kept import Kept

ASKERS = 12


def test_many_who_ask_at_once_have_it_made_once() -> None:
    kept: Kept[object] = Kept(most=10)
    begun, go = threading.Event(), threading.Event()
    made = []

    def make() -> object:
        begun.set()
        assert go.wait(10)
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(ASKERS) as pool:
        first = pool.submit(kept.get, "a", make)
        assert begun.wait(10)
        others = [pool.submit(kept.get, "a", make) for _ in range(ASKERS - 1)]
        assert kept.get("b", lambda: "at once") == "at once"  # nobody waits for another's
        go.set()
        assert {id(one.result(10)) for one in [first, *others]} == {id(made[0])}
    assert len(made) == 1


def test_an_error_reaches_all_who_waited_for_it_and_is_not_kept() -> None:
    kept: Kept[str] = Kept(most=10)
    begun, go = threading.Event(), threading.Event()

    def fail() -> str:
        begun.set()
        assert go.wait(10)
        raise LookupError

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(kept.get, "a", fail)
        assert begun.wait(10)
        waits = pool.submit(kept.get, "a", fail)
        go.set()
        for one in (first, waits):
            with pytest.raises(LookupError):
                one.result(10)
    assert kept.get("a", lambda: "well") == "well"


def test_what_is_too_old_for_the_asker_is_made_anew() -> None:
    kept: Kept[int] = Kept(most=10)
    values = iter(range(5))
    assert [kept.get("a", lambda: next(values), for_s=3600) for _ in range(2)] == [0, 0]
    assert kept.get("a", lambda: next(values), for_s=0) == 1
    assert kept.get("a", lambda: next(values), for_s=3600) == 1
    assert kept.weight == 1


def test_what_was_asked_for_longest_ago_goes_first_and_what_is_too_heavy_is_not_kept() -> None:
    kept: Kept[bytes] = Kept(most=100, weigh=len)
    for name in "abc":
        kept.get(name, lambda: b"x" * 30)
    kept.get("a", lambda: b"")
    kept.get("d", lambda: b"y" * 30)
    made = {name: kept.get(name, lambda: b"anew") != b"anew" for name in "acd"}
    assert made == {"a": True, "c": True, "d": True}
    assert kept.get("b", lambda: b"anew") == b"anew"
    assert kept.weight <= 100
    kept.get("whale", lambda: b"z" * 101)
    assert kept.get("whale", lambda: b"anew") == b"anew"
    for number in range(1000):
        kept.get(number, lambda: b"q" * 40)
        assert kept.weight <= 100


def test_what_is_not_good_is_given_but_not_kept() -> None:
    kept: Kept[str | None] = Kept(most=10)
    good = {"is_good": lambda value: value is not None}
    assert kept.get("a", lambda: None, **good) is None
    assert kept.weight == 0
    assert kept.get("a", lambda: "there now", **good) == "there now"
    kept.clear()
    assert kept.weight == 0
    assert kept.get("a", lambda: None, **good) is None
