"""The studio in Chromium: made, watched, played, changed; narrow and wide, by keyboard, without
JavaScript, and with a session that ended in the middle."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from casset.accounts.models import User
from pipeline import events
from pipeline.models import Clip, Job, Stage, Status, Take, Work
from tests.accounts.factories import PASSWORD, UserFactory
from tests.browser.conftest import WIDTHS
from tests.pipeline.conftest import write_song
from tests.pipeline.planned import PROMPT, a_picture, finished_job, new_job, planned_job

pytestmark = pytest.mark.browser
Visits = Callable[..., Any]


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.JOBS_DIR = tmp_path / "jobs"


@pytest.fixture
def mara(site: Any) -> User:
    return UserFactory(email="mara@example.com")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_song(tmp_path / "Slow_Burn.wav", 6)


def page_of(job: Job) -> str:
    return reverse("pipeline:job", args=(job.pk,))


def in_every_state(owner: User) -> list[Job]:
    return [
        new_job(owner=owner),
        planned_job(owner=owner, ready=2),
        finished_job(owner=owner, takes=2),
        planned_job(owner=owner, ready=2, status=Status.FAILED, error="Too few.", error_code="X"),
        planned_job(owner=owner, ready=1, status=Status.CANCELLED),
        finished_job(owner=owner, aspect="9:16", title="W" * 120),
        finished_job(owner=owner, files_removed_at="2026-01-01T00:00Z"),
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_sound_in_every_state(visit: Visits, mara: User, width: int) -> None:
    with visit(width=width, user=mara) as window:
        paths = ["/studio/", "/studio/new/"]
        for round_ in range(2):
            for path in paths:
                page = window.go(path)
                for details in page.locator("details:not([open]) > summary").all():
                    if details.is_visible():
                        details.click()
                assert window.axe() == [], path
                assert not window.overflows(), f"{path} can be scrolled sideways"
                assert page.locator("h1").count() == 1
            if round_ == 0:
                jobs = in_every_state(mara)
                paths = [
                    "/studio/",
                    *map(page_of, jobs),
                    reverse("pipeline:delete", args=(jobs[0].pk,)),
                ]


def test_a_film_is_begun_with_the_keyboard_alone(visit: Visits, mara: User, song: Path) -> None:
    with visit(user=mara) as window:
        page = window.go("/studio/new/")
        page.set_input_files("#id_song", song)  # what the file dialog does
        window.until("document.querySelector('[data-chosen]').innerText.includes('Slow_Burn.wav')")
        page.focus("#id_song")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "id_prompt"
        page.keyboard.type(PROMPT)
        page.wait_for_selector(f"[data-count] >> text={len(PROMPT)} of 500")
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('[data-go]')"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/studio/*-*/")
        assert page.inner_text("h1") == "Slow Burn"
    job = Job.objects.get()
    assert (job.owner, job.prompt) == (mara, PROMPT)


def test_an_example_fills_the_sentence(visit: Visits, mara: User) -> None:
    with visit(user=mara) as window:
        page = window.go("/studio/new/")
        example = page.locator("[data-example]").first
        example.click()
        assert page.input_value("#id_prompt") == example.inner_text()


def test_what_the_server_refuses_stands_beside_the_field_and_the_song_stays_chosen(
    visit: Visits, mara: User, song: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no song" * 100)
    with visit(user=mara) as window:
        page = window.go("/studio/new/")
        page.set_input_files("#id_song", broken)
        page.fill("#id_prompt", "too short")
        page.click("[data-go]")
        page.wait_for_selector('[data-field="prompt"] .errorlist')
        assert "at least 50" in page.inner_text('[data-field="prompt"] .errorlist')
        assert page.evaluate("document.querySelector('#id_song').files.length") == 1
        window.until("document.activeElement.id === 'id_prompt'")
        assert window.axe() == []
        page.fill("#id_prompt", PROMPT)
        page.click("[data-go]")
        page.wait_for_selector('[data-field="song"] .errorlist')
        assert page.input_value("#id_prompt") == PROMPT
        page.set_input_files("#id_song", song)
        page.click("[data-go]")
        page.wait_for_url("**/studio/*-*/")


def test_sending_can_be_stopped_and_nothing_is_lost(visit: Visits, mara: User, song: Path) -> None:
    with visit(user=mara) as window:
        page = window.go("/studio/new/")
        page.route("**/studio/new/", lambda route: None)  # a server that takes its time
        page.set_input_files("#id_song", song)
        page.fill("#id_prompt", PROMPT)
        page.click("[data-go]")
        page.wait_for_selector("[data-sending]:not([hidden])")
        page.click("[data-abort]")
        page.wait_for_selector("[data-go]:not([hidden])")
        assert page.input_value("#id_prompt") == PROMPT
        page.unroute("**/studio/new/")
        page.click("[data-go]")
        page.wait_for_url("**/studio/*-*/")
    assert Job.objects.count() == 1


def test_a_session_that_ends_while_filling_in_is_mended_in_another_tab(
    visit: Visits, mara: User, song: Path
) -> None:
    with visit(user=mara) as window:
        page = window.go("/studio/new/")
        page.set_input_files("#id_song", song)
        page.fill("#id_prompt", PROMPT)
        page.context.clear_cookies(name="sessionid")
        page.click("[data-go]")
        page.wait_for_selector(".errors a")
        assert page.input_value("#id_prompt") == PROMPT
        with page.context.expect_page() as opened:
            page.click(".errors a")
        other = opened.value
        other.fill("#id_username", mara.email)
        other.fill("#id_password", PASSWORD)
        other.click("form.form button.main")
        other.wait_for_url("**/studio/tracks/")
        other.close()
        page.click("[data-go]")
        page.wait_for_url("**/studio/*-*/")
    assert Job.objects.get().owner == mara


def test_clips_fill_in_while_one_watches_and_the_film_appears(visit: Visits, mara: User) -> None:
    job = planned_job(owner=mara, ready=2, progress=50)
    total = job.clips.count()
    with visit(user=mara) as window:
        page = window.go(page_of(job))
        assert page.locator(".mosaic img").count() == 2
        assert page.locator("[data-film]").count() == 0
        page.evaluate("document.querySelector('[data-key=strip-0]').dataset.mark = 'kept'")

        clip = Clip.objects.get(job=job, index=2)
        take = Take.objects.get(clip=clip)
        Take.objects.filter(pk=take.pk).update(file="2-1.mp4")
        Clip.objects.filter(pk=clip.pk).update(status=Work.DONE)
        take.refresh_from_db()
        a_picture(take.poster)
        events.clip_ready(clip, take)
        window.until("document.querySelectorAll('.mosaic img').length === 3")
        assert page.evaluate("document.querySelector('[data-key=strip-0]').dataset.mark") == "kept"
        page.wait_for_selector(f".now h2 >> text=Shooting, 3 of {total}")
        window.until(f"document.querySelector('[data-said]').textContent.includes('3 of {total}')")

        events.progress(job, 71, 42.0)
        window.until("document.querySelector('[data-progress]').value === 71")
        window.until("document.querySelector('[data-left]').innerText === 'about 40 s left'")
        window.until("document.title.startsWith('71 %')")

        Stage.objects.filter(job=job).update(status=Work.DONE)
        from tests.pipeline import factories

        film = factories.film(job)
        a_picture(film.poster)
        job.move(Status.COMPLETED, progress=100)
        events.completed(job, film)
        window.until("document.querySelector('[data-film]') !== null")
        window.until("!document.querySelector('.now')")
        assert page.locator("a.btn.main", has_text="Download").count() == 1


def test_the_page_takes_on_the_films_colours_when_there_is_a_plan(
    visit: Visits, mara: User
) -> None:
    job = new_job(owner=mara, status=Status.PROCESSING)
    planned = planned_job()
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
    with visit(user=mara) as window:
        page = window.go(page_of(job))
        before = page.evaluate(accent)
        output = planned.stages.get(name="scene_planner").output
        Stage.objects.filter(job=job, name="scene_planner").update(output=output, status=Work.DONE)
        events.stage_update(job, "scene_planner", "completed", 0.5)
        window.until(f"{accent} !== '{before}'")
        window.until("document.querySelectorAll('.say mark').length > 2")


def test_a_shot_is_made_again_without_leaving_the_page(visit: Visits, mara: User) -> None:
    job = finished_job(owner=mara)
    with visit(user=mara) as window:
        page = window.go(page_of(job))
        page.click("#why-0 > summary")
        page.click("#again-1")
        page.wait_for_selector(".toast.good")
        assert "Shot 2 is made again, as take 2" in page.inner_text(".toast.good")
        page.wait_for_selector(".now")
        window.until("document.querySelectorAll('#shot-2 .take').length === 2")
        assert page.get_attribute("#why-0", "open") is not None, "nobody loses their place"
        assert page.locator("[data-film]").count() == 1, "the film there is goes on playing"
    assert Clip.objects.get(job=job, index=1).take == 2


def test_a_click_after_the_session_ended_is_told_and_can_be_repeated(
    visit: Visits, mara: User
) -> None:
    job = finished_job(owner=mara)
    with visit(user=mara) as window:
        page = window.go(page_of(job))
        session = page.context.cookies()
        page.context.clear_cookies(name="sessionid")
        page.click("#again-0")
        page.wait_for_selector(".toast.bad a")
        assert "signed out" in page.inner_text(".toast.bad")
        assert page.get_attribute(".toast.bad a", "target") == "_blank"
        page.context.add_cookies([one for one in session if one["name"] == "sessionid"])
        page.click("#again-0")
        page.wait_for_selector(".toast.good")


def test_a_refusal_is_told_and_changes_nothing_on_the_page(visit: Visits, mara: User) -> None:
    job = planned_job(owner=mara, ready=3)
    with visit(user=mara) as window:
        page = window.go(page_of(job))
        Job.objects.get(pk=job.pk).move(Status.CANCELLED)
        page.click("#stop")
        page.wait_for_selector(".toast.bad")


def test_a_film_is_deleted_after_asking_by_keyboard(visit: Visits, mara: User) -> None:
    job = finished_job(owner=mara)
    with visit(user=mara) as window:
        page = window.go(page_of(job))
        page.focus("[data-asks]")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open]")
        assert window.axe() == []
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        page.click("[data-asks]")
        page.click("dialog[open] button.danger")
        page.wait_for_url("**/studio/")
        page.wait_for_selector("[data-toasts] >> text=is deleted")
    assert not Job.objects.exists()


def test_the_list_goes_on_by_itself(visit: Visits, mara: User) -> None:
    job = planned_job(owner=mara, ready=1, progress=45)
    with visit(user=mara) as window:
        page = window.go("/studio/")
        Job.objects.filter(pk=job.pk).update(progress=66)
        events.progress(job, 66, 30.0)
        window.until("document.querySelector('.job progress').value === 66")
        assert page.locator(".job").count() == 1


def test_without_javascript_everything_is_there_and_works(
    visit: Visits, mara: User, song: Path
) -> None:
    busy, done = planned_job(owner=mara, ready=2), finished_job(owner=mara)
    with visit(user=mara, java_script_enabled=False) as window:
        page = window.go("/studio/new/")
        page.set_input_files("#id_song", song)
        page.fill("#id_prompt", "too short")
        page.click("[data-go]")
        page.wait_for_selector(".errorlist >> text=at least 50")
        assert page.input_value("#id_prompt") == "too short"
        page.set_input_files("#id_song", song)
        page.fill("#id_prompt", PROMPT)
        page.click("[data-go]")
        page.wait_for_selector("h1 >> text=Slow Burn")

        page = window.go(page_of(busy))
        assert page.locator(".mosaic img").count() == 2
        page.click("#stop")
        page.wait_for_selector(".state >> text=Stopped")
        page.click("#retry")
        page.wait_for_selector(".now")

        page = window.go(page_of(done))
        page.click("#again-0")
        page.wait_for_selector("[data-toasts] >> text=made again")
        page.click("text=Delete")
        page.click("main button.danger")
        page.wait_for_selector("[data-toasts] >> text=is deleted")
    assert not Job.objects.filter(pk=done.pk).exists()


def test_html_in_a_title_a_sentence_and_a_message_is_text(visit: Visits, mara: User) -> None:
    evil = "<img src=x onerror=alert(1)> walks neon streets in the rain at night, slow, lonely"
    job = planned_job(owner=mara, ready=1, title="<script>alert(2)</script>", prompt=evil)
    with visit(user=mara) as window:
        page = window.go(page_of(job))
        events.message(job, "video_generator", "<b id=bad>bold</b>")
        window.until("document.querySelector('[data-said]').textContent.includes('<b id=bad>')")
        assert page.inner_text("h1") == "<script>alert(2)</script>"
        assert page.locator("#bad, .say img").count() == 0
        assert json.dumps(evil)[1:20] in page.inner_text(".say")
