"""A fan opens a link on a phone, hears the hook, swipes its visuals and passes one on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from casset.tracks.models import Track
from casset.web import storage
from tests.audience import factories
from tests.browser.conftest import WIDTHS
from tests.browser.fans import (
    IN_VIEW,
    LIVE,
    MOVING,
    PHONE,
    PLAYS,
    SETTLED,
    TIME,
    VISUAL,
    swipe_to_next,
    swipe_until,
)

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
LOOKS = ("dark", "bright", "red", "sea", "busy")
# What the lyrics show, at every frame the browser draws.
SHOWN = """window.shown = []; const said = name => document.querySelector(`.lyrics ${name}`)?.textContent.trim();
(function look() {
  const at = document.querySelector('audio')?.currentTime;
  shown.push({ at, sung: said('.now .sung'), past: said('.past'), next: said('.next') });
  requestAnimationFrame(look);
})()"""
MOST_APART_S = 0.05


def names(track: Track) -> list[str]:
    return list(track.visuals.in_order().values_list("pk", flat=True))


def test_sound_runs_on_unbroken_over_three_swipes_and_the_address_shows_that_version_to_others(
    visit: Visit,
) -> None:
    track = factories.track(looks=LOOKS)
    with visit(**PHONE) as window:
        page = window.go(f"/t/{track.pk}")
        window.until(PLAYS)
        page.evaluate(
            """() => { const audio = document.querySelector('audio'); window.told = [];
              for (const name of ['pause', 'seeking', 'emptied', 'error'])
                audio.addEventListener(name, () => told.push(name));
              window.began = [performance.now(), audio.currentTime]; }"""
        )
        for _ in range(3):
            seen = swipe_to_next(window)
        window.until("performance.now() - began[0] > 10_000", patience_s=60)
        told, wall, heard = page.evaluate(
            """() => { const audio = document.querySelector('audio');
              return [told, (performance.now() - began[0]) / 1000, audio.currentTime - began[1]]; }"""
        )
        turns = round((wall - heard) / factories.SOUND_S)  # the hook began again
        # Beginning again seeks, and nothing else may.
        assert [name for name in told if name != "seeking"] == []
        assert told.count("seeking") <= turns
        assert abs(wall - heard - turns * factories.SOUND_S) <= MOST_APART_S
        assert seen == names(track)[3]
        assert page.url.endswith(f"?v={seen}")
        assert page.evaluate(LIVE) <= 3
        window.until(f"{MOVING} === 1")
        link = page.url
    with visit(**PHONE) as other:
        page = other.page
        page.goto(link)
        assert page.evaluate(IN_VIEW) == page.evaluate(VISUAL) == seen


def test_a_shared_version_is_what_is_seen_in_forty_of_forty_loads(visit: Visit) -> None:
    track = factories.track(looks=LOOKS)
    visuals = names(track)
    with visit(**PHONE) as window:
        for number in range(40):
            wanted = visuals[1 + number % 4]
            page = window.go(f"/t/{track.pk}?v={wanted}")
            page.wait_for_timeout(60)  # late scroll events of the page's first moments
            found = page.evaluate(f"[{VISUAL}, {IN_VIEW}, location.search]")
            assert found == [wanted, wanted, f"?v={wanted}"], f"load {number}"


def test_keys_change_the_visual_play_pause_and_seek(visit: Visit) -> None:
    track = factories.track()
    with visit() as window:
        page = window.go(f"/t/{track.pk}")
        window.until(PLAYS)
        page.keyboard.press("Space")
        window.until("document.querySelector('audio').paused")
        page.keyboard.press("ArrowRight")
        window.until(f"{VISUAL} === '{names(track)[1]}' && {SETTLED}")
        window.until("document.querySelector('[data-said]').textContent === 'Bright, 2 of 3'")
        page.wait_for_selector("[data-strip] a:nth-child(2)[aria-current=true]")
        page.keyboard.press("ArrowLeft")
        window.until(f"{VISUAL} === '{names(track)[0]}'")
        page.evaluate("document.querySelector('audio').currentTime = 5")
        page.focus("[data-seek]")
        page.keyboard.press("ArrowRight")
        window.until(f"Math.abs({TIME} - 6) < 0.2")
        page.wait_for_selector("[data-seek][aria-valuetext='6 of 12 seconds']")
        window.until("document.querySelector('.lyrics .now')?.innerText === 'Ash & smoke'")
        page.keyboard.press("Home")
        window.until(f"{TIME} === 0")


def test_the_words_are_sung_with_the_sound(visit: Visit) -> None:
    track = factories.track()
    with visit(**PHONE) as window:
        window.page.add_init_script(SHOWN)
        window.go(f"/t/{track.pk}")
        window.until(f"shown.some(one => one.sung === 'Hold' && one.at > 1) && {TIME} > 1.2")
        window.until("shown.some(one => one.past === 'Hold the night' && one.next === 'no return')")


def test_the_visual_can_be_paused_while_the_sound_goes_on(visit: Visit) -> None:
    track = factories.track()
    with visit(**PHONE) as window:
        page = window.go(f"/t/{track.pk}")
        window.until(f"{MOVING} === 1")
        page.tap("[data-still]")
        window.until(f"{MOVING} === 0")
        page.wait_for_selector("[data-still][aria-pressed=true]")
        swipe_to_next(window)
        assert page.evaluate(MOVING) == 0
        window.until(PLAYS)
        page.tap("[data-sound]")
        window.until("document.querySelector('audio').muted")


def test_reduced_motion_keeps_the_poster_until_somebody_asks(visit: Visit) -> None:
    track = factories.track()
    with visit(**PHONE, reduced_motion="reduce") as window:
        page = window.go(f"/t/{track.pk}")
        window.until(f"{TIME} > 0.3")
        assert page.evaluate(MOVING) == 0
        assert page.get_attribute("[data-still]", "aria-pressed") == "true"
        page.tap("[data-still]")
        window.until(f"{MOVING} === 1")


def test_without_javascript_there_are_posters_a_player_and_links_to_each_version(
    visit: Visit,
) -> None:
    track = factories.track()
    with visit(**PHONE, java_script_enabled=False) as window:
        page = window.go(f"/t/{track.pk}")
        assert page.locator("audio[controls]").is_visible()
        assert not page.locator("[data-share]").is_visible()
        assert page.locator("[data-reel] img").count() == 3
        page.locator("[data-strip] a").nth(2).tap()
        page.wait_for_url(f"**/t/{track.pk}?v={names(track)[2]}")
        assert page.locator("[data-reel] li").first.get_attribute("data-visual") == names(track)[2]
        page.locator("[data-sheet] summary").tap()
        page.wait_for_selector(".panel .words")
        page.goto(window.origin + "/discover/")
        assert page.locator("audio[controls]").is_visible()


def test_a_visual_that_does_not_load_becomes_the_cover_and_the_sound_goes_on(visit: Visit) -> None:
    track = factories.track(looks=("dark", "bright"))
    first = track.visuals.in_order()[0]
    for name in ("loop.mp4", "small.mp4"):
        storage.remove(f"{first.stored}/{name}")
    with visit(**PHONE) as window:
        page = window.go(f"/t/{track.pk}")
        window.until("document.querySelector('li.sleeve .front')?.complete")
        page.wait_for_selector("[data-toasts] >> text=cover instead")
        window.until(PLAYS)
        swipe_to_next(window)
        window.until(f"{MOVING} === 1")


def test_a_track_deleted_while_it_plays_leaves_the_page_standing(visit: Visit) -> None:
    track = factories.track(looks=("dark", "bright", "red", "sea"))
    with visit(**PHONE) as window:
        page = window.go(f"/t/{track.pk}")
        window.until(PLAYS)
        pk = track.pk
        track.delete()
        for _ in range(3):
            swipe_to_next(window)
        window.until("document.querySelector('li.sleeve')")
        window.until(PLAYS)
        page.goto(f"{window.origin}/t/{pk}")
        assert "Nothing plays here" in page.inner_text("h1")


def test_the_page_says_what_happens_to_whoever_listens(visit: Visit) -> None:
    track = factories.track()
    with visit(**PHONE) as window:
        window.page.add_init_script(
            """window.heard = [];
            for (const name of ['playing', 'visual', 'completed'])
              document.addEventListener(`casset:${name}`, event => heard.push([name, event.detail.id]))"""
        )
        page = window.go(f"/t/{track.pk}")
        window.until(PLAYS)
        seen = swipe_to_next(window)
        page.evaluate(f"document.querySelector('audio').currentTime = {factories.SOUND_S - 0.4}")
        window.until("heard.some(([name]) => name === 'completed')")
        heard = page.evaluate("heard.map(([name]) => name)")
        assert heard[0] == "playing"
        assert page.evaluate("heard.find(([name]) => name === 'visual')[1]") == seen


# -- the feed and the artist's page ----------------------------------------------------------------
def test_in_the_feed_one_hook_sounds_three_videos_live_and_more_come_by_scrolling(
    visit: Visit,
) -> None:
    mara = factories.artist()
    for number in range(8):
        factories.track(mara, looks=("dark", "red"), title=f"Hook {number}", files=number > 3)
    with visit(**PHONE) as window:
        page = window.go("/discover/")
        cards = "document.querySelectorAll('[data-hook]').length"
        top = "document.querySelector('[data-flow]').scrollTop"
        assert page.evaluate(cards) == 6
        page.locator("[data-play]").first.tap()
        window.until(PLAYS)
        first = page.evaluate("document.querySelector('audio').src")
        swipe_to_next(window)
        swipe_until(window, f"{top} === innerHeight", dy=-560, y=640)
        window.until(f"document.querySelector('audio').src !== '{first}' && {PLAYS}")
        assert page.evaluate("document.querySelectorAll('audio').length") == 1
        assert page.evaluate(LIVE) <= 3
        for number in (2, 3):
            page.keyboard.press("ArrowDown")
            window.until(f"{top} === {number} * innerHeight")
        window.until(f"{cards} === 8")
        window.until("!document.querySelector('[data-more]')")


def test_an_artists_card_plays_where_it_is_one_at_a_time(visit: Visit) -> None:
    mara = factories.artist()
    for number in range(2):
        factories.track(mara, looks=("red",), title=f"Hook {number}")
    with visit() as window:
        page = window.go("/maravell")
        plays = page.locator("[data-hear]")
        plays.nth(0).click()
        window.until("document.querySelectorAll('video.on').length === 1")
        plays.nth(1).click()
        window.until("document.querySelectorAll('[aria-label^=Pause]').length === 1")
        window.until("document.querySelectorAll('video.on').length === 1")
        assert page.locator("video").count() == 1


# -- for everybody ---------------------------------------------------------------------------------
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_fans_pages(visit: Visit, width: int) -> None:
    mara = factories.artist(
        bio="Slow songs.", links=[{"label": "Shop", "url": "https://x.example/"}]
    )
    track = factories.track(mara)
    bare = factories.track(mara, looks=())
    with visit(width=width) as window:
        for path in (
            f"/t/{track.pk}", f"/t/{bare.pk}", "/maravell", "/discover/", "/offline/",
            f"/t/{track.pk}/embed", f"/t/{track.pk}/embed?size=compact",
        ):  # fmt: skip
            page = window.go(path)
            assert window.axe() == [], path
            assert not window.overflows(), path
            if page.locator("[data-sheet]").count() == 1:
                page.click("[data-sheet] summary")
                assert window.axe() == [], f"{path} with its sheet open"


def test_without_a_connection_the_worker_shows_a_page_of_ours(visit: Visit) -> None:
    track = factories.track()
    with visit(**PHONE) as window:
        page = window.go(f"/t/{track.pk}")
        page.evaluate("navigator.serviceWorker.register('/worker.js')")
        window.until("Boolean(navigator.serviceWorker.controller)")
        page.context.set_offline(True)
        page.goto(window.origin + "/discover/")
        assert page.inner_text("h1") == "No connection"
        page.context.set_offline(False)
        window.until("document.querySelector('[data-flow]')")
        window.complaints.clear()  # what the browser says of the lost connection
