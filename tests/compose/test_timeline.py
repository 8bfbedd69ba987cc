"""The film's layout, frame by frame."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from casset.lib.errors import GenerationError
from casset.media.compose import timeline
from casset.media.compose.timeline import AFTER, BEFORE, TransitionKind


@dataclass(frozen=True)
class ShotPlan:
    start_frame: int


@dataclass(frozen=True)
class ClipPlan:
    start_frame: int
    end_frame: int
    shots: tuple[ShotPlan, ...] = ()


@dataclass(frozen=True)
class TransitionPlan:
    from_clip: int
    to_clip: int
    type: TransitionKind


@dataclass(frozen=True)
class FilmPlan:
    clip_scripts: tuple[ClipPlan, ...]
    transitions: tuple[TransitionPlan, ...]
    total_frames: int


def plan(lengths: list[int], kinds: list[TransitionKind]) -> FilmPlan:
    clips, place = [], 0
    for length in lengths:
        clips.append(
            ClipPlan(place, place + length, (ShotPlan(place), ShotPlan(place + length // 2)))
        )
        place += length
    joins = tuple(TransitionPlan(i, i + 1, kind) for i, kind in enumerate(kinds))
    return FilmPlan(tuple(clips), joins, place)


def assert_tiled(film: timeline.Timeline) -> None:
    place = 0
    for run in film.runs:
        assert run.start_frame == place
        assert run.frames > 0
        if run.source == "clip":
            clip = film.clips[run.index]
            assert clip.first_frame + run.skip == run.start_frame
            assert run.skip + run.frames <= clip.frames
            assert run.skip in (*clip.edges, 0)
            assert run.skip + run.frames in (*clip.edges, clip.frames)
        place += run.frames
    assert place == film.total_frames


def test_a_crossfade_takes_seven_frames_before_its_boundary_and_eight_from_it_on():
    film = timeline.build(plan([120, 150, 130], ["crossfade", "cut"]))
    first, second, third = film.clips
    assert (first.head, first.tail) == (0, 8)
    assert (second.head, second.tail) == (7, 0)
    assert (third.head, third.tail) == (0, 0)
    join = film.joins[0]
    assert (join.start_frame, join.boundary, join.end_frame) == (113, 120, 128)
    assert (first.body_end, second.body_start) == (113, 128)
    assert BEFORE + AFTER == join.frames == 15


def test_a_fade_needs_no_frames_of_the_other_clip():
    film = timeline.build(plan([120, 150, 130], ["fade", "fade"]))
    assert all(clip.head == clip.tail == 0 for clip in film.clips)
    assert_tiled(film)


def test_runs_tile_the_film_whatever_the_plan():
    rng = random.Random(3)
    for _ in range(200):
        lengths = [rng.randint(1, 60) for _ in range(rng.randint(3, 12))]
        kinds = [rng.choice(["cut", "crossfade", "fade"]) for _ in lengths[1:]]
        film = timeline.build(plan(lengths, kinds))
        assert_tiled(film)
        for join in film.joins:
            if join.kind != "cut":
                assert_tiled(film.with_cut(join.index))


def test_a_clip_too_short_for_its_transitions_gets_a_cut_and_says_so():
    film = timeline.build(plan([60, 12, 60], ["crossfade", "crossfade"]))
    assert [join.kind for join in film.joins] == ["crossfade", "cut"]
    assert "too short" in film.notes[0]
    assert_tiled(film)


def test_a_transition_that_fails_becomes_a_cut_on_the_same_boundary():
    film = timeline.build(plan([120, 150, 130], ["crossfade", "fade"])).with_cut(0)
    assert film.joins[0].frames == 0
    assert film.clips[0].body_end == film.clips[1].body_start == 120
    assert film.clips[1].first_frame == 113  # the file still begins with its handle
    assert_tiled(film)


def test_cuts_are_the_places_where_the_picture_changes_at_once():
    film = timeline.build(plan([120, 150, 130], ["crossfade", "cut"]))
    assert film.cuts == (60, 195, 270, 335)


def test_shots_begin_with_a_key_frame():
    film = timeline.build(plan([120, 150, 130], ["crossfade", "cut"]))
    assert 60 in film.clips[0].key_frames
    assert 195 - 113 in film.clips[1].key_frames


@pytest.mark.parametrize(
    "clips",
    [
        ((0, 100), (101, 200)),
        ((0, 100), (99, 200)),
        ((0, 100), (100, 199)),
        ((5, 100), (100, 200)),
        ((0, 0), (0, 200)),
    ],
)
def test_clips_that_leave_a_gap_or_overlap_are_refused(clips):
    film = FilmPlan(tuple(ClipPlan(*span) for span in clips), (), 200)
    with pytest.raises(GenerationError, match="Plan the video again"):
        timeline.build(film)
