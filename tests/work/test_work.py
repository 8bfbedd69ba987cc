"""Work outside of requests: asked for once or many times, killed, called off, failing, several people's."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from casset.lib.errors import CassetError, GenerationError
from casset.work import asking, dispatch, kinds, running, sources, tasks
from casset.work.leases import LeaseLost
from casset.work.models import Item
from casset.work.running import Claim
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db

done: list[str] = []
given_up: list[tuple[str, str]] = []
meanwhile: list[object] = []  # what happens while the work runs


def note(claim: Claim) -> None:
    done.append(claim.subject)
    while meanwhile:
        step = meanwhile.pop(0)
        assert callable(step)
        step(claim)


def give_up(subject: str, error: CassetError) -> None:
    given_up.append((subject, error.code))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for told in (done, given_up, meanwhile):
        told.clear()
    monkeypatch.setattr(kinds, "_known", dict(kinds._known))
    monkeypatch.setattr(dispatch, "_send", lambda queue, count, after_s: None)
    monkeypatch.setattr(dispatch, "waiting", lambda queue: 0)
    kinds.does("test.note", f"{__name__}.note", gave_up=f"{__name__}.give_up", tries=2)


def run_all() -> int:
    count = 0
    while running.run_one("render"):
        count += 1
        assert count < 20
    return count


def test_work_asked_for_twice_is_done_once() -> None:
    asking.ask("test.note", "a")
    asking.ask("test.note", "a")
    assert run_all() == 1
    assert done == ["a"]
    assert Item.objects.get().status == Item.DONE


def test_work_asked_for_again_while_it_runs_is_done_once_more() -> None:
    asking.ask("test.note", "a")
    meanwhile.append(lambda claim: asking.ask("test.note", "a"))
    assert run_all() == 2
    assert not asking.wanted("test.note", "a")


def test_work_that_is_done_can_be_asked_for_anew() -> None:
    for _ in range(2):
        asking.ask("test.note", "a")
        run_all()
    assert done == ["a", "a"]


def test_an_unknown_kind_cannot_be_asked_for() -> None:
    with pytest.raises(LookupError):
        asking.ask("test.nobody", "a")


def test_a_message_is_sent_only_after_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(dispatch, "_send", lambda queue, count, after_s: sent.append(queue))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        asking.ask("test.note", "a")
        assert sent == []
    assert sent == ["render"]


def fail(error: Exception) -> object:
    def step(claim: Claim) -> None:
        raise error

    return step


def let_pauses_pass() -> None:
    Item.objects.update(not_before=timezone.now())


def test_a_failure_that_may_pass_is_tried_again_and_then_given_up() -> None:
    asking.ask("test.note", "a")
    meanwhile.append(fail(GenerationError("The disk hiccuped.")))
    run_all()
    row = Item.objects.get()
    assert (row.status, row.error) == (Item.PENDING, "The disk hiccuped.")
    assert row.not_before > timezone.now()
    let_pauses_pass()
    meanwhile.append(fail(GenerationError("The disk hiccuped.")))
    run_all()
    assert Item.objects.get().status == Item.FAILED
    assert given_up == [("a", "GENERATION_ERROR")]


def test_work_that_runs_out_of_time_is_gone_on_with_and_is_no_bug(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asking.ask("test.note", "a")
    meanwhile.append(fail(SoftTimeLimitExceeded()))
    run_all()
    row = Item.objects.get()
    assert (row.status, row.error_code) == (Item.PENDING, "TIME_LIMIT")
    assert not [record for record in caplog.records if record.exc_info]
    let_pauses_pass()
    run_all()
    assert Item.objects.get().status == Item.DONE


def test_the_usual_limits_of_tasks_do_not_end_work_that_is_long() -> None:
    assert tasks.work.soft_time_limit > settings.CELERY_TASK_TIME_LIMIT
    assert tasks.work.time_limit > tasks.work.soft_time_limit > 3600


def test_a_failure_that_will_not_pass_is_given_up_at_once() -> None:
    asking.ask("test.note", "a")
    meanwhile.append(fail(CassetError("This is no song.", code="NO_SONG")))
    run_all()
    assert given_up == [("a", "NO_SONG")]


def test_a_bug_is_tried_again_and_its_text_is_not_shown() -> None:
    asking.ask("test.note", "a")
    meanwhile.append(fail(RuntimeError("secret path")))
    run_all()
    assert "secret" not in Item.objects.get().error
    assert Item.objects.get().status == Item.PENDING


def test_what_was_asked_for_anew_is_not_given_up_for_the_old_failure() -> None:
    asking.ask("test.note", "a")

    def step(claim: Claim) -> None:
        asking.ask("test.note", "a")
        raise CassetError("This is no song.", code="NO_SONG")

    meanwhile.append(step)
    run_all()
    let_pauses_pass()
    run_all()
    assert given_up == []
    assert done == ["a", "a"]


def test_a_worker_whose_work_was_called_off_cannot_write_what_it_gave() -> None:
    asking.ask("test.note", "a")
    lost: list[bool] = []

    def step(claim: Claim) -> None:
        assert asking.call_off("test.note", "a")
        with pytest.raises(LeaseLost), claim.held():
            lost.append(False)
        lost.append(True)

    meanwhile.append(step)
    run_all()
    assert lost == [True]
    assert not Item.objects.exists()


def test_a_dead_workers_item_is_taken_over_and_the_dead_one_may_not_write() -> None:
    asking.ask("test.note", "a")
    dead = running.take("render")
    assert dead is not None
    assert running.take("render") is None
    Item.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert running.sweep() == 1
    let_pauses_pass()
    assert run_all() == 1
    with pytest.raises(LeaseLost), dead.held():
        pass


def test_an_item_whose_workers_keep_dying_is_given_up() -> None:
    asking.ask("test.note", "a")
    for _ in range(2):
        let_pauses_pass()
        assert running.take("render") is not None
        Item.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        running.sweep()
    assert given_up == [("a", "STOPPED")]


def test_one_persons_many_items_do_not_hold_up_anothers_one() -> None:
    many, one = UserFactory.create(), UserFactory.create()
    for number in range(5):
        asking.ask("test.note", f"many-{number}", owner=many)
    asking.ask("test.note", "one", owner=one)
    taken = [running.take("render") for _ in range(4)]
    subjects = [claim.subject for claim in taken if claim is not None]
    assert "one" in subjects[:2]
    assert len(subjects) == 3  # two of the first person, one of the second


def test_what_somebody_looks_at_comes_before_older_work() -> None:
    kinds.does("test.urgent", f"{__name__}.note", urgency=0)
    asking.ask("test.note", "old")
    asking.ask("test.urgent", "new")
    run_all()
    assert done == ["new", "old"]


def test_rows_of_long_done_work_are_forgotten() -> None:
    asking.ask("test.note", "a")
    run_all()
    Item.objects.update(finished_at=timezone.now() - running.KEPT - timedelta(minutes=1))
    running.sweep()
    assert not Item.objects.exists()


def test_a_worker_looks_here_before_it_draws_a_film() -> None:
    asking.ask("test.note", "a")
    assert sources.run_one("render")
    assert done == ["a"]


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_one_gets_the_item() -> None:
    asking.ask("test.note", "a")
    got: list[Claim | None] = []
    start = threading.Barrier(8)

    def take() -> None:
        start.wait()
        try:
            got.append(running.take("render"))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in got) == 1


@pytest.mark.django_db(transaction=True)
def test_asking_at_once_makes_one_row() -> None:
    start = threading.Barrier(6)

    def ask() -> None:
        start.wait()
        try:
            with transaction.atomic():
                asking.ask("test.note", "a")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Item.objects.get().wanted == 6
