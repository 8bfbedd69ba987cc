"""What the music does to the picture, measured on clicks, tones and silence of our own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from casset.media.audio.analysis import AudioAnalysis, BeatFeatures, Mood, Section, Tempo
from casset.media.audio.decode import RATE, Sound
from casset.media.shaders.uniforms import UNIFORMS, MusicCurves

FPS = 30


def sound(mono: np.ndarray) -> Sound:
    return Sound(np.repeat(mono.astype(np.float32)[:, None], 2, axis=1))


def clicks(bpm: float, seconds: float) -> tuple[Sound, list[float]]:
    """A drum-like burst on every beat."""
    beats = list(np.arange(0.5, seconds - 0.1, 60 / bpm))
    wave = np.zeros(int(seconds * RATE))
    t = np.arange(int(0.12 * RATE)) / RATE
    burst = np.exp(-t * 40) * (np.sin(2 * np.pi * 70 * t) + 0.4 * np.sin(2 * np.pi * 6000 * t))
    for beat in beats:
        at = int(beat * RATE)
        wave[at : at + len(burst)] += 0.6 * burst[: len(wave) - at]
    return sound(wave), beats


def analysis(
    seconds: float, beats: list[float] | None = None, metre: int = 4, **more
) -> AudioAnalysis:
    beats = beats or []
    bpm = 60 / (beats[1] - beats[0]) if len(beats) > 1 else 0.0
    return AudioAnalysis(
        bpm=bpm,
        duration=seconds,
        beat_timestamps=tuple(beats),
        beat_numbers=tuple(i % metre + 1 for i in range(len(beats))),
        metre=metre,
        tempo=Tempo(bpm=bpm, confidence=1, stability=1),
        mood=Mood(
            primary="calm", secondary="", energy_level="low", confidence=1, valence=0, arousal=0
        ),
        **more,
    )


def curves(bpm: float = 120, seconds: float = 12.0, metre: int = 4, **more) -> MusicCurves:
    made, beats = clicks(bpm, seconds)
    return MusicCurves.from_song(made, analysis(seconds, beats, metre, **more), FPS)


def test_there_is_one_value_a_film_frame_and_all_are_between_0_and_1() -> None:
    made = curves(seconds=7.05)
    assert len(made) == int(np.ceil(7.05 * FPS))
    for frame in (0, 1, 100, len(made) - 1):
        values = made.at(frame)
        assert set(values) == set(UNIFORMS.values())
        assert all(0 <= value <= 1 for value in values.values())


def test_a_frame_outside_the_song_holds_the_nearest_one() -> None:
    made = curves()
    assert made.at(-5) == made.at(0)
    assert made.at(10**6) == made.at(len(made) - 1)


@pytest.mark.parametrize("bpm", [70, 96.5, 120, 174])
def test_the_pulse_peaks_within_a_frame_or_two_of_every_beat(bpm: float) -> None:
    made, beats = curves(bpm), clicks(bpm, 12.0)[1]
    for beat in beats[:-1]:
        near = round(beat * FPS)
        window = made.pulse[max(near - 4, 0) : near + 6]
        peak = max(near - 4, 0) + int(np.argmax(window))
        assert window.max() > 0.45
        assert -1 <= peak - beat * FPS <= 2


def test_the_pulse_takes_60_ms_to_rise_so_that_nothing_pops() -> None:
    made = curves(120)
    assert np.diff(made.pulse).max() < 0.7
    assert np.diff(made.pulse).min() > -0.5


def test_above_180_bpm_every_second_beat_pulses() -> None:
    made = curves(200, 12.0)
    over = made.pulse > 0.35
    rises = int((over[1:] & ~over[:-1]).sum())
    assert rises / 12.0 <= 3.0
    assert rises == pytest.approx(11.4 * 200 / 60 / 2, abs=2)


def test_the_bar_rises_evenly_over_a_bar_of_three_as_of_four() -> None:
    for metre in (3, 4):
        made = curves(120, metre=metre)
        inner = made.bar[30 : 30 + metre * 15 * 3]
        rise = np.mod(np.diff(inner), 1.0)
        assert rise == pytest.approx(np.full(len(rise), 1 / (metre * 15)), abs=0.003)
        assert made.bar[15] == pytest.approx(0, abs=0.01) or made.bar[15] > 0.99


def test_the_phase_of_a_beat_runs_from_0_to_1() -> None:
    made = curves(100)
    inside = made.beat[20:300]
    assert inside.min() < 0.06
    assert inside.max() > 0.93


def test_silence_rests() -> None:
    made, beats = clicks(120, 12.0)
    wave = made.samples.copy()
    wave[4 * RATE : 8 * RATE] = 0
    quiet = MusicCurves.from_song(Sound(wave), analysis(12.0, beats), FPS)
    pause = slice(5 * FPS, int(7.5 * FPS))
    for name in ("pulse", "energy", "bass", "mid", "treb", "onset", "level"):
        assert getattr(quiet, name)[pause].max() < 0.05, name
    assert quiet.pulse[9 * FPS :].max() > 0.4


def test_a_silent_file_moves_nothing() -> None:
    rest = MusicCurves.from_song(sound(np.zeros(5 * RATE)), analysis(5.0), FPS)
    assert rest.energy.max() == rest.pulse.max() == rest.onset.max() == rest.level.max() == 0


def test_a_song_without_beats_still_moves_the_picture() -> None:
    made, _ = clicks(90, 8.0)
    free = MusicCurves.from_song(made, analysis(8.0), FPS)
    assert free.pulse.max() > 0.3
    assert free.beat.max() == 0
    assert np.ptp(free.bar) > 0.9


def test_a_loud_and_a_quiet_copy_move_the_picture_alike() -> None:
    made, beats = clicks(110, 8.0)
    soft = Sound(made.samples * 0.06)
    loud_curves = MusicCurves.from_song(made, analysis(8.0, beats), FPS)
    soft_curves = MusicCurves.from_song(soft, analysis(8.0, beats), FPS)
    assert np.abs(loud_curves.bass - soft_curves.bass).mean() < 0.08


def test_bands_answer_their_own_register() -> None:
    t = np.arange(4 * RATE) / RATE
    parts = [np.sin(2 * np.pi * hz * t) * 0.3 for hz in (60, 700, 8000)]
    wave = sound(np.concatenate([*parts, 0.02 * parts[1]]))
    made = MusicCurves.from_song(wave, analysis(16.0), FPS)
    strongest = [
        np.argmax([getattr(made, name)[part * 120 + 30 : part * 120 + 90].mean()
                   for name in ("bass", "mid", "treb")])
        for part in range(3)
    ]  # fmt: skip
    assert strongest == [0, 1, 2]


def test_a_chorus_is_bigger_than_a_verse_and_comes_over_a_second() -> None:
    sections = (
        Section(type="verse", start=0, end=8, energy="medium", energy_value=0.4),
        Section(type="chorus", start=8, end=16, energy="high", energy_value=1.0),
    )
    made = curves(120, 16.0, song_structure=sections)
    assert made.level[120] == pytest.approx(0.4, abs=0.05)
    assert made.level[400] == pytest.approx(1.0, abs=0.05)
    assert np.abs(np.diff(made.level[60:440])).max() < 1 / FPS


def test_the_beats_of_a_loud_part_pulse_further() -> None:
    made, beats = clicks(120, 12.0)
    energy = tuple(0.1 if beat < 6 else 1.0 for beat in beats)
    features = BeatFeatures(energy=energy, bass=energy, mid=energy, treble=energy, onset=energy)
    told = MusicCurves.from_song(made, analysis(12.0, beats, beat_features=features), FPS)
    assert told.pulse[200:].max() > 1.25 * told.pulse[:160].max()


def test_curves_come_back_from_a_file_as_they_were(tmp_path) -> None:
    made = curves()
    made.save(tmp_path / "music.npz")
    back = MusicCurves.load(tmp_path / "music.npz")
    assert all(made.at(frame) == back.at(frame) for frame in range(0, len(made), 17))


def test_progress_runs_through_the_song() -> None:
    made = curves()
    assert made.progress[0] == 0
    assert made.progress[-1] == pytest.approx(1, abs=0.01)
    assert all(a <= b for a, b in pairwise(made.progress.tolist()))
