"""The gallery in Chromium: it draws what the renderer draws, moves with the song, and is usable."""

from __future__ import annotations

import base64
import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import numpy as np
import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from PIL import Image

from casset.media.audio.analysis import AudioAnalysis, Mood, Tempo
from casset.media.audio.decode import Sound
from casset.media.loops import hook_music
from casset.media.shaders import gl
from casset.media.shaders.finish import Finish, finish
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import Renderer, uniforms
from visuals import gallery, gallery_views, sample, stills

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
SIZE = (320, 180)
# Where a hard edge falls between two pixels, rounding decides: see tests/shaders/test_webgl.py.
STEP, EDGE_SHARE, MEAN_STEP = 2, 0.002, 0.1

pytestmark = pytest.mark.browser


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The site itself, static files included, on a free port; its pages here need no database."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def address(page: Any) -> str:
    """Where the page is now; ``page.url`` is old until Playwright is asked something."""
    return str(page.evaluate("location.href"))


@pytest.fixture
def visit(browser: Any, site: str) -> Iterator[Callable[..., Any]]:
    """Open a page; the test fails where the page throws or breaks its own content policy."""
    troubles: list[str] = []
    contexts = []

    def open_page(address: str, width: int = 1280, height: int = 800, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, service_workers="block", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(said.text) if said.type == "error" else None,
        )
        page.goto(f"{site}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in troubles if "404 (Not Found)" not in text] == []


def until(what: Callable[[], Any], why: str, seconds: float = 60) -> Any:
    """Poll from here: the page's policy forbids what ``wait_for_function`` does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    pytest.fail(f"{why} (waited {seconds:.0f} s)")


def shown(page: Any) -> np.ndarray:
    """What the live canvas shows now, (h, w, 3)."""
    picture = page.locator("canvas.lab-live").screenshot(animations="disabled")
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), np.float32)


def playing(page: Any) -> None:
    until(lambda: page.locator("canvas.lab-live.on").count(), "nothing was drawn")


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


# -- the same sums -------------------------------------------------------------------------------
LOOKS = [
    Look(scene="sea", palette=gallery.PALETTES["ember"], seed=number, move=move, move_amount=0.8,
         zoom=1.2, x=0.1, y=-0.2, roll=0.05, speed=0.7, clock=12.5, exposure=0.3, density=0.3)
    for number, move in enumerate(gallery.MOVES, start=995)
]  # fmt: skip
MUSIC = dict(stills.MUSIC)


def plain(value: Any) -> list[float]:
    return np.asarray(value, np.float64).ravel().tolist()


def test_the_browser_s_uniforms_are_the_renderer_s(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/nowhere/")
    for look in LOOKS:
        for frame in (0, 37, 299):
            there = page.evaluate(
                """async ([look, frame, music, grade]) =>
                (await import("/static/js/shaders/look.js"))
                  .uniforms(look, frame, 300, music, { fps: 30, grade })""",
                [look.model_dump(), frame, MUSIC, gallery_views.shared()["grade"]],
            )
            here = uniforms(look, frame, 300, MUSIC)
            assert set(there) == set(here)
            for name, value in here.items():
                assert plain(there[name]) == pytest.approx(plain(value), abs=1e-6), (
                    look.move,
                    name,
                )


DRAW = """async ([lab, live, look, frame, frames, music, size, film]) => {
  const { Stage } = await import("/static/js/shaders/stage.js");
  const { REST, uniforms } = await import("/static/js/shaders/look.js");
  window.canvas ??= document.createElement("canvas");
  window.stage ??= new Stage(window.canvas);
  const settings = { fps: 30, grade: lab.grade };
  const program = await stage.scene(lab.vertex, look.figure === 0 ? live.empty : live.full);
  let image = "";
  if (live.treatment) {
    image = "sleeve";
    stage.setSleeve(image, await stage.scene(lab.vertex, lab.sleeve), uniforms(look, 0, 1, REST, settings));
  }
  stage.draw(program, uniforms(look, frame, frames, music, settings), {
    inner: size, outer: size, film, mirror: look.mirror, image, treatment: live.treatment,
  });
  const paper = new OffscreenCanvas(...size).getContext("2d");
  paper.drawImage(window.canvas, 0, 0);
  const bytes = paper.getImageData(0, 0, ...size).data;
  let text = "";
  for (let i = 0; i < bytes.length; i += 8190) text += String.fromCharCode(...bytes.subarray(i, i + 8190));
  return btoa(text);
}"""


def in_browser(page: Any, name: str, look: Look, film: dict[str, float] | None) -> np.ndarray:
    scene = gallery_views.live(gallery.by_name()[name])
    text = page.evaluate(
        DRAW, [gallery_views.shared(), scene, look.model_dump(), 96, 300, MUSIC, list(SIZE), film]
    )
    pixels = np.frombuffer(base64.b64decode(text), np.uint8)
    return pixels.reshape(SIZE[1], SIZE[0], 4)[..., :3].astype(np.int16)


@pytest.mark.parametrize("name", ["street", "ridges", "screen", "tape"])
def test_the_gallery_draws_what_the_renderer_draws(visit: Callable[..., Any], name: str) -> None:
    page = visit("/shaders/nowhere/")
    look = gallery.by_name()[name].opening.model_copy(
        update={"mirror": True, "move": "orbit", "seed": 41, "zoom": 1.1}
    )
    there = in_browser(page, name, look, None)
    here = Renderer(SIZE).rgb(look, frame_in_shot=96, shot_frames=300, music=MUSIC)
    off = np.abs(there - here.astype(np.int16))
    assert here.std() > 8
    assert (off > STEP).mean() <= EDGE_SHARE, f"up to {off.max()}"
    assert off.mean() <= MEAN_STEP


@pytest.mark.parametrize("name", ["street", "sea"])
def test_the_finish_in_the_page_is_the_film_s_but_for_grain(
    visit: Callable[..., Any], name: str
) -> None:
    page = visit("/shaders/nowhere/")
    look = gallery.by_name()[name].opening
    style = Finish(grain=0)
    film = {"sharpness": style.sharpness, "halation": style.halation, "grain": 0, "take": 1}
    there = in_browser(page, name, look, film)
    drawn = gl.canvas().draw(name, SIZE, {**uniforms(look, 96, 300, MUSIC), "uYuv": 1.0})
    planes = finish(np.ascontiguousarray(drawn), SIZE, take=1, style=style)
    here, rough = stills.rgb(planes), in_browser(page, name, look, None)
    near, far = (
        apart(brightness(there), brightness(here)),
        apart(brightness(rough), brightness(here)),
    )
    assert near < 1, "of 255, on average"
    assert near < 0.3 * far, "hardly nearer to the film than without a finish"
    # The film's colour is kept at half size.
    assert apart(halved(there), halved(here)) < 1.5


def brightness(picture: np.ndarray) -> np.ndarray:
    return np.asarray(picture, np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def halved(picture: np.ndarray) -> np.ndarray:
    return np.asarray(picture, np.float32).reshape(SIZE[1] // 2, 2, SIZE[0] // 2, 2, 3).mean((1, 3))


# -- the pages -----------------------------------------------------------------------------------
def test_a_scene_plays_with_the_song_and_obeys_its_sliders(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/sea/", width=1040)
    playing(page)
    first = shown(page)
    assert first.mean() > 10, "the canvas is black"
    assert first.std() > 8, "the canvas is flat"
    until(lambda: apart(first, shown(page)) > 0.8, "the picture stands still")
    page.get_by_role("button", name="Pause").click()
    [still] = until(lambda: _settled(page), "the picture does not rest when paused")
    hour = page.get_by_label("Time of day")
    hour.fill("0")
    until(lambda: apart(still, shown(page)) > 15, "night does not fall")
    until(lambda: "tod=0" in address(page), "the address forgets the hour")
    page.get_by_role("button", name="Another take").click()
    until(lambda: "seed=" in address(page), "the address forgets the take")
    page.locator(".lab-aspects label", has_text="9:16").click()
    canvas = page.locator("canvas.lab-live")
    until(lambda: _shape(canvas) == pytest.approx(16 / 9, abs=0.02), "it does not stand upright")
    page.get_by_role("button", name="Reset").click()
    until(lambda: "?" not in address(page), "the address keeps what was reset")


def _shape(canvas: Any) -> float:
    box = canvas.bounding_box()
    return float(box["height"] / box["width"])


def _settled(page: Any) -> list[np.ndarray]:
    """The picture, once it rests."""
    before = shown(page)
    time.sleep(0.4)
    after = shown(page)
    return [after] if apart(before, after) < 0.2 else []


def test_a_look_survives_its_address(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/street/")
    page.get_by_label("Density").fill("0.25")
    page.get_by_title("Acid").click()
    page.locator("#c-move").select_option("orbit")
    page.get_by_label("Mirrored").check()
    page.locator(".lab-aspects label", has_text="1:1").click()
    until(lambda: "aspect" in address(page), "the address forgets the look")
    there = address(page)
    for part in ("density=0.25", "palette=acid", "move=orbit", "mirror=1", "aspect=1%3A1"):
        assert part in there
    again = visit(there.split("/", 3)[3].join(["/", ""]))
    assert again.get_by_label("Density").input_value() == "0.25"
    assert again.get_by_label("Acid").is_checked()
    assert again.locator("#c-move").input_value() == "orbit"
    assert again.get_by_label("Mirrored").is_checked()
    assert again.get_by_label("1:1").is_checked()
    again.get_by_label("Density").fill("0.5")
    until(lambda: "density=0.5" in address(again), "the address forgets the slider")
    assert "palette=acid" in address(again), "what was not touched is kept"


def test_the_wall_plays_the_tile_in_focus(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/")
    playing(page)
    tile = page.locator("[data-live]", has_text="Aurora over a lake")
    tile.focus()
    until(lambda: tile.locator("canvas.lab-live.on").count(), "the tile in focus does not play")
    until(lambda: page.locator("canvas").count() == 1, "one live canvas is enough")
    until(lambda: shown(page).std() > 5, "it is one colour")
    page.get_by_role("searchbox").fill("train")
    until(lambda: "word=train" in address(page), "the address forgets the word")
    visible = page.locator("[data-live]:visible")
    until(lambda: visible.count() < 8, "all stay")
    assert "Train window" in visible.all_inner_texts()[0] or visible.count() > 1


def test_a_lost_graphics_card_comes_back(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/ridges/", width=1040)
    playing(page)
    page.evaluate(
        """() => { window.card = document.querySelector("canvas.lab-live").getContext("webgl2")
          .getExtension("WEBGL_lose_context"); card.loseContext(); }"""
    )
    until(lambda: page.get_by_text("took a break").is_visible(), "nobody says what happened")
    page.evaluate("() => card.restoreContext()")
    playing(page)
    until(lambda: page.get_by_text("took a break").is_hidden(), "it still says that it broke")


def test_without_webgl_a_still_and_a_sentence_stand(visit: Callable[..., Any], site: str) -> None:
    page = visit("/shaders/nowhere/")
    page.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(f"{site}/shaders/sea/")
    until(lambda: page.get_by_text("cannot draw WebGL2").is_visible(), "nothing is said")
    assert page.locator(".lab-frame img").evaluate("image => image.naturalWidth") > 0
    assert page.locator("canvas").count() == 0


def test_without_javascript_a_still_and_a_sentence_stand(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/sea/", java_script_enabled=False)
    assert page.locator("noscript .note", has_text="moves with JavaScript").is_visible()
    assert page.locator(".lab-frame img").is_visible()
    assert page.locator("[data-controls]").is_hidden()


def test_nothing_moves_unasked_for_who_wants_less_motion(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/sea/", reduced_motion="reduce", width=1040)
    play = page.get_by_role("button", name="Play the sample song")
    play.wait_for()
    time.sleep(0.5)
    assert page.locator("canvas.lab-live.on").count() == 0
    play.click()
    playing(page)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("address", ["/shaders/", "/shaders/vinyl/"])
def test_axe_finds_nothing(visit: Callable[..., Any], address: str, width: int) -> None:
    page = visit(address, width=width, height=844)
    page.locator("[data-song]").wait_for()
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    assert [(trouble["id"], trouble["nodes"][0]["html"][:160]) for trouble in found] == []
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width, "the page scrolls sideways"


def test_one_frame_of_the_song_is_one_frame_of_the_film(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/nowhere/")
    song = gallery_views.shared()["song"]
    rows = page.evaluate(
        """async (song) => { const s = await (await import("/static/js/shaders/song.js")).Song.load(song);
          return [s.frames, s.seconds, s.at(0), s.at(100), s.at(1e9), s.frameAt(s.seconds)]; }""",
        song,
    )
    curves = np.fromfile(
        Path(stills.__file__).parents[1] / "static/shaders/sample" / sample.CURVES_FILE, "<f4"
    ).reshape(rows[0], -1)
    assert rows[1] == pytest.approx(rows[0] / sample.FPS)
    for row, frame in ((2, 0), (3, 100), (4, -1)):
        assert list(rows[row].values()) == pytest.approx(curves[frame].tolist())
    assert rows[5] == rows[0] - 1


def test_the_shown_frame_keeps_time_with_what_is_heard(visit: Callable[..., Any]) -> None:
    page = visit("/shaders/bloom/", width=1040)
    playing(page)
    page.get_by_role("button", name="Sound off").click()
    until(
        lambda: page.evaluate("() => document.querySelector('audio').currentTime > 0.2"), "silence"
    )
    page.evaluate(
        """() => { window.heard = []; const audio = document.querySelector("audio"), seek = document.querySelector("[data-seek]");
          let last = ""; const look = () => { if (seek.value !== last) heard.push(Number(seek.value) - audio.currentTime); last = seek.value; requestAnimationFrame(look); };
          requestAnimationFrame(look); }"""
    )
    until(lambda: page.evaluate("() => heard.length > 12"), "the picture stands still")
    off = np.array(page.evaluate("() => heard"))
    off = off[np.abs(off) < 5]  # not the moment of the loop
    assert np.median(np.abs(off)) < 0.2, "seconds between picture and sound"


def test_a_hook_plays_in_the_browser_by_the_numbers_it_is_drawn_by(
    visit: Callable[..., Any],
) -> None:
    page = visit("/shaders/nowhere/")
    beats = np.arange(0, 12, 0.5)
    analysis = AudioAnalysis(
        bpm=120, duration=12, beat_timestamps=tuple(beats), metre=4,
        tempo=Tempo(bpm=120, confidence=1, stability=1),
        mood=Mood(
            primary="calm", secondary="", energy_level="low", confidence=1, valence=0, arousal=0
        ),
    )  # fmt: skip
    noise = 0.1 * np.random.default_rng(2).standard_normal((12 * 44_100, 2))
    hook = hook_music.hook_curves(
        Sound(noise.astype(np.float32)), analysis, start_s=2.013, end_s=9.0
    )
    offline, frames = hook.curves(), hook.facts["frames"]
    there = page.evaluate(
        """async ([values, facts, look, frames, grade]) => {
          const { Song } = await import("/static/js/shaders/song.js");
          const { uniforms } = await import("/static/js/shaders/look.js");
          const bytes = Uint8Array.from(atob(values), (c) => c.charCodeAt(0));
          const song = new Song(new Float32Array(bytes.buffer), facts);
          return frames.map((n) => uniforms(look, n, song.frames, song.at(n), { fps: song.fps, grade }));
        }""",
        [
            base64.b64encode(hook.values).decode(), hook.facts, LOOKS[0].model_dump(),
            [0, 100, frames - 1], gallery_views.shared()["grade"],
        ],
    )  # fmt: skip
    for found, frame in zip(there, [0, 100, frames - 1], strict=True):
        here = uniforms(LOOKS[0], frame, frames, offline.at(frame))
        for name, value in here.items():
            assert plain(found[name]) == pytest.approx(plain(value), abs=1e-6), name
