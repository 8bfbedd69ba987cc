"""Moods of figures, and of sounds that are plainly one or the other."""

from __future__ import annotations

import numpy as np
import pytest

from casset.media.audio import features, key, loudness, mood
from casset.media.audio.analysis import Key
from casset.media.audio.decode import RATE, Sound
from casset.media.audio.key import KeyReading

MAJOR = KeyReading(Key(tonic="C", mode="major", confidence=0.9), 0.9)
MINOR = KeyReading(Key(tonic="A", mode="minor", confidence=0.9), -0.9)


def pulses(per_second: float, brightness: float, seconds: float = 12.0, gain: float = 0.3) -> Sound:
    """Struck low chords, and noise bursts ``per_second`` times as bright as told (0..1)."""
    rng = np.random.default_rng(3)
    t = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * hz * t) for hz in (110, 165, 220)) / 3 * np.exp(-(t % 4))
    beat = np.exp(-40 * (t % (1 / per_second)))
    wave = wave + brightness * beat * np.diff(rng.standard_normal(t.size), prepend=0)
    mono = (gain * wave).astype(np.float32)
    return Sound(np.stack([mono, mono], axis=1))


def read(sound: Sound, reading: KeyReading, bpm: float = 0.0) -> mood.Mood:
    return mood.read(features.analyse(sound), reading, loudness.measure(sound), bpm)


def test_many_bright_hits_are_more_aroused_than_a_few_dull_ones() -> None:
    busy, still = read(pulses(8, 1.0), MAJOR), read(pulses(0.5, 0.02), MAJOR)
    assert busy.arousal > still.arousal + 0.5
    assert still.primary == "calm"
    assert still.energy_level == "low"


def test_a_loud_fast_bright_major_sound_is_energetic() -> None:
    found = read(pulses(8, 1.0, gain=0.6), MAJOR)
    assert found.primary == "energetic"
    assert found.energy_level == "high"


def test_a_dull_minor_sound_is_dark() -> None:
    found = read(pulses(2, 0.03), MINOR)
    assert found.primary == "dark"
    assert found.valence < -0.2


def test_mode_moves_valence_but_does_not_decide_it_alone() -> None:
    dull_major, dull_minor = read(pulses(2, 0.03), MAJOR), read(pulses(2, 0.03), MINOR)
    bright_minor = read(pulses(6, 1.0), MINOR)
    assert dull_major.valence > dull_minor.valence + 0.4
    assert bright_minor.valence > dull_minor.valence + 0.3


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_reading_half_or_double_the_tempo_changes_nothing(factor: float) -> None:
    sound = pulses(3, 0.3)
    assert read(sound, MAJOR, 100.0).arousal == pytest.approx(
        read(sound, MAJOR, 100.0 * factor).arousal
    )


def test_turning_the_volume_down_hardly_moves_the_mood() -> None:
    loud, quiet = read(pulses(3, 0.3, gain=0.5), MAJOR), read(pulses(3, 0.3, gain=0.15), MAJOR)
    assert abs(loud.valence - quiet.valence) < 0.1
    assert abs(loud.arousal - quiet.arousal) < 0.3


def test_the_figures_that_decided_are_given() -> None:
    found = read(pulses(3, 0.3), MAJOR, 90.0)
    assert found.features["onsets_per_second"] == pytest.approx(3, abs=0.5)
    assert found.features["tempo_bpm"] == 90.0
    assert found.secondary in mood.SHADES[found.primary]


def test_silence_is_calm_and_says_that_it_is_a_guess() -> None:
    found = read(Sound(np.zeros((RATE * 4, 2), np.float32)), KeyReading(None, 0.0))
    assert (found.primary, found.confidence) == ("calm", 0.0)


def test_a_song_without_a_key_is_less_sure_of_its_mood() -> None:
    sound = pulses(6, 1.0)
    unknown = read(sound, KeyReading(None, 0.0))
    assert (
        unknown.confidence
        < read(sound, KeyReading(Key(tonic="C", mode="major", confidence=0.0), 0.0)).confidence
    )


def test_the_key_of_the_same_sound_is_used() -> None:
    spectra = features.analyse(pulses(2, 0.03))
    assert key.find(spectra).key is not None
