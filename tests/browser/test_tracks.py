"""Tracks in Chromium: the hook chosen by keys, hand and finger; words tapped into time; every page looked at."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from casset.media.audio import decode, peaks, rendition
from casset.tracks import services, sound_keys
from casset.tracks.models import Hook, Track, TrackFeatures
from casset.web import storage
from tests.accounts.factories import UserFactory
from tests.browser.conftest import WIDTHS
from tests.pipeline.conftest import write_song
from tests.tracks import factories

pytestmark = [pytest.mark.browser, pytest.mark.media]

SONG_S = 48.0
STILL = settings.BASE_DIR / "static/shaders/stills/dusk.webp"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A song as its worker leaves it, without the listening."""
    folder = tmp_path_factory.mktemp("browser")
    heard = decode.decode(write_song(folder / "song.wav", SONG_S))
    rendition.full(heard, folder / "whole.m4a")
    return {"whole": folder / "whole.m4a", "peaks": peaks.peaks(heard)}


@pytest.fixture
def track(sound: dict[str, Any], site: Any) -> Track:
    made = factories.track(
        factories.artist(declaration="no_ai"), duration_s=SONG_S, title="Slow Burn"
    )
    Track.objects.filter(pk=made.pk).update(audio=f"{made.prefix}/take/song.wav")
    made.refresh_from_db()
    storage.keep(made.whole, sound["whole"])
    factories.hook(made, start_s=10.0, end_s=22.0)
    offers = [
        {
            "start_s": 10.0,
            "end_s": 22.0,
            "label": "Chorus 1",
            "reasons": ["It is louder than most of the song."],
            "score": 2,
        },
        {
            "start_s": 30.0,
            "end_s": 44.0,
            "label": "Second drop",
            "reasons": ["It returns."],
            "score": 1,
        },
    ]
    TrackFeatures.objects.create(
        track=made,
        analysis={"mood": {"primary": "dark", "secondary": "tense"}},
        peaks=sound["peaks"],
        figures={"lufs": -12.0},
        offers={"suggestions": offers, "bars": [2.0 * n for n in range(25)]},
        version="1",
    )
    return made


def dusk() -> SimpleUploadedFile:
    sink = io.BytesIO()
    with Image.open(STILL) as still:
        still.convert("RGB").save(sink, "JPEG")
    return SimpleUploadedFile("cover.jpg", sink.getvalue())


def window_of(page: Any) -> tuple[float, float]:
    start, end = page.evaluate(
        "[document.querySelector('hook-scrubber').start, document.querySelector('hook-scrubber').end]"
    )
    return round(start, 2), round(end, 2)


def saved(window: Any) -> tuple[float, float]:
    """What is kept, when the page has said so of the window as it stands."""

    def kept() -> tuple[float, float]:
        hook = Hook.objects.get()
        return round(hook.start_s, 2), round(hook.end_s, 2)

    window.until(lambda: kept() == window_of(window.page))
    window.until("/Saved/.test(document.querySelector('[data-hook-said]').textContent)")
    return kept()


def open_track(window: Any, track: Track, tab: str = "") -> Any:
    page = window.go(f"/studio/tracks/{track.pk}/{tab}")
    if not tab:
        window.until("document.querySelector('hook-scrubber .wave path[d]:not([d=\"\"])')")
    return page


def test_the_window_is_moved_by_keys_and_saved(visit: Callable[..., Any], track: Track) -> None:
    with visit(user=track.artist.user) as window:
        page = open_track(window, track)
        start, end = page.locator(".grip").all()
        assert start.get_attribute("aria-valuetext") == "10.0 seconds"
        start.focus()
        page.keyboard.press("ArrowRight")
        assert window_of(page) == (10.1, 22.0)
        page.keyboard.press("Shift+ArrowLeft")
        assert window_of(page) == (9.1, 22.0)
        page.keyboard.press("PageUp")
        assert window_of(page) == (10.1, 22.0)
        page.keyboard.press("Alt+PageUp")
        assert window_of(page) == (11.1, 23.0)
        end.focus()
        page.keyboard.press("End")
        assert window_of(page) == (11.1, 41.1), "30 s are the most"
        page.keyboard.press("Home")
        assert window_of(page) == (11.1, 14.1), "3 s are the least"
        page.keyboard.press("Shift+PageUp")
        assert window_of(page) == (11.1, 24.1)
        assert end.get_attribute("aria-valuenow") == "24.1"
        assert saved(window) == (11.1, 24.1)
        assert page.inner_text("[data-hook-start]") == "0:11.1"


def test_the_window_is_dragged_to_the_edges_of_bars(
    visit: Callable[..., Any], track: Track
) -> None:
    with visit(user=track.artist.user) as window:
        page = open_track(window, track)
        box = page.locator("hook-scrubber").bounding_box()
        second, middle = box["width"] / SONG_S, box["y"] + box["height"] / 2

        def drag(from_s: float, to_s: float) -> None:
            page.mouse.move(box["x"] + from_s * second, middle)
            page.mouse.down()
            page.mouse.move(box["x"] + (from_s + to_s) / 2 * second, middle, steps=3)
            page.mouse.move(box["x"] + to_s * second, middle, steps=3)
            page.mouse.up()

        drag(16, 20.3)  # the whole window
        assert window_of(page) == (14.0, 26.0)
        drag(25.9, 31.6)  # its end
        assert window_of(page) == (14.0, 32.0)
        drag(31.9, 47.9)
        assert window_of(page) == (14.0, 44.0), "30 s are the most"
        page.uncheck("[data-hook-snap]")
        drag(14.1, 20.6)  # its start
        start, end = window_of(page)
        assert start == pytest.approx(20.5, abs=0.1)
        assert end == 44.0
        assert saved(window) == (start, end)


def test_the_window_is_moved_by_a_finger_and_the_page_still_scrolls(
    visit: Callable[..., Any], track: Track
) -> None:
    with visit(width=390, user=track.artist.user, has_touch=True, is_mobile=True) as window:
        page = open_track(window, track)
        box = page.locator("hook-scrubber").bounding_box()
        x, y = box["x"] + 16 / SONG_S * box["width"], box["y"] + 30
        touch = page.context.new_cdp_session(page)

        def send(kind: str, at: float | None = None) -> None:
            points = [] if at is None else [{"x": at, "y": y}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", x)
        for step in range(1, 7):
            send("touchMove", x + step * 12)
        send("touchEnd")
        start, end = window_of(page)
        assert start > 15
        send("touchStart", box["x"] + 2)  # beside the window: the finger scrolls the page
        touch.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
        assert window_of(page) == (start, end)
        assert end - start == pytest.approx(12, abs=0.01)
        assert saved(window) == (start, end)
        assert (
            page.evaluate("getComputedStyle(document.querySelector('hook-scrubber')).touchAction")
            == "pan-y"
        )


def test_a_suggestion_is_chosen_and_says_why(visit: Callable[..., Any], track: Track) -> None:
    with visit(user=track.artist.user) as window:
        page = open_track(window, track)
        page.click("text=Second drop")
        assert window_of(page) == (30.0, 44.0)
        window.until("document.querySelector('[data-hook-why]').innerText === 'It returns.'")
        assert saved(window) == (30.0, 44.0)
        assert Hook.objects.get().label == "Second drop"
        assert page.locator(".chip[aria-pressed=true]").inner_text() == "Second drop"


def test_the_hook_plays_round_and_round_inside_its_window(
    visit: Callable[..., Any], track: Track
) -> None:
    with visit(user=track.artist.user) as window:
        page = open_track(window, track)
        page.click("[data-hook-play]")
        window.until(
            "document.querySelector('[data-hook-sound]').currentTime > 10.2", patience_s=60
        )
        assert page.evaluate("document.querySelector('[data-hook-sound]').currentTime") < 22
        window.until("!document.querySelector('.head1').hidden")
        page.evaluate("document.querySelector('[data-hook-sound]').currentTime = 21.9")
        window.until("document.querySelector('[data-hook-sound]').currentTime < 15")
        page.click("[data-hook-play]")
        window.until("document.querySelector('[data-hook-sound]').paused")


def test_the_song_plays_on_with_a_new_address_when_the_old_one_ran_out(
    visit: Callable[..., Any], track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    check = sound_keys.check

    def check_from_the_second_on(request: Any, of: Track, key: str) -> None:
        asked.append(key)
        if key == asked[0]:
            raise sound_keys.KeyRefused
        check(request, of, key)

    monkeypatch.setattr(sound_keys, "check", check_from_the_second_on)
    with visit(user=track.artist.user) as window:
        page = open_track(window, track)
        page.click("[data-hook-play]")
        window.until(
            "document.querySelector('[data-hook-sound]').currentTime > 10.2", patience_s=60
        )
        assert len(set(asked)) == 2
        assert page.get_attribute("[data-hook-play]", "aria-pressed") == "true"
        assert not page.locator("[data-toasts] .toast.bad").count()


def test_a_cut_hook_and_a_heard_song_show_without_a_reload(
    visit: Callable[..., Any], track: Track
) -> None:
    Hook.objects.update(status=Hook.Status.CUTTING)
    with visit(user=track.artist.user) as window:
        page = open_track(window, track)
        page.evaluate("window.neverLeft = true")
        assert "Cutting" in page.inner_text("[data-part=hook-state]")
        Hook.objects.update(status=Hook.Status.READY)
        services.edit_track(track=track, title="Slower Burn")
        window.until("document.querySelector('h1').textContent === 'Slower Burn'")
        window.until("document.querySelector('[data-part=hook-state]').innerText === ''")
        assert page.evaluate("window.neverLeft")


def test_words_are_tapped_into_time(visit: Callable[..., Any], track: Track) -> None:
    services.set_lyrics(track=track, text="Hold the night\nlet it burn\nand go")
    Track.objects.update(error="Placing them by ear did not work.")
    with visit(user=track.artist.user) as window:
        page = open_track(window, track, "lyrics/")
        page.click("[data-tap-start]")
        window.until("document.querySelector('[data-words-sound]').currentTime > 0.1")
        now = "document.querySelector('[data-words-sound]').currentTime"
        heard: list[tuple[float, float]] = []

        def tap() -> None:
            """Tap; between what and what the sound stood meanwhile."""
            before = page.evaluate(now)
            page.keyboard.press("Space")
            heard.append((before, page.evaluate(now)))

        for line in ("let it burn", "and go"):
            tap()
            window.until(f"document.querySelector('[data-tap-line]').innerText.trim() === '{line}'")
            page.wait_for_timeout(150)
        page.keyboard.press("Backspace")
        heard.pop()
        window.until("document.querySelector('[data-tap-line]').innerText.trim() === 'let it burn'")
        page.wait_for_timeout(100)
        for at in (12, 14):
            page.evaluate(f"{now} = {at}")
            tap()
        assert heard[0][0] <= heard[0][1] < 12 <= heard[1][0]
        page.click("[data-tap-save]")
        window.until("document.querySelector('.toast.good:not(template *)')")
        track.refresh_from_db()
        times = [line["timestamp"] for line in track.lines]
        for time, (earliest, latest) in zip(times, heard, strict=True):
            assert earliest - 0.5 < time < latest + 0.1  # a finger is a little late
        assert "let it burn" in Hook.objects.get().captions
        window.until("document.querySelectorAll('[data-line][data-start]').length === 3")


def test_words_light_up_and_move_with_the_slider(visit: Callable[..., Any], track: Track) -> None:
    lines = [
        {"text": "Hold the night", "start": 1.0, "end": 6.0,
         "words": [{"text": "Hold", "start": 1.0}, {"text": "the", "start": 2.0}, {"text": "night", "start": 3.0}]},
        {"text": "burn", "start": 30.0},
    ]  # fmt: skip
    services.save_tapped(track=track, lines=lines)
    with visit(user=track.artist.user) as window:
        page = open_track(window, track, "lyrics/")
        page.evaluate(
            """() => { window.sung = new Set(); (function look() {
              sung.add(document.querySelector('.sung li.now .singing')?.textContent);
              requestAnimationFrame(look); })() }"""
        )
        page.click("[data-words-play]")
        window.until("sung.has('the')")
        page.click("[data-words-play]")
        page.evaluate("document.querySelector('[data-words-sound]').currentTime = 2.5")
        page.locator("[data-offset]").fill("-1")
        window.until("document.querySelector('.sung li.now .singing')?.textContent === 'night'")
        page.locator("[data-offset]").dispatch_event("change")
        window.until(lambda: Track.objects.get().lyrics_offset_s == -1)
        page.wait_for_selector("[data-offset-said] >> text=1.00 s earlier")


def test_a_song_dropped_on_the_form_becomes_a_track(
    visit: Callable[..., Any], site: Any, tmp_path: Path
) -> None:
    song = write_song(tmp_path / "Night_walk.wav", 8.0)
    with visit(width=390, user=UserFactory(email="jo.lee@example.org")) as window:
        page = window.go("/studio/tracks/")
        page.click("text=Add your first track")
        window.until("document.querySelector('[data-free].yes')")
        page.fill("#id_handle", "studio")
        window.until("document.querySelector('[data-free].no')")
        page.fill("#id_handle", "jo.lee")
        page.click("main button")
        window.until("location.pathname === '/studio/tracks/new/'")
        page.set_input_files("#id_audio", str(song))
        window.until("document.querySelector('#id_title').value === 'Night walk'")
        page.click("[data-go]")
        window.until("document.querySelector('[data-track]')", patience_s=60)
        assert page.inner_text("h1") == "Night walk"
        assert "Listening" in page.inner_text("[data-part=state]")


def test_a_large_song_goes_in_pieces(
    visit: Callable[..., Any], site: Any, tmp_path: Path, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 100_000
    song = write_song(tmp_path / "long.wav", 12.0)
    with visit(user=factories.artist().user) as window:
        page = window.go("/studio/tracks/new/")
        page.set_input_files("#id_audio", str(song))
        page.click("[data-go]")
        window.until("document.querySelector('[data-track]')", patience_s=60)
        track = Track.objects.get()
        assert track.audio_bytes == song.stat().st_size
        assert track.title == "long"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_a_track_is_sound(
    visit: Callable[..., Any], track: Track, width: int
) -> None:
    services.keep_cover(track=track, cover=dusk())
    services.save_tapped(track=track, lines=[{"text": "Hold the night", "start": 1.0}])
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2
    services.edit_track(track=track, title=long[:120])
    failed = factories.track(
        track.artist, title="No song", status=Track.Status.FAILED, error="It is empty."
    )
    hearing = factories.track(track.artist, title="مرحبا", status=Track.Status.PROCESSING)
    paths = ["/studio/tracks/", "/studio/tracks/new/", "/studio/profile/", f"/studio/tracks/{failed.pk}/",
             f"/studio/tracks/{hearing.pk}/", f"/studio/tracks/{track.pk}/delete/"]  # fmt: skip
    paths += [f"/studio/tracks/{track.pk}/{tab}" for tab in ("", "lyrics/", "links/")]
    with visit(width=width, user=track.artist.user) as window:
        for path in paths:
            page = window.go(path)
            assert window.axe() == [], path
            assert not window.overflows(), path
            assert page.locator("h1").count() == 1
        page.click("text=Lyrics")
        window.until("document.querySelector('[data-tap-start]')")
        page.click("[data-tap-start]")
        assert window.axe() == [], "while tapping"
        assert not window.overflows()
    with visit(width=width, user=UserFactory()) as window:
        for path in ("/studio/tracks/", "/studio/profile/"):
            window.go(path)
            assert window.axe() == [], path
            assert not window.overflows(), path
