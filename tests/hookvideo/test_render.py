"""Hook videos as they come out: sizes, sound, what stands where, what can be read, what goes wrong."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import av
import numpy as np
import pytest

from casset.lib.errors import MediaError, ValidationError
from casset.media.audio.analysis import LyricLine
from casset.media.compose import mux, type_paint
from casset.media.hookvideo import layout, picture, render, scrim
from casset.media.hookvideo.layout import Aspect
from casset.media.hookvideo.video import HookVideo, Theme
from casset.media.picture import Planes
from tests.hookvideo import material

pytestmark = pytest.mark.media
LYRICS = (material.line("Hold the night in frame", 0.1, 0.12), material.line("let it burn", 0.75))


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize(
    ("aspect", "size"), [("9:16", (270, 480)), ("1:1", (270, 270)), ("16:9", (480, 270))]
)
def test_a_film_has_the_sounds_length_and_its_very_packets(
    tmp_path: Path, aspect: Aspect, size: tuple[int, int]
) -> None:
    visual = material.loop(tmp_path / "loop.mp4", material.busy, frames=20)
    asked = material.video(tmp_path, 1.2, aspect=aspect, visual=visual, lyrics=LYRICS)
    seen: list[float] = []
    made = render.render(asked, tmp_path / "out.mp4", progress=seen.append)
    assert made.fallback is None
    assert made.frames == 36
    assert made.drift_s < 1 / 30
    assert made.size_bytes == made.path.stat().st_size <= asked.max_bytes
    with av.open(str(made.path)) as container:
        video = container.streams.video[0]
        assert (video.width, video.height) == size == made.size
        assert video.codec_context.name == "h264"
        assert video.average_rate == 30
        assert [stream.type for stream in container.streams] == ["video", "audio"]
    assert packets(made.path) == packets(asked.sound)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert [p.name for p in tmp_path.glob(".*")] == [], "nothing is left beside it"


def test_full_size_is_that_of_the_platforms(tmp_path: Path) -> None:
    asked = material.video(tmp_path, 0.5, scale=1.0)
    made = render.render(asked, tmp_path / "out.mp4")
    assert made.size == (1080, 1920)
    assert render.render(
        dataclasses.replace(asked, quality="low", aspect="1:1"), tmp_path / "low.mp4"
    ).size == (720, 720)


def still(asked: HookVideo, out: Path) -> np.ndarray:
    """The film's middle frame."""
    render.render(asked, out)
    return list(material.lumas(out))[8]


@pytest.mark.parametrize("aspect", ["9:16", "1:1", "16:9"])
def test_attribution_is_there_exactly_where_it_is_given(tmp_path: Path, aspect: Aspect) -> None:
    visual = material.loop(tmp_path / "loop.mp4", material.flat(60), frames=16)
    asked = material.video(tmp_path, 0.5, visual=visual, aspect=aspect, scale=0.5)
    place = layout.boxes(aspect)["attribution"].place.px(540)
    rows = slice(round(place.top) + 2, round(place.bottom) - 2)
    columns = slice(round(place.left), round(place.right))

    def bright(name: str, attribution: str | None) -> int:
        given = dataclasses.replace(asked, attribution=attribution, share_url="", handle="")
        with_it = still(given, tmp_path / f"{name}.mp4")[rows, columns]
        return int((with_it > 90).sum())

    assert bright("with", "visuals by @inkfield") > 150
    items = layout.boxes(aspect, attribution=False)
    assert items["watermark"].place.bottom == pytest.approx(place.bottom / 540, abs=1e-3)


@pytest.mark.parametrize("aspect", ["9:16", "1:1", "16:9"])
def test_no_overlay_stands_outside_the_safe_zone(tmp_path: Path, aspect: Aspect) -> None:
    """Over an even picture the scrim is even along each row; anything else there is an overlay."""
    shape = layout.frame_size(aspect, 0.25)
    visual = material.loop(tmp_path / "loop.mp4", material.flat(120), size=shape, frames=16)
    asked = material.video(
        tmp_path, 0.6, visual=visual, aspect=aspect, scale=0.5, attribution="visuals by @inkfield",
        title="A title long enough to need both of its two rows on every frame",
        lyrics=(material.line("Hold the night in frame, let it slow burn until morning", 0.0, 0.1),),
    )  # fmt: skip
    out = tmp_path / "out.mp4"
    render.render(asked, out)
    safe = layout.safe_zone(aspect).px(540)
    left, right = int(np.floor(safe.left)), int(np.ceil(safe.right))
    top, bottom = int(np.floor(safe.top)), int(np.ceil(safe.bottom))
    for y in list(material.lumas(out))[::5]:
        rows = y.astype(int) - np.median(y[:, : left - 4], axis=1)[:, None]
        inside = np.abs(rows[top:bottom, left:right])
        assert (inside > 60).sum() > 1000, "there are overlays"
        for part in (
            rows[: top - 2],
            rows[bottom + 2 :],
            rows[:, : left - 2],
            rows[:, right + 2 :],
        ):
            assert np.abs(part).max(initial=0) <= 14


@pytest.mark.parametrize(
    "paint", [material.flat(228), material.flat(30), material.busy], ids=["bright", "dark", "busy"]
)
@pytest.mark.parametrize("aspect", ["9:16", "16:9"])
def test_every_text_can_be_read_over_every_picture(
    tmp_path: Path, paint: material.Paint, aspect: Aspect
) -> None:
    visual = material.loop(tmp_path / "loop.mp4", paint, frames=18)
    asked = material.video(
        tmp_path, 0.8, visual=visual, aspect=aspect, lyrics=LYRICS, scale=0.5,
        attribution="visuals by @inkfield",
    )  # fmt: skip
    made = render.render(asked, tmp_path / "out.mp4")
    names = {"artist", "handle", "title", "watermark", "attribution", "lyric_now", "lyric_unsung"}
    assert names <= set(made.contrast)
    for name, found in made.contrast.items():
        least = {"lyric_now": 3.0, "lyric_unsung": 3.0, "bars": 3.0, "bars_rest": 1.6}.get(
            name, 4.5
        )
        assert found.needed == least
        assert found.enough, f"{name}: {found}"
    frame = next(planes for n, planes in enumerate(decoded_planes(made.path)) if n == 15)
    items = layout.boxes(aspect)
    for name in ("title", "watermark", "attribution"):  # measured on the film itself
        assert measured(frame, items[name].place.px(min(made.size))) >= 4.0, name


def decoded_planes(path: Path) -> list[Planes]:
    from casset.media.compose.segment import planes_of

    with av.open(str(path)) as container:
        return [planes_of(frame) for frame in container.decode(video=0)]


def measured(planes: Planes, place: layout.Place) -> float:
    """WCAG contrast of the brightest letters against the 95th percentile of what is not letters."""
    rows = slice(int(place.top), int(place.bottom))
    columns = slice(int(place.left), int(place.right))
    y = planes.y[rows, columns]
    half = np.repeat(np.repeat(planes.u, 2, 0), 2, 1)[rows, columns]
    other = np.repeat(np.repeat(planes.v, 2, 0), 2, 1)[rows, columns]
    light = type_paint.relative_luminance(y, half, other)
    ink = float(np.percentile(light, 99.7))
    ground = light[:, light.shape[1] * 4 // 5 :]  # short texts end before
    return (ink + 0.05) / (float(np.percentile(ground, 95)) + 0.05)


def test_a_pale_sun_under_type_sinks_into_the_colour_of_its_sky_and_not_into_grey() -> None:
    height, width = 480, 270
    sky, sun = (90, 118, 190), (222, 108, 144)  # Y, U, V: a red, a cream
    row, column = np.mgrid[:height, :width]
    disc = (row - 320) ** 2 + (column - 135) ** 2 < 80**2
    planes = Planes(
        *(np.where(disc, pale, red).astype(np.uint8)[:: 1 + (n > 0), :: 1 + (n > 0)].copy()
          for n, (pale, red) in enumerate(zip(sun, sky, strict=True)))
    )  # fmt: skip
    text = scrim.Text("lyric", layout.Place(20, 260, 250, 380), (235, 128, 128), 0.6, 0.6, 4.5)
    sampler = scrim.Sampler([text], (width, height))
    sampler.feed(planes)
    veil, contrast = scrim.choose([text], sampler, (width, height))
    assert contrast["lyric"].ratio >= 4.5
    share = float(veil.rows[320])
    dimmed = veil.under(np.float32([[sun]]), share, veil.tint)[0, 0] - np.float32([16, 128, 128])
    before = np.float32(sun) - np.float32([16, 128, 128])
    assert dimmed[0] < 0.5 * before[0]
    towards = np.float32([-10, 62]) / np.hypot(10, 62)
    assert dimmed[1:] @ towards / dimmed[0] > 2.5 * (before[1:] @ towards / before[0])
    assert dimmed[2] > 1.2 * abs(dimmed[1]), "red, not olive"


def test_a_bright_picture_gets_a_stronger_scrim_than_a_dark_one(tmp_path: Path) -> None:
    found = {}
    for name, y in (("bright", 225), ("dark", 24)):
        visual = material.loop(tmp_path / f"{name}.mp4", material.flat(y), frames=16)
        asked = material.video(tmp_path, 0.5, visual=visual, lyrics=LYRICS)
        found[name] = render.render(asked, tmp_path / f"{name}-out.mp4").scrim
    assert found["dark"] < found["bright"] - 0.1


def test_thirty_seconds_of_noise_stay_under_the_limit(tmp_path: Path) -> None:
    visual = material.loop(tmp_path / "loop.mp4", material.noise, frames=16)
    limit = 1_500_000
    asked = material.video(tmp_path, 30.0, visual=visual, max_bytes=limit, quality="standard")
    made = render.render(asked, tmp_path / "out.mp4")
    assert made.frames == 900
    assert made.size_bytes <= limit
    assert made.size_bytes > 0.7 * limit, "what there is is used"


def test_a_file_that_came_out_too_large_is_made_again_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "SPARE", 1.9)
    visual = material.loop(tmp_path / "loop.mp4", material.noise, frames=16)
    asked = material.video(tmp_path, 2.0, visual=visual, max_bytes=250_000)
    monkeypatch.setattr(render, "TIGHTER", (1.0, 0.5))
    made = render.render(asked, tmp_path / "out.mp4")
    assert made.tries == 2
    assert made.size_bytes <= 250_000


def broken(path: Path, how: str) -> Path:
    """A visual that cannot be shown."""
    if how == "missing":
        return path
    if how == "text":
        path.write_text("#EXTM3U\nhttp://example.invalid/x.ts\n")
        return path
    material.loop(path, material.busy, frames=60)
    whole = path.read_bytes()
    if how == "cut off":
        path.write_bytes(whole[: len(whole) * 2 // 3])
    if how == "damaged in the middle":
        middle = len(whole) // 3
        path.write_bytes(whole[:middle] + b"\0" * (len(whole) // 3) + whole[2 * middle :])
    return path


@pytest.mark.parametrize("how", ["missing", "text", "cut off", "damaged in the middle"])
def test_a_visual_that_cannot_be_shown_is_replaced_and_it_is_said(tmp_path: Path, how: str) -> None:
    asked = material.video(tmp_path, 2.2, visual=broken(tmp_path / "loop.mp4", how), lyrics=LYRICS)
    made = render.render(asked, tmp_path / "out.mp4")
    assert made.frames == 66
    assert made.fallback is not None
    assert "cover stands in" in made.fallback
    assert mux.measure(made.path).frames == 66


def test_a_visual_that_breaks_while_the_film_is_made_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visual = material.loop(tmp_path / "loop.mp4", material.busy, frames=20)
    monkeypatch.setattr(picture, "CACHE_BYTES", 0)
    real, calls = picture.Loop._round, []

    def second_time_lost(self: picture.Loop):  # type: ignore[no-untyped-def]
        calls.append(1)
        for n, frame in enumerate(real(self)):
            if len(calls) > 1 and n == 7:
                raise picture.VisualFailed("it is gone")
            yield frame

    monkeypatch.setattr(picture.Loop, "_round", second_time_lost)
    made = render.render(material.video(tmp_path, 1.0, visual=visual), tmp_path / "out.mp4")
    assert made.fallback
    assert made.frames == 30


def test_a_film_without_a_visual_moves(tmp_path: Path) -> None:
    from PIL import Image

    cover = tmp_path / "cover.jpg"
    rng = np.random.default_rng(1)
    Image.fromarray(
        np.kron(rng.integers(0, 255, (20, 20, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    ).save(cover)
    made = render.render(material.video(tmp_path, 2.0, cover=cover), tmp_path / "out.mp4")
    frames = list(material.lumas(made.path))
    assert made.fallback is None
    assert np.abs(frames[0].astype(int) - frames[-1])[:120].mean() > 1, "the cover comes nearer"
    bars = layout.boxes("9:16", attribution=False)["bars"].place.px(270)
    rows = slice(round(bars.top), round(bars.bottom))
    steps = [
        np.abs(a.astype(int) - b)[rows].mean() for a, b in zip(frames, frames[3:], strict=False)
    ]
    assert np.median(steps) > 0.3, "the bars move"


@pytest.mark.parametrize("cover", ["none", "damaged"])
def test_without_any_picture_there_is_still_a_film(tmp_path: Path, cover: str) -> None:
    path = tmp_path / "cover.jpg"
    path.write_bytes(b"\xff\xd8\xff garbage")
    asked = material.video(
        tmp_path, 0.5, cover=path if cover == "damaged" else None, avatar=path,
        theme=Theme(accent="#7cdcc8", ground="#06110f"),
    )  # fmt: skip
    assert render.render(asked, tmp_path / "out.mp4").frames == 15


def test_a_kept_loop_and_one_decoded_again_give_the_same_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visual = material.loop(tmp_path / "loop.mp4", material.busy, frames=20)
    asked = material.video(tmp_path, 2.0, visual=visual, lyrics=LYRICS)
    kept = render.render(asked, tmp_path / "kept.mp4").path.read_bytes()
    loop = picture.Loop
    monkeypatch.setattr(render, "Loop", lambda *a, **k: loop(*a, **k, cache_bytes=0))
    assert render.render(asked, tmp_path / "again.mp4").path.read_bytes() == kept


@pytest.mark.parametrize(
    "text",
    [
        "🔥" * 50,
        "שלום עולם ארוך מאוד",
        "أغنية الليل",
        "x" * 10_000,
        "\x00\x1b[0m",
        "<b>&amp;</b>",
        "愛",
    ],
    ids=["emoji", "hebrew", "arabic", "endless", "control", "html", "cjk"],
)
def test_no_text_breaks_a_film(tmp_path: Path, text: str) -> None:
    asked = material.video(
        tmp_path, 0.5, title=text, artist_name=text, handle=text, share_url=text, attribution=text,
        lyrics=(material.line(text, 0.1), LyricLine(text=text, timestamp=0.2, end=-1.0)),
    )  # fmt: skip
    made = render.render(asked, tmp_path / "out.mp4")
    assert made.frames == 15
    assert bool(made.notes) is (text == "愛")


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    class Lost(Exception):
        pass

    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise Lost

    visual = material.loop(tmp_path / "loop.mp4", material.busy, frames=20)
    with pytest.raises(Lost):
        render.render(
            material.video(tmp_path, 2.0, visual=visual), tmp_path / "out.mp4", check=check
        )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hook.m4a", "loop.grid.npy", "loop.mp4"]


def test_a_sound_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    asked = material.video(tmp_path, 0.2)
    with pytest.raises(MediaError, match=r"0\.5 to 60 s"):
        render.render(asked, tmp_path / "out.mp4")
    asked.sound.write_bytes(b"nothing")
    with pytest.raises(MediaError, match="Cut the hook again"):
        render.render(asked, tmp_path / "out.mp4")
    with pytest.raises(ValidationError):
        Theme(accent="red; drop table")
