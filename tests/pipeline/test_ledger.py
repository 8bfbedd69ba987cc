"""Money is reserved before it is spent, and no order of events breaks a budget."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casset.lib.errors import BudgetExceeded
from pipeline import flow, leases, ledger, services
from pipeline.models import MICROS, Job, JobSlot, Reservation, Status
from tests.pipeline import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.JOBS_DIR = tmp_path / "jobs"


@pytest.fixture
def job():
    return factories.job(budget_micros=10 * MICROS)


def money(job):
    job.refresh_from_db()
    return job.spent_micros, job.reserved_micros


def reserve(job, key="clip 0", amount=3 * MICROS):
    return ledger.reserve(job, stage="video_generator", key=key, amount_micros=amount)


def test_dollars_become_millionths_without_the_errors_of_floats():
    assert ledger.micros(0.1 + 0.2) == 300_000
    assert ledger.micros(0.005) == 5_000


def test_money_is_set_aside_and_then_booked_with_what_it_really_cost(job):
    purchase = reserve(job)
    assert money(job) == (0, 3 * MICROS)
    assert ledger.settle(purchase, 2 * MICROS)
    assert money(job) == (2 * MICROS, 0)
    assert ledger.by_stage(job) == {"video_generator": 2 * MICROS}


def test_asking_twice_for_the_same_purchase_reserves_once(job):
    assert reserve(job).pk == reserve(job).pk
    assert money(job) == (0, 3 * MICROS)


def test_settling_twice_books_once(job):
    purchase = reserve(job)
    assert ledger.settle(purchase, MICROS)
    assert not ledger.settle(purchase, 2 * MICROS)
    assert money(job) == (MICROS, 0)


def test_releasing_twice_gives_back_once(job):
    purchase = reserve(job)
    reserve(job, "clip 1")
    assert ledger.release(purchase)
    assert not ledger.release(purchase)
    assert money(job) == (0, 3 * MICROS)


def test_what_was_settled_is_not_released_and_what_was_released_is_not_settled(job):
    bought, spared = reserve(job, "bought"), reserve(job, "spared")
    ledger.settle(bought, MICROS)
    ledger.release(spared)
    assert not ledger.release(bought)
    assert not ledger.settle(spared, MICROS)
    assert money(job) == (MICROS, 0)


def test_a_purchase_that_failed_and_is_tried_again_is_reserved_and_booked_again(job):
    ledger.release(reserve(job))
    again = reserve(job)
    assert money(job) == (0, 3 * MICROS)
    assert ledger.settle(again, 3 * MICROS)
    assert money(job) == (3 * MICROS, 0)


def test_a_purchase_tried_again_that_no_longer_fits_stays_released(job):
    purchase = reserve(job)
    ledger.release(purchase)
    reserve(job, "another", 8 * MICROS)
    with pytest.raises(BudgetExceeded):
        reserve(job)
    purchase.refresh_from_db()
    assert purchase.status == Reservation.RELEASED
    assert money(job) == (0, 8 * MICROS)


def test_what_does_not_fit_is_refused_and_leaves_no_trace(job):
    reserve(job, "first", 8 * MICROS)
    with pytest.raises(BudgetExceeded, match="more than is left"):
        reserve(job, "second", 3 * MICROS)
    assert money(job) == (0, 8 * MICROS)
    assert job.reservations.count() == 1
    reserve(job, "exactly what is left", 2 * MICROS)


def test_a_bill_above_the_reservation_is_paid_from_what_is_left(job):
    assert ledger.settle(reserve(job), 5 * MICROS)
    assert money(job) == (5 * MICROS, 0)


def test_a_bill_above_the_budget_is_kept_in_full_and_booked_up_to_the_budget(job):
    purchase = reserve(job, "first")
    reserve(job, "second")
    with pytest.raises(BudgetExceeded, match="more than was agreed"):
        ledger.settle(purchase, 9 * MICROS)
    purchase.refresh_from_db()
    assert purchase.actual_micros == 9 * MICROS
    assert money(job) == (7 * MICROS, 3 * MICROS)
    assert not ledger.settle(purchase, 9 * MICROS)


@pytest.mark.parametrize(
    "change",
    [
        "spent_micros = budget_micros + 1",
        "reserved_micros = budget_micros + 1",
        "reserved_micros = -1",
        "spent_micros = -1",
        "budget_micros = spent_micros + reserved_micros - 1",
    ],
)
def test_the_database_itself_refuses_to_break_a_budget(job, change):
    reserve(job)
    with (
        pytest.raises(IntegrityError, match="job_spends_within_its_budget"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE pipeline_job SET {change}")  # noqa: S608


def test_a_job_that_ends_gets_back_what_no_provider_works_on(job):
    reserve(job, "not begun")
    under_way = reserve(job, "under way")
    Reservation.objects.filter(pk=under_way.pk).update(request_id="prediction-1")
    services.cancel_job(job=job)
    assert money(job) == (0, 3 * MICROS)
    assert ledger.settle(under_way, 2 * MICROS)  # the provider's bill comes late
    assert money(job) == (2 * MICROS, 0)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_purchases_at_once_exactly_those_fit_that_the_budget_allows():
    job = factories.job(budget_micros=7 * MICROS)
    barrier, told = threading.Barrier(20), []

    def buy(number):
        try:
            barrier.wait(10)
            reserve(job, f"clip {number}", MICROS)
            told.append("reserved")
        except BudgetExceeded:
            told.append("refused")
        finally:
            connection.close()

    _at_once(buy)
    assert sorted(told) == ["refused"] * 13 + ["reserved"] * 7
    assert money(job) == (0, 7 * MICROS)
    assert job.reservations.count() == 7


@pytest.mark.django_db(transaction=True)
def test_twenty_settlements_and_releases_of_one_purchase_at_once_count_once():
    job = factories.job(budget_micros=7 * MICROS)
    purchase = reserve(job)
    barrier, told = threading.Barrier(20), []

    def end(number):
        try:
            barrier.wait(10)
            told.append(ledger.settle(purchase, MICROS) if number % 2 else ledger.release(purchase))
        finally:
            connection.close()

    _at_once(end)
    assert told.count(True) == 1
    purchase.refresh_from_db()
    spent = MICROS if purchase.status == Reservation.SETTLED else 0
    assert money(job) == (spent, 0)


def _at_once(work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.django_db(transaction=True)
def test_a_film_whose_clip_costs_more_than_its_budget_fails_and_says_so(monkeypatch):
    from pipeline import workers

    job = factories.job(budget_micros=MICROS)
    job.stages.filter(name="audio_parser").update(not_before="2020-01-01T00:00Z")

    def too_dear(job, telling, claim):
        reserve(job, "a reference", 2 * MICROS)

    monkeypatch.setitem(workers._STAGES, "audio_parser", too_dear)
    flow.admit()
    claim = leases.claim("render")
    assert claim is not None
    workers.run(claim)
    job.refresh_from_db()
    assert (job.status, job.error_code, job.retryable) == (Status.FAILED, "BUDGET_EXCEEDED", False)
    assert money(job) == (0, 0)
    assert not JobSlot.objects.exclude(job=None).exists()


_amounts = st.integers(0, 4 * MICROS)
_keys = st.integers(0, 4)
_deeds = st.one_of(
    st.tuples(st.just("reserve"), _keys, _amounts),
    st.tuples(st.just("settle"), _keys, _amounts),
    st.tuples(st.just("release"), _keys, st.just(0)),
    st.tuples(st.just("end"), st.just(0), st.just(0)),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(deeds=st.lists(_deeds, max_size=14))
def test_whatever_happens_the_sums_agree_with_the_rows_and_stay_within_the_budget(db, deeds):
    with transaction.atomic():
        job = Job.objects.create(
            owner=factories.User.objects.filter(email="h@example.com").first()
            or factories.person("h"),
            title="t", prompt=factories.PROMPT, song_file="s", song_sha256="0", budget_micros=6 * MICROS,
        )  # fmt: skip
        overcharged = False
        for deed, key, amount in deeds:
            try:
                _do(job, deed, f"clip {key}", amount)
            except BudgetExceeded:
                overcharged |= deed == "settle"
            job.refresh_from_db()
            rows = job.reservations.order_by()
            open_ = rows.filter(status=Reservation.OPEN).aggregate(n=Sum("amount_micros"))["n"]
            paid = rows.filter(status=Reservation.SETTLED).aggregate(n=Sum("actual_micros"))["n"]
            assert job.reserved_micros == (open_ or 0)
            assert job.spent_micros + job.reserved_micros <= job.budget_micros
            if overcharged:
                assert job.spent_micros < (paid or 0)
            else:
                assert job.spent_micros == (paid or 0)
        transaction.set_rollback(True)


def _do(job, deed, key, amount):
    if deed == "reserve":
        reserve(job, key, amount)
    elif deed == "end":
        ledger.release_open(job)
    elif (kept := job.reservations.filter(key=key).first()) is not None:
        if deed == "settle":
            ledger.settle(kept, amount)
        else:
            ledger.release(kept)
