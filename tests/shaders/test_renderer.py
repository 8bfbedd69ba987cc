"""From a look to finished planes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import cv2
import moderngl
import numpy as np
import pytest
from PIL import Image

from casset.lib.errors import MissingCapability
from casset.media.picture import BT709, BT709_OFFSET
from casset.media.shaders import catalogue, gl, preview
from casset.media.shaders.finish import Finish, finish
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import Renderer, inner_size, program_name

PALETTE = preview.PALETTES["ember"]
CHORUS = {**preview.MUSIC["chorus"], "uBeat": 0.1, "uBar": 0.4, "uOnset": 0.3, "uProg": 0.5}
SIZE = (640, 360)


def look(**changes) -> Look:
    return Look(**{"scene": "silk", "palette": PALETTE, "move": "static", **changes})


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(SIZE)


@pytest.mark.parametrize(
    ("size", "inner"),
    [
        ((1920, 1080), (960, 540)),
        ((1080, 1920), (540, 960)),
        ((1080, 1080), (720, 720)),
        ((640, 360), (640, 360)),
    ],
)
def test_scenes_are_drawn_smaller_than_the_film(size, inner) -> None:
    assert inner_size(size) == inner


def test_high_quality_draws_at_the_films_own_size() -> None:
    assert Renderer((1920, 1080), quality="high").inner == (1920, 1080)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_planes_are_what_an_encoder_takes(size: tuple[int, int]) -> None:
    planes = Renderer(size).planes(look(), 3, 60, CHORUS)
    assert planes.size == size
    assert planes.u.shape == planes.v.shape == (size[1] // 2, size[0] // 2)
    for plane in planes:
        assert plane.dtype == np.uint8
        assert plane.flags.c_contiguous
    assert planes.y.min() >= 16
    assert planes.y.max() <= 235


def test_equal_input_gives_equal_frames_and_another_take_another_picture(renderer) -> None:
    one = renderer.planes(look(move="handheld"), 7, 60, CHORUS)
    again = renderer.planes(look(move="handheld"), 7, 60, CHORUS)
    other = renderer.planes(look(move="handheld", seed=9), 7, 60, CHORUS)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one.y, other.y)


def test_another_process_draws_the_same_frame(renderer) -> None:
    script = (
        "import hashlib, os; os.putenv('LP_NUM_THREADS', '1')\n"
        "from casset.media.shaders.renderer import Renderer; from casset.media.shaders.look import Look\n"
        f"p = Renderer({SIZE}).planes(Look.model_validate_json({look().model_dump_json()!r}), 4, 30, {CHORUS})\n"
        "print(hashlib.sha256(p.y.tobytes() + p.u.tobytes() + p.v.tobytes()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    here = renderer.planes(look(), 4, 30, CHORUS)
    assert done.stdout.strip() == hashlib.sha256(b"".join(p.tobytes() for p in here)).hexdigest()


def test_the_shaders_own_yuv_is_that_of_bt709(renderer) -> None:
    rgb = renderer.rgb(look(), music=CHORUS).astype(np.float32) / 255
    drawn = renderer._draw(look(), 0, 1, CHORUS, SIZE, yuv=True)[::-1, :, :3]
    expected = rgb @ BT709.T + BT709_OFFSET
    assert np.abs(drawn - expected).max() <= 1.6


def test_a_mirrored_look_is_the_mirror_image(renderer) -> None:
    plain, mirrored = renderer.rgb(look()), renderer.rgb(look(mirror=True))
    assert np.array_equal(plain[:, ::-1], mirrored)


def test_a_punch_in_shows_what_was_around_its_centre(renderer) -> None:
    wide = renderer.rgb(look(scene="vinyl"), (640, 640)).astype(np.float32)
    close = renderer.rgb(look(scene="vinyl", zoom=2, x=0.1, y=0.1), (640, 640)).astype(np.float32)
    # A tenth of the short side is 64 pixels; up is towards the first row.
    part = wide[320 - 64 - 160 : 320 - 64 + 160, 320 + 64 - 160 : 320 + 64 + 160]
    small = cv2.resize(close, (320, 320), interpolation=cv2.INTER_AREA)
    inner = np.s_[40:-40, 40:-40]
    assert np.corrcoef(part[inner].ravel(), small[inner].ravel())[0, 1] > 0.9


def test_a_shot_cut_from_a_take_continues_its_clock(renderer) -> None:
    first = renderer.rgb(look(clock=8.0), frame_in_shot=30, shot_frames=60)
    second = renderer.rgb(look(clock=9.0), frame_in_shot=0, shot_frames=30)
    assert np.abs(first.astype(int) - second.astype(int)).max() <= 1


@pytest.mark.parametrize("treatment", catalogue.treatment_names())
def test_treatments_show_the_image_in_every_aspect_without_black_bars(
    tmp_path: Path, treatment: str
) -> None:
    y, x = np.mgrid[0:400, 0:400] / 399
    pixels = np.stack([0.3 + 0.6 * x, 0.35 + 0.5 * y, 0.5 + 0.3 * (1 - x)], axis=-1)
    Image.fromarray((pixels * 255).astype(np.uint8)).save(tmp_path / "cover.png")
    shown = look(scene="artwork", treatment=treatment, image=str(tmp_path / "cover.png"))
    for size in ((320, 180), (180, 320), (240, 240)):
        frame = Renderer(size).rgb(shown, music=CHORUS)
        middle = frame[size[1] // 4 : -size[1] // 4, size[0] // 4 : -size[0] // 4]
        assert middle.mean() > 60
        edges = (frame[:8], frame[-8:], frame[:, :8], frame[:, -8:])
        assert min(edge.mean() for edge in edges) > 12


def test_depth_shows_a_hard_edge_once(tmp_path: Path) -> None:
    cover = np.full((512, 512, 3), 12, np.uint8)
    cover[170:340, 170:340] = 240
    Image.fromarray(cover).save(tmp_path / "cover.png")
    deep = look(
        scene="artwork", treatment="parallax", image=str(tmp_path / "cover.png"),
        move="orbit", move_amount=0.55,
    )  # fmt: skip
    beat = CHORUS | {"uPulse": 1.0, "uBass": 1.0, "uLevel": 1.0, "uTreb": 0.0}  # no dust
    for number in (0, 55, 110):
        frame = Renderer((360, 640)).rgb(deep, frame_in_shot=number, shot_frames=120, music=beat)
        square = cv2.GaussianBlur(frame, (0, 0), 0.8)[270:370].mean(axis=2) > 120
        crossings = np.abs(np.diff(square.astype(int), axis=1)).sum(axis=1)
        assert (crossings == 2).all()


def test_without_a_cover_a_sleeve_in_the_palettes_colours_is_treated(renderer) -> None:
    ember = renderer.rgb(look(scene="artwork"), music=CHORUS)
    petrol = renderer.rgb(look(scene="artwork", palette=preview.PALETTES["petrol"]), music=CHORUS)
    assert ember.std() > 20
    assert np.abs(ember.astype(int) - petrol).mean() > 10


def test_artwork_is_drawn_by_its_treatment() -> None:
    assert program_name(look(scene="artwork")) == "slow_zoom"
    assert program_name(look(scene="artwork", treatment="tape")) == "tape"
    assert program_name(look(scene="sea")) == "sea"


def test_a_scene_that_does_not_compile_names_its_own_line(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "broken.frag").write_text(
        '// title: x\n#include "common.glsl"\nvoid main() {\n  outColor = vec4(nothing);\n}\n'
    )
    monkeypatch.setattr(catalogue, "SCENES", tmp_path)
    with pytest.raises(gl.ShaderError, match=r"broken\.frag:4:"):
        gl.canvas().draw_raw("broken", (16, 16), {})


def test_without_egl_the_sentence_says_what_to_install(monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise Exception("libEGL.so: cannot open shared object file")  # noqa: TRY002

    monkeypatch.setattr(moderngl, "create_context", fail)
    with pytest.raises(MissingCapability, match="apt-get install libegl1"):
        gl.Canvas()


# -- the film finish


def card(luma: int) -> np.ndarray:
    frame = np.full((180, 320, 4), 128, np.uint8)
    frame[..., 0] = luma
    return frame


def test_the_finish_keeps_a_grey_card_grey() -> None:
    planes = finish(card(110), (640, 360), take=1)
    assert planes.y.mean() == pytest.approx(110, abs=0.3)
    assert planes.u.mean() == planes.v.mean() == 128


def test_grain_moves_from_frame_to_frame_and_is_as_strong_as_asked() -> None:
    style = Finish(grain=2.0, halation=0)
    one, two = (finish(card(110), (640, 360), take=take, style=style).y for take in (1, 2))
    assert one.astype(float).std() == pytest.approx(2.0, rel=0.1)
    assert np.corrcoef(one.ravel(), two.ravel())[0, 1] < 0.05


def test_a_light_glows_red_into_the_dark() -> None:
    frame = card(30)
    frame[70:110, 130:190, 0] = 230
    style = Finish(grain=0, halation=0.3)
    planes = finish(frame, (640, 360), take=1, style=style)
    near, far = planes.y[180, 250], planes.y[20, 20]
    assert near > far + 2
    assert planes.v[90, 125] > 128
    assert planes.u[90, 125] <= 128


def test_enlarged_edges_are_sharper_than_plain_cubic_ones() -> None:
    frame = card(60)
    frame[:, 160:, 0] = 180
    frame = np.ascontiguousarray(cv2.GaussianBlur(frame, (3, 3), 0.6))
    crisp = finish(frame, (640, 360), take=1, style=Finish(grain=0, halation=0)).y[100]
    plain = cv2.resize(
        np.ascontiguousarray(frame[..., 0]), (640, 360), interpolation=cv2.INTER_CUBIC
    )
    assert np.diff(crisp.astype(int)).max() > np.diff(plain[100].astype(int)).max()
    assert crisp.max() <= 180 + 16


def test_a_slow_ramp_does_not_band() -> None:
    ramp = card(0)
    shade = np.linspace(60, 72, 320)
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, (180, 320))
    ramp[..., 0] = np.round(shade + noise)  # as the shader's own dither leaves it
    rows = finish(ramp, (1280, 720), take=5).y.astype(float)
    means = rows[:, 100:-100].mean(axis=0)
    steps = np.diff(cv2.blur(means[None], (41, 1))[0])
    assert steps.max() < 0.04  # a band would be a step of one code
