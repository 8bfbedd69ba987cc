"""Prometheus is told what the rows say, whichever process it asks."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from casset.lib.errors import GenerationError
from casset.web import health
from pipeline import flow, leases, ledger, pulses, tallies, tasks, workers
from pipeline.models import MICROS, Job, Stage, Status, Tally
from tests.pipeline import factories

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.JOBS_DIR = tmp_path / "jobs"
    settings.VAR_DIR = tmp_path
    health.forget()


def scrape():
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *(text for _, text in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_jobs_slots_queues_and_money_are_those_of_the_rows(settings):
    settings.JOBS_AT_ONCE = 1
    owner = factories.person()
    first = factories.job(owner, budget_micros=5 * MICROS)
    factories.job(owner)
    factories.job(owner, status=Status.FAILED)
    pulses.beat("render@here", "render", 2)
    flow.admit()
    ledger.reserve(first, stage="video_generator", key="a", amount_micros=2 * MICROS)
    bought = ledger.reserve(first, stage="composer", key="b", amount_micros=2 * MICROS)
    ledger.settle(bought, 1_500_000)
    told = scrape()
    assert told["casset_jobs", "processing"] == 1
    assert told["casset_jobs", "queued"] == 1
    assert told["casset_jobs", "failed"] == 1
    assert told["casset_jobs", "completed"] == 0
    assert told["casset_job_slots",] == told["casset_job_slots_used",] == 1
    assert told["casset_work_ready", "render"] == 1
    assert told["casset_work_ready", "io"] == 0
    assert told["casset_worker_places", "render"] == 2
    assert told["casset_reserved_usd",] == 2
    assert told["casset_spent_usd_total", "composer"] == 1.5
    assert told["casset_broker_messages", "render"] >= 0
    assert told["casset_disk_free_bytes",] > 0
    assert told["casset_event_streams",] == 0
    assert told["casset_up", "database"] == 1
    assert told["casset_up", "sweeper"] == 0


@committed
def test_failures_retries_and_durations_are_counted_as_they_happen(monkeypatch):
    job = factories.job()
    flow.admit()

    def fails(*_):
        raise GenerationError("The brush broke.")

    monkeypatch.setitem(workers._STAGES, "audio_parser", fails)
    for _ in range(leases.TRIES):
        Stage.objects.update(not_before=timezone.now())
        assert workers.run_one("render")
    job.refresh_from_db()
    assert job.status == Status.FAILED
    other = factories.job(job.owner)
    flow.admit()
    monkeypatch.setitem(
        workers._STAGES, "audio_parser", lambda job, telling, claim: claim.end("done")
    )
    assert workers.run_one("render")
    told = scrape()
    assert told["casset_job_failures_total", "GENERATION_ERROR"] == 1
    assert told["casset_retries_total", "audio_parser"] == leases.TRIES - 1
    assert told["casset_stage_seconds_count", "audio_parser"] == 1
    assert told["casset_stage_seconds_bucket", "+Inf", "audio_parser"] == 1
    assert other.pk


def test_what_the_sweeper_does_is_counted_and_it_shows_life(django_capture_on_commit_callbacks):
    factories.job()
    flow.admit()
    Stage.objects.filter(name="audio_parser").update(
        status="running",
        lease_token=uuid.uuid4(),
        lease_until=timezone.now() - timedelta(minutes=1),
    )
    assert not pulses.sweeper_is_alive().ok
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep()
    told = scrape()
    assert told["casset_sweeper_actions_total", "freed"] == 1
    assert pulses.sweeper_is_alive().ok


def test_durations_fall_into_growing_groups(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for seconds in (0.2, 0.5, 3.0, 10_000.0):
            tallies.observe("stage_seconds", "composer", seconds)
    told = scrape()
    bucket = [told["casset_stage_seconds_bucket", le, "composer"] for le in ("0.5", "5.0", "+Inf")]
    assert bucket == [2, 3, 4]
    assert told["casset_stage_seconds_sum", "composer"] == 10_003.7


@committed
def test_what_was_rolled_back_is_not_counted():
    def undone():
        with transaction.atomic():
            tallies.count("failures", "X")
            raise GenerationError("no")

    with pytest.raises(GenerationError):
        undone()
    assert not Tally.objects.exists()


@committed
def test_a_figure_that_cannot_be_kept_does_not_break_the_work(monkeypatch):
    monkeypatch.setattr(tallies, "_ADD", "INSERT INTO nowhere VALUES (%s, %s, %s, %s, %s)")
    with transaction.atomic():
        job = factories.job()
        tallies.count("failures", "X")
    assert Job.objects.filter(pk=job.pk).exists()


def test_without_redis_the_rest_is_still_told(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    told = scrape()
    assert told["casset_up", "redis"] == 0
    assert ("casset_broker_messages", "render") not in told
    assert ("casset_jobs", "queued") in told


def test_a_scrape_costs_few_queries(django_assert_max_num_queries):
    factories.job()
    with django_assert_max_num_queries(16):
        scrape()


@pytest.mark.parametrize(
    ("token", "request_", "status"),
    [
        ("", {}, 200),
        ("", {"REMOTE_ADDR": "::1"}, 200),
        ("", {"REMOTE_ADDR": "192.0.2.7"}, 403),
        ("", {"REMOTE_ADDR": ""}, 403),
        ("", {"headers": {"X-Forwarded-For": "127.0.0.1"}}, 403),
        ("", {"headers": {"Via": "1.1 proxy"}}, 403),
        ("", {"REMOTE_ADDR": "192.0.2.7", "headers": {"Authorization": "Bearer "}}, 403),
        ("t0ken", {"REMOTE_ADDR": "192.0.2.7"}, 403),
        ("t0ken", {"REMOTE_ADDR": "192.0.2.7", "headers": {"Authorization": "Bearer t0ken"}}, 200),
        ("t0ken", {"headers": {"Authorization": "Bearer wrong"}}, 403),
        (
            "t0ken",
            {"headers": {"X-Forwarded-For": "192.0.2.7", "Authorization": "Bearer t0ken"}},
            200,
        ),
        ("t0ken", {}, 200),
    ],
)
def test_figures_are_for_this_machine_and_for_who_has_the_token(settings, token, request_, status):
    settings.METRICS_TOKEN = token
    assert Client().get("/metrics", **request_).status_code == status
