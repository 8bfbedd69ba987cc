"""The studio's pages: what a person sees of their films, and what nobody else does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from casset.accounts.models import User
from pipeline.models import Clip, Job, JobStart, Status, Take, Work
from tests.accounts.factories import UserFactory
from tests.pipeline import factories
from tests.pipeline.planned import PROMPT, finished_job, new_job, planned_job

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "script"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


class Browser(Client):
    """Closes the files of all answers in the end, as a browser that leaves."""

    opened: list[Any] = []

    def request(self, **named: Any) -> Any:
        answer = super().request(**named)
        self.opened.append(answer)
        return answer


@pytest.fixture(autouse=True)
def _close_answers() -> Iterator[None]:
    yield
    while Browser.opened:
        Browser.opened.pop().close()


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.JOBS_DIR = tmp_path / "jobs"
    settings.CACHE_DIR = tmp_path / "cache"


@pytest.fixture
def mara() -> User:
    return UserFactory(email="mara@example.com")


@pytest.fixture
def her(mara: User) -> Client:
    return signed_in(mara)


def signed_in(user: User, **options: Any) -> Client:
    client = Browser(**options)
    client.force_login(user, BACKEND)
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def body(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


# -- the list --------------------------------------------------------------------------------------
def test_somebody_without_films_is_invited_to_make_one(her: Client) -> None:
    page = text(her.get("/studio/"))
    assert "No videos yet" in page
    assert reverse("pipeline:new") in page


def test_the_list_shows_films_with_state_progress_and_pictures(her: Client, mara: User) -> None:
    done = finished_job(owner=mara, title="Done one")
    busy = planned_job(owner=mara, title="Busy one", ready=2, progress=47)
    new_job(owner=mara, title="Bad one", status=Status.FAILED, error="Too few clips.")
    new_job(title="Somebody else's")
    page = text(her.get("/studio/"))
    assert f"{reverse('pipeline:poster', args=(done.pk,))}?film=1" in page
    assert 'value="47"' in page
    assert reverse("pipeline:clip_poster", args=(busy.pk, 1, 1)) in page
    assert "Did not work" in page
    assert "Too few clips." in page
    assert "Somebody else" not in page


def test_the_part_with_films_being_made_comes_alone(her: Client, mara: User) -> None:
    planned_job(owner=mara, title="Busy one")
    finished_job(owner=mara, title="Done one")
    part = text(her.get("/studio/?being-made"))
    assert part.startswith('<section data-part="active"')
    assert "Busy one" in part
    assert "Done one" not in part


def test_many_films_are_spread_over_pages(her: Client, mara: User) -> None:
    for number in range(30):
        new_job(owner=mara, title=f"Film number {number:02}", status=Status.CANCELLED)
    first, second = text(her.get("/studio/")), text(her.get("/studio/?page=2"))
    assert "Film number 29" in first
    assert "Film number 00" not in first
    assert "Film number 00" in second
    assert her.get("/studio/?page=900").status_code == 200
    assert her.get("/studio/?page=x").status_code == 200


# -- a new one -------------------------------------------------------------------------------------
def new_film(client: Client, song: Path | bytes, name: str = "Slow_Burn.wav", **more: Any) -> Any:
    content = song if isinstance(song, bytes) else song.read_bytes()
    fields = {"prompt": PROMPT, "aspect": "16:9", "song": SimpleUploadedFile(name, content)} | more
    headers = fields.pop("headers", {})
    return client.post("/studio/new/", fields, headers=headers)


def test_a_song_and_a_sentence_become_a_job_and_its_page_is_shown(
    her: Client, mara: User, song: Path
) -> None:
    answer = new_film(her, song)
    job = Job.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("pipeline:job", args=(job.pk,))
    assert (job.owner, job.title, job.prompt, job.aspect) == (mara, "Slow Burn", PROMPT, "16:9")


def test_the_script_is_told_where_the_job_is(her: Client, song: Path) -> None:
    answer = new_film(her, song, headers=SCRIPT)
    assert answer.status_code == 201
    assert answer.json() == {"page": reverse("pipeline:job", args=(Job.objects.get().pk,))}


def test_pressing_the_button_twice_is_one_film(her: Client, song: Path) -> None:
    key = str(uuid.uuid4())
    answers = [new_film(her, song, request_key=key) for _ in range(2)]
    assert Job.objects.count() == 1
    assert JobStart.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"prompt": "too short"}, "prompt", "at least 50"),
        ({"prompt": ""}, "prompt", "Say what the video should show"),
        ({"prompt": "x" * 501}, "prompt", "500"),
        ({"seed": "-3"}, "seed", "greater than or equal to 0"),
        ({"aspect": "4:3"}, "aspect", "4:3"),
        ({"song": ""}, "song", "Choose a song file"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    her: Client, song: Path, given: dict[str, str], field: str, said: str
) -> None:
    sentence = {"prompt": PROMPT} | given
    fields = {"song": SimpleUploadedFile("a.wav", song.read_bytes()), "aspect": "16:9"} | sentence
    answer = her.post("/studio/new/", fields)
    page = text(answer)
    assert answer.status_code == 400
    part = page[page.index(f'data-field="{field}"') :]
    assert said in part[: part.find("data-field", 20)]
    assert sentence["prompt"] in page
    answer = her.post("/studio/new/", fields, headers=SCRIPT)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["fields"][field][0]
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "song.mp3", "empty"),
        (b"not a song at all" * 50, "song.mp3", "not a sound file"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "song.mp3", "not a sound file"),
        (b"RIFF", "song.exe", "kind"),
    ],
)
def test_a_song_that_is_none_is_refused_beside_the_song(
    her: Client, content: bytes, name: str, said: str
) -> None:
    answer = new_film(her, content, name, headers=SCRIPT)
    assert answer.status_code in {400, 415}
    assert said in answer.json()["error"]["fields"]["song"][0]
    assert not Job.objects.exists()
    assert not JobStart.objects.exists()


def test_a_song_that_is_too_large_is_refused_with_both_sizes(
    her: Client, song: Path, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000_000
    said = new_film(her, song, headers=SCRIPT).json()["error"]["fields"]["song"][0]
    assert "2.1 MB" in said
    assert "1 MB" in said


def test_the_sixth_film_of_the_hour_is_told_when_there_is_room(
    her: Client, mara: User, song: Path
) -> None:
    JobStart.objects.bulk_create(JobStart(owner=mara) for _ in range(5))
    answer = new_film(her, song)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 3500
    assert "in 60 minutes" in text(answer)
    assert PROMPT in text(answer)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd.wav", "passwd"),
        ("<script>alert(1)</script>.wav", "script"),
        ("a\u202eb.wav", "ab"),
        ("C:\\Windows\\win.wav", "win"),
    ],
)
def test_a_file_name_with_tricks_becomes_a_harmless_title(
    her: Client, song: Path, name: str, title: str
) -> None:
    new_film(her, song, name)
    job = Job.objects.get()
    assert job.title.startswith(title)
    assert job.song_file == "song.wav"
    assert "<script>alert" not in text(her.get(reverse("pipeline:job", args=(job.pk,))))


def test_a_session_that_ended_while_filling_in_loses_nothing(song: Path) -> None:
    answer = new_film(Client(), song)
    assert answer.status_code == 401
    assert PROMPT in text(answer)
    assert "Sign in in a new tab" in text(answer)
    answer = new_film(Client(), song, headers=SCRIPT)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "NOT_SIGNED_IN"


def test_a_film_is_begun_from_an_earlier_one(her: Client, mara: User) -> None:
    mine, other = new_job(owner=mara), new_job(prompt="S" * 60)
    assert PROMPT in text(her.get(f"/studio/new/?like={mine.pk}"))
    assert "SSSS" not in text(her.get(f"/studio/new/?like={other.pk}"))
    assert her.get("/studio/new/?like=nonsense").status_code == 200


# -- a film's page ---------------------------------------------------------------------------------
def page_of(client: Client, job: Job) -> str:
    return text(client.get(reverse("pipeline:job", args=(job.pk,))))


def test_a_queued_film_says_its_place_in_line(her: Client, mara: User) -> None:
    new_job()
    page = page_of(her, new_job(owner=mara))
    assert "2 in line" in page
    assert "left" in page


def test_a_film_being_made_shows_the_clips_there_are_and_lets_them_play(
    her: Client, mara: User
) -> None:
    job = planned_job(owner=mara, ready=2, progress=47)
    page = page_of(her, job)
    assert f"Shooting, 2 of {job.clips.count()}" in page
    assert reverse("pipeline:clip_video", args=(job.pk, 0, 1)) in page
    assert reverse("pipeline:clip_video", args=(job.pk, 2, 1)) not in page
    assert f'data-channel="job-{job.pk}"' in page


def test_a_finished_film_shows_player_shots_reasons_and_the_reading_of_the_sentence(
    her: Client, mara: User
) -> None:
    job = finished_job(owner=mara)
    plan = job.plan()
    assert plan is not None
    page = page_of(her, job)
    assert f'src="{reverse("pipeline:video", args=(job.pk,))}?film=1"' in page
    assert "<mark" in page
    assert '<s title="Not understood">asphalt</s>' in page
    assert "120 BPM" in page
    assert "A minor" in page
    for script in plan.clip_scripts:
        assert escape(script.visual_description[1:]) in page
    assert escape(plan.transitions[0].rationale[1:]) in page
    assert escape(plan.clip_scripts[0].shots[0].reasons[0].source) in page
    assert reverse("pipeline:sheet", args=(job.pk,)) in page


def test_a_failed_film_says_why_and_what_to_do_next(her: Client, mara: User) -> None:
    job = planned_job(
        owner=mara, ready=1, status=Status.FAILED, error="Too few clips.", error_code="X"
    )
    page = page_of(her, job)
    assert "Too few clips." in page
    assert reverse("pipeline:retry", args=(job.pk,)) in page
    assert "shots are finished and kept" in page


def test_takes_are_offered_and_the_current_one_is_marked(her: Client, mara: User) -> None:
    job = finished_job(owner=mara, takes=2)
    page = page_of(her, job)
    assert reverse("pipeline:use_take", args=(job.pk, 0, 1)) in page
    assert 'id="take-0-2" aria-pressed="true" disabled' in page


def test_html_in_a_title_and_a_sentence_is_shown_not_run(her: Client, mara: User) -> None:
    evil = "<img src=x onerror=alert(1)> walks in the rain at night through neon streets"
    job = finished_job(owner=mara, title="<b>Bold</b>", prompt=evil)
    for page in (page_of(her, job), text(her.get("/studio/"))):
        assert "<img src=x" not in page
        assert "<b>Bold" not in page
    name = her.get(reverse("pipeline:video", args=(job.pk,)) + "?save")["Content-Disposition"]
    assert name == 'attachment; filename="b Bold b.mp4"'


def test_a_film_whose_files_are_gone_says_so_and_offers_to_make_it_again(
    her: Client, mara: User
) -> None:
    job = finished_job(owner=mara, files_removed_at="2026-01-01T00:00Z")
    page = page_of(her, job)
    assert "The files are gone" in page
    assert f"?like={job.pk}" in page
    assert reverse("pipeline:shoot_again", args=(job.pk, 0)) not in page
    assert her.get(reverse("pipeline:video", args=(job.pk,))).status_code == 404


def test_the_parts_are_those_of_the_page(her: Client, mara: User) -> None:
    job = finished_job(owner=mara)
    page = page_of(her, job)
    parts = text(her.get(reverse("pipeline:parts", args=(job.pk,)), headers=SCRIPT))
    assert "<html" not in parts
    assert "csrfmiddlewaretoken" not in parts  # else nothing would ever be as it was
    for name in ("actions", "state", "film", "strip", "song", "shots", "brief", "change", "facts"):
        assert f'data-part="{name}"' in parts
        assert f'data-part="{name}"' in page


def test_the_page_lends_the_films_colours(her: Client, mara: User) -> None:
    job = planned_job(owner=mara)
    answer = her.get(reverse("pipeline:theme", args=(job.pk,)))
    assert answer["Content-Type"] == "text/css"
    assert "--accent:oklch(82%" in text(answer)


# -- what can be done ------------------------------------------------------------------------------
def test_a_film_is_stopped_and_goes_on(her: Client, mara: User) -> None:
    job = planned_job(owner=mara)
    answer = her.post(reverse("pipeline:cancel", args=(job.pk,)), follow=True)
    assert "Stopped. Shots that were finished are kept." in text(answer)
    answer = her.post(reverse("pipeline:cancel", args=(job.pk,)), headers=SCRIPT)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "CONFLICT"
    answer = her.post(reverse("pipeline:retry", args=(job.pk,)), headers=SCRIPT)
    assert answer.status_code == 200
    job.refresh_from_db()
    assert not job.is_final


def test_a_shot_is_made_again_and_an_earlier_take_used(her: Client, mara: User) -> None:
    job = finished_job(owner=mara)
    again = reverse("pipeline:shoot_again", args=(job.pk, 1))
    assert her.post(again, headers=SCRIPT).status_code == 200
    clip = Clip.objects.get(job=job, index=1)
    assert (clip.take, clip.status) == (2, Work.PENDING)
    assert her.post(again, headers=SCRIPT).status_code == 409
    nobody = reverse("pipeline:use_take", args=(job.pk, 1, 9))
    assert her.post(nobody, headers=SCRIPT).status_code in {400, 404, 409}


def test_the_sentence_is_changed_and_a_bad_one_is_kept_in_the_form(her: Client, mara: User) -> None:
    job = finished_job(owner=mara)
    revise = reverse("pipeline:revise", args=(job.pk,))
    answer = her.post(revise, {"prompt": "only this"})
    assert answer.status_code == 400
    assert "only this</textarea>" in text(answer)
    assert her.post(revise, {"prompt": PROMPT}, headers=SCRIPT).status_code == 400  # no change
    answer = her.post(revise, {"seed": "2"}, headers=SCRIPT)
    assert answer.status_code == 200
    job.refresh_from_db()
    assert (job.seed, job.prompt) == (2, PROMPT)
    assert not job.is_final


def test_a_film_is_deleted_after_asking_with_all_its_files(her: Client, mara: User) -> None:
    job = finished_job(owner=mara)
    folder = job.folder
    page = reverse("pipeline:delete", args=(job.pk,))
    assert "removed for good" in text(her.get(page))
    assert folder.exists()
    assert her.post(page)["Location"] == "/studio/"
    assert not folder.exists()
    assert not Job.objects.exists()


def test_actions_need_the_pages_token(mara: User) -> None:
    job = planned_job(owner=mara)
    strict = signed_in(mara, enforce_csrf_checks=True)
    assert strict.post(reverse("pipeline:cancel", args=(job.pk,))).status_code == 403
    job.refresh_from_db()
    assert not job.is_final


def test_a_session_that_ended_before_a_click_leads_back_to_the_page(mara: User) -> None:
    job = finished_job(owner=mara)
    cancel = reverse("pipeline:cancel", args=(job.pk,))
    page = reverse("pipeline:job", args=(job.pk,))
    answer = Client().post(cancel)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('accounts:login')}?next={page}"
    answer = Client().post(cancel, headers=SCRIPT)
    assert answer.status_code == 401


# -- somebody else's -------------------------------------------------------------------------------
GETS = [
    ("job", ()), ("parts", ()), ("delete", ()), ("video", ()), ("sheet", ()), ("poster", ()),
    ("report", ()), ("theme", ()), ("clip_video", (0, 1)), ("clip_poster", (0, 1)),
]  # fmt: skip
POSTS = [
    ("cancel", ()), ("retry", ()), ("revise", ()), ("delete", ()),
    ("shoot_again", (0,)), ("use_take", (0, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more"), GETS)
def test_nobody_sees_another_persons_film(her: Client, name: str, more: tuple[int, ...]) -> None:
    job = finished_job()
    address = reverse(f"pipeline:{name}", args=(job.pk, *more))
    assert signed_in(job.owner).get(address).status_code == 200
    assert her.get(address).status_code == 404
    assert Client().get(address).status_code in {302, 404}


@pytest.mark.parametrize(("name", "more"), POSTS)
def test_nobody_changes_another_persons_film(her: Client, name: str, more: tuple[int, ...]) -> None:
    job = finished_job()
    address = reverse(f"pipeline:{name}", args=(job.pk, *more))
    assert her.post(address, {"seed": 5}).status_code == 404
    assert Client().post(address, {"seed": 5}).status_code == 302
    job.refresh_from_db()
    assert (job.status, job.seed) == (Status.COMPLETED, 1)


def test_every_address_of_the_studio_is_tried_for_foreign_people() -> None:
    from pipeline.urls import urlpatterns

    of_a_job = {pattern.name for pattern in urlpatterns if "job_id" in str(pattern.pattern)}
    assert of_a_job == {name for name, _ in GETS} | {name for name, _ in POSTS}


# -- files -----------------------------------------------------------------------------------------
def test_the_film_is_sent_in_parts_and_saved_under_its_title(her: Client, mara: User) -> None:
    job = finished_job(owner=mara, title="Slow / Burn")
    address = reverse("pipeline:video", args=(job.pk,))
    part = her.get(address, headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert body(part) == bytes(range(10, 20))
    assert "Content-Disposition" not in part
    saved = her.get(f"{address}?save")
    assert saved["Content-Disposition"] == 'attachment; filename="Slow Burn.mp4"'
    assert len(body(saved)) == 1000


def test_an_earlier_film_is_kept_and_found_by_its_number(her: Client, mara: User) -> None:
    job = finished_job(owner=mara)
    newer = factories.film(job, 2)
    newer.path.write_bytes(b"new")
    address = reverse("pipeline:video", args=(job.pk,))
    assert body(her.get(address)) == b"new"
    assert len(body(her.get(f"{address}?film=1"))) == 1000
    for number in ("3", "x", "-1", "99999999999", "²"):
        assert her.get(address, {"film": number}).status_code == 404


def test_a_clip_under_its_fingerprint_is_kept_by_the_browser_for_ever(
    her: Client, mara: User
) -> None:
    job = planned_job(owner=mara)
    take = Take.objects.get(clip__job=job, clip__index=0)
    address = reverse("pipeline:clip_video", args=(job.pk, 0, 1))
    assert "immutable" in her.get(f"{address}?v={take.fingerprint[:12]}")["Cache-Control"]
    plain = her.get(address)
    assert "no-cache" in plain["Cache-Control"]
    assert body(plain) == b"clip 0 take 1"


def test_a_clip_that_is_not_made_is_not_found(her: Client, mara: User) -> None:
    job = planned_job(owner=mara, ready=1)
    for index, number in ((1, 1), (0, 2), (99, 1), (0, 99999999999)):
        address = reverse("pipeline:clip_video", args=(job.pk, index, number))
        assert her.get(address).status_code == 404


# -- how many questions a page asks ----------------------------------------------------------------
def test_the_list_asks_the_database_as_often_for_twenty_films_as_for_two(
    her: Client, mara: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        make = planned_job if number % 4 == 0 else finished_job
        make(owner=mara, ready=2)
    with django_assert_max_num_queries(14):
        assert her.get("/studio/").status_code == 200


def test_a_page_with_forty_clips_asks_the_database_as_often_as_one_with_four(
    her: Client, mara: User, django_assert_max_num_queries: Any
) -> None:
    busy = planned_job(owner=mara, clips=40, ready=20, takes=2)
    assert busy.clips.count() >= 40
    with django_assert_max_num_queries(16):
        page_of(her, busy)
    ended = finished_job(owner=mara, clips=40, takes=2)
    with django_assert_max_num_queries(11):
        page_of(her, ended)
    with django_assert_max_num_queries(11):
        her.get(reverse("pipeline:parts", args=(ended.pk,)))
