"""The hook where bytes are dear, in somebody else's page, and on a card of the feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.audience import factories
from tests.browser.fans import LIVE, MOVING, PHONE, PLAYS, swipe_to_next

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def test_with_save_data_nothing_heavy_is_fetched_until_somebody_plays(visit: Visit) -> None:
    track = factories.track()
    asked: list[str] = []
    with visit(**PHONE) as window:
        window.page.add_init_script(
            "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
        )
        window.page.on("request", lambda request: asked.append(request.url))
        page = window.go(f"/t/{track.pk}")
        page.wait_for_timeout(600)
        assert not [url for url in asked if url.endswith(".mp4") or "hook.m4a" in url]
        page.tap("[data-play]")
        window.until(PLAYS)
        window.until(f"{MOVING} === 1")
        films = [url for url in asked if url.endswith(".mp4")]
        assert films
        assert all(url.endswith("/small.mp4") for url in films)
        assert page.evaluate(LIVE) == 1


def test_the_embed_plays_in_a_page_of_another_site_and_the_page_itself_may_not_be_framed(
    visit: Visit,
) -> None:
    track = factories.track()
    with visit() as window, elsewhere(window.origin) as other:
        page = window.page
        page.goto(f"{other}/t/{track.pk}/embed")
        frame = page.frame_locator("iframe")
        frame.locator("[data-play]").click()
        frame.locator("[data-play][aria-label=Pause]").wait_for()
        assert page.context.cookies() == []
        page.goto(f"{other}/t/{track.pk}")
        page.wait_for_timeout(300)
        assert page.frame_locator("iframe").locator("[data-play]").count() == 0
        window.complaints.clear()  # the browser says that it refused


@contextmanager
def elsewhere(origin: str) -> Iterator[str]:
    """Another site, whose every page frames the same address of ours."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            frame = f'<iframe width="360" height="640" src="{origin}{self.path}"></iframe>'
            self.wfile.write(frame.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def test_swiping_a_card_of_the_feed_leaves_the_sound_alone(visit: Visit) -> None:
    mara = factories.artist()
    for number in range(2):
        factories.track(mara, looks=("dark", "bright", "red"), title=f"Hook {number}")
    with visit(**PHONE) as window:
        page = window.go("/discover/")
        page.locator("[data-play]").first.tap()
        window.until(PLAYS)
        page.evaluate(
            """() => { const audio = document.querySelector('audio'); window.told = [];
              for (const name of ['pause', 'waiting', 'seeking', 'emptied', 'error'])
                audio.addEventListener(name, () => told.push(name));
              window.began = [performance.now(), audio.currentTime]; }"""
        )
        for _ in range(2):
            swipe_to_next(window)
        told, wall, heard = page.evaluate(
            """() => [told, (performance.now() - began[0]) / 1000,
              document.querySelector('audio').currentTime - began[1]]"""
        )
        turns = round((wall - heard) / factories.SOUND_S)  # the hook began again, on a slow machine
        assert told == ["seeking"] * turns
        assert abs(wall - heard - turns * factories.SOUND_S) <= 0.05
