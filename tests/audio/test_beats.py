"""Beats, bars and tempo, heard in songs drawn with numpy whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks import beat_songs
from benchmarks.beat_songs import PATTERNS, DrawnSong, draw
from casset.lib.errors import MissingCapability, ValidationError
from casset.media.audio import bars, beatnet, beats
from casset.media.audio.decode import RATE, Sound
from casset.media.audio.engines import with_beat_this, with_librosa

pytestmark = pytest.mark.media

SECONDS = 24.0


@cache
def heard(name: str, level: beats.Level = "auto") -> tuple[DrawnSong, beats.BeatGrid]:
    song = draw(name, PATTERNS[name], 34.0 if name == "tempo_step" else SECONDS)
    return song, beats.track(song.sound, level=level)


def share_heard(true: np.ndarray, found: np.ndarray, within_s: float = 0.05) -> float:
    """Share of the true times after two seconds that have a found one near."""
    true = true[true > 2]
    return float(np.mean([np.min(np.abs(found - t), initial=9.0) <= within_s for t in true]))


def share_right(true: np.ndarray, found: np.ndarray, within_s: float = 0.05) -> float:
    """Share of the found times that are true; the last second is left out, where notes ring on."""
    found = found[(found > 2) & (found < true[-1])]
    return share_heard(found, true, within_s) if len(found) else 0.0


def mono(samples: np.ndarray) -> Sound:
    return Sound(np.repeat(samples.astype(np.float32)[:, None], 2, axis=1))


@pytest.mark.parametrize("name", ["rock", "ballad", "drum_and_bass", "waltz"])
def test_every_beat_is_heard_and_no_other(name: str) -> None:
    song, grid = heard(name)
    assert grid.engine == "beatnet"
    assert grid.tempo.bpm == pytest.approx(song.bpm, abs=1)
    assert share_heard(song.beats, grid.beats) >= 0.95
    assert share_right(song.beats, grid.beats) >= 0.95


@pytest.mark.parametrize("name", ["off_beat_chords", "dropped_one", "four_on_the_floor"])
def test_beats_and_off_beats_are_not_confused(name: str) -> None:
    song, grid = heard(name)
    assert grid.tempo.bpm == pytest.approx(song.bpm, abs=1)
    assert share_heard(song.beats, grid.beats) >= 0.9


def test_a_bar_line_does_not_jump_for_a_few_odd_strokes() -> None:
    odds = np.where(np.arange(160) % 4 == 0, 2.0, -2.0)
    odds[60:72] = np.roll(odds[60:72], 2)
    metre, numbers = bars.number(0.5 * np.arange(160), dict.fromkeys(bars.METRES, odds))
    assert metre == 4
    assert (numbers == np.arange(160) % 4 + 1).all()


def test_doubtful_bar_lines_do_not_make_long_bars() -> None:
    rng = np.random.default_rng(5)
    odds = np.where(np.arange(480) % 4 == 0, -0.5, -1.5) + rng.normal(0, 0.8, 480)
    assert bars.number(0.4 * np.arange(480), dict.fromkeys(bars.METRES, odds))[0] == 4


def test_bars_begin_where_they_should() -> None:
    song, grid = heard("rock")
    assert grid.metre == 4
    assert share_heard(song.beats[song.numbers == 1], grid.downbeats, 0.07) >= 0.9
    assert len(grid.numbers) == len(grid.beats)


def test_a_waltz_has_three_beats_in_the_bar() -> None:
    song, grid = heard("waltz")
    assert grid.metre == 3
    assert not grid.compound
    assert share_heard(song.beats[song.numbers == 1], grid.downbeats, 0.07) >= 0.9


@pytest.mark.parametrize("name", ["one_drop", "dropped_one", "soul"])
def test_slow_songs_with_quick_hats_or_chops_are_not_counted_double(name: str) -> None:
    song, grid = heard(name)
    assert grid.tempo.bpm == pytest.approx(song.bpm, abs=1)


def test_five_beats_in_the_bar_are_counted_from_the_first() -> None:
    song, grid = heard("five")
    assert grid.metre == 5
    assert share_heard(song.beats[song.numbers == 1], grid.downbeats, 0.07) >= 0.9


def test_six_eight_is_counted_in_dotted_beats() -> None:
    song, grid = heard("six_eight")
    assert grid.compound
    assert grid.tempo.bpm == pytest.approx(song.bpm, abs=1)
    assert share_right(song.beats, grid.beats) >= 0.9


def test_a_tempo_step_keeps_beats_and_bars() -> None:
    song, grid = heard("tempo_step")
    assert share_heard(song.beats, grid.beats) >= 0.9
    assert share_right(song.beats, grid.beats) >= 0.9
    assert share_heard(song.beats[song.numbers == 1], grid.downbeats, 0.07) >= 0.75
    assert grid.tempo.stability < heard("rock")[1].tempo.stability


def test_the_other_candidate_is_an_octave_or_a_dotted_beat_away() -> None:
    tempo = heard("ballad")[1].tempo
    ratio = tempo.other_bpm / tempo.bpm
    assert min(abs(ratio - r) for r in (1 / 3, 1 / 2, 2 / 3, 3 / 2, 2, 3)) < 0.03
    assert tempo.margin > 0


@pytest.mark.parametrize(("level", "factor"), [("half", 0.5), ("double", 2.0)])
def test_the_level_can_be_overruled(level: beats.Level, factor: float) -> None:
    song, auto = heard("rock")
    grid = beats.track(song.sound, level=level)
    assert grid.tempo.bpm == pytest.approx(auto.tempo.bpm * factor, rel=0.01)
    assert grid.tempo.level == level
    assert grid.tempo.other_bpm == pytest.approx(auto.tempo.bpm, rel=0.01)
    assert len(grid.beats) == pytest.approx(len(auto.beats) * factor, abs=2)
    assert grid.numbers.min() == 1
    assert grid.numbers.max() == grid.metre


def test_nothing_is_heard_in_noise_a_tone_or_silence() -> None:
    rng = np.random.default_rng(3)
    clock = np.arange(15 * RATE) / RATE
    for samples in (
        rng.normal(0, 0.1, len(clock)),
        0.3 * np.sin(2 * np.pi * 440 * clock),
        np.zeros(len(clock)),
    ):
        grid = beats.track(mono(samples))
        assert len(grid.beats) == 0
        assert len(grid.numbers) == 0
        assert grid.confidence == 0
        assert grid.tempo.bpm == 0


def test_no_beat_is_invented_in_rumble_wind_or_crackle() -> None:
    rng = np.random.default_rng(7)
    clock = np.arange(15 * RATE) / RATE
    spectrum = np.fft.rfft(rng.normal(0, 1, len(clock)))
    hertz = np.maximum(np.fft.rfftfreq(len(clock), 1 / RATE), 20)
    brown = np.fft.irfft(spectrum / hertz, len(clock))
    low = np.fft.irfft(spectrum / (1 + (hertz / 500) ** 2), len(clock))
    wind = low * (1.2 + np.sin(0.82 * clock) + 0.7 * np.sin(2.58 * clock))
    clicks = (rng.random(len(clock)) < 8 / RATE) * rng.normal(0, 1, len(clock))
    crackle = np.convolve(clicks, np.exp(-np.arange(2000) / 200), "same")
    for samples in (brown, wind, crackle):
        grid = beats.track(mono(0.1 * samples / samples.std()))
        assert len(grid.beats) == 0
        assert grid.confidence == 0


def test_drums_alone_have_a_beat() -> None:
    song = draw("drums", replace(PATTERNS["rock"], bass="", chords=""), 16.0)
    grid = beats.track(song.sound)
    assert grid.confidence > 0.5
    assert share_heard(song.beats, grid.beats) >= 0.9


def test_a_sound_of_two_seconds_has_no_beat() -> None:
    assert len(beats.track(mono(np.random.default_rng(1).normal(0, 0.1, 2 * RATE))).beats) == 0


def test_a_soft_pad_gets_little_confidence() -> None:
    clock = np.arange(16 * RATE) / RATE
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * clock / 4)
    pad = sum(np.sin(2 * np.pi * f * clock) for f in (220, 277.2, 329.6)) * swell * 0.1
    assert beats.track(mono(np.asarray(pad))).confidence < 0.3


def test_beats_rise_and_lie_inside_the_song() -> None:
    song, grid = heard("rock")
    assert (np.diff(grid.beats) > 0).all()
    assert grid.beats[0] >= 0
    assert grid.beats[-1] <= song.sound.duration


def test_an_unknown_engine_or_level_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValidationError, match="Choose from"):
        beats.track(mono(np.zeros(RATE)), engine="ouija")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="Choose from"):
        beats.track(mono(np.zeros(RATE)), level="triple")  # type: ignore[arg-type]


def test_an_engine_that_is_missing_is_passed_over_and_named() -> None:
    song, _ = heard("rock")
    grid = beats.track(song.sound, engine="beat_this")
    assert grid.engine == "beatnet"
    assert "beat_this" in grid.fallbacks[0]
    assert "checkpoint" in grid.fallbacks[0]


def test_without_the_models_librosa_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> tuple[beatnet.Network, ...]:
        raise MissingCapability("The beat model is not installed.")

    monkeypatch.setattr(beatnet, "networks", missing)
    song = draw("rock", PATTERNS["rock"], 12.0)
    grid = beats.track(song.sound)
    assert grid.engine == "librosa"
    assert "beatnet" in grid.fallbacks[0]
    assert grid.confidence <= 0.5


def test_librosas_beats_can_be_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    even = np.arange(2.0, 20.0, 0.4)
    monkeypatch.setattr(with_librosa, "beats", lambda s: (even, np.arange(len(even)) % 4 + 1))
    grid = beats.track(heard("rock")[0].sound, engine="librosa", level="half")
    assert grid.tempo.bpm == pytest.approx(75)
    assert grid.numbers[0] == 1


def test_bars_are_counted_between_the_downbeats_of_beat_this() -> None:
    numbers = with_beat_this._numbers(np.arange(9.0), np.array([2.0, 5.0]))
    assert numbers.tolist() == [2, 3, 1, 2, 3, 1, 2, 3, 4]


def test_the_songs_drawn_for_the_benchmark_start_on_their_first_beat() -> None:
    song = beat_songs.draw("rock", PATTERNS["rock"], 8.0)
    first = np.argmax(np.abs(song.sound.mono) > 0.05) / RATE
    assert first == pytest.approx(song.beats[0], abs=0.005)
