"""A fan opens somebody's link, hears it, swipes, passes this version on; what was seen is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import av
import pytest
from django.utils import timezone

from audience import tallies
from audience.models import HookShare, Referral, VisualDay, VisualEvent
from casset.tracks.models import Track
from casset.work import running
from tests.audience import factories
from tests.audience.counted import PHONE as SAFARI
from tests.browser.conftest import WIDTHS
from tests.browser.fans import IN_VIEW, PHONE, PLAYS, VISUAL, swipe_to_next
from tests.web.serving import Site
from visuals.models import VisualAsset

pytestmark = pytest.mark.browser
Visit = Callable[..., AbstractContextManager[Any]]
SAID = "document.querySelector('[data-pass-said]').textContent"
# A browser as people have it: not headless by name, and not driven.
PERSON: dict[str, Any] = {
    "user_agent": SAFARI,
    "permissions": ["clipboard-read", "clipboard-write"],
}
UNDRIVEN = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"

# The sound is paused in the moment in which it begins.
HUSHED = """document.addEventListener('playing', ({ target }) => {
  if (target.matches('audio')) { target.pause(); window.hushed = true }
}, true)"""


@pytest.fixture(autouse=True)
def own_address(site: Site, settings: Any) -> None:
    """Links lead to the server that the test serves."""
    settings.SITE_URL = f"http://127.0.0.1:{site.port}"


def names(track: Track) -> list[str]:
    return list(track.visuals.in_order().values_list("pk", flat=True))


def until_counted(window: Any, **wanted: Any) -> None:
    try:
        window.until(VisualEvent.objects.filter(**wanted).exists)
    except AssertionError:
        found = list(VisualEvent.objects.values())
        raise AssertionError(f"never counted: {wanted}, only {found}") from None


def test_a_version_goes_from_hand_to_hand_and_is_counted_once_at_each(visit: Visit) -> None:
    track = factories.track(looks=("dark", "bright", "red", "sea"))
    first = names(track)[0]
    with visit(**PHONE, **PERSON) as window:
        page = window.page
        page.add_init_script(UNDRIVEN)
        window.go(f"/t/{track.pk}")
        window.until(PLAYS)
        until_counted(window, visual=first, type="impression", left_out="")
        seen = [swipe_to_next(window) for _ in range(3)][-1]
        until_counted(window, visual=seen, type="swipe", left_out="")
        until_counted(window, visual=seen, type="impression", how="swiped", left_out="")
        page.tap("[data-share]")
        page.wait_for_selector("[data-pass][open]")
        window.until("document.querySelector('[data-pass-what]').innerText === 'Slow Burn, Sea'")
        page.tap("[data-way=link]")
        window.until(f"{SAID}.startsWith('Link copied')")
        link = page.evaluate("navigator.clipboard.readText()")
        page.tap("[data-way=link]")
        page.keyboard.press("Escape")
        page.wait_for_selector("[data-pass]", state="hidden")
        window.until("document.activeElement.matches('[data-share]')")
    share = HookShare.objects.get()
    assert (share.visual_id, share.channel) == (seen, "link")
    assert link.endswith(f"/s/{share.pk}")
    with visit(**PHONE, **PERSON) as other:
        other.page.add_init_script(UNDRIVEN)
        other.page.goto(link)
        assert other.page.evaluate(IN_VIEW) == other.page.evaluate(VISUAL) == seen
        other.until(PLAYS)
        until_counted(other, visual=seen, type="impression", share=share.pk, how="shared")
    tallies.catch_up()
    visual = VisualAsset.objects.get(pk=seen)
    assert (visual.impressions, visual.shares) == (2, 1)
    assert VisualDay.objects.get(visual=seen).sharers == 1
    assert Referral.objects.get().share == share


def test_a_driven_browser_and_a_page_that_nobody_hears_count_nothing(visit: Visit) -> None:
    track = factories.track()
    with visit(user_agent=SAFARI) as window:
        window.go(f"/t/{track.pk}")
        window.until(PLAYS)
        until_counted(window, type="impression", left_out="bot")
    with visit(user_agent=SAFARI) as window:
        window.page.add_init_script(UNDRIVEN)
        window.page.add_init_script(HUSHED)
        window.go(f"/t/{track.pk}")
        window.until("window.hushed")
        window.page.wait_for_timeout(2500)
    assert not VisualEvent.objects.filter(left_out="").exists()


@pytest.mark.media
def test_the_video_carries_the_visual_and_the_link_and_is_shared_as_a_file(
    visit: Visit, settings: Any, tmp_path: Any
) -> None:
    settings.FILM_SHORT_SIDE_PX = 180
    track = factories.track(looks=("dark", "red"))
    with visit(**PHONE, **PERSON) as window:
        page = window.page
        page.add_init_script(
            """navigator.canShare = what => what.files?.length === 1;
            navigator.share = async what => { window.given = {...what}; };"""
        )
        window.go(f"/t/{track.pk}")
        window.until(PLAYS)
        seen = swipe_to_next(window)
        page.tap("[data-share]")
        page.tap("[data-way=tiktok]")
        window.until("document.querySelector('[data-pass-doing]').textContent.startsWith('Making')")
        window.until(
            "performance.getEntriesByName(location.origin + '/api/hooks/tiktok-video').length"
        )
        assert running.run_one("render")
        page.wait_for_selector("[data-pass-now]:visible")
        page.tap("[data-pass-now]")
        window.until("window.given")
        keys, size = page.evaluate("[Object.keys(given), given.files[0].size]")
        assert keys == ["files"]
        assert size > 5000
        page.tap("[data-share]")
        with page.expect_download() as saved:
            page.tap("[data-way=download]")
            window.until(
                "document.querySelector('[data-pass-doing]').textContent.startsWith('Making')"
            )
            window.until(
                "performance.getEntriesByName(location.origin + '/api/hooks/tiktok-video').length > 1"
            )
            assert running.run_one("render")
        window.until(f"{SAID}.startsWith('Video saved')")
        assert saved.value.suggested_filename == "Mara Vell - Slow Burn (hook).mp4"
        saved.value.save_as(tmp_path / "hook.mp4")
        exports = VisualEvent.objects.filter(visual=seen, type="export", left_out="")
        window.until(lambda: exports.count() == 2)
        copied = page.evaluate("navigator.clipboard.readText()")
    shares = {share.channel: share for share in HookShare.objects.all()}
    assert set(shares) == {"tiktok", "download"}
    assert copied.endswith(shares["download"].address)
    export = shares["tiktok"].visual.hook_exports.order_by("created_at")[0]
    assert export.visual_id == seen
    assert shares["tiktok"].pk in json.dumps(export.order)
    with av.open(str(tmp_path / "hook.mp4")) as film:
        assert abs(float(film.duration or 0) / 1e6 - factories.SOUND_S) < 0.1
    assert exports.count() == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sheet_fits_and_has_no_barriers(visit: Visit, width: int) -> None:
    track = factories.track()
    with visit(width=width) as window:
        page = window.go(f"/t/{track.pk}")
        page.click("[data-share]")
        page.wait_for_selector("[data-pass][open]")
        window.still()  # it rises
        assert not window.overflows()
        box = page.locator("[data-pass]").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        if width < 700:
            assert abs(box["y"] + box["height"] - 844) < 1  # from below
        assert window.axe() == []
        page.click("[data-close]")
        page.wait_for_selector("[data-pass]", state="hidden")


def test_without_a_connection_the_sheet_says_so(visit: Visit) -> None:
    track = factories.track()
    with visit(**PERSON) as window:
        page = window.go(f"/t/{track.pk}")
        page.click("[data-share]")
        page.wait_for_selector("[data-pass][open]")
        page.route("**/api/shares", lambda route: route.abort())
        page.click("[data-way=link]")
        window.until(f"{SAID}.startsWith('There is no connection')")
        window.complaints = [one for one in window.complaints if "net::ERR_FAILED" not in one]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_artist_s_figures_fit_and_have_no_barriers(visit: Visit, width: int) -> None:
    track = factories.track()
    for number, visual in enumerate(track.visuals.in_order()):
        for ago in range(20):
            when = timezone.now().date() - timedelta(days=ago)
            VisualDay.objects.create(
                visual=visual, day=when, impressions=9 + ago % 5, shares=number, sharers=number
            )
    with visit(width=width, user=track.artist.user) as window:
        page = window.go(f"/studio/tracks/{track.pk}/audience/")
        assert not window.overflows()
        assert window.axe() == []
        page.click(".turns button")
        page.wait_for_selector("text=Stop taking turns")
        page.click(".chips.end >> text=7 days")
        page.wait_for_selector("[aria-current=true] >> text=7 days")
        window.go("/studio/audience/")
        assert not window.overflows()
        assert window.axe() == []
