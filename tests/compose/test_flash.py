"""Flashes as WCAG 2.3.1 counts them, on pictures whose answer is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from casset.media.compose import flash, grid
from casset.media.picture import Planes, colour_yuv

WIDE, TALL = (1920, 1080), (1080, 1920)
Picture = Callable[[int], np.ndarray]


def film(
    frames: int, colour_of: Callable[[int], tuple[float, float, float]], share: float = 1.0
) -> grid.Grid:
    """A grid whose left ``share`` has the colour of each frame, over mid grey."""
    rows, columns = grid.shape(WIDE)
    made = np.empty((frames, rows, columns, 3), np.uint8)
    made[:] = colour_yuv((0.5, 0.5, 0.5))
    for n in range(frames):
        made[n, :, : round(columns * share)] = colour_yuv(colour_of(n))
    return made


def blink(
    per_second: float, low: float, high: float
) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: (high,) * 3 if int(n * 2 * per_second / 30) % 2 else (low,) * 3


@pytest.mark.parametrize("per_second", [1, 2, 3, 4, 5, 7])
def test_a_screen_that_blinks_n_times_a_second_has_n_flashes(per_second):
    found = flash.measure(film(90, blink(per_second, 0.0, 1.0)))
    assert found.general == per_second
    assert found.safe == (per_second <= 3)
    assert bool(found.frames) == (per_second > 3)


def test_a_change_of_less_than_a_tenth_of_white_is_no_flash():
    dim = flash.linear(np.float32([0.0, 0.30, 0.36]))
    assert dim[1] < 0.1 < dim[2]
    assert flash.measure(film(60, blink(5, 0.0, 0.30))).general == 0
    assert flash.measure(film(60, blink(5, 0.0, 0.36))).general == 5


def test_blinking_between_two_bright_states_is_no_flash():
    assert flash.measure(film(60, blink(5, 0.92, 1.0))).general == 0  # darker than 0.80 neither


def test_a_flash_counts_where_it_covers_a_quarter_of_a_10_degree_field():
    # The field is 21 x 16 cells; its quarter is 85. The whole height is 36 cells, the field's 16.
    rows, columns = grid.shape(WIDE)
    for side, counted in ((8, False), (10, True)):
        frames = np.empty((60, rows, columns, 3), np.uint8)
        frames[:] = colour_yuv((0.1, 0.1, 0.1))
        frames[[n for n in range(60) if n // 3 % 2], 4 : 4 + side, 7 : 7 + side] = colour_yuv(
            (1, 1, 1)
        )
        assert (flash.measure(frames).general > 3) is counted


def test_many_small_lights_over_a_field_count_together():
    rows, columns = grid.shape(WIDE)
    frames = np.empty((60, rows, columns, 3), np.uint8)
    frames[:] = colour_yuv((0.1, 0.1, 0.1))
    odd = [n for n in range(60) if n // 3 % 2]
    frames[np.ix_(odd, range(rows), range(0, columns, 2))] = colour_yuv((1, 1, 1))
    assert not flash.measure(frames).safe


def test_saturated_red_is_counted_by_its_own_rule():
    def red(n: int) -> tuple[float, float, float]:
        return (0.45, 0.0, 0.0) if n // 3 % 2 else (0.15, 0.15, 0.15)

    found = flash.measure(film(60, red))
    assert found.general == 0  # the luminance hardly changes
    assert found.red == 5
    assert not found.safe


def test_blue_and_green_of_equal_light_are_no_red_flash():
    def cool(n: int) -> tuple[float, float, float]:
        return (0.0, 0.2, 0.5) if n // 3 % 2 else (0.1, 0.2, 0.1)

    assert flash.measure(film(60, cool)).most == 0


def test_slow_swells_and_single_cuts_are_safe():
    swell = film(300, lambda n: (0.5 + 0.5 * np.sin(n / 30 * 2 * np.pi * 0.5),) * 3)
    assert flash.measure(swell).general == 1
    cut = film(60, lambda n: (0.0,) * 3 if n < 30 else (1.0,) * 3)
    assert flash.measure(cut).general == 0


def test_flashes_are_told_by_the_frames_that_end_too_many():
    def burst(n: int) -> tuple[float, float, float]:
        return (1.0,) * 3 if 60 <= n < 90 and n // 3 % 2 else (0.0,) * 3

    frames = flash.measure(film(180, burst)).frames
    assert 80 <= min(frames) <= 92
    assert max(frames) <= 120


@pytest.mark.parametrize(
    ("size", "cells"), [(WIDE, (36, 64)), (TALL, (48, 27)), ((1080, 1080), (48, 48))]
)
def test_a_cell_is_sixteen_pixels_of_the_screen_the_rule_is_written_for(size, cells):
    assert grid.shape(size) == cells


def test_whole_frames_and_small_ones_are_counted_alike():
    meter = flash.FlashMeter()
    for n in range(60):
        code = 235 if n // 4 % 2 else 16
        grey = np.full((90, 160), 128, np.uint8)
        meter.feed(Planes(np.full((180, 320), code, np.uint8), grey, grey))
    assert meter.flashes.general == flash.measure(film(60, blink(3.75, 0.0, 1.0))).general
