"""A song and a sentence become a film: complete, on the beat, explained, and what was asked for."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from casset.lib.errors import ValidationError
from casset.media.audio.analysis import LyricLine
from casset.media.colour.oklch import from_hex
from casset.media.shaders import catalogue
from pipeline.contracts import FPS, AudioData, Plan, Shot
from pipeline.director.shots import wears_dress
from pipeline.stages import scene_planner
from tests.pipeline.songs import beatless, song

STREET = "a lone figure walks neon streets in the rain"
SUNRISE = "sunrise over calm sea, pastel"
PROMPTS = (
    STREET,
    SUNRISE,
    "black and white film noir detective in the city",
    "two lovers on a night train through the mountains",
    "80s vaporwave drive through a neon grid",
    "winter forest, snow, no people",
    "underwater dreams, jellyfish",
    "disco night, dancing crowd",
)


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    data = song()
    return {prompt: scene_planner.plan(data, prompt) for prompt in PROMPTS}


def shots_of(plan: Plan) -> list[Shot]:
    return [shot for clip in plan.clip_scripts for shot in clip.shots]


def seconds_in(plan: Plan) -> Counter[str]:
    """Seconds of film in each scene."""
    seconds: Counter[str] = Counter()
    for shot in shots_of(plan):
        seconds[shot.look.scene] += shot.end - shot.start  # type: ignore[assignment]
    return seconds


# -- the film is whole ---------------------------------------------------------------------------
@pytest.mark.parametrize("prompt", PROMPTS)
def test_shots_tile_the_film_frame_by_frame(plans: dict[str, Plan], prompt: str) -> None:
    plan = plans[prompt]
    data = song()
    assert abs(plan.total_frames - data.duration * FPS) <= 1
    frames = [(s.start_frame, s.end_frame) for s in shots_of(plan)]
    assert frames[0][0] == 0
    assert frames[-1][1] == plan.total_frames
    assert all(a[1] == b[0] for a, b in itertools.pairwise(frames))
    assert min(b - a for a, b in frames) >= 15
    for clip in plan.clip_scripts:
        assert (clip.start_frame, clip.end_frame) == (
            clip.shots[0].start_frame,
            clip.shots[-1].end_frame,
        )


@pytest.mark.parametrize("bpm", [76.0, 120.0, 151.3])
def test_every_cut_is_within_a_frame_of_a_beat(bpm: float) -> None:
    data = song(bpm=bpm)
    beats = np.array(data.beat_timestamps)
    cuts = np.array([s.start_frame / FPS for s in shots_of(scene_planner.plan(data, STREET))[1:]])
    assert np.abs(beats[:, None] - cuts).min(0).max() <= 1 / FPS


def test_equal_inputs_give_equal_plans_and_seeds_give_other_takes() -> None:
    data = song()
    one = scene_planner.plan(data, STREET, seed=3)
    assert one == scene_planner.plan(data, STREET, seed=3)
    other = scene_planner.plan(data, STREET, seed=4)
    assert [s.look for s in shots_of(one)] != [s.look for s in shots_of(other)]


def test_planning_takes_less_than_two_seconds() -> None:
    data = song()
    began = time.process_time()
    scene_planner.plan(data, STREET)
    assert time.process_time() - began < 2.0


def test_loud_passages_are_cut_faster_than_quiet_ones(plans: dict[str, Plan]) -> None:
    plan = plans[STREET]
    lengths: dict[str, list[float]] = {"chorus": [], "intro": [], "outro": []}
    for clip in plan.clip_scripts:
        if clip.section in lengths:
            lengths[clip.section] += [shot.end - shot.start for shot in clip.shots]
    assert np.mean(lengths["chorus"]) < 2.6
    assert np.mean(lengths["intro"] + lengths["outro"]) > 4.0


def test_drops_and_loud_sections_are_joined_by_hard_cuts(plans: dict[str, Plan]) -> None:
    plan = plans[STREET]
    choruses = {c.clip_index for c in plan.clip_scripts if c.section == "chorus"}
    joins = {t.to_clip: t for t in plan.transitions}
    starts = [i for i in choruses if i - 1 not in choruses]
    assert starts
    assert all(joins[i].type == "cut" for i in starts)
    kinds = Counter(t.type for t in plan.transitions)
    assert kinds["cut"] > 0.6 * len(plan.transitions)
    assert all(t.duration == (0.0 if t.type == "cut" else 0.5) for t in plan.transitions)


# -- the film tells something ----------------------------------------------------------------------
@pytest.mark.parametrize("prompt", PROMPTS)
def test_neighbouring_shots_differ_in_place_size_or_take(
    plans: dict[str, Plan], prompt: str
) -> None:
    for a, b in itertools.pairwise(shots_of(plans[prompt])):
        differs = (
            a.look.scene != b.look.scene
            or a.look.seed != b.look.seed
            or a.look.mirror != b.look.mirror
            or abs(a.look.zoom - b.look.zoom) >= 0.15
        )
        assert differs, (a.description, b.description)


def test_every_chorus_begins_with_the_first_ones_picture(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        before = [None, *(c.section for c in plan.clip_scripts)]
        opening = [
            (c.shots[0].look.scene, c.shots[0].look.seed)
            for c, previous in zip(plan.clip_scripts, before, strict=False)
            if c.section == "chorus" and previous != "chorus"
        ]
        assert len(opening) == 3
        assert len(set(opening)) == 1


def test_palettes_change_only_where_the_form_does(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        for a, b in itertools.pairwise(plan.clip_scripts[:-1]):
            if a.section == b.section:
                assert a.shots[-1].look.palette == b.shots[0].look.palette


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_shot_and_transition_says_why_with_a_source(
    plans: dict[str, Plan], prompt: str
) -> None:
    plan = plans[prompt]
    reasons = [r for s in shots_of(plan) for r in s.reasons] + [
        r for t in plan.transitions for r in t.reasons
    ]
    assert all(shot.reasons for shot in shots_of(plan))
    assert all(t.reasons and t.rationale for t in plan.transitions)
    assert all(r.text and r.source and "{" not in r.text for r in reasons)


def test_a_film_has_several_places_but_one_world(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        assert 3 <= len(seconds_in(plan)) <= 8


# -- the sentence decides the picture --------------------------------------------------------------
def test_the_neon_street_film_shows_streets_rain_and_a_walker_at_night(
    plans: dict[str, Plan],
) -> None:
    plan, families = plans[STREET], catalogue.families()
    assert max(seconds_in(plan), key=lambda name: seconds_in(plan)[name]) == "street"
    city = {"street", "city", "night", "traffic", "neon", "window"}
    urban = [c for c in plan.clip_scripts if city & set(families[c.shots[0].look.scene].words)]
    assert len(urban) >= 0.8 * len(plan.clip_scripts)
    with_figure = [c for c in plan.clip_scripts if c.characters]
    assert 0.5 <= len(with_figure) / len(plan.clip_scripts) <= 0.85
    assert all(s.look.tod < 0.1 for s in shots_of(plan))


def test_the_person_is_the_same_one_throughout() -> None:
    for prompt, dressed in (("a woman walks the beach", True), ("a man walks the beach", False)):
        plan = scene_planner.plan(song(), prompt)
        assert {wears_dress(s.look.seed) for s in shots_of(plan)} == {dressed}


def test_a_pastel_sunrise_does_not_look_like_neon(plans: dict[str, Plan]) -> None:
    sunrise, street = plans[SUNRISE], plans[STREET]
    for shot in shots_of(sunrise):
        assert 0.15 <= shot.look.tod <= 0.42
        assert from_hex(shot.look.palette[0]).lightness > 0.4
        assert max(from_hex(colour).chroma for colour in shot.look.palette) < 0.13
    assert seconds_in(sunrise).most_common(1)[0][0] == "sea"
    shared = set(seconds_in(sunrise)) & set(seconds_in(street))
    assert len(shared) <= 1


def test_any_two_sentences_give_clearly_different_films(plans: dict[str, Plan]) -> None:
    for a, b in itertools.combinations(PROMPTS, 2):
        one, two = seconds_in(plans[a]), seconds_in(plans[b])
        total = sum(one.values())
        common = sum(min(one[name], two[name]) for name in one) / total
        palettes = {s.look.palette for s in shots_of(plans[a])} & {
            s.look.palette for s in shots_of(plans[b])
        }
        assert common < 0.6, (a, b)
        assert not palettes, (a, b)


def test_without_people_nobody_is_seen(plans: dict[str, Plan]) -> None:
    plan = plans["winter forest, snow, no people"]
    families = catalogue.families()
    assert not plan.characters
    for shot in shots_of(plan):
        assert shot.look.figure == 0
        assert families[shot.look.scene].figure != "always"


def test_motion_words_change_the_pace() -> None:
    slow = scene_planner.plan(song(), "slow waves on a quiet beach")
    fast = scene_planner.plan(song(), "fast waves on a wild beach, energetic")
    speed = [np.mean([s.look.speed for s in shots_of(plan)]) for plan in (slow, fast)]
    assert speed[0] < 0.75 * speed[1]
    assert len(shots_of(slow)) <= len(shots_of(fast))


def test_dusk_till_dawn_moves_the_hour_through_the_film() -> None:
    plan = scene_planner.plan(song(), "the desert from dusk till dawn")
    hours = [c.shots[0].look.tod for c in plan.clip_scripts if c.shots[0].look.scene == "dunes"]
    assert 0.7 < hours[0] < 0.85
    assert 0.15 < hours[-1] < 0.3


def test_unknown_words_are_listed_and_the_song_decides() -> None:
    plan = scene_planner.plan(song(), "qwerty zorblax")
    assert plan.reading.not_understood == ("qwerty", "zorblax")
    assert len(shots_of(plan)) > 20
    assert scene_planner.plan(song(), "夜の街を歩く").reading.not_understood == ("夜の街を歩く",)


@pytest.mark.parametrize("prompt", ["", "  ", "ab", "12 34", "!!!", "\x00\x01", "x" * 501])
def test_unusable_sentences_are_refused_with_a_sentence(prompt: str) -> None:
    with pytest.raises(ValidationError, match=r"Describe|at most 500"):
        scene_planner.plan(song(), prompt)


def test_a_hostile_sentence_is_only_a_sentence() -> None:
    plan = scene_planner.plan(song(), "{energy} %(x)s <b>sea</b> \x1b[31m \u202e rain")
    assert "\x1b" not in plan.reading.prompt
    assert "sea" in plan.reading.understood["place"]


# -- songs of all kinds ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "data",
    [
        beatless(4.2),
        beatless(61.0),
        beatless(30.0, bpm=90.0),
        song(form=(("verse", 3, 0.5),)),
        song(form=(("verse", 60, 0.5),), bpm=190.0),
        song(features=False),
        song(bpm=61.0, mood="dark", mode="minor"),
    ],
    ids=["4 s", "noise", "no beats", "6 s", "fast", "no features", "slow"],
)
def test_any_song_gets_a_film_of_at_least_three_clips(data: AudioData) -> None:
    plan = scene_planner.plan(data, STREET)
    assert len(plan.clip_scripts) >= 3
    assert len(plan.transitions) == len(plan.clip_scripts) - 1
    assert shots_of(plan)[-1].end_frame == plan.total_frames
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_a_song_without_words_shows_none_and_one_with_words_is_set() -> None:
    assert scene_planner.plan(song(), STREET).lyric_style.treatment == "none"
    lines = (LyricLine(text="I am all alone tonight", timestamp=22.0, end=26.0),)
    assert scene_planner.plan(song(lines=lines), STREET).lyric_style.treatment != "none"


def test_sung_words_earn_a_picture_with_its_reason() -> None:
    lines = tuple(
        LyricLine(text="I am free and I can fly", timestamp=float(t), end=t + 3.0)
        for t in range(10, 110, 8)
    )
    plan = scene_planner.plan(song(lines=lines), "a quiet beach at sunset")
    reasons = [r for s in shots_of(plan) for r in s.reasons if r.rule == "cast-metaphor"]
    assert reasons
    assert "freedom" in reasons[0].text
    assert len(reasons) <= len(plan.clip_scripts) / 4 + 1


def test_a_cover_enters_the_film_as_picture_and_as_colour(tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    pixels = np.zeros((80, 80, 3), np.uint8)
    pixels[:40], pixels[40:] = (10, 90, 60), (240, 190, 90)
    Image.fromarray(pixels).save(cover)
    plan = scene_planner.plan(song(), "a song", cover=str(cover))
    treated = [s for s in shots_of(plan) if s.look.treatment != "none"]
    assert treated
    assert all(s.look.image == str(cover) and s.look.scene == "artwork" for s in treated)
    assert sum(s.end - s.start for s in treated) < 0.2 * song().duration
    plain = scene_planner.plan(song(), "a song")
    assert shots_of(plain)[3].look.palette != shots_of(plan)[3].look.palette
