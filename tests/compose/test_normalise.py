"""Clips of any size, rate and length become a place in the film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from casset.lib.errors import MediaError
from casset.media.audio import encode
from casset.media.compose import normalise, segment
from casset.media.compose.normalise import covered, pace
from casset.media.picture import Planes
from tests.compose.cards import SIZE, card, decoded, noise, number_of, write_clip


def cards(count: int, size: tuple[int, int] = (256, 144)) -> list[Planes]:
    return [card(n, size) for n in range(count)]


def fitted(clip: Path, frames: int, **options: object) -> list[int]:
    """Numbers shown by the film's frames."""
    out = clip.with_name("fitted.mp4")
    normalise.normalise(clip, out, SIZE, frames, **options)
    shown = [(place, number_of(y)) for place, y in decoded(out)]
    assert [place for place, _ in shown] == list(range(len(options.get("body", range(frames)))))
    return [number for _, number in shown]


def test_24_frames_a_second_become_30_by_the_clock(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(48))
    # Frame p lasts from p/30 to (p+1)/30 s; what the source shows at its middle is wanted.
    assert fitted(clip, 60) == [int((p + 0.5) * 24 / 30 + 1e-9) for p in range(60)]


def test_60_frames_a_second_become_30_by_the_clock(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(120), rate=60)
    assert fitted(clip, 60) == [2 * p + 1 for p in range(60)]


def test_a_variable_rate_is_followed_by_its_times(tmp_path):
    steps = [20, 60, 35, 110, 25, 15, 80, 45] * 8
    times = [int(t) for t in np.concatenate([[0], np.cumsum(steps)[:-1]])]
    clip = write_clip(tmp_path / "c.mkv", cards(len(times)), times_ms=times)
    middles = [(p + 0.5) / 30 * 1000 + 0.5 for p in range(90)]
    wanted = [max(i for i, t in enumerate(times) if t <= middle) for middle in middles]
    assert fitted(clip, 90) == wanted


def test_a_clip_too_long_is_trimmed_at_its_end(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(75), rate=30)
    assert fitted(clip, 60) == list(range(60))


def test_a_clip_too_short_is_played_again_whole(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(40), rate=30)
    assert fitted(clip, 120) == [n % 40 for n in range(120)]


def test_speed_changes_by_five_percent_at_most_and_only_where_it_helps():
    assert pace(5.0, 150) == normalise.Pace(1.0, 1, 0)
    assert pace(5.5, 150) == normalise.Pace(1.0, 1, 15)  # under a second: only trimmed
    long = pace(7.0, 150)
    assert long.speed == pytest.approx(1.05)
    assert long.trimmed_frames == 50
    assert pace(6.02, 150).speed == pytest.approx(1.05)
    slow = pace(4.8, 150)
    assert slow.speed == pytest.approx(0.96)
    assert not slow.looped
    short = pace(4.5, 150)  # half a second short: 5 % would not do
    assert (short.speed, short.loops) == (1.0, 2)
    assert pace(3.0, 150).speed == pytest.approx(0.95)
    assert pace(2.5, 150) == normalise.Pace(1.0, 2, 0)  # the brief's own example
    for length in np.linspace(0.5, 20, 60):
        for frames in (20, 120, 167, 240):
            assert 0.95 - 1e-9 <= pace(float(length), frames).speed <= 1.05 + 1e-9


def test_the_clip_is_shown_in_full_height_or_width_and_the_rest_cut_evenly():
    one = Fraction(1)
    assert covered((1024, 576), one, (1920, 1080)) == (1024, 576)
    assert covered((768, 768), one, (1920, 1080)) == (768, 432)
    assert covered((768, 768), one, (1080, 1920)) == (432, 768)
    assert covered((1080, 1920), one, (1920, 1080)) == (1080, 608)
    assert covered((720, 576), Fraction(64, 45), (1920, 1080)) == (720, 576)  # PAL widescreen
    assert covered((33, 17), one, (1920, 1080)) == (30, 17)


@pytest.mark.parametrize("size", [(144, 256), (200, 200), (402, 98), (40, 18)])
def test_other_shapes_cover_the_frame_around_their_middle(tmp_path, size):
    width, height = size
    y = np.full((height, width), 60, np.uint8)
    y[height // 2 - 4 : height // 2 + 4, width // 2 - 4 : width // 2 + 4] = 200
    grey = np.full((height // 2, width // 2), 128, np.uint8)
    clip = write_clip(tmp_path / "c.mp4", [Planes(y, grey, grey)] * 30, rate=30)
    normalise.normalise(clip, tmp_path / "o.mp4", SIZE, 30)
    picture = next(segment.read(tmp_path / "o.mp4")).y
    assert picture.shape == (SIZE[1], SIZE[0])
    rows, columns = np.nonzero(picture > 130)
    assert abs(rows.mean() - 89.5) < 3
    assert abs(columns.mean() - 159.5) < 3
    scale = max(SIZE[0] / width, SIZE[1] / height)
    assert np.ptp(columns) + 1 == pytest.approx(8 * scale, rel=0.15, abs=4)
    assert np.ptp(rows) + 1 == pytest.approx(8 * scale, rel=0.15, abs=4)


@pytest.mark.parametrize(("degrees", "corner"), [(90, (1, 0)), (-90, (0, 1)), (180, (1, 1))])
def test_a_clip_filmed_on_its_side_is_set_upright(tmp_path, degrees, corner):
    shape = (256, 144) if degrees == 180 else (144, 256)
    y = np.full((shape[1], shape[0]), 60, np.uint8)
    y[: shape[1] // 4, : shape[0] // 4] = 200  # the stored picture's top left
    grey = np.full((shape[1] // 2, shape[0] // 2), 128, np.uint8)
    clip = write_clip(tmp_path / "c.mp4", [Planes(y, grey, grey)] * 30, rate=30, rotation=degrees)
    normalise.normalise(clip, tmp_path / "o.mp4", SIZE, 30)
    picture = next(segment.read(tmp_path / "o.mp4")).y
    rows, columns = np.nonzero(picture > 130)
    assert (int(rows.mean() > 90), int(columns.mean() > 160)) == corner


def test_a_flat_colour_keeps_its_value_through_scaling(tmp_path):
    flat = Planes(
        *(
            np.full(s, c, np.uint8)
            for s, c in (((720, 1280), 121), ((360, 640), 113), ((360, 640), 151))
        )
    )
    clip = write_clip(tmp_path / "c.mp4", [flat] * 20, rate=30)
    normalise.normalise(clip, tmp_path / "o.mp4", SIZE, 20)
    for plane, code in zip(next(segment.read(tmp_path / "o.mp4")), (121, 113, 151), strict=True):
        assert np.abs(plane.astype(int) - code).max() <= 1


def test_full_range_pictures_become_limited_ones(tmp_path):
    grey = np.full((72, 128), 128, np.uint8)
    white = Planes(np.full((144, 256), 235, np.uint8), grey, grey)
    clip = write_clip(tmp_path / "c.mov", [white] * 20, rate=30, codec="mjpeg")
    normalise.normalise(clip, tmp_path / "o.mp4", SIZE, 20)
    assert float(next(segment.read(tmp_path / "o.mp4")).y.mean()) == pytest.approx(235, abs=1.5)


def test_words_are_set_on_every_frame_of_the_film_once(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(24), rate=12)  # every frame is shown more than once
    seen = []

    def overlay(planes: Planes, frame: int) -> None:
        seen.append((frame, float(planes.y[:20].mean())))
        planes.y[:20] = 235

    normalise.normalise(clip, tmp_path / "o.mp4", SIZE, 60, first_frame=500, overlay=overlay)
    assert [frame for frame, _ in seen] == list(range(500, 560))
    assert all(level == pytest.approx(90, abs=3) for _, level in seen)  # never drawn on twice
    assert all(float(p.y[5:15].mean()) > 230 for p in segment.read(tmp_path / "o.mp4"))


def test_frames_outside_the_body_are_set_aside_and_not_written(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(48))
    aside: dict[int, Planes] = {}
    drawn: list[int] = []

    def overlay(planes: Planes, frame: int) -> None:
        drawn.append(frame)

    numbers = fitted(
        clip, 60, body=range(7, 52), aside=aside.__setitem__, first_frame=100, overlay=overlay
    )
    shown = [int((p + 0.5) * 24 / 30 + 1e-9) for p in range(60)]
    assert numbers == shown[7:52]
    assert {n: number_of(planes.y) for n, planes in aside.items()} == {
        n: shown[n] for n in (*range(7), *range(52, 60))
    }
    assert drawn == list(range(100, 160))
    again = list(normalise.frames_of(clip, SIZE, 60, range(52, 60)))
    for n, planes in zip(range(52, 60), again, strict=True):
        assert all(np.array_equal(one, other) for one, other in zip(planes, aside[n], strict=True))


def test_no_more_of_a_clip_is_fitted_than_is_asked_for(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(48))
    drawn: list[int] = []

    def overlay(planes: Planes, frame: int) -> None:
        drawn.append(frame)

    normalise.normalise(clip, tmp_path / "o.mp4", SIZE, 60, body=range(7, 40), overlay=overlay)
    assert drawn == list(range(7, 40))
    assert segment.inspect(tmp_path / "o.mp4").frames == 33


def test_a_clip_cut_off_half_way_is_used_as_far_as_it_goes(tmp_path):
    clip = write_clip(tmp_path / "c.mp4", cards(60), rate=30, options={"movflags": "faststart"})
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) * 3 // 4])
    numbers = fitted(clip, 60)
    assert numbers[:20] == list(range(20))


@pytest.mark.parametrize(
    ("size", "said"), [((2, 2), "no picture in that"), ((7680, 4320), "at most 4096 x 2304")]
)
def test_pictures_of_impossible_sizes_are_refused(tmp_path, size, said):
    y = np.zeros((size[1], size[0]), np.uint8)
    grey = np.zeros((size[1] // 2, size[0] // 2), np.uint8)
    clip = write_clip(tmp_path / "c.mov", [Planes(y, grey, grey)], codec="mjpeg")
    with pytest.raises(MediaError, match=said):
        normalise.normalise(clip, tmp_path / "o.mp4", SIZE, 30)


def test_what_is_no_clip_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_bytes(b"hello " * 500)
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/x.mp4\n")
    (tmp_path / "concat.mp4").write_text("ffconcat version 1.0\nfile /etc/hostname\n")
    encode.aac(noise(1.0), tmp_path / "sound.mp4")
    write_clip(tmp_path / "still.mp4", cards(1))
    write_clip(tmp_path / "blink.mp4", cards(5), rate=30)
    write_clip(tmp_path / "headless.mp4", cards(30))
    whole = (tmp_path / "headless.mp4").read_bytes()
    (tmp_path / "headless.mp4").write_bytes(whole[: len(whole) // 2])
    for name in ("empty", "text", "list", "concat", "sound", "still", "blink", "headless", "none"):
        with pytest.raises(MediaError) as refusal:
            normalise.normalise(tmp_path / f"{name}.mp4", tmp_path / "o.mp4", SIZE, 60)
        assert str(refusal.value).endswith(".")
        assert not (tmp_path / "o.mp4").exists()
