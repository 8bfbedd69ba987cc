"""The operators' pages: everything on one screen, one click to mend it, and few queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from casset.accounts.models import ApiToken
from casset.accounts.services import create_token
from casset.web import events, health
from pipeline import decisions, flow, ledger
from pipeline.models import MICROS, Clip, Job, JobSlot, Reservation, Stage, Status, Take
from tests.pipeline import factories

pytestmark = pytest.mark.django_db
LIST = "/admin/pipeline/job/"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.JOBS_DIR = tmp_path / "jobs"
    settings.VAR_DIR = tmp_path
    health.forget()


@pytest.fixture
def boss(client):
    made = factories.person("boss", is_staff=True, is_superuser=True)
    client.force_login(made, backend="django.contrib.auth.backends.ModelBackend")
    return made


@pytest.fixture
def failed():
    return factories.job(
        status=Status.FAILED,
        error_code="GENERATION_ERROR",
        error="The brush broke.",
        retryable=True,
    )


def page_of(job):
    return reverse("admin:pipeline_job_change", args=(job.pk,))


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def act(client, address, action, *rows):
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(address, chosen, follow=True)


def full(job):
    """All that may stand on a job's page."""
    clip = Clip.objects.create(job=job, index=0, frames=120, status="done", take=2)
    for number in (1, 2):
        Take.objects.create(clip=clip, number=number, file=f"clip-{number}.mp4", made_in_s=3)
    (job.work / "clips").mkdir(parents=True)
    for take in clip.takes.all():
        take.path.write_bytes(b"video")
        take.poster.write_bytes(b"picture")
    factories.film(job)
    Reservation.objects.create(job=job, stage="video_generator", key="clip 0", amount_micros=MICROS)
    events.publish(job.channel, "message", {"text": "<b>hello</b>"})
    job.stages.filter(name="scene_planner").update(notes=["A note."])


def test_a_jobs_page_has_all_the_evidence_and_escapes_it(client, boss, failed):
    full(failed)
    text = client.get(page_of(failed)).content.decode()
    for part in ("The brush broke.", "GENERATION_ERROR", "A note.", "take 2 · in the film", "1.00"):
        assert part in text
    assert "&lt;b&gt;hello" in text
    assert "<b>hello" not in text
    assert 'name="_save"' not in text


def test_a_jobs_page_offers_what_fits_its_state(client, boss, failed):
    running = factories.job(failed.owner)
    assert "/do/retry/" in client.get(page_of(failed)).content.decode()
    text = client.get(page_of(running)).content.decode()
    assert "/do/cancel/" in text
    assert "/do/retry/" not in text


def test_operators_see_films_clips_and_posters_and_nobody_else_does(client, boss, failed):
    full(failed)
    addresses = [
        reverse("admin:pipeline_job_film", args=(failed.pk, 1)),
        reverse("admin:pipeline_job_take", args=(failed.pk, 0, 2, "jpg")),
        reverse("admin:pipeline_job_take", args=(failed.pk, 0, 2, "mp4")),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) in (b"film" * 250, b"picture", b"video")
    client.force_login(failed.owner, backend="django.contrib.auth.backends.ModelBackend")
    for address in [*addresses, LIST, page_of(failed)]:
        assert client.get(address).status_code == 302
    client.force_login(
        factories.person("staff", is_staff=True),  # without any right
        backend="django.contrib.auth.backends.ModelBackend",
    )
    for address in [*addresses, LIST, page_of(failed)]:
        assert client.get(address).status_code == 403
    assert (
        client.post(reverse("admin:pipeline_job_do", args=(failed.pk, "retry"))).status_code == 403
    )


def test_lists_and_pages_cost_few_queries(
    client, boss, failed, django_assert_max_num_queries, settings
):
    full(failed)
    for number in range(6):
        other = factories.job(failed.owner, title=f"Song {number}")
        full(other)
    client.get(LIST)
    with django_assert_max_num_queries(10):
        assert "Song 5" in client.get(LIST).content.decode()
    with django_assert_max_num_queries(20):
        client.get(page_of(failed))
    with django_assert_max_num_queries(8):
        client.get("/admin/pipeline/jobslot/")
    with django_assert_max_num_queries(8):
        client.get("/admin/accounts/user/")
    with django_assert_max_num_queries(14):
        client.get("/admin/")


def test_the_list_is_narrowed_by_state_code_and_words(client, boss, failed):
    factories.job(failed.owner, title="Another one")
    for query in ("status__exact=failed", "error_code=GENERATION_ERROR", f"q={failed.pk}"):
        text = client.get(f"{LIST}?{query}").content.decode()
        assert "My song" in text
        assert "Another one" not in text


def test_retry_and_cancel_do_what_fits_and_say_what_did_not(client, boss, failed):
    running = factories.job(failed.owner, title="Running")
    flow.admit()
    answer = act(client, LIST, "retry", failed, running)
    assert "Put in line again: 1 job." in said(answer)
    assert any("Running: This film is processing" in text for text in said(answer))
    failed.refresh_from_db()
    assert failed.status in (Status.QUEUED, Status.PROCESSING)
    done = factories.job(failed.owner, title="Done", status=Status.COMPLETED)
    answer = act(client, LIST, "cancel", running, done)
    assert "Cancelled: 1 job." in said(answer)
    assert any("Done: " in text for text in said(answer))
    running.refresh_from_db()
    assert running.status == Status.CANCELLED
    assert LogEntry.objects.filter(user=boss).count() == 2


def test_the_buttons_of_a_page_need_a_post(client, boss, failed):
    address = reverse("admin:pipeline_job_do", args=(failed.pk, "retry"))
    assert client.get(address).status_code == 405
    answer = client.post(address, follow=True)
    assert said(answer) == ["Put in line again: 1 job."]
    answer = client.post(address, follow=True)
    assert "nothing to try again" in said(answer)[0]


def test_deleting_goes_through_the_service_even_while_the_job_runs(client, boss, failed):
    running = factories.job(failed.owner)
    flow.admit()
    client.post(
        LIST,
        {
            "action": "delete_selected",
            "_selected_action": [str(failed.pk), str(running.pk)],
            "post": "yes",
        },
    )
    assert not Job.objects.exists()
    assert not failed.folder.exists()
    assert not JobSlot.objects.exclude(job=None).exists()


def test_what_the_machine_keeps_cannot_be_typed_over(client, boss, failed):
    client.post(page_of(failed), {"status": "completed", "title": "Mine", "spent_micros": "0"})
    failed.refresh_from_db()
    assert (failed.status, failed.title) == (Status.FAILED, "My song")
    for address in (LIST, "/admin/pipeline/jobslot/", "/admin/pipeline/pulse/"):
        assert client.get(f"{address}add/").status_code == 403


def test_stuck_slots_are_seen_and_freed_and_running_ones_are_not(client, boss, failed, settings):
    settings.JOBS_AT_ONCE = 2
    running = factories.job(failed.owner, title="Running")
    flow.admit()
    JobSlot.objects.filter(job=None).update(job=failed)
    assert "stuck: its job has ended" in client.get("/admin/pipeline/jobslot/").content.decode()
    act(client, "/admin/pipeline/jobslot/", "free", *JobSlot.objects.all())
    assert [slot.job for slot in JobSlot.objects.exclude(job=None)] == [running]


def test_the_first_page_says_what_needs_a_decision(client, boss, failed, monkeypatch):
    now = timezone.now()
    late = factories.job(failed.owner, title="Late")
    flow.admit()
    Job.objects.filter(pk=late.pk).update(deadline_at=now - timedelta(minutes=1))
    Stage.objects.filter(job=late, order=0).update(
        status="running", lease_token=late.pk, lease_until=now - timedelta(minutes=5)
    )
    factories.job(
        failed.owner, status=Status.FAILED, error_code="TIMEOUT", ended_days_ago=2
    )  # too long ago
    monkeypatch.setattr(decisions, "DISK_LEAST", 1.1)
    monkeypatch.setattr(health, "look", lambda: {"redis": health.Finding(False, "does not answer")})
    text = client.get("/admin/").content.decode()
    for part in (
        "redis is not well",
        "Late jobs",
        "Stuck work",
        "Little space",
        "GENERATION_ERROR",
    ):
        assert part in text
    assert "TIMEOUT" not in text


def test_all_well_is_said_in_words(client, boss, monkeypatch):
    monkeypatch.setattr(health, "look", lambda: {"redis": health.Finding(True, "")})
    monkeypatch.setattr(decisions, "DISK_LEAST", 0.0)
    assert "Nothing. Everything answers" in client.get("/admin/").content.decode()


def test_people_are_listed_with_their_films_and_without_their_passwords(client, boss, failed):
    text = client.get("/admin/accounts/user/").content.decode()
    assert f'?owner__id__exact={failed.owner_id}">1</a>' in text
    page = client.get(f"/admin/accounts/user/{failed.owner_id}/change/").content.decode()
    assert "password" not in page.lower().replace("/admin/password_change/", "").replace(
        "change password", ""
    )
    assert failed.owner.password not in page


def test_a_deactivated_person_is_out_at_once_and_can_be_let_in_again(client, boss, failed):
    from django.test import Client

    mara = failed.owner
    theirs = Client()
    theirs.force_login(mara, backend="django.contrib.auth.backends.ModelBackend")
    create_token(mara, name="script")
    assert theirs.get("/studio/").status_code == 200
    act(client, "/admin/accounts/user/", "deactivate", mara, boss)
    assert theirs.get("/studio/").status_code == 302
    assert not ApiToken.objects.filter(user=mara).exists()
    mara.refresh_from_db()
    boss.refresh_from_db()
    assert (mara.is_active, boss.is_active) == (False, True)
    act(client, "/admin/accounts/user/", "activate", mara)
    mara.refresh_from_db()
    assert mara.is_active
    assert theirs.get("/studio/").status_code == 302  # the old session stays ended


def test_every_page_of_the_admin_opens(client, boss, failed):
    from django.contrib import admin

    ledger.by_stage(failed)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert client.get(reverse(name)).status_code == 200, name
