"""Loudness against the values that BS.1770-4 and EBU Tech 3341/3342 say a meter must read."""

from __future__ import annotations

import numpy as np
import pytest

from casset.media.audio import loudness
from casset.media.audio.decode import Sound


def sine(hz: float, level_db: float, seconds: float, rate: int = 44_100) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def stereo(left: np.ndarray, right: np.ndarray | None = None, rate: int = 44_100) -> Sound:
    return Sound(np.stack([left, left if right is None else right], axis=1), rate)


def test_a_full_sine_in_one_channel_reads_minus_3_01() -> None:
    tone = sine(997, 0, 5)
    assert loudness.measure(stereo(tone, 0 * tone)).integrated == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
def test_a_stereo_sine_reads_its_own_level_at_any_rate(rate: int) -> None:
    measured = loudness.measure(stereo(sine(997, -20, 5, rate), rate=rate))
    assert measured.integrated == pytest.approx(-20.0, abs=0.1)


def test_the_weighting_is_the_table_of_the_standard_at_48_khz() -> None:
    shelf, cut = loudness.weighting(48_000)
    assert shelf == pytest.approx(
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585],
        abs=1e-6,
    )  # fmt: skip
    assert cut == pytest.approx([1, -2, 1, 1, -1.99004745483398, 0.99007225036621], abs=1e-6)


def test_quiet_passages_are_gated_out() -> None:
    # EBU Tech 3341 case 3: 10 s at -36, 60 s at -23, 10 s at -36 dBFS read -23 LUFS.
    tone = np.concatenate([sine(1000, -36, 10), sine(1000, -23, 60), sine(1000, -36, 10)])
    assert loudness.measure(stereo(tone)).integrated == pytest.approx(-23.0, abs=0.1)


def test_the_loudness_range_of_two_levels_is_their_difference() -> None:
    # EBU Tech 3342 case 1: 20 s at -20 and 20 s at -30 dBFS have a range of 10 LU.
    tone = np.concatenate([sine(1000, -20, 20), sine(1000, -30, 20)])
    assert loudness.measure(stereo(tone)).range == pytest.approx(10.0, abs=1.0)


def test_the_true_peak_lies_between_the_samples() -> None:
    # A quarter of the rate with a phase of 45 degrees: samples reach -3 dB of the wave's own peak.
    t = np.arange(44_100)
    tone = (0.5 * np.sin(2 * np.pi * t / 4 + np.pi / 4)).astype(np.float32)
    assert 20 * np.log10(np.abs(tone).max()) == pytest.approx(-9.03, abs=0.01)
    assert loudness.true_peak(stereo(tone).samples, 44_100) == pytest.approx(-6.02, abs=0.3)


def test_silence_has_no_loudness() -> None:
    measured = loudness.measure(stereo(np.zeros(44_100 * 3, np.float32)))
    assert (measured.integrated, measured.true_peak, measured.range) == (None, None, None)


@pytest.mark.parametrize("samples", [64, 3000, 20_000])
def test_a_moment_of_sound_is_measured(samples: int) -> None:
    measured = loudness.measure(stereo(sine(997, -20, 1)[:samples]))
    assert measured.true_peak == pytest.approx(-20, abs=1.0)  # a sound cut off rings a little
