"""The hook's window: whole bars, 5 to 30 s, with a name a musician would give it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casset.lib.errors import ValidationError
from casset.media.audio import windows
from casset.media.audio.analysis import AudioAnalysis, Hook, LyricLine, Mood, Section, Tempo


def analysis(
    *,
    duration: float = 120.0,
    bar_s: float = 2.0,
    sections: tuple[tuple[str, float, float], ...] = (),
    hooks: tuple[tuple[float, float], ...] = (),
    energy: str = "medium",
    sung: bool = False,
) -> AudioAnalysis:
    """A song of even bars that begin 0.5 s in; ``bar_s`` 0 for none."""
    downbeats = (
        tuple(0.5 + bar_s * n for n in range(int((duration - 0.5) / bar_s))) if bar_s else ()
    )
    return AudioAnalysis(
        bpm=120,
        duration=duration,
        beat_timestamps=downbeats,
        downbeats=downbeats,
        tempo=Tempo(bpm=120, confidence=1, stability=1),
        mood=Mood(
            primary="calm", secondary="", energy_level="low", confidence=1, valence=0, arousal=0
        ),
        song_structure=tuple(
            Section(type=kind, start=a, end=b, energy=energy, energy_value=0.5)
            for kind, a, b in sections
        ),
        hooks=tuple(
            Hook(start=a, end=b, score=3.0 - n, reasons=("It is loud.",))
            for n, (a, b) in enumerate(hooks)
        ),
        lyrics=(LyricLine(text="la", timestamp=1, end=2),) if sung else (),
    )


FORM = (
    ("intro", 0, 8), ("verse", 8, 24), ("chorus", 24, 40), ("verse", 40, 56), ("chorus", 56, 72),
    ("bridge", 72, 80), ("chorus", 80, 96), ("chorus", 96, 112), ("outro", 112, 120),
)  # fmt: skip


def test_a_window_snaps_to_the_nearest_bars():
    assert windows.snap(20.9, 35.2, analysis()) == pytest.approx((20.5, 34.5))


def test_a_window_of_thirty_seconds_snaps_to_no_more():
    start, end = windows.snap(21.2, 51.2, analysis(bar_s=1.9))
    assert end - start <= 30
    assert end - start > 30 - 2 * 1.9


def test_a_song_without_bars_keeps_the_window_as_it_was_drawn():
    assert windows.snap(20.9, 35.2, analysis(bar_s=0)) == (20.9, 35.2)


def test_bars_that_are_longer_than_a_hook_may_be_are_not_snapped_to():
    assert windows.snap(20.9, 35.2, analysis(bar_s=40)) == (20.9, 35.2)


@given(
    start=st.floats(-10, 130),
    length=st.floats(0.01, 200),
    duration=st.floats(1, 200),
    bar_s=st.sampled_from([0, 0.4, 1.7, 7.0, 29.0]),
)
def test_every_window_becomes_a_hook_of_the_song(start, length, duration, bar_s):
    song = analysis(duration=duration, bar_s=bar_s)
    try:
        found = [
            windows.snap(start, start + length, song),
            windows.bounded(start, start + length, duration),
        ]
    except ValidationError:
        assert start >= duration or start + length <= 0
        return
    for first, last in found:
        assert 0 <= first < last <= duration + 1e-6
        assert min(5.0, duration) - 1e-6 <= last - first <= 30 + 1e-6


@pytest.mark.parametrize("window", [(float("nan"), 5), (9, 5), (130, 140), (0, float("inf"))])
def test_what_is_no_window_is_refused(window):
    with pytest.raises(ValidationError):
        windows.snap(*window, analysis())


def test_suggestions_are_named_by_the_form():
    found = windows.suggestions(
        analysis(sections=FORM, hooks=((80.5, 108.5), (24.5, 40.5), (10.5, 22.5)))
    )
    assert [one.label for one in found] == ["Last chorus", "Chorus 1", "Verse 1"]
    assert found[0].reasons == ("It is loud.",)
    assert (found[0].start_s, found[0].duration_s) == pytest.approx((80.5, 28.0))


def test_a_loud_passage_of_a_song_nobody_sings_is_a_drop():
    form = (
        ("intro", 0, 30),
        ("instrumental", 30, 60),
        ("bridge", 60, 80),
        ("instrumental", 80, 120),
    )
    hooks = ((82.5, 108.5), (30.5, 58.5))
    instrumental = analysis(sections=form, hooks=hooks, energy="high")
    assert [one.label for one in windows.suggestions(instrumental)] == ["Second drop", "First drop"]
    song = analysis(sections=form, hooks=hooks, energy="high", sung=True)
    assert windows.suggestions(song)[0].label == "Instrumental 2"


def test_two_windows_in_one_section_are_told_apart():
    found = windows.suggestions(
        analysis(sections=(("chorus", 0, 120),), hooks=((60.5, 80.5), (10.5, 30.5)))
    )
    assert [one.label for one in found] == ["Chorus, later", "Chorus, earlier"]


def test_a_song_of_which_nothing_is_known_still_has_a_hook():
    (only,) = windows.suggestions(analysis(duration=200.0, bar_s=0))
    assert (only.start_s, only.end_s) == (0.0, 30.0)
    (short,) = windows.suggestions(analysis(duration=3.0, bar_s=0))
    assert (short.start_s, short.end_s, short.label) == (0.0, 3.0, "The whole song")
