"""From clips to a film: every frame in its place, every fallback told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from casset.lib.errors import GenerationError, MissingCapability
from casset.media import files
from casset.media.audio import encode
from casset.media.audio.decode import Sound
from casset.media.compose import mux, segment, transitions
from casset.media.compose.segment import SegmentWriter
from casset.media.picture import Planes
from pipeline.contracts import (
    Clip,
    Clips,
    ClipScript,
    Film,
    Plan,
    PromptReading,
    Style,
    Transition,
    TransitionType,
)
from pipeline.stages import composer
from tests.compose.cards import SIZE, card, decoded, noise, number_of, write_clip

SPANS = ((0, 90), (90, 200), (200, 290), (290, 360))
KINDS: tuple[TransitionType, ...] = ("crossfade", "fade", "cut")
TOTAL = SPANS[-1][1]


def plan_of(
    spans: tuple[tuple[int, int], ...] = SPANS, kinds: tuple[TransitionType, ...] = KINDS
) -> Plan:
    scripts = tuple(
        ClipScript(
            clip_index=i, start=a / 30, end=b / 30, start_frame=a, end_frame=b,
            visual_description="cards", motion="still", camera_angle="level",
        )
        for i, (a, b) in enumerate(spans)
    )  # fmt: skip
    joins = tuple(
        Transition(from_clip=i, to_clip=i + 1, type=kind, duration=0.5, rationale="")
        for i, kind in enumerate(kinds)
    )
    style = Style(color_palette=(), visual_style="", mood="", lighting="", cinematography="")
    return Plan(
        job_id="job", video_summary="", characters=(), scenes=(), style=style, clip_scripts=scripts,
        transitions=joins, reading=PromptReading(prompt=""), total_frames=spans[-1][1],
    )  # fmt: skip


def clip_of(index: int, path: Path, *, status: str = "success") -> Clip:
    return Clip(
        clip_index=index, video_url=str(path), actual_duration=3, target_duration=3, duration_diff=0,
        status="success" if status == "success" else "failed",
    )  # fmt: skip


def clips_of(*clips: Clip) -> Clips:
    good = sum(clip.status == "success" for clip in clips)
    return Clips(
        job_id="job", clips=clips, total_clips=len(clips), successful_clips=good,
        failed_clips=len(clips) - good, total_cost=0, total_generation_time=0,
    )  # fmt: skip


def final_clips(folder: Path, plan: Plan) -> Clips:
    """Clips as the local generator draws them: final size, handles and key frames in place."""
    film = composer.Composition(plan, folder, size=SIZE)
    made = []
    for span in film.timeline.clips:
        path = folder / f"local-{span.index}.mp4"
        with SegmentWriter(path, SIZE, key_frames=span.key_frames, frames=span.frames) as writer:
            for n in range(span.first_frame, span.last_frame):
                writer.write(card(n))
        made.append(clip_of(span.index, path))
    return clips_of(*made)


@pytest.fixture
def song() -> Sound:
    return noise(TOTAL / 30)


def compose(plan: Plan, clips: Clips, song: Sound, folder: Path, **options: object) -> Film:
    return composer.compose(
        plan,
        clips,
        song=composer.prepare_audio(song, folder / "work"),
        work=folder / "work",
        out=folder / "film.mp4",
        size=SIZE,
        **options,
    )


def shown(path: Path) -> list[int]:
    frames = list(decoded(path))
    assert [place for place, _ in frames] == list(range(len(frames)))
    return [number_of(y) for _, y in frames]


def test_every_frame_of_the_film_is_the_planned_one(tmp_path, song):
    plan = plan_of()
    film = compose(plan, final_clips(tmp_path, plan), song, tmp_path)
    wanted = np.arange(TOTAL)
    numbers = np.array(shown(tmp_path / "film.mp4"))
    dark = np.abs(wanted - 200) <= 2  # in the middle of the fade a card cannot be read
    assert (numbers[~dark] == wanted[~dark]).all()
    assert (film.frames, film.clips_used, film.transitions_applied) == (TOTAL, 4, 3)
    assert (film.clips_trimmed, film.clips_looped, film.fallbacks) == (0, 0, ())
    assert film.duration == pytest.approx(TOTAL / 30)
    assert film.audio_duration == pytest.approx(TOTAL / 30, abs=0.03)
    assert film.sync_drift <= 1 / 30
    size_mb = (tmp_path / "film.mp4").stat().st_size / 2**20
    assert film.file_size_mb == pytest.approx(size_mb)


def body_clips(folder: Path, plan: Plan) -> Clips:
    """Clips as the local generator draws them: without the frames that transitions are made of."""
    made = []
    for span in composer.Composition(plan, folder, size=SIZE).timeline.clips:
        path = folder / f"body-{span.index}.mp4"
        with SegmentWriter(path, SIZE, key_frames=span.body_key_frames) as writer:
            for n in range(span.body_start, span.body_end):
                writer.write(card(n))
        made.append(clip_of(span.index, path))
    return clips_of(*made)


def test_what_transitions_are_made_of_is_drawn_for_them_and_every_frame_encoded_once(
    tmp_path, song
):
    plan = plan_of()
    asked: list[tuple[int, range]] = []

    def edges(index: int, wanted: range) -> list[Planes]:
        asked.append((index, wanted))
        return [card(n) for n in wanted]

    clips = body_clips(tmp_path, plan)
    film = compose(plan, clips, song, tmp_path, edges=edges)
    assert (film.frames, film.transitions_applied, film.fallbacks) == (TOTAL, 3, ())
    assert all_in_place(tmp_path / "film.mp4")
    assert asked == [
        (0, range(83, 98)),
        (1, range(83, 98)),  # crossed
        (1, range(193, 200)),
        (2, range(200, 208)),  # faded out, then in
    ]
    made = [*tmp_path.glob("body-*.mp4"), *(tmp_path / "work").glob("*.mp4")]
    assert sum(segment.inspect(path).frames for path in made) == TOTAL
    compose(plan, clips, song, tmp_path, edges=edges)
    assert len(asked) == 4  # all was kept


def test_a_clip_without_its_edges_never_becomes_a_film_that_lacks_frames(tmp_path, song):
    plan = plan_of()

    def edges(index: int, wanted: range) -> list[Planes]:
        raise GenerationError("The brush broke.")

    with pytest.raises(GenerationError, match="The brush broke"):
        compose(plan, body_clips(tmp_path, plan), song, tmp_path, edges=edges)
    assert not (tmp_path / "film.mp4").exists()


def test_clips_drawn_whole_go_with_clips_that_hold_their_bodies_only(tmp_path, song):
    plan = plan_of()
    whole, bodies = final_clips(tmp_path, plan).clips, body_clips(tmp_path, plan).clips
    mixed = clips_of(whole[0], bodies[1], whole[2], bodies[3])
    compose(plan, mixed, song, tmp_path, edges=lambda index, wanted: [card(n) for n in wanted])
    assert all_in_place(tmp_path / "film.mp4")


def test_a_clip_of_another_place_is_never_taken_for_the_body_of_this_one(tmp_path, song):
    plan = plan_of(((0, 98), (98, 188), (188, 278), (278, 376)), ("crossfade", "cut", "crossfade"))
    drawn = body_clips(tmp_path, plan).clips
    failed = clip_of(3, tmp_path / "no", status="failed")

    def edges(index: int, wanted: range) -> list[Planes]:
        assert index != 3, "it failed: nothing can be drawn of it"
        return [card(n) for n in wanted]

    film = compose(plan, clips_of(*drawn[:3], failed), noise(376 / 30), tmp_path, edges=edges)
    assert film.frames == 376
    assert "is shown again" in film.fallbacks[0]


def test_clips_that_fit_are_used_as_they_are(tmp_path, song):
    plan = plan_of()
    compose(plan, final_clips(tmp_path, plan), song, tmp_path)
    made = {path.name.split("-")[0] for path in (tmp_path / "work").glob("*.mp4")}
    assert made == {"join"}


def test_a_second_run_makes_nothing_again(tmp_path, song, monkeypatch):
    plan = plan_of()
    clips = final_clips(tmp_path, plan)
    compose(plan, clips, song, tmp_path)
    first = (tmp_path / "film.mp4").read_bytes()

    def never(*arguments: object, **options: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(transitions, "render", never)
    monkeypatch.setattr(encode, "aac", never)
    monkeypatch.setattr(composer.normalise, "normalise", never)
    compose(plan, clips, song, tmp_path)
    assert (tmp_path / "film.mp4").read_bytes() == first


def test_clips_of_other_sizes_and_rates_are_fitted_and_counted(tmp_path, song):
    plan = plan_of()
    local = list(final_clips(tmp_path, plan).clips)
    long = write_clip(tmp_path / "long.mp4", [card(n, (256, 144)) for n in range(120)])  # 5 s
    short = write_clip(tmp_path / "short.mp4", [card(n, (192, 192)) for n in range(30)])  # 1.25 s
    clips = clips_of(local[0], clip_of(1, long), clip_of(2, short), local[3])
    film = compose(plan, clips, song, tmp_path)
    assert (film.frames, film.clips_trimmed, film.clips_looped) == (TOTAL, 1, 1)
    assert film.fallbacks == ()
    numbers = shown(tmp_path / "film.mp4")
    assert numbers[:83] == list(range(83))
    assert numbers[290:] == list(range(290, 360))
    # The long clip begins with its head handle of 7 frames, at a speed of 1.05: 5 s for 117 frames.
    place = 120 - 83
    assert numbers[120] == int((place + 0.5) / 30 * 1.05 * 24)


def foreign_clips(folder: Path, plan: Plan) -> Clips:
    """Clips of another size whose frames carry the film's own numbers."""
    film = composer.Composition(plan, folder, size=SIZE)
    made = []
    for span in film.timeline.clips:
        numbers = range(span.first_frame, span.last_frame)
        pictures = [card(n, (256, 144)) for n in numbers]
        made.append(
            clip_of(span.index, write_clip(folder / f"far-{span.index}.mp4", pictures, rate=30))
        )
    return clips_of(*made)


def all_in_place(film: Path) -> bool:
    numbers, wanted = np.array(shown(film)), np.arange(TOTAL)
    dark = np.abs(wanted - 200) <= 2  # in the middle of the fade a card cannot be read
    return len(numbers) == TOTAL and bool((numbers[~dark] == wanted[~dark]).all())


def test_fitted_clips_meet_frame_by_frame_and_encode_only_what_is_shown(tmp_path, song):
    plan = plan_of()
    film = compose(plan, foreign_clips(tmp_path, plan), song, tmp_path)
    assert film.fallbacks == ()
    assert all_in_place(tmp_path / "film.mp4")
    written = [segment.inspect(path).frames for path in (tmp_path / "work").glob("*-*.mp4")]
    assert sum(written) == TOTAL


def test_a_transition_of_fitted_clips_is_made_again_from_the_clips_given(
    tmp_path, song, monkeypatch
):
    plan = plan_of()
    clips = foreign_clips(tmp_path, plan)
    compose(plan, clips, song, tmp_path)
    first = (tmp_path / "film.mp4").read_bytes()
    for join in (tmp_path / "work").glob("join-*.mp4"):
        join.unlink()

    def never(*arguments: object, **options: object) -> None:
        raise AssertionError("encoded again")

    monkeypatch.setattr(composer.normalise, "normalise", never)
    compose(plan, clips, song, tmp_path)
    assert (tmp_path / "film.mp4").read_bytes() == first


def test_fitted_clips_that_come_in_any_order_take_little_memory(tmp_path, song, monkeypatch):
    monkeypatch.setattr(composer, "MAX_ASIDE", 40)
    plan = plan_of()
    clips = foreign_clips(tmp_path, plan)
    film = composer.Composition(plan, tmp_path / "work", size=SIZE)
    for index in (3, 2, 0, 1):
        film.add(clips.clips[index])
        assert sum(map(len, film._aside.values())) <= 40
    assert not any(film._aside.values())  # all was handed over or let go
    compose(plan, clips, song, tmp_path)
    assert all_in_place(tmp_path / "film.mp4")


def test_a_failed_transition_of_fitted_clips_becomes_a_cut_with_no_frame_lost(
    tmp_path, song, monkeypatch
):
    plan = plan_of()
    clips = foreign_clips(tmp_path, plan)
    real = transitions.render

    def render(join: transitions.Join, *arguments: object) -> Path:
        if join.index == 0:
            raise GenerationError("no")
        return real(join, *arguments)

    monkeypatch.setattr(transitions, "render", render)
    film = compose(plan, clips, song, tmp_path)
    assert film.transitions_applied == 2
    assert "a cut is used" in film.fallbacks[0]
    assert all_in_place(tmp_path / "film.mp4")


def test_words_are_set_on_fitted_clips_at_the_films_own_time(tmp_path, song):
    plan = plan_of()
    local = list(final_clips(tmp_path, plan).clips)
    other = write_clip(tmp_path / "o.mp4", [card(n, (256, 144)) for n in range(110)])
    drawn: list[int] = []

    def overlay(planes: Planes, frame: int) -> None:
        drawn.append(frame)

    clips = clips_of(local[0], clip_of(1, other), local[2], local[3])
    compose(plan, clips, song, tmp_path, overlay=overlay, overlay_key="words-1")
    assert drawn == list(range(83, 200))
    drawn.clear()
    compose(plan, clips, song, tmp_path, overlay=overlay, overlay_key="words-1")
    assert drawn == []
    compose(plan, clips, song, tmp_path, overlay=overlay, overlay_key="words-2")
    assert len(drawn) == 117


def test_transitions_are_rendered_as_soon_as_both_clips_are_there(tmp_path):
    plan = plan_of()
    clips = final_clips(tmp_path, plan).clips
    film = composer.Composition(plan, tmp_path / "work", size=SIZE)
    assert film.add(clips[0]) == ()
    assert film.add(clips[2]) == (2,)  # a cut needs nothing
    assert not film.transition_ready(0)
    assert film.add(clips[1]) == (0, 1)
    assert len(list((tmp_path / "work").glob("join-*.mp4"))) == 2
    assert film.missing == (3,)


def test_a_transition_that_fails_becomes_a_cut_and_says_so(tmp_path, song, monkeypatch):
    plan = plan_of()
    clips = final_clips(tmp_path, plan)
    real = transitions.render

    def render(join: transitions.Join, *arguments: object) -> Path:
        if join.index == 0:
            raise GenerationError("no")
        return real(join, *arguments)

    monkeypatch.setattr(transitions, "render", render)
    film = compose(plan, clips, song, tmp_path)
    assert film.transitions_applied == 2
    assert "a cut is used" in film.fallbacks[0]
    assert shown(tmp_path / "film.mp4")[:190] == list(range(190))


def test_fewer_than_three_clips_make_no_film(tmp_path, song):
    plan = plan_of()
    good = list(final_clips(tmp_path, plan).clips)
    clips = clips_of(*good[:2], *(clip_of(i, tmp_path / "no", status="failed") for i in (2, 3)))
    with pytest.raises(GenerationError, match=r"Only 2 of 4 shots .* at least 3"):
        compose(plan, clips, song, tmp_path)
    assert not (tmp_path / "film.mp4").exists()


def test_a_missing_clip_is_filled_by_another_and_told(tmp_path, song):
    plan = plan_of()
    good = list(final_clips(tmp_path, plan).clips)
    clips = clips_of(good[0], clip_of(1, tmp_path / "no", status="failed"), *good[2:])
    film = compose(plan, clips, song, tmp_path)
    assert (film.frames, film.clips_used) == (TOTAL, 3)
    assert "Shot 2 is missing; shot 4 is shown again" in film.fallbacks[0]
    numbers = shown(tmp_path / "film.mp4")
    assert 290 <= numbers[140] < 360


def test_a_damaged_clip_counts_as_missing(tmp_path, song):
    plan = plan_of()
    good = list(final_clips(tmp_path, plan).clips)
    Path(good[3].video_url).write_bytes(b"broken" * 400)
    film = compose(plan, clips_of(*good), song, tmp_path)
    assert film.clips_used == 3
    assert any("could not be used" in note for note in film.fallbacks)
    Path(good[1].video_url).unlink()
    with pytest.raises(GenerationError, match="Only 2 of 4"):
        compose(plan, clips_of(*good), song, tmp_path)


def test_a_failed_composition_is_tried_once_more(tmp_path, song, monkeypatch):
    plan = plan_of()
    clips = final_clips(tmp_path, plan)
    real, tries = mux.join, []

    def join(*arguments: object, **options: object) -> mux.Joined:
        tries.append(1)
        if len(tries) == 1:
            raise GenerationError("a segment was damaged")
        return real(*arguments, **options)

    monkeypatch.setattr(mux, "join", join)
    assert compose(plan, clips, song, tmp_path).frames == TOTAL
    assert len(tries) == 2

    def never(*arguments: object, **options: object) -> mux.Joined:
        tries.append(1)
        raise GenerationError("still damaged")

    monkeypatch.setattr(mux, "join", never)
    with pytest.raises(GenerationError, match="still damaged"):
        compose(plan, clips, song, tmp_path)
    assert len(tries) == 4


def test_a_full_disk_is_not_tried_again(tmp_path, song, monkeypatch):
    plan = plan_of()
    tries = []

    def full(*arguments: object, **options: object) -> mux.Joined:
        tries.append(1)
        raise files.disk_full(tmp_path)

    monkeypatch.setattr(mux, "join", full)
    with pytest.raises(MissingCapability, match="disk is full"):
        compose(plan, final_clips(tmp_path, plan), song, tmp_path)
    assert len(tries) == 1


def test_the_films_small_frames_are_kept_for_its_figures(tmp_path, song):
    plan = plan_of()
    compose(plan, final_clips(tmp_path, plan), song, tmp_path)
    grid = np.load(tmp_path / "work" / composer.FILM_GRID)
    assert grid.shape == (TOTAL, 36, 64, 3)
    assert grid[200, ..., 0].max() <= 18  # the black of the fade
    assert abs(int(grid[50, 5, 5, 0]) - 90) <= 1


def test_an_address_that_is_not_on_this_machine_is_refused(tmp_path, song):
    plan = plan_of()
    good = list(final_clips(tmp_path, plan).clips)
    far = [clip.model_copy(update={"video_url": "https://example.org/x.mp4"}) for clip in good[:2]]
    with pytest.raises(GenerationError, match="Only 2 of 4"):
        compose(plan, clips_of(*far, *good[2:]), song, tmp_path)


def test_progress_rises_to_one(tmp_path, song):
    plan = plan_of()
    told: list[float] = []
    compose(plan, final_clips(tmp_path, plan), song, tmp_path, progress=told.append)
    assert told[0] == 0
    assert told[-1] == 1
    assert told == sorted(told)
