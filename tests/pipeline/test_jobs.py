"""Jobs from a person's request to a finished film, worked off in this process as workers do it."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import av
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from casset.accounts.models import User
from casset.lib.errors import InvalidTransition, MediaError, QuotaExceeded, ValidationError
from pipeline import flow, leases, services, workers
from pipeline.models import Clip, Job, JobSlot, JobStart, Stage, Status, Take, Work

PROMPT = "a lone figure walks neon streets in the rain at night, slow and lonely"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner():
    return User.objects.create_user("mara@example.com", "a long enough password")


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.FILM_SHORT_SIDE_PX = 108
    settings.JOBS_DIR = tmp_path / "jobs"
    settings.CACHE_DIR = tmp_path / "cache"


def upload(path, name="My_song.wav"):
    return SimpleUploadedFile(name, path.read_bytes())


def ask(owner, song, **more):
    return services.create_job(owner=owner, song=upload(song), prompt=PROMPT, **more)


def work_off(queue="render", most=200):
    """Do what waits, as a worker would; returns how many pieces of work there were."""
    for count in range(most):
        if not workers.run_one(queue):
            return count
    raise AssertionError("the work does not end")


def until(job, stage):
    """Work until ``stage`` is the next to be done."""
    for _ in range(20):
        if job.stages.exclude(status=Work.DONE).first().name == stage:
            return
        assert workers.run_one("render")


@pytest.mark.media
def test_a_job_becomes_a_film_and_a_shot_made_again_changes_only_itself(owner, song):
    job = ask(owner, song)
    assert (job.status, job.title) == (Status.PROCESSING, "My song")
    work_off()
    job.refresh_from_db()
    assert (job.status, job.progress, job.error) == (Status.COMPLETED, 100, "")
    film = job.film
    with av.open(str(film.path)) as video:
        assert video.streams.video[0].width == 192
        assert sum(1 for _ in video.decode(video=0)) == round(12.5 * 30)
    assert film.sheet.exists()
    assert film.poster.exists()
    assert film.report["quality"]["flash_safe"]
    assert not JobSlot.objects.exclude(job=None).exists()
    before = {t.clip.index: t.path.stat().st_mtime_ns for t in Take.objects.select_related("clip")}

    services.shoot_again(job=job, index=1)
    job.refresh_from_db()
    assert job.status == Status.PROCESSING
    assert work_off() == 2  # the clip and the cut
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    takes = list(Take.objects.filter(clip__job=job, clip__index=1))
    assert [take.number for take in takes] == [1, 2]
    assert takes[0].file != takes[1].file
    after = {t.clip.index: t.path.stat().st_mtime_ns for t in Take.objects.filter(number=1)}
    assert after == before
    assert job.films.count() == 2
    assert job.film.path.read_bytes() != film.path.read_bytes()

    (job.folder / "making-a.mp4").write_bytes(b"half a film")  # a worker was killed while it cut
    services.use_take(job=job, index=1, number=1)
    assert work_off() == 1  # only the cut
    job.refresh_from_db()
    assert job.film.path.read_bytes() == film.path.read_bytes()
    assert not list(job.folder.glob("making-*"))


@pytest.mark.media
def test_a_changed_sentence_plans_anew_and_hears_nothing_again(owner, song):
    job = ask(owner, song)
    work_off()
    job.refresh_from_db()
    heard = job.stages.get(name="audio_parser").finished_at
    services.revise_job(
        job=job, prompt="sunrise over a calm sea in soft pastel light, wide and slow"
    )
    work_off()
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    assert job.stages.get(name="audio_parser").finished_at == heard
    assert [film.prompt[:7] for film in job.films.order_by("number")] == ["a lone ", "sunrise"]


def test_the_same_request_twice_is_one_job(owner, song):
    key = uuid4()
    first = ask(owner, song, request_key=key)
    second = ask(owner, song, request_key=key)
    assert first.pk == second.pk
    assert JobStart.objects.count() == 1


def test_two_double_clicks_at_once_are_one_job(owner, song):
    key, made, gate = uuid4(), [], threading.Barrier(4)

    def click():
        from django.db import connection

        gate.wait()
        made.append(ask(owner, song, request_key=key).pk)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert JobStart.objects.count() == 1
    folders = [path.name for path in services.settings.JOBS_DIR.iterdir()]
    assert folders == [str(made[0])]


def test_a_sixth_film_within_the_hour_is_refused_and_leaves_nothing(owner, song, settings):
    settings.JOBS_PER_HOUR = 2
    ask(owner, song)
    ask(owner, song)
    with pytest.raises(QuotaExceeded, match="within the hour") as told:
        ask(owner, song)
    assert 3500 < told.value.retry_after_s <= 3600
    assert Job.objects.count() == 2
    assert len(list(settings.JOBS_DIR.iterdir())) == 2


def test_ten_requests_at_once_get_no_more_than_the_quota(owner, song, settings):
    settings.JOBS_PER_HOUR = 3
    results = []

    def go():
        from django.db import connection

        try:
            ask(owner, song)
            results.append("made")
        except QuotaExceeded:
            results.append("refused")
        connection.close()

    threads = [threading.Thread(target=go) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["made"] * 3 + ["refused"] * 7


def test_no_more_jobs_run_than_there_are_slots_and_nobody_takes_them_all(song, settings):
    settings.JOBS_AT_ONCE = 2
    mara = User.objects.create_user("mara@example.com")
    noor = User.objects.create_user("noor@example.com")
    first, second, third = (ask(mara, song) for _ in range(3))
    late = ask(noor, song)
    assert Job.objects.filter(status=Status.PROCESSING).count() == 2
    services.cancel_job(job=first)
    late.refresh_from_db()
    third.refresh_from_db()
    assert late.status == Status.PROCESSING  # Noor has none running, Mara has one
    assert third.status == Status.QUEUED
    assert second.pk in JobSlot.objects.exclude(job=None).values_list("job", flat=True)


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"prompt": "too short"}, ValidationError, "at least 50"),
        ({"prompt": "x" * 501}, ValidationError, "at most 500"),
        ({"aspect": "4:3"}, ValidationError, "aspect"),
        ({"seed": -1}, ValidationError, "take"),
        ({"beats": "triple"}, ValidationError, "Beats"),
        ({"song": SimpleUploadedFile("a.exe", b"MZ")}, MediaError, "cannot be read"),
        ({"song": SimpleUploadedFile("a.mp3", b"")}, MediaError, "empty"),
        (
            {"song": SimpleUploadedFile("a.mp3", b"#EXTM3U\nhttp://127.0.0.1:9/x")},
            MediaError,
            "song|cover|file",
        ),
        ({"song": SimpleUploadedFile("../../a.mp3", b"junk" * 99)}, MediaError, "song|cover|file"),
        ({"cover": SimpleUploadedFile("a.png", b"not a picture")}, MediaError, "song|cover|file"),
        ({"lyrics": SimpleUploadedFile("a.lrc", b"\0\1\2" * 40)}, ValidationError, "lyrics"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence_and_leaves_nothing(
    owner, song, settings, change, kind, said
):
    values = {"song": upload(song), "prompt": PROMPT} | change
    with pytest.raises(kind, match=said) as told:
        services.create_job(owner=owner, **values)
    assert str(told.value).endswith(".")
    assert not Job.objects.exists()
    assert not JobStart.objects.exists()
    assert not settings.JOBS_DIR.exists() or not list(settings.JOBS_DIR.iterdir())


def test_a_song_too_large_is_refused_while_it_is_read(owner, song, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(MediaError, match="most that can be sent"):
        ask(owner, song)


def test_a_cancelled_job_stops_its_workers_and_gives_its_slot_back(owner, song):
    job = ask(owner, song)
    claim = leases.claim("render")
    services.cancel_job(job=job)
    with pytest.raises(leases.LeaseLost):
        claim.update(share=0.5)
    assert not JobSlot.objects.exclude(job=None).exists()
    assert set(job.stages.values_list("status", flat=True)) == {Work.CANCELLED}
    assert not workers.run_one("render")
    with pytest.raises(InvalidTransition):
        services.cancel_job(job=job)
    services.retry_job(job=job)
    job.refresh_from_db()
    assert (job.status, job.attempt) == (Status.PROCESSING, 2)
    assert workers.run_one("render")


def test_a_claim_is_given_once_and_taken_over_when_its_holder_is_dead(owner, song):
    job = ask(owner, song)
    first = leases.claim("render")
    assert leases.claim("render") is None
    assert flow.sweep()["freed"] == 0
    Stage.objects.filter(pk=first.row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert flow.sweep()["freed"] == 1
    second = leases.claim("render")
    assert second.row.pk == first.row.pk
    with pytest.raises(leases.LeaseLost):
        first.end(Work.DONE)
    second.end(Work.DONE)
    assert job.stages.get(name="audio_parser").tries == 2


def test_work_whose_worker_dies_every_time_fails_the_job_and_says_so(owner, song):
    job = ask(owner, song)
    for _ in range(leases.TRIES):
        claim = leases.claim("render")
        assert claim is not None
        Stage.objects.filter(pk=claim.row.pk).update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
        flow.sweep()
    job.refresh_from_db()
    assert (job.status, job.error_code) == (Status.FAILED, "GENERATION_ERROR")
    assert "stopped from outside" in job.error


def test_a_job_past_its_deadline_fails_as_timeout_and_may_be_tried_again(owner, song):
    job = ask(owner, song)
    Job.objects.filter(pk=job.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    assert flow.sweep()["late"] == 1
    job.refresh_from_db()
    assert (job.status, job.error_code, job.retryable) == (Status.FAILED, "TIMEOUT", True)


@pytest.mark.media
def test_a_clip_that_fails_is_tried_again_and_three_good_ones_make_a_film(owner, song, monkeypatch):
    from casset.lib.errors import GenerationError
    from pipeline import workers

    drew, asked = workers.LocalStudio.clip, []

    def clip(self, order, out, report):
        asked.append(order.script.clip_index)
        if order.script.clip_index == 0:
            raise GenerationError("The brush broke.")
        return drew(self, order, out, report)

    monkeypatch.setattr(workers.LocalStudio, "clip", clip)
    job = ask(owner, song)
    for _ in range(60):
        if not workers.run_one("render"):
            waiting = Clip.objects.filter(job=job, status=Work.PENDING)
            if not waiting.update(not_before=timezone.now()):
                break
    job.refresh_from_db()
    good = job.clips.filter(status=Work.DONE).count()
    assert asked.count(0) == leases.TRIES
    failed = job.clips.get(index=0)
    assert (failed.status, failed.error) == (Work.FAILED, "The brush broke.")
    if good >= 3:
        assert job.status == Status.COMPLETED
        assert any("shown again" in note for note in job.stages.get(name="composer").notes)
    else:
        assert (job.status, job.error_code) == (Status.FAILED, "GENERATION_ERROR")


@pytest.mark.media
def test_a_film_that_would_flash_has_its_clips_drawn_again_calmer(owner, song, monkeypatch):
    from pipeline import workroom

    calls = iter([{1: 5}, {}])
    monkeypatch.setattr(workroom, "flashing", lambda composition: next(calls))
    job = ask(owner, song)
    work_off()
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    assert Take.objects.get(clip__job=job, clip__index=1).calm == 0.5


@pytest.mark.media
def test_a_neighbour_that_an_older_version_drew_is_drawn_anew_for_a_new_crossfade(
    owner, song, monkeypatch
):
    from pipeline.providers import local

    job = ask(owner, song)
    until(job, "prompt_generator")
    planned = job.stages.get(name="scene_planner")
    for number, join in enumerate(planned.output["transitions"]):
        join["type"], join["duration"] = ("cut", 0.0) if number else ("crossfade", 0.5)
    planned.save(update_fields=["output"])
    work_off()
    job.refresh_from_db()
    assert job.film.report["film"]["fallbacks"] == []
    assert len(list(job.work.glob("join-*.mp4"))) == 1
    before = {take.clip.index: take.file for take in Take.objects.select_related("clip")}

    monkeypatch.setattr(local, "DRAWING_VERSION", local.DRAWING_VERSION + 1)
    services.shoot_again(job=job, index=0)
    work_off()
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    after = {take.clip.index: take.file for take in Take.objects.filter(clip__index__gt=0)}
    assert {index for index in after if after[index] != before[index]} == {1}
    assert len(list(job.work.glob("join-*.mp4"))) == 2


def test_a_fault_of_our_own_is_told_without_its_text(owner, song, monkeypatch):
    from pipeline import workers

    def broken(*_, **__):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(workers.audio_parser, "parse", broken)
    job = ask(owner, song)
    for _ in range(leases.TRIES):
        Stage.objects.filter(job=job).update(not_before=timezone.now())
        assert workers.run_one("render")
    job.refresh_from_db()
    assert (job.status, job.error_code) == (Status.FAILED, "INTERNAL_ERROR")
    assert "secret" not in job.error


def test_a_song_that_cannot_be_decoded_fails_at_once_with_its_reason(owner, song):
    job = ask(owner, song)
    (job.folder / job.song_file).write_bytes(b"no sound at all")
    assert workers.run_one("render")
    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert job.stages.get(name="audio_parser").tries == 1


def test_deleting_a_job_removes_its_rows_and_files_even_while_it_runs(owner, song):
    job = ask(owner, song)
    folder = job.folder
    claim = leases.claim("render")
    services.delete_job(job=job)
    assert not folder.exists()
    assert not Job.objects.exists()
    with pytest.raises(leases.LeaseLost):
        claim.update(share=0.1)
    assert flow.admit() == 0


def test_wake_ups_lost_with_the_broker_are_sent_again(owner, song, monkeypatch):
    from casset.work import dispatch

    ask(owner, song)
    sent = []
    monkeypatch.setattr(
        dispatch, "_send", lambda queue, count, after_s: sent.append((queue, count))
    )
    monkeypatch.setattr(dispatch, "waiting", lambda queue: 0)
    flow.sweep()
    assert ("render", 1) in sent
