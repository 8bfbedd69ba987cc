"""A hook's music: the same numbers for the file that is drawn and for the browser."""

from __future__ import annotations

import json

import numpy as np
import pytest

from casset.lib.errors import ValidationError
from casset.media.audio.analysis import AudioAnalysis, Mood, Section, Tempo
from casset.media.audio.decode import RATE, Sound
from casset.media.loops import hook_music
from casset.media.shaders.colours import PALETTES
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import uniforms
from casset.media.shaders.uniforms import UNIFORMS, MusicCurves

FPS = 30
BPM = 110.0


@pytest.fixture(scope="module")
def song() -> Sound:
    """Twenty seconds: a drum on every beat over noise that swells."""
    t = np.arange(20 * RATE) / RATE
    phase = np.mod(t * BPM / 60, 1.0) * 60 / BPM
    drum = np.exp(-phase * 30) * np.sin(2 * np.pi * 70 * phase)
    noise = np.random.default_rng(5).standard_normal(len(t)) * 0.05 * (1 + np.sin(t))
    return Sound(np.repeat((0.6 * drum + noise).astype(np.float32)[:, None], 2, axis=1))


@pytest.fixture(scope="module")
def analysis() -> AudioAnalysis:
    beats = tuple(np.arange(0, 20, 60 / BPM).tolist())
    return AudioAnalysis(
        bpm=BPM,
        duration=20.0,
        beat_timestamps=beats,
        beat_numbers=tuple(i % 4 + 1 for i in range(len(beats))),
        downbeats=beats[::4],
        tempo=Tempo(bpm=BPM, confidence=1, stability=1),
        mood=Mood(primary="calm", secondary="", energy_level="low", confidence=1, valence=0, arousal=0),
        song_structure=(
            Section(type="verse", start=0, end=9, energy="low", energy_value=0.3),
            Section(type="chorus", start=9, end=20, energy="high", energy_value=0.9),
        ),
    )  # fmt: skip


def test_a_hook_s_rows_are_the_song_s_own_from_its_start(song, analysis):
    whole = MusicCurves.from_song(song, analysis, FPS)
    made = hook_music.hook_curves(song, analysis, start_s=4.0, end_s=12.5)
    assert made.facts["frames"] == 255
    assert made.facts["first_frame"] == 120
    table = np.frombuffer(made.values, "<f4").reshape(255, -1)
    for frame in (0, 1, 77, 254):
        row = dict(zip(made.facts["uniforms"], table[frame].tolist(), strict=True))
        assert row == pytest.approx(whole.at(120 + frame), abs=1e-6)
    given = hook_music.hook_curves(song, analysis, start_s=4.0, end_s=12.5, curves=whole)
    assert given == made


def test_what_is_drawn_for_a_frame_is_what_the_browser_draws_for_it(song, analysis):
    look = Look(scene="sea", palette=PALETTES["ember"], move="orbit", seed=3)
    made = hook_music.hook_curves(song, analysis, start_s=4.0, end_s=12.5)
    table = np.frombuffer(made.values, "<f4").reshape(made.facts["frames"], -1)
    offline = made.curves()
    for frame in (0, 60, 254):
        # Song.at of static/js/shaders/song.js
        heard = dict(zip(made.facts["uniforms"], table[frame].tolist(), strict=True))
        browser = uniforms(look, frame, made.facts["frames"], heard, fps=made.facts["fps"])
        ours = uniforms(look, frame, len(offline), offline.at(frame), fps=FPS)
        assert browser.keys() == ours.keys()
        for name, value in ours.items():
            assert np.array_equal(value, browser[name]), name


def test_a_hook_between_two_frames_has_its_own_frame_0(song, analysis):
    start_s = 9 * 60 / BPM + 0.011  # just after a beat
    made = hook_music.hook_curves(song, analysis, start_s=start_s, end_s=start_s + 6)
    assert made.curves().beat[0] == pytest.approx(0.011 * BPM / 60, abs=1e-3)
    assert made.curves().beat[30] == pytest.approx((1.011 * BPM / 60) % 1, abs=1e-3)


def test_the_facts_are_plain_json_and_name_what_is_heard(song, analysis):
    made = hook_music.hook_curves(song, analysis, start_s=4.0, end_s=12.5)
    facts = json.loads(json.dumps(made.facts))
    assert facts["sections"] == [[0.0, "verse"], [5.0, "chorus"]]
    assert facts["uniforms"] == list(UNIFORMS.values())
    assert facts["bpm"] == BPM
    assert len(facts["peaks"]) == hook_music.STROKES
    assert max(facts["peaks"]) == 1
    again = hook_music.curves_of(facts, made.values)
    assert all(np.array_equal(getattr(again, n), getattr(made.curves(), n)) for n in UNIFORMS)


def test_rows_that_were_cut_off_are_refused(song, analysis):
    made = hook_music.hook_curves(song, analysis, start_s=4.0, end_s=9.0)
    for facts, values in [
        (made.facts, made.values[:-4]),
        (made.facts, b""),
        ({**made.facts, "uniforms": ["uBeat"]}, made.values),
        ({}, made.values),
    ]:
        with pytest.raises(ValidationError, match="incomplete"):
            hook_music.curves_of(facts, values)


def test_silence_rests(analysis):
    silent = Sound(np.zeros((20 * RATE, 2), np.float32))
    made = hook_music.hook_curves(silent, analysis, start_s=2.0, end_s=8.0)
    assert made.curves().pulse.max() == 0
    assert set(made.facts["peaks"]) == {0.0}
