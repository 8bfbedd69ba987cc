"""The songs that the ear is fitted on and judged by: written as patterns say, told apart, kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import beat_band, beat_scores, beat_sets, beat_styles, beat_styles_blind, fit_beats
from benchmarks import beats as judge_beats
from casset.media.audio import bars, beats, cues

STYLES = {**beat_styles.STYLES, **beat_styles_blind.STYLES}


def test_every_pattern_fills_whole_bars() -> None:
    for name, style in STYLES.items():
        for voice, patterns in style.voices.items():
            for pattern in patterns:
                assert len(pattern) % (style.steps * style.metre) == 0, (name, voice, pattern)


def test_no_style_is_both_fitted_on_and_judged_by() -> None:
    assert not beat_styles.STYLES.keys() & beat_styles_blind.STYLES.keys()
    families = [name for names in beat_styles_blind.FAMILIES.values() for name in names]
    assert sorted(families) == sorted(beat_styles_blind.STYLES)


@pytest.mark.parametrize("name", sorted(STYLES))
def test_a_written_song_has_even_bars_and_notes_within_its_time(name: str) -> None:
    score = beat_scores.compose(name, STYLES[name], seed=3, seconds=20.0)
    assert (np.diff(score.beats) > 0.2).all()
    assert (np.diff(score.numbers) % STYLES[name].metre == 1 % STYLES[name].metre).all()
    assert len(score.notes) > 10
    assert all(0 <= note.start < 21 and 0 < note.strength <= 1 for note in score.notes)


def test_equal_seeds_make_equal_songs_and_others_do_not() -> None:
    style = beat_styles.STYLES["rock"]
    one, same, other = (
        beat_band.perform(beat_scores.compose("rock", style, seed, 8.0), seed) for seed in (1, 1, 2)
    )
    assert (one.sound.mono == same.sound.mono).all()
    assert len(one.beats) != len(other.beats) or not np.allclose(one.beats, other.beats)


def test_a_kick_sounds_on_the_beat_it_is_written_for() -> None:
    style = replace(
        beat_styles.STYLES["rock"], voices={"kick": ("x.......",)}, melody=0.0, drums_drop=0.0
    )
    score = beat_scores.compose("rock", style, 5, 12.0)
    heard = np.abs(beat_band.perform(score, 5).sound.mono)
    for beat in score.beats[score.numbers == 1][1:3]:
        at = int(beat * 44100)
        assert heard[at : at + 4000].max() > 0.5 * heard.max()


def test_what_was_heard_is_read_back_and_not_heard_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    made = cues.Cues(
        rng.random((3, 900, 2)), rng.random(1900), rng.random(1900), rng.random((1900, 7)),
        rng.random((450, 12)), rng.random((450, 12)), 9.0,
    )  # fmt: skip
    listened: list[int] = []
    monkeypatch.setattr(cues, "listen", lambda sound: listened.append(1) or made)
    song = beat_sets.Written("rock", 1, None)
    first, again = beat_sets.hear(song, tmp_path), beat_sets.hear(song, tmp_path)
    assert listened == [1]
    assert (first.beats == again.beats).all()
    assert (again.cues.onset == made.onset).all()


def test_the_fit_learns_what_tells_right_from_wrong() -> None:
    rng = np.random.default_rng(2)
    cases = []
    for index in range(60):
        rows = rng.normal(0, 1, (5, 3))
        cost = np.ones(5)
        cost[np.argmax(rows[:, 1])] = 0.0
        cases.append(fit_beats.Case(f"style {index % 6}", rows, cost))
    weights = fit_beats.fit(cases, np.full(3, 0.5))
    assert weights[1] > 3 * np.abs(weights[[0, 2]]).max()
    lost = fit_beats.held_out(cases, lambda some: fit_beats.fit(some, np.full(3, 0.5)))
    assert lost.mean() < 0.15


def test_fitted_bar_weights_score_as_they_were_fitted() -> None:
    rng = np.random.default_rng(3)
    at = rng.normal(0, 1, (3, 4))
    row = fit_beats._bar_row(3, at, compound=False)
    fitted = rng.normal(0, 1, len(row))
    weights, plain, _ = fit_beats.bar_weights(fitted)
    assert row @ fitted == pytest.approx((weights[3] * at).sum() + plain[3])
    assert set(weights) == set(bars.METRES)


def test_a_beat_at_half_the_written_tempo_is_wrong_strictly_and_right_at_any_level() -> None:
    score = beat_scores.compose("rock", beat_styles.STYLES["rock"], 4, 30.0)
    half = beats.BeatGrid(beats=score.beats[::2], numbers=np.ones(len(score.beats[::2]), np.int64))
    late = beats.BeatGrid(beats=score.beats + 0.3 * 60 / score.bpm, numbers=score.numbers)
    strict, strayed = judge_beats.judge(score, half), judge_beats.judge(score, late)
    assert strict["F50"] < 0.75
    assert strict["AMLt"] == pytest.approx(1.0, abs=0.01)
    assert strayed["AMLt"] < 0.1


def test_songs_kept_for_judging_are_heard_once_and_an_engine_that_is_missing_has_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = [beat_sets.Written(style, 101, None, blind=True) for style in ("surf", "hymn")]
    heard: list[str] = []

    def track(sound: str, *, engine: beats.Engine) -> beats.BeatGrid:
        heard.append(engine)
        written = next(one for one in songs if one.style == sound)
        score = written.score()
        missing = ("not installed",) if engine == "madmom" else ()
        return beats.BeatGrid(beats=score.beats, numbers=score.numbers, fallbacks=missing)

    monkeypatch.setattr(beat_sets, "blind_set", lambda soundfont: songs)
    monkeypatch.setattr(
        beat_sets.Written, "song", lambda written: SimpleNamespace(sound=written.style)
    )
    monkeypatch.setattr(beats, "track", track)
    monkeypatch.setattr(beat_styles_blind, "FAMILIES", {"fast": ("surf",), "no_drums": ("hymn",)})
    for _ in range(2):
        rows = list(judge_beats.judge_blind(None, engines=("beatnet", "madmom"), kept=tmp_path))
        assert [(row["family"], row["engine"], row["songs"]) for row in rows] == [
            ("all", "beatnet", 2), ("fast", "beatnet", 1), ("no_drums", "beatnet", 1),
        ]  # fmt: skip
        assert all(row["F50"] == row["AMLt"] == 1 for row in rows)
    assert heard == ["beatnet", "beatnet", "madmom", "madmom"]
