"""The way a stranger goes: register, send a song, watch, play, have a shot made again, download. With real workers."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from tests.browser.conftest import Visit
from tests.pipeline.conftest import write_song
from tests.running import Site

PROMPT = "a lone figure walks neon streets in the rain at night, slow and lonely"
PATIENCE_S = 180

pytestmark = [pytest.mark.browser, pytest.mark.media]


@pytest.fixture
def song(tmp_path) -> Path:
    return write_song(tmp_path / "Night walk.wav", 12.5)


@pytest.fixture
def working(tmp_path):
    """The whole site: web, workers, beat and servers of its own."""
    site = Site(tmp_path / "var")
    site.start()
    yield site
    site.stop()


def frames_of(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def test_a_stranger_registers_sends_a_song_and_gets_a_film(browser, working, song, tmp_path):
    origin = f"http://127.0.0.1:{working.port}"
    context = browser.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
    visit = Visit(context.new_page(), origin)
    page = visit.go("/account/register/")
    page.fill("input[name=email]", "mara@example.com")
    page.fill("input[name=password]", "a fairly long password")
    page.click("main form button:not([type=button])")
    visit.until("location.pathname === '/studio/tracks/'", patience_s=60)
    visit.go("/studio/new/")

    page.set_input_files("input[name=song]", str(song))
    page.fill("textarea[name=prompt]", PROMPT)
    page.click("[data-go]")
    visit.until("document.querySelector('[data-job]')", patience_s=60)
    # Live, without a reload: the page's own JavaScript keeps this mark.
    page.evaluate("window.neverLeft = true")
    visit.until("document.querySelectorAll('.shot img').length >= 1", patience_s=PATIENCE_S)
    visit.until("document.querySelector('video[data-film]')", patience_s=PATIENCE_S)
    assert page.evaluate("window.neverLeft") is True

    page.evaluate("document.querySelector('video[data-film]').play()")
    visit.until("document.querySelector('video[data-film]').currentTime > 0.3", patience_s=60)
    first = page.evaluate("document.querySelector('video[data-film]').src")

    page.click("#again-1")
    visit.until(
        f"document.querySelector('video[data-film]')?.src !== {first!r}"
        " && document.querySelector('#take-1-2')",
        patience_s=PATIENCE_S,
    )
    takes = page.evaluate("document.querySelectorAll('[id^=take-1-]').length")
    assert takes == 2

    with page.expect_download() as download:
        page.click("a[href$='?save']")
    film = tmp_path / "film.mp4"
    download.value.save_as(film)
    assert download.value.suggested_filename == "Night walk (film 2).mp4"
    assert frames_of(film) == round(12.5 * 30)
    state = working.drive("report")
    assert (state["completed"], state["films"], state["slots_taken"]) == (1, 2, 0)
    context.close()
    assert not visit.complaints
