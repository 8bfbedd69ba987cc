"""The whole analysis: put together, told in words where something is missing, whole for any sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from casset.media.audio import analysis, parser
from casset.media.audio.analysis import AudioAnalysis, LyricLine
from casset.media.audio.beats import BeatGrid
from casset.media.audio.decode import RATE, Sound
from tests.audio import listening

NO_BEATS = BeatGrid(engine="none")


def stereo(mono: np.ndarray) -> Sound:
    mono = mono.astype(np.float32)
    return Sound(np.stack([mono, mono], axis=1))


def sine(seconds: float, hz: float = 220.0) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)


def true_grid(name: str) -> BeatGrid:
    made = listening.song(name)
    bpm = float(60 / np.diff(made.beats).mean())
    return BeatGrid(
        beats=made.beats,
        numbers=made.numbers,
        tempo=analysis.Tempo(bpm=bpm, confidence=0.9, stability=1.0),
        confidence=0.9,
        engine="given",
    )


def tiles(result: AudioAnalysis) -> bool:
    sections = result.song_structure
    joined = all(a.end == b.start for a, b in itertools.pairwise(sections))
    return sections[0].start == 0.0 and sections[-1].end == result.duration and joined


def test_an_analysis_holds_all_that_is_asked_of_it() -> None:
    told: list[float] = []
    sound = listening.song("verse and chorus").sound
    result = parser.analyse(
        sound, grid=true_grid("verse and chorus"), progress=lambda share, _: told.append(share)
    )
    assert AudioAnalysis.model_validate_json(result.model_dump_json()) == result
    assert result.bpm == pytest.approx(160, abs=0.5)
    assert (
        len(result.beat_features.energy) == len(result.beat_timestamps) == len(result.beat_numbers)
    )
    assert set(result.downbeats) <= set(result.beat_timestamps)
    assert result.key is not None
    assert result.loudness_lufs is not None
    assert -40 < result.loudness_lufs < 0
    assert result.hooks
    assert tiles(result)
    assert result.metadata.fallbacks == ()
    assert not result.metadata.fallback_used
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_words_whose_times_are_known_are_kept_and_used() -> None:
    made = listening.song("verse and chorus")
    lines = [
        LyricLine(
            text=f"the same words again {k}",
            timestamp=start + 2 * k,
            end=start + 2 * k + 1.8,
            tag=kind,
        )
        for start, _, kind in made.sections
        if kind == "chorus"
        for k in range(3)
    ]
    result = parser.analyse(made.sound, grid=true_grid("verse and chorus"), transcript=lines)
    assert result.lyrics == tuple(lines)
    assert {s.source for s in result.song_structure if s.type == "chorus"} == {"tags"}


def test_without_a_beat_sections_follow_an_even_grid_and_the_result_says_so() -> None:
    rng = np.random.default_rng(2)
    result = parser.analyse(stereo(0.1 * rng.standard_normal(RATE * 30)), grid=NO_BEATS)
    assert result.beat_timestamps == ()
    assert result.beat_features.energy == ()
    assert result.tempo.confidence == 0.0
    assert result.bpm == parser.EVEN_BPM
    assert tiles(result)
    assert result.metadata.fallback_used
    assert any("No steady beat" in said for said in result.metadata.fallbacks)


def test_a_doubtful_beat_is_told() -> None:
    grid = true_grid("AABA")
    doubtful = BeatGrid(beats=grid.beats, numbers=grid.numbers, tempo=grid.tempo, confidence=0.1)
    result = parser.analyse(listening.song("AABA").sound, grid=doubtful)
    assert any("uncertain" in said for said in result.metadata.fallbacks)


def test_silence_is_analysed_and_called_silent() -> None:
    result = parser.analyse(Sound(np.zeros((RATE * 12, 2), np.float32)))
    assert result.loudness_lufs is None
    assert result.key is None
    assert result.hooks == ()
    assert any("silent" in said for said in result.metadata.fallbacks)
    assert tiles(result)


@pytest.mark.parametrize("seconds", [0.002, 0.5, 2.0, 5.0])
def test_a_short_sound_gets_a_whole_analysis(seconds: float) -> None:
    result = parser.analyse(stereo(sine(seconds)), grid=NO_BEATS)
    assert tiles(result)
    assert any("long" in said for said in result.metadata.fallbacks)
    assert all(hook.end <= result.duration for hook in result.hooks)


def test_a_sound_in_one_channel_or_without_treble_is_heard() -> None:
    tone = sine(12.0)
    one_sided = Sound(np.stack([tone, 0 * tone], axis=1).astype(np.float32))
    assert tiles(parser.analyse(one_sided, grid=NO_BEATS))
    muffled = (
        np.repeat(np.random.default_rng(4).standard_normal(RATE * 2), 6) * 0.1
    )  # an 8 kHz recording
    assert tiles(parser.analyse(stereo(muffled), grid=NO_BEATS))


def test_silence_around_a_song_is_no_hook() -> None:
    padded = np.concatenate([np.zeros(RATE * 20), sine(16.0), np.zeros(RATE * 12)])
    result = parser.analyse(stereo(padded), grid=NO_BEATS)
    assert all(15.0 <= hook.start < 36.0 for hook in result.hooks)


@pytest.mark.media
def test_a_song_is_heard_through_its_own_beats() -> None:
    made = listening.song("verse and chorus")
    result = parser.analyse(made.sound)
    assert result.bpm == pytest.approx(160, abs=2)
    assert [s.type for s in result.song_structure].count("chorus") == 2
    assert result.metadata.beat_engine == "beatnet"
