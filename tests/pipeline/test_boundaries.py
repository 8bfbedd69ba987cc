"""Clip boundaries lie on beats, cover the song and follow its form."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from pipeline.contracts import ClipBoundary
from pipeline.director import boundaries
from tests.pipeline.songs import beatless, song


def lengths(spans: tuple[ClipBoundary, ...]) -> np.ndarray:
    return np.array([span.end - span.start for span in spans])


def test_clips_cover_the_song_without_gaps_and_last_four_to_eight_seconds() -> None:
    data = song()
    spans = boundaries.choose(data)
    assert spans[0].start == 0
    assert spans[-1].end == data.duration
    assert all(a.end == b.start for a, b in itertools.pairwise(spans))
    assert lengths(spans).min() >= 4 - 1e-6
    assert lengths(spans).max() <= 8 + 1e-6
    assert all(span.duration == pytest.approx(span.end - span.start) for span in spans)


@pytest.mark.parametrize("bpm", [62.0, 87.3, 104.0, 128.0, 174.0, 199.0])
def test_every_inner_boundary_is_a_beat(bpm: float) -> None:
    data = song(bpm=bpm)
    beats = np.array(data.beat_timestamps)
    inner = np.array([span.start for span in boundaries.choose(data)[1:]])
    on_beat = np.abs(beats[:, None] - inner).min(0) < 1e-6
    # Only where there is no beat within reach (a slow song's first or last seconds) may one be off.
    assert on_beat.mean() > 0.95


def test_sections_and_drops_begin_clips() -> None:
    data = song(bpm=104.0)
    starts = np.array([span.start for span in boundaries.choose(data)])
    for section in data.song_structure[1:]:
        assert np.abs(starts - section.start).min() < 0.02, section.type


def test_most_boundaries_are_downbeats() -> None:
    data = song(bpm=96.0)
    inner = np.array([span.start for span in boundaries.choose(data)[1:]])
    downbeats = np.array(data.downbeats)
    assert (np.abs(downbeats[:, None] - inner).min(0) < 1e-6).mean() > 0.85


def test_loud_passages_have_shorter_clips_than_quiet_ones() -> None:
    data = song(form=(("verse", 24, 0.1), ("chorus", 24, 0.95)))
    spans = boundaries.choose(data)
    middle = data.song_structure[1].start
    quiet = lengths(tuple(s for s in spans if s.end <= middle + 0.1))
    loud = lengths(tuple(s for s in spans if s.start >= middle - 0.1))
    assert loud.mean() < quiet.mean() - 0.8


@pytest.mark.parametrize("duration", [4.0, 5.7, 8.0, 11.9, 12.0, 12.3, 16.1, 61.5, 900.0])
def test_songs_without_beats_get_even_clips_and_at_least_three(duration: float) -> None:
    data = beatless(duration)
    spans = boundaries.choose(data)
    assert len(spans) >= 3
    assert spans[-1].end == duration
    if duration >= 12:
        assert lengths(spans).min() >= 3.5
        assert lengths(spans).max() <= 8.5
    assert lengths(spans).std() < 1.0


def test_a_song_whose_beats_start_late_is_covered_from_zero() -> None:
    data = song(first_beat_s=14.0, tail_s=20.0)
    spans = boundaries.choose(data)
    assert spans[0].start == 0
    assert spans[-1].end == data.duration
    assert lengths(spans).max() <= 8 + 1e-6


def test_the_planner_moves_boundaries_by_two_seconds_at_most() -> None:
    data = song()
    shifted = [0.0, *(span.end + 0.31 for span in data.clip_boundaries[:-1]), data.duration]
    given = tuple(
        ClipBoundary(start=a, end=b, duration=b - a) for a, b in itertools.pairwise(shifted)
    )
    refined = boundaries.refine(data.model_copy(update={"clip_boundaries": given}))
    moved = [abs(a.end - b.end) for a, b in zip(given, refined, strict=True)]
    assert max(moved) <= 2.0
    beats = np.array(data.beat_timestamps)
    assert max(np.abs(beats - span.start).min() for span in refined[1:]) < 1e-6


def test_boundaries_that_leave_a_hole_are_chosen_anew() -> None:
    data = song()
    broken = data.clip_boundaries[:3] + data.clip_boundaries[4:]
    assert boundaries.refine(
        data.model_copy(update={"clip_boundaries": broken})
    ) == boundaries.choose(data)


def test_choosing_is_quick_even_for_a_quarter_of_an_hour() -> None:
    data = song(form=(("verse", 450, 0.5),))
    began = time.process_time()
    boundaries.choose(data)
    assert time.process_time() - began < 2.0
