"""A track's tab Music video and the strip under its visuals, in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from casset.tracks.models import Track
from casset.web import pictures, storage
from pipeline import events
from pipeline.models import Job, Status
from tests.browser.conftest import WIDTHS
from tests.pipeline.conftest import write_song
from tests.pipeline.planned import PROMPT, finished_job, planned_job
from tests.tracks import factories

pytestmark = pytest.mark.browser
Visits = Callable[..., Any]


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.JOBS_DIR = tmp_path / "jobs"
    yield
    shutil.rmtree(settings.FILES_DIR / "tracks", ignore_errors=True)


@pytest.fixture
def track(site: Any, tmp_path: Path) -> Track:
    made = factories.track(duration_s=5.0)
    made.cover = pictures.keep(factories.picture(), f"{made.prefix}/cover")
    made.save()
    storage.keep(made.audio, write_song(tmp_path / "short.wav", 5.0))
    return made


@pytest.mark.parametrize("width", WIDTHS)
def test_films_stand_above_the_form_and_the_strip_goes_on_by_itself(
    visit: Visits, track: Track, width: int
) -> None:
    user = track.artist.user
    finished_job(owner=user)
    finished_job(owner=user, aspect="9:16")
    going = planned_job(owner=user, ready=2)
    Job.objects.update(track=track)
    with visit(width=width, user=user) as window:
        page = window.go(reverse("pipeline:track", args=(track.pk,)))
        window.until("document.querySelectorAll('.reel').length === 2")
        assert window.axe() == []
        assert not window.overflows()
        page.route("**/video*", lambda route: None)  # the film is no real one: let it load for ever
        page.click(".reel a[data-film]")
        window.until("document.querySelectorAll('.reel video[controls]').length === 1")
        page.unroute("**/video*")

        page = window.go(reverse("visuals:library", args=(track.pk,)))
        window.until("document.querySelector('.film-strip .cap').textContent.startsWith('clip 3')")
        assert not window.overflows()
        going.refresh_from_db()
        going.move(Status.FAILED, error="The light went out.")
        events.error(going, "The light went out.", "X", retryable=True)
        window.until("document.querySelector('.film-strip').textContent.includes('The light')")


def test_the_button_brings_one_to_the_films_page(visit: Visits, track: Track) -> None:
    with visit(width=390, user=track.artist.user) as window:
        page = window.go(reverse("pipeline:track", args=(track.pk,)))
        page.fill("#id_prompt", "rain")
        page.click("[data-go]")
        window.until("document.querySelector('[data-field=prompt] .errorlist')")
        page.fill("#id_prompt", PROMPT)
        page.click("[data-go]")
        window.until("document.querySelector('[data-job] .back')?.textContent === 'Slow Burn'")
    assert Job.objects.get().track == track
