"""A film's figures, on films whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from casset.media.compose import quality


def moving(frames: int, seed: int = 0) -> np.ndarray:
    """A picture that drifts a little in every frame."""
    rng = np.random.default_rng(seed)
    wide = rng.integers(60, 180, (36, 64 + frames, 3)).astype(np.uint8)
    wide[..., 1:] = 128
    return np.stack([wide[:, n : n + 64] for n in range(frames)])


def figures(
    film: np.ndarray, cuts: tuple[int, ...] = (), beats: tuple[float, ...] = ()
) -> quality.Figures:
    return quality.figures(film, cuts=cuts, shot_starts=cuts, beats=beats)


def test_a_frozen_stretch_is_measured_in_seconds():
    film = moving(120)
    film[40:86] = film[40]
    assert figures(film)["longest_frozen_s"] == pytest.approx(45 / 30)
    assert figures(moving(60))["longest_frozen_s"] == 0


def test_black_frames_are_counted():
    film = moving(100)
    film[30:35] = (16, 128, 128)
    found = figures(film)
    assert found["black_share"] == pytest.approx(0.05)
    assert found["longest_black_frames"] == 5


def test_shot_lengths_come_from_the_cuts():
    found = figures(moving(300), cuts=(60, 120, 240))
    assert found["shots"] == 4
    assert found["mean_shot_s"] == pytest.approx(2.5)
    assert (found["shortest_shot_s"], found["longest_shot_s"]) == (2.0, 4.0)


def test_cuts_on_the_grid_of_beats_have_kappa_one():
    beats = np.arange(0, 20, 0.5)
    found = quality.beat_alignment([2.0, 5.5, 8.5], beats, [0.0, 2.0, 4.0])
    assert found["cuts_on_beat_1_frame"] == 1
    assert found["kappa_70_ms"] == pytest.approx(1)
    assert found["bas_cuts_to_beats"] == pytest.approx(1)
    assert found["cut_offset_median_ms"] == 0


def test_cuts_by_chance_have_kappa_near_zero():
    rng = np.random.default_rng(2)
    found = quality.beat_alignment(sorted(rng.uniform(0, 200, 4000)), np.arange(0, 201, 0.5))
    assert abs(float(found["kappa_70_ms"])) < 0.05
    assert found["chance_70_ms"] == pytest.approx(0.28)


def test_a_constant_offset_is_told_with_its_sign():
    beats = np.arange(0, 20, 0.5)
    assert quality.beat_alignment([1.96, 3.96, 5.46], beats)[
        "cut_offset_median_ms"
    ] == pytest.approx(-40)
    assert quality.beat_alignment([], beats) == {}
    assert quality.beat_alignment([1.0], []) == {}


def test_a_beat_that_moves_the_picture_is_visible():
    calm = moving(300)
    beats = tuple(float(b) for b in np.arange(0.5, 9.5, 0.5))
    pulsing = calm.astype(int)
    for beat in beats:
        first = round(beat * 30)
        pulsing[first, ..., 0] += 60
        pulsing[first + 1, ..., 0] += 30
    plain = figures(calm, beats=beats)["beat_visibility"]
    assert plain == pytest.approx(1, abs=0.05)
    assert (
        float(figures(pulsing.clip(0, 235).astype(np.uint8), beats=beats)["beat_visibility"]) > 1.1
    )


def test_a_planned_cut_that_does_not_show_is_noticed():
    film = np.concatenate([moving(60) // 2 + 20, moving(60, 1) // 4 + 160])
    film[..., 1:] = 128
    assert figures(film, cuts=(60,))["cuts_seen_share"] == 1
    assert figures(film, cuts=(60, 90))["cuts_seen_share"] == 0.5
