"""What is measured of a loop is what was drawn into it."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from casset.media.colour.oklch import from_hex, hue_distance
from casset.media.loops import measuring, placeholder
from casset.media.picture import Planes
from tests.loops.drawing import flat, waves


def grey(level: int, size: tuple[int, int] = (64, 36)) -> Planes:
    chroma = np.full((size[1] // 2, size[0] // 2), 128, np.uint8)
    return Planes(np.full((size[1], size[0]), level, np.uint8), chroma, chroma.copy())


def test_light_is_measured_where_the_texts_stand():
    picture = flat((0, 0, 0), (270, 480))
    picture[int(0.52 * 480) : int(0.66 * 480)] = 255  # half of the lyric zone
    picture[: int(0.13 * 480)] = (188, 188, 188)  # 0.50 relative luminance, nearly all of the top
    found = measuring.luminance([picture])
    assert found.lyric_p90 == pytest.approx(1.0, abs=0.01)
    assert found.top_p90 == pytest.approx(0.503, abs=0.01)
    assert found.bottom_p90 == pytest.approx(0.0, abs=0.001)
    assert found.mean == pytest.approx(0.14 + 0.13 * 0.503, abs=0.01)


def test_what_a_cover_crop_hides_is_not_measured():
    wide = flat((0, 0, 0), (480, 270))
    wide[:, :160] = wide[:, 320:] = 255  # outside the middle 152 columns
    assert measuring.luminance([wide]).mean == pytest.approx(0.0, abs=0.001)


def test_descriptors_tell_a_warm_still_picture_from_a_cold_moving_one():
    warm = measuring.descriptors([flat((240, 150, 60))], 0.0)
    cold = measuring.descriptors([flat((20, 30, 90))], 0.1)
    assert warm.warmth == pytest.approx(1.0, abs=0.15)
    assert cold.warmth < -0.2
    assert warm.brightness == pytest.approx(0.70, abs=0.02)
    assert cold.brightness == pytest.approx(0.15, abs=0.02)
    assert warm.contrast == warm.edges == 0


def test_edges_are_the_share_of_pixels_with_a_step():
    board = flat((0, 0, 0), (160, 320))
    board[:, 80:] = 255
    assert measuring.descriptors([board], 0).edges == pytest.approx(1 / 160, abs=1e-4)
    assert measuring.descriptors([board], 0).contrast == 1.0


def test_motion_is_the_change_in_a_quarter_of_a_second():
    ramp = [grey(40 + n) for n in range(30)]
    assert measuring.motion(ramp) == pytest.approx(8 / 219, abs=1e-3)


def test_the_accent_is_the_colour_that_carries_the_loop():
    picture = flat((40, 40, 44), (96, 96))
    picture[:24, :24] = (230, 60, 40)
    found = measuring.colours([picture])
    red = from_hex("#e63c28")
    assert hue_distance(found.hue, red.hue) < 3
    assert from_hex(found.accent).chroma == pytest.approx(red.chroma, abs=0.03)
    assert from_hex(found.mean).chroma < 0.05


def test_a_grey_loop_has_a_grey_accent():
    assert measuring.colours([flat((90, 90, 90))]).chroma < 0.005


def test_the_seam_is_measured_against_the_loops_own_steps():
    steady = [grey(40 + 4 * n) for n in range(12)]
    hard = measuring.seam(steady, motion=0.02, may_rebound=True)
    assert hard.distance == pytest.approx(11.0, abs=0.1)
    assert (hard.verdict, hard.suggestion) == ("hard", "rebound")
    assert measuring.seam(steady, motion=0.2, may_rebound=True).suggestion == "crossfade"
    assert measuring.seam(steady, motion=0.02, may_rebound=False).suggestion == "crossfade"
    there_and_back = steady + steady[-2:0:-1]
    assert measuring.seam(there_and_back, motion=0.02, may_rebound=True).distance == pytest.approx(
        1.0
    )


def test_a_picture_that_stands_still_is_seamless():
    still = measuring.seam([grey(90)] * 20, motion=0.0, may_rebound=True)
    assert (still.verdict, still.distance) == ("seamless", 1.0)


def test_a_black_beginning_is_not_the_poster():
    black, picture = flat((0, 0, 0)), waves(0, 10)
    assert measuring.poster_frame([(0, black), (8, picture), (15, picture)]) in (8, 15)
    assert measuring.poster_frame([(0, picture), (8, black), (15, picture)]) == 0


def test_the_placeholder_is_a_thumbhash():
    tiles = np.random.default_rng(1).integers(0, 255, (4, 4, 3))
    picture = np.kron(tiles, np.ones((16, 9, 1))).astype(np.uint8)
    # The value of the PyPI package thumbhash 0.1.2.
    assert placeholder.thumbhash(picture) == "XicGTA7n+WSJl6d0iHarT/glxw=="
    assert len(base64.b64decode(placeholder.thumbhash(picture))) <= 40
