"""The API for programs: the brief's addresses and names, and nobody else's films."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver

from casset.accounts import services as account_services
from casset.accounts.models import User
from pipeline.models import MICROS, Clip, Job, Reservation, Status
from tests.accounts.factories import UserFactory
from tests.pipeline.planned import PROMPT, finished_job, new_job, planned_job

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
UPLOAD = f"{V1}/upload-audio"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.JOBS_DIR = tmp_path / "jobs"
    settings.CACHE_DIR = tmp_path / "cache"


class Program(Client):
    """Sends a person's token, and closes what it was sent in the end."""

    opened: list[Any] = []

    def request(self, **named: Any) -> Any:
        answer = super().request(**named)
        self.opened.append(answer)
        return answer


@pytest.fixture(autouse=True)
def _close_answers() -> Iterator[None]:
    yield
    while Program.opened:
        Program.opened.pop().close()


def program(user: User) -> Program:
    _, token = account_services.create_token(user, name="test")
    return Program(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def mara() -> User:
    return UserFactory(email="mara@example.com")


@pytest.fixture
def her(mara: User) -> Program:
    return program(mara)


def address(job: Job, more: str = "") -> str:
    return f"{V1}/jobs/{job.pk}{more}"


def send(client: Client, song: Path, *, key: str = "", **more: Any) -> Any:
    fields = {
        "audio_file": SimpleUploadedFile("Slow_Burn.wav", song.read_bytes()),
        "user_prompt": PROMPT,
    } | more
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(UPLOAD, fields, headers=headers)


def error(answer: Any) -> dict[str, Any]:
    content: dict[str, Any] = answer.json()["error"]
    assert {"code", "message", "retryable"} <= set(content)
    return content


def test_a_song_and_a_sentence_become_a_job(her: Program, mara: User, song: Path) -> None:
    answer = send(her, song, seed=7, aspect="9:16")
    assert answer.status_code == 201
    told = answer.json()
    job = Job.objects.get()
    assert told["job_id"] == str(job.pk)
    assert answer["Location"] == address(job)
    assert (job.owner, job.seed, job.aspect, job.prompt) == (mara, 7, "9:16", PROMPT)
    assert told["status"] in {"queued", "processing"}
    assert told["estimated_remaining"] > 0
    assert told["stages"][0]["name"] == "audio_parser"
    assert told["error"] is None
    assert told["video_url"] is None


def test_the_same_key_gives_the_same_job(her: Program, song: Path) -> None:
    key = str(uuid4())
    first, second = send(her, song, key=key), send(her, song, key=key)
    assert first.json()["job_id"] == second.json()["job_id"]
    assert Job.objects.count() == 1
    assert "Idempotency-Key" in error(send(her, song, key="mine"))["fields"]


def test_what_cannot_be_used_is_said_by_field(her: Program, song: Path) -> None:
    told = error(send(her, song, user_prompt="short", seed="many"))
    assert told["code"] == "VALIDATION_ERROR"
    assert set(told["fields"]) == {"user_prompt", "seed"}
    assert error(her.post(UPLOAD, {}))["fields"].keys() >= {"audio_file", "user_prompt"}
    bad = SimpleUploadedFile("song.mp3", b"no song" * 99)
    assert send(her, song, audio_file=bad).status_code in {400, 415}
    assert her.post(UPLOAD, "{}", content_type="application/json").status_code == 415
    assert not Job.objects.exists()


def test_without_a_token_nothing_is_told(song: Path) -> None:
    job = finished_job()
    for answer in (Client().get(f"{V1}/jobs"), Client().get(address(job)), send(Client(), song)):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert error(answer)["code"] == "NOT_SIGNED_IN"
    stale = Client(headers={"Authorization": "Bearer nonsense"})
    assert stale.get(f"{V1}/jobs").status_code == 401


def test_a_browsers_session_needs_its_csrf_token(mara: User) -> None:
    job = planned_job(owner=mara)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(mara, "django.contrib.auth.backends.ModelBackend")
    assert browser.get(address(job)).status_code == 200
    assert browser.post(address(job, "/cancel")).status_code == 403
    job.refresh_from_db()
    assert job.status == Status.PROCESSING


def test_jobs_are_listed_by_pages_newest_first(her: Program, mara: User) -> None:
    for number in range(25):
        new_job(owner=mara, title=f"{number}")
    new_job()
    told = her.get(f"{V1}/jobs").json()
    assert told["count"] == 25
    assert len(told["results"]) == 20
    assert told["results"][0]["title"] == "24"
    assert len(her.get(told["next"]).json()["results"]) == 5
    assert her.get(f"{V1}/jobs?page=99").status_code == 404


def test_a_job_tells_its_clips_takes_and_addresses(her: Program, mara: User) -> None:
    job = planned_job(owner=mara, ready=2, progress=40)
    told = her.get(address(job)).json()
    assert told["progress"] == 40
    first, *_, last = told["clips"]
    assert first["takes"][0]["is_made"]
    assert her.get(first["takes"][0]["video_url"]).status_code == 404  # a token is not a session
    assert last["takes"][0]["video_url"] is None
    assert told["stream_url"] == address(job, "/stream")


def test_a_failed_job_tells_code_sentence_and_whether_trying_again_may_help(
    her: Program, mara: User
) -> None:
    job = new_job(
        owner=mara, status=Status.FAILED, error_code="TIMEOUT", error="Too slow.", retryable=True
    )
    told = her.get(address(job)).json()
    assert told["status"] == "failed"
    assert told["error"] == {"code": "TIMEOUT", "message": "Too slow.", "retryable": True}
    assert told["estimated_remaining"] is None


def test_a_job_is_cancelled_once_and_retried(her: Program, mara: User) -> None:
    job = planned_job(owner=mara)
    assert her.post(address(job, "/cancel")).json()["status"] == "cancelled"
    answer = her.post(address(job, "/cancel"))
    assert (answer.status_code, error(answer)["code"]) == (409, "CONFLICT")
    assert her.post(address(job, "/retry")).json()["status"] in {"queued", "processing"}
    assert her.post(address(job, "/retry")).status_code == 409


def test_a_clip_is_made_again_and_an_earlier_take_used(her: Program, mara: User) -> None:
    job = finished_job(owner=mara)
    told = her.post(address(job, "/clips/0/regenerate")).json()
    assert told["clips"][0]["take"] == 2
    Clip.objects.filter(job=job).update(status="done")
    told = her.post(address(job, "/clips/0/takes/1/use")).json()
    assert told["clips"][0]["take"] == 1
    for more in ("/clips/99/regenerate", "/clips/0/takes/9/use", f"/clips/{10**30}/regenerate"):
        assert her.post(address(job, more)).status_code == 404


def test_a_job_is_revised_by_json_or_form(her: Program, mara: User) -> None:
    job = finished_job(owner=mara)
    bad = her.patch(address(job), {"user_prompt": "no"}, content_type="application/json")
    assert set(error(bad)["fields"]) == {"user_prompt"}
    nothing = her.patch(address(job), {}, content_type="application/json")
    assert nothing.status_code == 400
    told = her.patch(address(job), {"seed": 9}, content_type="application/json").json()
    assert (told["seed"], told["status"]) == (9, Job.objects.get().status)
    again = her.patch(address(job), {"seed": 10}, content_type="application/json")
    assert again.status_code == 409


def test_costs_are_told_by_stage_in_dollars(her: Program, mara: User) -> None:
    job = finished_job(owner=mara, spent_micros=30_000)
    for key, micros in (("a", 10_000), ("b", 20_000)):
        Reservation.objects.create(
            job=job, stage="video_generator", key=key, status="settled",
            amount_micros=MICROS, actual_micros=micros,
        )  # fmt: skip
    assert her.get(address(job, "/costs")).json() == {
        "currency": "USD",
        "total": 0.03,
        "reserved": 0.0,
        "budget": 20.0,
        "stages": [{"stage": "video_generator", "cost": 0.03}],
    }


def test_the_film_is_downloaded_whole_or_in_part_under_its_title(her: Program, mara: User) -> None:
    job = finished_job(owner=mara, title="Slow Burn")
    whole = her.get(address(job, "/download"))
    assert whole["Content-Disposition"] == 'attachment; filename="Slow Burn.mp4"'
    assert len(b"".join(whole)) == 1000
    part = her.get(address(job, "/download"), headers={"Range": "bytes=-10"})
    assert part.status_code == 206
    assert part["Content-Range"] == "bytes 990-999/1000"
    assert her.get(address(planned_job(owner=mara), "/download")).status_code == 404


def test_a_job_is_deleted_with_its_files(her: Program, mara: User) -> None:
    job = finished_job(owner=mara)
    folder = job.folder
    assert her.delete(address(job)).status_code == 204
    assert not folder.exists()
    assert her.delete(address(job)).status_code == 404


OF_A_JOB = [
    ("get", ""), ("patch", ""), ("delete", ""), ("post", "/cancel"), ("post", "/retry"),
    ("get", "/costs"), ("get", "/download"), ("post", "/clips/0/regenerate"),
    ("post", "/clips/0/takes/1/use"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "more"), OF_A_JOB)
def test_another_persons_job_is_not_there(her: Program, method: str, more: str) -> None:
    job = finished_job()
    answer = getattr(her, method)(address(job, more))
    assert answer.status_code == 404
    assert error(answer)["code"] == "NOT_FOUND"
    job.refresh_from_db()
    assert job.status == Status.COMPLETED


def test_every_address_of_a_job_is_tried_for_foreign_people() -> None:
    routes = {
        str(inner.pattern)
        for outer in get_resolver().url_patterns
        if getattr(outer, "namespace", "") == "pipeline-api"
        for inner in outer.url_patterns
        if "job_id" in str(inner.pattern)
    }
    assert len(routes) == len({more for _, more in OF_A_JOB})


def test_questions_do_not_grow_with_clips_or_jobs(
    her: Program, mara: User, django_assert_max_num_queries: Any
) -> None:
    job = planned_job(owner=mara, clips=40, takes=2)
    with django_assert_max_num_queries(18):
        assert her.get(address(job)).status_code == 200
    for _ in range(20):
        new_job(owner=mara)
    with django_assert_max_num_queries(7):
        assert len(her.get(f"{V1}/jobs").json()["results"]) == 20
