"""The ways people go, with real workers: a stranger's to a film, an artist's to a hook video."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from tests.browser.conftest import Visit
from tests.loops.drawing import waves, write
from tests.pipeline.conftest import write_song
from tests.running import Site

PROMPT = "a lone figure walks neon streets in the rain at night, slow and lonely"
SONG = Path(__file__).parents[1] / "media/lets_go_fishin.ogg"
PATIENCE_S = 300
SONG_S = 9.0
RATE = 8000
SHORT_SIDE_PX = 180

pytestmark = [pytest.mark.browser, pytest.mark.media]


@pytest.fixture
def song(tmp_path) -> Path:
    return write_song(tmp_path / "Night walk.wav", SONG_S)


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    """The whole site: web, workers, beat and servers of its own. Starting it is half a minute of work."""
    site = Site(tmp_path_factory.mktemp("working") / "var", FILM_SHORT_SIDE_PX=str(SHORT_SIDE_PX))
    site.start()
    yield site
    site.stop()


def frames_of(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


# -- a stranger: register, send a song, watch, play, have a shot made again, download ---------------
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
    assert frames_of(film) == round(SONG_S * 30)
    state = working.drive("report")
    assert (state["completed"], state["films"], state["slots_taken"]) == (1, 2, 0)
    context.close()
    assert not visit.complaints


# -- an artist: register, take a handle, send a song, choose the hook, pair it, export it ------------
def samples(path: Path, start_s: float = 0.0, seconds: float = 60.0) -> np.ndarray:
    """(n,) mono sound of a file from ``start_s``."""
    parts = []
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        for frame in container.decode(audio=0):
            parts += [out.to_ndarray()[0] for out in resampler.resample(frame)]
    whole = np.concatenate(parts)
    return whole[round(start_s * RATE) : round((start_s + seconds) * RATE)]


def lag_s(mine: np.ndarray, theirs: np.ndarray) -> float:
    """By how much ``mine`` comes later than ``theirs``, from their cross-correlation."""
    n = 2 ** int(np.ceil(np.log2(len(mine) + len(theirs))))
    found = np.fft.irfft(np.fft.rfft(mine, n) * np.conj(np.fft.rfft(theirs, n)), n)
    at = int(np.argmax(found))
    return (at if at < n // 2 else at - n) / RATE


def test_an_artist_pairs_a_hook_with_visuals_and_exports_it(browser, working, tmp_path):
    origin = f"http://127.0.0.1:{working.port}"
    context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    visit = Visit(context.new_page(), origin)
    page = visit.go("/account/register/")
    page.fill("input[name=email]", "vell@example.com")
    page.fill("input[name=password]", "a fairly long password")
    page.click("main form button:not([type=button])")
    visit.until("document.body.classList.contains('framed')")

    visit.go("/studio/tracks/new/")  # asks for a public name first
    page.fill("input[name=name]", "Mara Vell")
    page.fill("input[name=handle]", "maravell")
    page.click("main form button:not([type=button])")
    visit.until("document.querySelector('[data-new-track]')")
    page.set_input_files("input[name=audio]", str(SONG))
    page.fill("input[name=title]", "Slow Burn")
    page.click("[data-new-track] [data-go]")
    visit.until("/tracks\\/[a-z0-9]{14}\\//.test(location.pathname)", patience_s=60)
    visit.until("document.querySelector('hook-scrubber')", patience_s=PATIENCE_S)
    page.reload()

    if page.query_selector("[data-hook-snap]"):
        page.uncheck("[data-hook-snap]")
    page.locator("hook-scrubber [role=slider]").last.focus()
    for _ in range(40):
        start_s, end_s = map(
            float,
            page.evaluate(
                "(({ start, end }) => [start, end])(document.querySelector('hook-scrubber'))"
            ),
        )
        if end_s - start_s < 4:
            break
        page.keyboard.press("PageDown")
    visit.until("document.querySelector('[data-hook-said]').textContent.includes('Saved')")
    page.reload()  # it is what was chosen last that is kept
    kept = "(({ start, end }) => [start, end])(document.querySelector('hook-scrubber'))"
    visit.until(f"Math.abs({kept}[1] - {end_s}) < 0.02 && Math.abs({kept}[0] - {start_s}) < 0.02")

    track = page.url.split("/tracks/")[1][:14]
    loop = write(tmp_path / "Night bus.mp4", [waves(n, 60, (270, 480)) for n in range(60)])
    visit.go(f"/studio/tracks/{track}/visuals/")
    page.set_input_files("#add-file", str(loop))
    visit.until(
        "document.querySelector('[data-tile].is-ready, [data-tile][data-state=ready]')",
        patience_s=PATIENCE_S,
    )
    page.click("#open-scenes")
    visit.until("document.querySelector('[data-recipe]')")
    page.click("[data-recipe] >> nth=0")
    page.click("[data-try-make]")
    visit.until("document.querySelectorAll('[data-tile]').length === 2", patience_s=60)
    visit.until(
        "document.querySelectorAll('[data-tile][data-state=ready]').length === 2",
        patience_s=PATIENCE_S,
    )
    page.click("[data-tile] >> nth=0")
    page.click("#use:not([disabled])")
    visit.until("document.querySelector('[data-tile][data-state=active]')")

    page.click("#export")
    visit.until("document.querySelector('[data-sheet]').getAttribute('aria-busy') === 'false'")
    page.click("[data-export-dialog] [data-go]")
    visit.until("!document.querySelector('[data-download]').hidden", patience_s=PATIENCE_S)
    with page.expect_download() as coming:
        page.click("[data-download]")
    assert coming.value.suggested_filename == "Mara Vell - Slow Burn (hook).mp4"
    film = tmp_path / "hook.mp4"
    coming.value.save_as(film)
    context.close()
    assert not visit.complaints

    with av.open(str(film)) as container:
        picture = container.streams.video[0]
        assert (picture.width, picture.height, picture.average_rate) == (
            SHORT_SIDE_PX,
            SHORT_SIDE_PX * 16 // 9,
            30,
        )
        frames = sum(1 for _ in container.decode(video=0))
    assert frames / 30 == pytest.approx(end_s - start_s, abs=0.05)
    mine, song = samples(film, 0.5, 2.0), samples(SONG, start_s + 0.5, 2.0)
    assert abs(lag_s(mine, song)) < 0.005
