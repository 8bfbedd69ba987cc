"""The studio's Visuals tab in Chromium: chosen, used, moved, sent, drawn, watched; narrow and wide."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from casset.accounts.models import User
from casset.tracks import services as tracks
from casset.tracks.models import Hook, Track, TrackFeatures
from casset.work.models import Item
from tests.accounts.factories import UserFactory
from tests.browser.conftest import WIDTHS
from tests.tracks.factories import picture as a_picture
from tests.visuals import drawn, factories
from visuals import events, services
from visuals.models import VisualAsset

pytestmark = pytest.mark.browser
Visits = Callable[..., Any]
Status = VisualAsset.Status
ORDER = "[...document.querySelectorAll('[data-wall] [data-tile]')].map(tile => tile.dataset.title)"
CHOSEN = "document.querySelector('[data-tile][aria-current]')?.dataset.title"


@pytest.fixture
def mara(site: Any) -> User:
    return UserFactory(email="mara@example.com")


@pytest.fixture
def track(mara: User) -> Track:
    made = factories.track(factories.artist(mara))
    Hook.objects.filter(track=made).update(captions=drawn.CAPTIONS)
    return made


@pytest.fixture
def three(track: Track) -> list[VisualAsset]:
    """Dusk ridge is the active one, Wet ink and Night bus are ready."""
    made = [
        drawn.loop_of(track, "Dusk ridge", "#b0425a"),
        drawn.loop_of(track, "Wet ink", "#2a7f78"),
        drawn.loop_of(track, "Night bus", "#25406e"),
    ]
    services.use(visual=made[0])
    return made


def tab(track: Track, query: str = "") -> str:
    return reverse("visuals:library", args=(track.pk,)) + query


def tile(page: Any, title: str) -> Any:
    return page.locator(f'[data-tile][data-title="{title}"]')


def in_every_state(track: Track) -> None:
    drawn.loop_of(
        track,
        "A",
        "#b0425a",
        facts={
            "seam": {
                "verdict": "visible",
                "suggestion": "crossfade",
                "sentence": "One can see where it begins again.",
            }
        },
    )
    drawn.loop_of(
        track, "W" * 80, "#ffffff", facts={"luminance": {"lyric_p90": 1.0}}, bpm_min=80, bpm_max=90
    )
    factories.visual(track, title="Ring road", status=Status.PROCESSING, stored="", duration_s=0)
    factories.visual(
        track,
        title="Flash",
        status=Status.FAILED,
        stored="",
        error="It flashes. Send a calmer cut of it.",
    )
    drawn.loop_of(track, "Old cut", status=Status.ARCHIVED)
    for number in range(5):
        drawn.loop_of(
            track, f"More {number}", kind=VisualAsset.Kind.AI if number else VisualAsset.Kind.ARTIST
        )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_tab_is_sound_empty_and_in_every_state(
    visit: Visits, mara: User, track: Track, width: int
) -> None:
    with visit(width=width, user=mara) as window:
        for fill in (None, in_every_state):
            if fill:
                fill(track)
            page = window.go(tab(track))
            for details in page.locator("details:not([open]) > summary").all():
                if details.is_visible():
                    details.click()
            assert window.axe() == []
            assert not window.overflows()
            assert page.locator("h1").count() == page.locator("[data-visuals]").count() == 1
        small = page.evaluate(
            "[...document.querySelectorAll('.panel :is(button, .chip, summary), .stage button, .wall-of .btn')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 39).map(e => e.id || e.className)"
        )
        assert width > 720 or small == []


def test_choosing_puts_it_into_the_phone_at_once_and_into_the_address(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    with visit(user=mara) as window:
        page = window.go(tab(track))
        assert window.until(CHOSEN) == "Dusk ridge"
        before = page.evaluate(
            "getComputedStyle(document.querySelector('[data-beside]')).getPropertyValue('--accent')"
        )
        tile(page, "Wet ink").click()
        page.wait_for_selector(f"[data-phone] video[src*='{three[1].pk}']")
        window.until(f"document.querySelector('[data-part=panel]').dataset.of === '{three[1].pk}'")
        assert page.input_value("#title") == "Wet ink"
        assert "Ready" in page.inner_text("[data-sentence]")
        window.until(f"location.search.includes('{three[1].pk}')")
        window.until(  # the phone takes the visual's own colours
            "getComputedStyle(document.querySelector('[data-beside]')).getPropertyValue('--accent')"
            f" !== {before!r}"
        )
        window.until("document.querySelector('[data-phone] video').currentTime > 0.1")

        def moves_under_the_mouse() -> bool:
            page.mouse.move(1, 1)  # a tile that was drawn anew meanwhile is come to again
            page.locator("[data-tile]").first.hover()
            page.wait_for_timeout(400)
            return bool(page.evaluate("!!document.querySelector('[data-tile] video')"))

        window.until(moves_under_the_mouse)
        assert page.locator("[data-wall] video").count() <= 2, "the one in focus moves as well"
        page.focus("[data-listen]")
        page.keyboard.press("ArrowRight")
        window.until(f"{CHOSEN} === 'Night bus'")
        assert page.evaluate("document.querySelectorAll('video').length") <= 3


def test_of_two_tabs_the_later_use_counts_and_both_show_it(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    with visit(user=mara) as one, visit(user=mara) as other:
        one.go(tab(track, f"?v={three[1].pk}"))
        other.go(tab(track, f"?v={three[2].pk}"))
        one.page.click("#use")
        one.page.wait_for_selector(f"#tile-{three[1].pk}.is-active")
        other.page.wait_for_selector(f"#tile-{three[1].pk}.is-active")
        other.page.click("#use")
        one.page.wait_for_selector(f"#tile-{three[2].pk}.is-active")
        assert one.page.locator(".is-active").count() == 1
    assert VisualAsset.objects.get(track=track, is_active=True) == three[2]


def test_the_wall_is_put_in_order_by_keyboard_and_by_hand(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    def stored() -> list[str]:
        return list(track.visuals.in_order().values_list("title", flat=True))

    with visit(user=mara) as window:
        page = window.go(tab(track))
        tile(page, "Dusk ridge").focus()
        with page.expect_response(lambda answer: answer.url.endswith("/order/")):
            page.keyboard.press("Alt+ArrowRight")
            assert page.evaluate(ORDER) == ["Wet ink", "Dusk ridge", "Night bus"]
            assert page.inner_text("[data-said]") == "Dusk ridge, place 2 of 3."
        assert stored() == ["Wet ink", "Dusk ridge", "Night bus"]
        window.until("document.activeElement.dataset.title === 'Dusk ridge'")
        window.still()
        box, to = tile(page, "Night bus").bounding_box(), tile(page, "Wet ink").bounding_box()
        page.mouse.move(box["x"] + 40, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 20, box["y"] + 60, steps=3)
        page.mouse.move(to["x"] + 20, to["y"] + 60, steps=8)
        with page.expect_response(lambda answer: answer.url.endswith("/order/")):
            page.mouse.up()
        assert page.evaluate(ORDER) == ["Night bus", "Wet ink", "Dusk ridge"]
        assert window.page.evaluate(CHOSEN) == "Dusk ridge", "a drag chooses nothing"
    assert stored() == ["Night bus", "Wet ink", "Dusk ridge"]


def test_archiving_can_be_undone(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    with visit(user=mara) as window:
        page = window.go(tab(track, f"?v={three[2].pk}"))
        page.click("#archive")
        page.wait_for_selector(".undo")
        window.until("!document.querySelector('[data-wall]').textContent.includes('Night bus')")
        page.click(".undo")
        window.until("document.querySelector('[data-wall]').textContent.includes('Night bus')")
        kept = VisualAsset.objects.filter(pk=three[2].pk)
        window.until(lambda: kept.get().status == Status.READY)


def test_a_title_is_changed_in_its_place_and_is_not_lost_to_an_event(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    with visit(user=mara) as window:
        page = window.go(tab(track, f"?v={three[1].pk}"))
        page.fill("#title", "Deep water <b>")
        events.visual_update(three[0])
        page.wait_for_timeout(700)
        assert page.input_value("#title") == "Deep water <b>"
        page.keyboard.press("Enter")
        page.wait_for_selector('[data-tile][data-title="Deep water <b>"]')
        window.until(VisualAsset.objects.filter(title="Deep water <b>").exists)
    assert VisualAsset.objects.get(pk=three[1].pk).title == "Deep water <b>"


def test_what_is_made_shows_how_far_it_is_and_lands_by_itself(
    visit: Visits, mara: User, track: Track
) -> None:
    made = factories.visual(
        track, title="Ring road", status=Status.PROCESSING, stored="", duration_s=0
    )
    Item.objects.create(kind="visuals.ingest", subject=made.pk, share=0.1)
    with visit(user=mara) as window:
        page = window.go(tab(track))
        assert "10% rendered" in page.inner_text("[data-tile]")
        Item.objects.update(share=0.62)
        events.visual_progress(made, 62)
        window.until("document.querySelector('[data-tile] progress').value === 62")
        page.wait_for_selector("[data-tile] >> text=62% rendered")
        made.move(Status.FAILED, error="This clip flashes. Send a calmer cut of it.")
        events.visual_update(made)
        window.until("document.querySelector('[data-tile]').dataset.state === 'failed'")
        page.wait_for_selector("[data-tile] >> text=Send a calmer cut")
        window.until(
            "document.querySelector('[data-said]').textContent.includes('could not be made')"
        )


def test_a_treatment_is_tried_live_and_made_with_one_press(
    visit: Visits, mara: User, track: Track
) -> None:
    with visit(user=mara) as window:
        page = window.go(tab(track))
        page.click("#open-scenes")
        page.wait_for_selector("dialog[open] .frame.live")
        assert page.locator("dialog[open] canvas").count() == 1
        assert page.inner_text("[data-try-title]")

        def spread() -> float:
            shown = page.locator("dialog[open] canvas").screenshot()
            return float(np.asarray(Image.open(io.BytesIO(shown)).convert("L")).std())

        window.until(lambda: spread() > 8)  # it is a picture
        assert window.axe() == []
        page.focus('[data-recipe="aurora"]')
        window.until("document.querySelector('[data-try-title]').textContent.includes('Aurora')")
        page.click('button[aria-label^="Make Aurora"]')
        page.wait_for_selector("[data-tile][data-state=rendering]")
        page.wait_for_selector("dialog[open]", state="detached")
    made = VisualAsset.objects.get(track=track)
    assert (made.origin, made.recipe["recipe"]) == ("scene", "aurora")


def test_the_picker_shows_this_track_s_cover_and_leaves_the_stills_to_who_saves_data(
    visit: Visits, mara: User, track: Track
) -> None:
    tracks.keep_cover(track=track, cover=a_picture("cover.png", colour="#20c060"))
    seen = (
        "(() => { const one = document.querySelector('[data-recipe=\"close-up\"] img');"
        "if (!one?.src.startsWith('blob:') || !one.complete) return null;"
        "const paper = new OffscreenCanvas(1, 1).getContext('2d'); paper.drawImage(one, 0, 0, 1, 1);"
        "return [...paper.getImageData(0, 0, 1, 1).data]; })()"
    )
    saves = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    with visit(user=mara) as window:
        page = window.go(tab(track))
        page.click("#open-scenes")
        red, green, blue, _ = window.until(seen, patience_s=20)
        assert green > red + 40
        assert green > blue + 40
    with visit(user=mara) as window:
        window.page.add_init_script(saves)
        page = window.go(tab(track))
        page.click("#open-scenes")
        page.wait_for_selector("dialog[open] .frame.live")
        assert page.locator('.recipe img[src^="blob:"]').count() == 0


def test_without_javascript_it_can_be_used_and_moved(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    with visit(user=mara, java_script_enabled=False) as window:
        page = window.go(tab(track))
        tile(page, "Wet ink").click()
        page.click("#use")
        page.wait_for_selector("[data-toasts] >> text=is the active visual now")
        page.click("#later-one")
        window.until(
            lambda: (
                re.findall("Wet ink|Night bus|Dusk ridge", page.inner_text("[data-wall]"))[-1]
                == "Wet ink"
            )
        )
    assert VisualAsset.objects.get(track=track, is_active=True).title == "Wet ink"


def test_somebody_elses_tab_is_not_there(visit: Visits, track: Track) -> None:
    with visit(user=UserFactory(email="other@example.com")) as window:
        page = window.go(tab(track))
        assert page.locator("[data-visuals]").count() == 0


def test_who_wants_stillness_sees_posters(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    with visit(user=mara, reduced_motion="reduce") as window:
        page = window.go(tab(track))
        page.locator("[data-tile]").nth(1).hover()
        page.wait_for_timeout(400)
        assert page.locator("[data-wall] video").count() == 0
        assert page.evaluate("document.querySelector('[data-phone] video')?.paused ?? true")


def clip(folder: Path, name: str = "Night_bus.mp4") -> Path:
    """A real small clip, made larger than one piece of an upload."""
    path = folder / name
    path.write_bytes(drawn.clip() + b"\0\0\0\x08free" * 700_000)
    return path


def test_a_clip_is_sent_with_its_progress_and_becomes_a_tile(
    visit: Visits, mara: User, track: Track, tmp_path: Path
) -> None:
    with visit(user=mara) as window:
        page = window.go(tab(track))
        held: list[Any] = []
        slow = [True]  # a slow line: one sees how far it is
        page.route(
            "**/api/uploads/*",
            lambda route: held.append(route) if slow else route.continue_(),
        )
        page.set_input_files("#add-file", clip(tmp_path))
        page.wait_for_selector(".upload progress")
        window.until(lambda: held)
        slow.clear()
        for route in held:
            route.continue_()
        page.wait_for_selector("[data-tile][data-state=rendering]")
        page.wait_for_selector(".upload", state="detached")
        assert tile(page, "Night bus").count() == 1
    assert VisualAsset.objects.get(track=track).source


def test_sending_can_be_stopped_and_what_cannot_be_used_says_why(
    visit: Visits, mara: User, track: Track, tmp_path: Path
) -> None:
    (tmp_path / "song.svg").write_text("<svg/>")
    (tmp_path / "list.mp4").write_text("#EXTM3U\nhttp://example.org/secret\n" * 9)
    with visit(user=mara) as window:
        page = window.go(tab(track))
        page.route("**/api/uploads/*", lambda route: None)  # a connection that hangs
        page.set_input_files("#add-file", clip(tmp_path))
        page.wait_for_selector(".upload[data-is=sending]")
        page.click(".upload [data-stop]")
        page.wait_for_selector(".upload", state="detached")
        page.unroute("**/api/uploads/*")
        page.set_input_files("#add-file", [tmp_path / "song.svg", tmp_path / "list.mp4"])
        window.until("document.querySelectorAll('.upload.wrong').length === 2")
        said = page.locator(".upload [data-why]").all_inner_texts()
        assert "neither a clip nor an image" in said[0]
        assert "not a video we understand" in said[1]
        window.until("document.querySelector('[data-said]').innerText.includes('not a video we')")
        assert window.axe() == []
        page.locator(".upload [data-stop]").first.click()
        window.until("document.querySelectorAll('.upload').length === 1")
    assert not VisualAsset.objects.exists()


def test_an_image_opens_the_treatments_of_itself(
    visit: Visits, mara: User, track: Track, tmp_path: Path
) -> None:
    Image.new("RGB", (90, 160), "#805040").save(tmp_path / "still.jpg")
    with visit(user=mara) as window:
        page = window.go(tab(track))
        page.set_input_files("#add-file", tmp_path / "still.jpg")
        page.wait_for_selector("dialog[open] [name=image]:checked", state="attached")
        page.wait_for_selector("dialog[open] .frame.live")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        page.wait_for_selector(".upload", state="detached")


def test_a_hook_that_was_cut_anew_plays_in_the_phone_without_a_reload(
    visit: Visits, mara: User, track: Track, three: list[VisualAsset]
) -> None:
    outline = {"version": 2, "channels": 1, "sample_rate": 8000, "samples_per_pixel": 240_000}
    outline |= {"bits": 8, "length": 2, "data": [-9, 9, -20, 20]}
    offers: dict[str, Any] = {"suggestions": [], "bars": []}
    TrackFeatures.objects.create(
        track=track, analysis={}, peaks=outline, offers=offers, version="1"
    )
    Hook.objects.filter(track=track).update(status=Hook.Status.CUTTING)
    with visit(user=mara) as window:
        window.go(tab(track))
        state = "document.querySelector('[data-part=hook-state]').textContent"
        assert "Cutting" in window.page.evaluate(state)
        captions = "WEBVTT\n\n00:00.000 --> 00:05.000\nAnother line altogether\n"
        Hook.objects.filter(track=track).update(
            status=Hook.Status.READY,
            version=7,
            cut_version=7,
            sound="tracks/hook.m4a",
            captions=captions,
        )
        tracks.tell(track, "hook_update", status="ready")
        window.until(f"{state} === ''")
        window.until("document.querySelector('[data-stage] audio').src.endsWith('v=7')")
        window.until("document.querySelector('[data-say]').textContent.includes('Another line')")
