"""The export dialog in Chromium: previews, the server's video, and the one the browser makes itself."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import av
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from casset.media.hookvideo import layout
from casset.media.hookvideo.fit import fit
from casset.tracks.models import Hook
from casset.web import storage
from casset.work import running
from tests.hookvideo import material
from tests.visuals import factories
from visuals.models import HookExport, VisualAsset

pytestmark = [pytest.mark.browser, pytest.mark.media]
LINES = [
    {"text": "hold the night", "timestamp": 10.1, "end": 10.5,
     "words": [{"text": w, "start": 10.1 + i / 8, "end": 10.2 + i / 8} for i, w in enumerate(("hold", "the", "night"))]},
    {"text": "in frame", "timestamp": 10.6, "end": 11.0, "words": []},
]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A hook of one second and a bright loop with its poster."""
    folder = tmp_path_factory.mktemp("files")
    material.sound(folder / "hook.m4a", 1.0, beat=0.8)
    material.loop(folder / "loop.mp4", material.flat(190, 110, 150))
    sink = BytesIO()
    Image.new("RGB", (270, 480), "#d8c8b0").save(sink, "JPEG")
    (folder / "poster.jpg").write_bytes(sink.getvalue())
    return folder


@pytest.fixture
def visual(site, settings, files) -> VisualAsset:
    settings.FILM_SHORT_SIDE_PX = 180
    track = factories.track(published=True, title="Slow Burn", lines=LINES)
    sound = f"{track.prefix}/hook/1-x.m4a"
    storage.keep(sound, files / "hook.m4a")
    Hook.objects.filter(track=track).update(
        start_s=10.0, end_s=13.0, sound=sound, sound_s=1.0, captions="WEBVTT\n\n00:00.100 --> 00:00.500\nhold\n"
    )  # fmt: skip
    made = factories.visual(track, shown_at=timezone.now(), title="Wet ink")
    for name in ("loop.mp4", "small.mp4"):
        storage.keep(made.file(name), files / "loop.mp4")
    for name in ("poster.jpg", "small.jpg"):
        storage.keep(made.file(name), files / "poster.jpg")
    return made


def opened(window, visual):
    page = window.go(f"/studio/tracks/{visual.track_id}/visuals/?v={visual.pk}")
    opened_again(window)
    return page


def opened_again(window):
    window.page.click("[data-export]")
    window.until("document.querySelector('[data-sheet]').getAttribute('aria-busy') === 'false'")


PAINTED = """(() => {
  const canvas = document.querySelector('[data-preview]');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let most = 0, least = 255;
  for (let i = 0; i < data.length; i += 64) { most = Math.max(most, data[i]); least = Math.min(least, data[i]); }
  return [canvas.width, canvas.height, most - least];
})()"""


@pytest.mark.parametrize("width", [390, 1280])
def test_an_export_goes_on_behind_a_closed_dialog_and_ends_as_a_file(
    visit, visual, width, tmp_path
):
    with visit(width=width, user=visual.track.artist.user) as window:
        page = opened(window, visual)
        window.until(f"{PAINTED}[2] > 60")
        assert not window.axe()
        page.click("label:has([value='1:1'])")
        assert window.until(f"{PAINTED}[0] === {PAINTED}[1]")
        page.click("[data-export-dialog] [data-go]")
        window.until("!document.querySelector('[data-busy]').hidden")
        page.click("[data-export-dialog] [data-closes]")
        assert running.run_one("render")
        opened_again(window)
        page.click("label:has([value='1:1'])")
        window.until("!document.querySelector('[data-download]').hidden")
        with page.expect_download() as coming:
            page.click("[data-download]")
        assert coming.value.suggested_filename == "Mara - Slow Burn (hook 1x1).mp4"
        coming.value.save_as(tmp_path / "hook.mp4")
        with av.open(str(tmp_path / "hook.mp4")) as film:
            assert (film.streams.video[0].width, film.streams.video[0].height) == (180, 180)
        page.reload()
        opened_again(window)
        page.click("label:has([value='1:1'])")
        window.until("!document.querySelector('[data-download]').hidden")
        assert not window.axe()


def test_a_failed_one_says_why_and_a_cancelled_one_is_gone(visit, visual):
    with visit(user=visual.track.artist.user) as window:
        page = opened(window, visual)
        page.click("[data-export-dialog] [data-go]")
        window.until("!document.querySelector('[data-cancel]').hidden")
        page.click("[data-export-dialog] [data-cancel]")
        window.until("!document.querySelector('[data-go]').hidden")
        window.until(lambda: not HookExport.objects.exists())
        page.click("[data-export-dialog] [data-go]")
        window.until("!document.querySelector('[data-busy]').hidden")
        Hook.objects.update(sound="tracks/other.m4a")
        assert running.run_one("render")
        window.until("!document.querySelector('[data-problem]').hidden")
        assert "Export it again" in page.inner_text("[data-problem]")


def test_what_shares_files_gets_the_file_alone(visit, visual):
    with visit(user=visual.track.artist.user) as window:
        window.page.add_init_script(
            "navigator.canShare = () => true;"
            "navigator.share = async (what) => { window.shared = [Object.keys(what), what.files[0].size, what.files[0].type]; };"
        )
        page = opened(window, visual)
        page.click("[data-export-dialog] [data-go]")
        window.until("!document.querySelector('[data-busy]').hidden")
        assert running.run_one("render")
        window.until(
            "!document.querySelector('[data-share-file]').hidden && !document.querySelector('[data-share-file]').disabled"
        )
        page.click("[data-share-file]")
        kinds, size, kind = window.until("window.shared")
        assert (kinds, kind) == (["files"], "video/mp4")
        assert size == HookExport.objects.get().bytes


def test_a_browser_that_can_makes_a_video_of_the_same_size_length_and_sound(
    visit, visual, files, tmp_path
):
    with visit(user=visual.track.artist.user) as window:
        page = opened(window, visual)
        page.click("label:has([value=low])")
        page.click("label:has([value='1:1'])")
        window.until("!document.querySelector('[data-quick]').hidden")
        page.click("[data-quick]")
        window.until("!document.querySelector('[data-download]').hidden", patience_s=120)
        path = tmp_path / "quick.mp4"
        with page.expect_download() as coming:
            page.click("[data-download]")
        coming.value.save_as(path)
    with av.open(str(path)) as film, av.open(str(files / "hook.m4a")) as sound:
        picture, track = film.streams.video[0], film.streams.audio[0]
        assert (picture.width, picture.height, picture.codec_context.name) == (720, 720, "h264")
        packets = [bytes(p) for p in film.demux(track) if p.size]
        assert packets == [bytes(p) for p in sound.demux(sound.streams.audio[0]) if p.size]
    with av.open(str(path)) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert abs(len(frames) - 30) <= 1
    assert frames[-1].std() > 4  # bars and words stand on the flat loop
    assert HookExport.objects.count() == 0


SHAPES = [
    (1080, 1920),
    (1080, 1080),
    (1080, 1350),
    (1920, 1080),
    (800, 1000),
    (720, 1280),
    (37, 2000),
]


def test_the_browser_lays_out_and_fits_as_the_server_does(visit, visual):
    with visit(user=visual.track.artist.user) as window:
        page = opened(window, visual)
        numbers = Client().get("/hooks/layout.json").json()
        assert numbers == layout.numbers()
        address = page.evaluate(
            "performance.getEntriesByType('resource').map((one) => one.name).find((name) => name.includes('hookvideo/layout'))"
        )
        for aspect in ("9:16", "1:1", "16:9"):
            for more in (
                {},
                {"title_rows": 2, "attribution": False},
                {"lyrics": False, "handle": False},
            ):
                wish = {"titleRows": more.get("title_rows", 1)} | {
                    k: v for k, v in more.items() if k != "title_rows"
                }
                found = page.evaluate(
                    "async ([address, numbers, aspect, wish]) => (await import(address)).boxes(numbers, aspect, wish)",
                    [address, numbers, aspect, wish],
                )
                for name, item in layout.boxes(aspect, **more).items():
                    box = [found[name][edge] for edge in ("left", "top", "right", "bottom")]
                    assert box == pytest.approx(
                        [item.place.left, item.place.top, item.place.right, item.place.bottom],
                        abs=1e-6,
                    )
            target = layout.frame_size(aspect)
            for source in SHAPES:
                found = page.evaluate(
                    "async ([address, rules, source, target]) => (await import(address)).fit(rules, source, target)",
                    [address, numbers["fit"], source, target],
                )
                mine = fit(source, target)
                for name in ("sx", "sy", "sw", "sh", "dx", "dy", "dw", "dh"):
                    assert abs(found[name] - getattr(mine, name)) <= 2
                assert bool(found.get("backdrop")) == mine.backdrop
