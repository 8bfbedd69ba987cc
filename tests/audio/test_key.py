"""Keys of chord progressions whose key is known."""

from __future__ import annotations

import numpy as np
import pytest

from casset.media.audio import features, key
from casset.media.audio.decode import RATE, Sound


def chords(progression: list[list[int]], *, tuning_cents: float = 0.0) -> Sound:
    """One second a chord of MIDI notes, with a bass on the first note of each."""
    t = np.arange(RATE) / RATE
    parts = []
    for notes in progression:
        wave = np.zeros(RATE)
        for note in [notes[0] - 12, *notes]:
            hz = 440 * 2 ** ((note - 69 + tuning_cents / 100) / 12)
            wave += sum(np.sin(2 * np.pi * hz * k * t) / k**1.5 for k in range(1, 5))
        parts.append(0.05 * wave * np.exp(-1.5 * t))
    mono = np.concatenate(parts).astype(np.float32)
    return Sound(np.stack([mono, mono], axis=1))


def triad(root: int, minor: bool = False) -> list[int]:
    return [root, root + (3 if minor else 4), root + 7]


def major_song(tonic: int) -> list[list[int]]:
    return [triad(tonic), triad(tonic + 5), triad(tonic + 7), triad(tonic)] * 3


def minor_song(tonic: int) -> list[list[int]]:
    return [triad(tonic, True), triad(tonic + 5, True), triad(tonic + 7), triad(tonic, True)] * 3


def find(sound: Sound) -> key.KeyReading:
    return key.find(features.analyse(sound))


@pytest.mark.parametrize(("tonic", "name"), [(60, "C"), (54, "F#"), (57, "A"), (63, "Eb")])
def test_a_major_cadence_has_its_tonic(tonic: int, name: str) -> None:
    reading = find(chords(major_song(tonic)))
    assert reading.key is not None
    assert (reading.key.tonic, reading.key.mode) == (name, "major")
    assert reading.key.confidence > 0.3
    assert reading.major > 0.3


@pytest.mark.parametrize(("tonic", "name"), [(57, "A"), (62, "D"), (56, "Ab")])
def test_a_minor_cadence_has_its_tonic(tonic: int, name: str) -> None:
    reading = find(chords(minor_song(tonic)))
    assert reading.key is not None
    assert (reading.key.tonic, reading.key.mode) == (name, "minor")
    assert reading.major < 0


@pytest.mark.parametrize("cents", [-40, -20, 25, 40])
def test_a_band_tuned_off_concert_pitch_keeps_its_key(cents: float) -> None:
    reading = find(chords(major_song(55), tuning_cents=cents))
    assert reading.key is not None
    assert (reading.key.tonic, reading.key.mode) == ("G", "major")


def test_noise_has_no_key_worth_the_name() -> None:
    mono = 0.1 * np.random.default_rng(1).standard_normal(RATE * 10).astype(np.float32)
    reading = find(Sound(np.stack([mono, mono], axis=1).astype(np.float32)))
    assert reading.key is None or reading.key.confidence < 0.15


def test_silence_has_no_key() -> None:
    assert find(Sound(np.zeros((RATE * 5, 2), np.float32))).key is None
