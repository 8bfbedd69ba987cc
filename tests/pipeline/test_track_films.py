"""Films of a track: they take its song, cover and words, stay its artist's, and are seen on its tabs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from casset.accounts.models import User
from casset.lib.errors import NotFound, ValidationError
from casset.media.audio.lyrics import formats, written
from casset.tracks import services as track_services
from casset.tracks.models import Track
from casset.tracks.words import lines_of
from casset.web import pictures, storage
from casset.web.models import Event
from pipeline import services
from pipeline.models import Job, Status
from tests.accounts.factories import UserFactory
from tests.pipeline.conftest import write_song
from tests.pipeline.planned import PROMPT, finished_job, new_job, planned_job
from tests.tracks import factories

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "script"}
BACKEND = "django.contrib.auth.backends.ModelBackend"
WORDS = [
    {"text": "Hold", "start": 1.0, "end": 1.4},
    {"text": "the", "start": 1.4, "end": 1.4},
    {"text": "<night>", "start": 1.4, "end": 2.25},
]
LINES = [
    {"text": "Hold the <night>", "timestamp": 1.0, "end": 2.5, "words": WORDS},
    {
        "text": "Go",
        "timestamp": 3.0,
        "end": 3.5,
        "words": [{"text": "Go", "start": 3.0, "end": 3.5}],
    },
]


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.JOBS_DIR = tmp_path / "jobs"
    yield
    shutil.rmtree(settings.FILES_DIR / "tracks", ignore_errors=True)


@pytest.fixture
def mara() -> User:
    return UserFactory(email="mara@example.com")


@pytest.fixture
def track(mara: User, tmp_path: Path) -> Track:
    """Hers, ready, with its song in storage."""
    made = factories.track(factories.artist(mara), duration_s=5.0)
    storage.keep(made.audio, write_song(tmp_path / "short.wav", 5.0))
    return made


@pytest.fixture
def her(mara: User) -> Client:
    return signed_in(mara)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, BACKEND)
    return client


def page_of(track: Track) -> str:
    return reverse("pipeline:track", args=(track.pk,))


def wish(**more: Any) -> dict[str, Any]:
    return {"prompt": PROMPT, "aspect": "9:16", "seed": "7"} | more


# -- what a film takes -------------------------------------------------------------------------------
def test_words_written_as_a_file_are_read_again_with_the_artists_own_times(mara: User) -> None:
    track = factories.track(factories.artist(mara), lines=LINES)
    sheet = formats.read(written.enhanced_lrc(lines_of(track), offset_s=0.25))
    assert sheet.timing == "word-stamps"
    assert not sheet.warnings
    read = [(w.text, w.start, w.end) for line in sheet.lines for w in line.words]
    wanted = [
        ("Hold", 1.25, 1.65),
        ("the", 1.65, 1.65),
        ("(night)", 1.65, 2.5),
        ("Go", 3.25, 3.75),
    ]
    for found, meant in zip(read, wanted, strict=True):
        assert found[0] == meant[0]
        assert found[1:] == pytest.approx(meant[1:], abs=0.002)


def test_a_film_of_a_track_takes_its_song_cover_words_and_title(track: Track, mara: User) -> None:
    track.cover = pictures.keep(factories.picture(), f"{track.prefix}/cover")
    track.lines, track.lyrics_offset_s = LINES, 0.5
    track.save()
    job = services.create_job(owner=mara, track_id=track.pk, prompt=PROMPT)
    assert (job.track_id, job.title) == (track.pk, "Slow Burn")
    assert (job.folder / job.song_file).read_bytes() == storage.read_bytes(track.audio)
    assert job.duration_s == pytest.approx(5.0, abs=0.1)
    assert (job.folder / job.cover_file).suffix == ".jpg"
    words = formats.read_file(job.folder / job.lyrics_file).lines[0].words
    assert words[0].start == pytest.approx(1.5, abs=0.002)


def test_words_without_times_go_along_as_they_were_given(track: Track, mara: User) -> None:
    Track.objects.update(lyrics_text="Hold the night\nGo")
    job = services.create_job(owner=mara, track_id=track.pk, prompt=PROMPT)
    assert (job.folder / job.lyrics_file).read_text() == "Hold the night\nGo"


def test_a_tracks_song_may_be_larger_than_what_may_be_sent(
    track: Track, mara: User, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    assert services.create_job(owner=mara, track_id=track.pk, prompt=PROMPT).song_file == "song.wav"


def test_a_film_keeps_what_it_has_when_its_track_is_deleted(track: Track, mara: User) -> None:
    job = services.create_job(owner=mara, track_id=track.pk, prompt=PROMPT)
    track_services.delete_track(track=track)
    job.refresh_from_db()
    assert job.track is None
    assert (job.folder / job.song_file).is_file()


def test_neither_anothers_track_nor_one_that_is_not_ready_gives_a_film(
    track: Track, mara: User
) -> None:
    with pytest.raises(NotFound):
        services.create_job(owner=UserFactory(), track_id=track.pk, prompt=PROMPT)
    Track.objects.update(status=Track.Status.PROCESSING)
    with pytest.raises(NotFound):
        services.create_job(owner=mara, track_id=track.pk, prompt=PROMPT)
    with pytest.raises(ValidationError, match="Give a song or one of your tracks"):
        services.create_job(owner=mara, prompt=PROMPT)
    assert not Job.objects.exists()


def test_a_track_whose_song_is_gone_leaves_nothing_behind(
    track: Track, mara: User, tmp_path: Path
) -> None:
    storage.remove(track.audio)
    with pytest.raises(NotFound):
        services.create_job(owner=mara, track_id=track.pk, prompt=PROMPT)
    assert not Job.objects.exists()
    assert not list((tmp_path / "jobs").glob("*"))


# -- the tab -----------------------------------------------------------------------------------------
def test_the_tab_begins_a_film_and_leads_to_its_page_and_back(her: Client, track: Track) -> None:
    assert (
        f'href="{page_of(track)}" aria-current="page"' in her.get(page_of(track)).content.decode()
    )
    answer = her.post(page_of(track), wish())
    job = Job.objects.get()
    assert answer.url == reverse("pipeline:job", args=(job.pk,))
    assert (job.track_id, job.aspect, job.seed) == (track.pk, "9:16", 7)
    assert f'class="back" href="{page_of(track)}"' in her.get(answer.url).content.decode()


def test_a_double_press_is_one_film(her: Client, track: Track) -> None:
    key = str(uuid4())
    pages = {her.post(page_of(track), wish(request_key=key)).url for _ in range(2)}
    assert len(pages) == Job.objects.count() == 1


def test_a_sentence_that_is_too_short_is_said_beside_it_and_kept(her: Client, track: Track) -> None:
    answer = her.post(page_of(track), wish(prompt="rain"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "The sentence has 4 characters" in page
    assert ">rain</textarea>" in page.replace("\n", "")
    told = her.post(page_of(track), wish(prompt="rain"), headers=SCRIPT).json()
    assert list(told["error"]["fields"]) == ["prompt"]
    assert not Job.objects.exists()


def test_the_tab_and_its_parts_are_the_artists_alone(track: Track) -> None:
    other = signed_in(UserFactory())
    for name in ("track", "track_films", "track_strip"):
        address = reverse(f"pipeline:{name}", args=(track.pk,))
        assert other.get(address).status_code == 404
        assert Client().get(address).status_code == 302
    assert other.post(page_of(track), wish()).status_code == 404
    assert not Job.objects.exists()


def test_a_track_that_is_still_heard_says_so_instead_of_a_form(her: Client, track: Track) -> None:
    Track.objects.update(status=Track.Status.PROCESSING)
    page = her.get(page_of(track)).content.decode()
    assert "being listened to" in page
    assert "Make the video" not in page
    assert her.post(page_of(track), wish()).status_code == 404


def test_the_tab_shows_the_films_of_this_track_and_no_other(
    her: Client, mara: User, track: Track
) -> None:
    done, going = finished_job(owner=mara), planned_job(owner=mara, ready=2)
    Job.objects.update(track=track)
    elsewhere, anothers = new_job(owner=mara), new_job(track=track)
    for page in (page_of(track), reverse("pipeline:track_films", args=(track.pk,))):
        shown = her.get(page).content.decode()
        assert f"{reverse('pipeline:video', args=(done.pk,))}?film=1" in shown
        assert f"job-{going.pk}" in shown
        assert str(elsewhere.pk) not in shown
        assert str(anothers.pk) not in shown


# -- the strip ---------------------------------------------------------------------------------------
def test_the_strip_tells_of_the_newest_film(her: Client, mara: User, track: Track) -> None:
    strip = reverse("pipeline:track_strip", args=(track.pk,))
    assert her.get(strip).status_code == 204
    planned_job(owner=mara, ready=2)
    Job.objects.update(track=track)
    assert "clip 3 of" in (told := her.get(strip).content.decode())
    assert "left" in told
    finished_job(owner=mara)
    Job.objects.update(track=track)
    assert "Ready · " in her.get(strip).content.decode()


def test_who_watches_a_track_hears_of_its_films(
    mara: User, track: Track, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = services.create_job(owner=mara, track_id=track.pk, prompt=PROMPT)
    told = Event.objects.filter(channel__name=track.channel, type="film_update")
    assert told.exists()
    before = told.count()
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_job(job=job)
    assert told.count() > before


# -- programs ----------------------------------------------------------------------------------------
def test_a_program_names_a_track_instead_of_sending_a_song(her: Client, track: Track) -> None:
    asked = {"user_prompt": PROMPT, "track_id": track.pk}
    answer = her.post("/api/v1/upload-audio", asked)
    assert answer.status_code == 201
    assert answer.json()["track_id"] == track.pk
    assert her.post("/api/v1/upload-audio", asked | {"track_id": "0" * 14}).status_code == 404
    assert her.post("/api/v1/upload-audio", {"user_prompt": PROMPT}).status_code == 400
    both = asked | {"cover": factories.picture()}
    assert "cover" in her.post("/api/v1/upload-audio", both).json()["error"]["fields"]
    assert Job.objects.filter(status__in=(Status.QUEUED, Status.PROCESSING)).count() == 1
