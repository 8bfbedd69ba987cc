"""The outline of a sound: every pixel holds what was loudest in it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from casset.lib.errors import ValidationError
from casset.media.audio.decode import Sound
from casset.media.audio.peaks import peaks


def ramp(seconds: float = 10.0) -> Sound:
    """A tone that grows from nothing to full level; the right channel is the left turned over."""
    t = np.arange(round(seconds * 44_100)) / 44_100
    tone = (t / seconds * np.sin(2 * np.pi * 200 * t)).astype(np.float32)
    return Sound(np.stack([tone, -tone], axis=1))


def test_a_growing_tone_is_a_growing_outline_even_out_of_phase():
    made = peaks(ramp(), buckets=100)
    low, high = np.reshape(made["data"], (-1, 2)).T
    middle = (np.arange(100) + 0.5) / 100 * 127
    assert high == pytest.approx(middle, abs=2)
    assert low == pytest.approx(-middle, abs=2)


def test_the_layout_is_audiowaveform_s_second():
    made = json.loads(json.dumps(peaks(ramp(), buckets=800)))
    assert set(made) == {
        "version", "channels", "sample_rate", "samples_per_pixel", "bits", "length", "data"
    }  # fmt: skip
    assert (made["version"], made["channels"], made["bits"]) == (2, 1, 8)
    assert len(made["data"]) == 2 * made["length"]
    assert made["length"] * made["samples_per_pixel"] == pytest.approx(441_000, abs=600)
    assert made["length"] <= 800


def test_a_window_has_only_its_own_outline():
    made = peaks(ramp(), buckets=120, start_s=5.0, end_s=7.5)
    high = np.reshape(made["data"], (-1, 2))[:, 1]
    assert high[0] == pytest.approx(0.5 * 127, abs=2)
    assert high[-1] == pytest.approx(0.75 * 127, abs=2)


def test_too_loud_a_sound_stays_within_eight_bits_and_silence_is_flat():
    loud = peaks(Sound(np.full((4_410, 2), 3.0, np.float32)), buckets=10)
    assert set(loud["data"]) == {127}
    assert set(peaks(Sound(np.zeros((4_410, 2), np.float32)), buckets=10)["data"]) == {0}


def test_a_sound_of_fewer_samples_than_pixels_gets_a_pixel_a_sample():
    made = peaks(Sound(np.full((70, 2), 0.5, np.float32)), buckets=800)
    assert (made["length"], made["samples_per_pixel"]) == (70, 1)


@pytest.mark.parametrize("window", [(20.0, 25.0), (4.0, 4.0), (5.0, 2.0)])
def test_a_window_without_sound_is_refused(window):
    with pytest.raises(ValidationError, match="no sound"):
        peaks(ramp(), start_s=window[0], end_s=window[1])
