"""What is past its time goes, everything else stays."""

from __future__ import annotations

import io
import os
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from casset.lib.errors import InvalidTransition
from casset.web import events
from casset.web.models import Event
from pipeline import retention, services
from pipeline.models import Job, JobStart, Status
from tests.pipeline import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.JOBS_DIR = tmp_path / "jobs"


@pytest.fixture
def owner():
    return factories.person()


def ended(owner, status, days, *, film=False):
    job = factories.job(owner, status=status, ended_days_ago=days)
    if film:
        factories.film(job)
    return job


def age(folder, hours=2):
    then = time.time() - hours * 3600
    os.utime(folder, (then, then))
    return folder


def left(*jobs):
    return [job.folder.exists() for job in jobs]


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_what_became_no_film_is_kept_seven_days(owner, status):
    old, young = ended(owner, status, 7.01), ended(owner, status, 6.99)
    retention.clean_up()
    assert left(old, young) == [False, True]
    old.refresh_from_db()
    assert old.files_removed_at is not None
    assert old.error == ""  # the row stays


def test_films_are_kept_fourteen_days(owner):
    old = ended(owner, Status.COMPLETED, 14.01, film=True)
    young = ended(owner, Status.COMPLETED, 13.99, film=True)
    retention.clean_up()
    assert left(old, young) == [False, True]


def test_a_film_whose_new_version_failed_is_kept_as_long_as_films_are(owner):
    job, older = (ended(owner, Status.FAILED, days, film=True) for days in (8, 15))
    retention.clean_up()
    assert left(job, older) == [True, False]


def test_jobs_that_wait_or_run_are_never_touched_however_old(owner):
    jobs = [
        factories.job(owner, status=status, created_at=timezone.now() - timedelta(days=99))
        for status in (Status.QUEUED, Status.PROCESSING)
    ]
    for job in jobs:
        age(job.folder, hours=24 * 99)
    assert retention.clean_up() == []
    assert left(*jobs) == [True, True]


def test_folders_of_no_job_go_after_an_hour_and_nothing_else_beside_them(settings, owner):
    job = factories.job(owner)
    orphan, fresh = settings.JOBS_DIR / str(uuid4()), settings.JOBS_DIR / str(uuid4())
    other = settings.JOBS_DIR / "lost+found"
    for folder in (orphan, fresh, other):
        folder.mkdir()
    age(orphan)
    age(other)
    retention.clean_up()
    assert not orphan.exists()
    assert fresh.exists()
    assert other.exists()
    assert left(job) == [True]


def test_a_clean_up_killed_half_way_is_finished_by_the_next(owner):
    job = ended(owner, Status.FAILED, 8)
    Job.objects.filter(pk=job.pk).update(files_removed_at=timezone.now())
    age(job.folder)
    assert [r.reason for r in retention.clean_up()] == ["left by an interrupted clean-up"]
    assert left(job) == [False]


def test_a_dry_run_says_what_would_go_and_touches_nothing(owner):
    job = ended(owner, Status.FAILED, 9)
    events.publish(job.channel, "message", {"text": "hello"})
    (removal,) = retention.clean_up(dry_run=True)
    assert (removal.job, removal.bytes, removal.reason) == (job.pk, 500, "failed 9 days ago")
    job.refresh_from_db()
    assert left(job) == [True]
    assert job.files_removed_at is None
    assert Event.objects.count() == 1


@pytest.mark.parametrize("after", [Status.QUEUED, Status.COMPLETED])
def test_a_job_that_began_again_meanwhile_is_not_cleaned(owner, monkeypatch, after):
    job = ended(owner, Status.FAILED, 9)
    found = retention.due()
    ended_now = timezone.now() if after == Status.COMPLETED else None
    Job.objects.filter(pk=job.pk).update(status=after, finished_at=ended_now)
    monkeypatch.setattr(retention, "due", lambda: found)
    assert retention.clean_up() == []
    assert left(job) == [True]


def test_a_job_being_cleaned_does_not_begin_again(owner):
    job = ended(owner, Status.FAILED, 9)
    seen_before = Job.objects.get(pk=job.pk)
    retention.clean_up()
    with pytest.raises(InvalidTransition):
        services.retry_job(job=job)
    with pytest.raises(InvalidTransition):
        seen_before.move(Status.QUEUED)


def test_events_go_with_their_job_and_those_of_deleted_jobs_too(owner):
    old, kept, deleted = (ended(owner, Status.FAILED, days) for days in (8, 1, 1))
    for job in (old, kept, deleted):
        events.publish(job.channel, "message", {"text": "hello"})
    services.delete_job(job=deleted)
    retention.clean_up()
    assert set(Event.objects.values_list("channel__name", flat=True)) == {kept.channel}


def test_rows_nobody_asks_for_any_more_are_forgotten(owner):
    now = timezone.now()
    for days in (0, 2):
        JobStart.objects.create(owner=owner, at=now - timedelta(days=days))
    events.publish("job-long-gone", "message", {"text": "hello"})
    Event.objects.update(created_at=now - timedelta(days=20))
    retention.clean_up()
    assert JobStart.objects.count() == 1
    assert not Event.objects.exists()


def test_the_command_shows_what_why_and_how_much(owner):
    job = ended(owner, Status.FAILED, 9)
    assert "Would remove 1 folder, 500 bytes." in said("--dry-run")
    assert left(job) == [True]
    shown = said()
    assert str(job.pk) in shown
    assert "failed 9 days ago" in shown
    assert shown.endswith("Removed 1 folder, 500 bytes.\n")
    assert left(job) == [False]
    assert said() == "Nothing is past its time.\n"


def said(*arguments):
    out = io.StringIO()
    call_command("clean_up", *arguments, stdout=out)
    return out.getvalue()
