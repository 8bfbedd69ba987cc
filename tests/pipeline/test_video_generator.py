"""Clips are made once, several at a time, and a failing maker is handled as the brief says."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from casset.lib.errors import GenerationError, MissingCapability
from casset.media.shaders.look import Look
from pipeline.contracts import (
    ClipPrompt,
    ClipPrompts,
    ClipScript,
    Plan,
    PromptReading,
    Shot,
    Style,
)
from pipeline.providers.base import ClipOrder, MadeClip
from pipeline.stages import video_generator

PALETTE = ("#000000", "#222222", "#444444", "#888888", "#ffffff")


def make_plan(count: int) -> Plan:
    """A plan of ``count`` clips of one second."""
    scripts = []
    for i in range(count):
        shot = Shot(
            start=i, end=i + 1, start_frame=30 * i, end_frame=30 * i + 30, size="WS",
            look=Look(scene="sea", palette=PALETTE, seed=i), description="the sea",
        )  # fmt: skip
        scripts.append(
            ClipScript(
                clip_index=i, start=i, end=i + 1, start_frame=30 * i, end_frame=30 * i + 30,
                visual_description="the sea", motion="still", camera_angle="eye level", shots=(shot,),
            )
        )  # fmt: skip
    style = Style(color_palette=PALETTE, visual_style="", mood="", lighting="", cinematography="")
    return Plan(
        job_id="j", video_summary="the sea", characters=(), scenes=(), style=style, clip_scripts=tuple(scripts),
        transitions=(), reading=PromptReading(prompt="the sea"), total_frames=30 * count,
    )  # fmt: skip


def prompts_for(plan: Plan) -> ClipPrompts:
    made = tuple(
        ClipPrompt(clip_index=s.clip_index, prompt="the sea", negative_prompt="", duration=1.0)
        for s in plan.clip_scripts
    )
    return ClipPrompts(job_id="j", clip_prompts=made, total_clips=len(made), generation_time=0.0)


def orders_for(plan: Plan) -> dict[int, ClipOrder]:
    prompts = prompts_for(plan).clip_prompts
    return {
        s.clip_index: ClipOrder(
            script=s,
            prompt=prompts[i],
            size=(64, 36),
            body=range(s.start_frame, s.end_frame),
            key_frames=(0,),
        )
        for i, s in enumerate(plan.clip_scripts)
    }


class Maker:
    """Writes a small file for each clip; ``faults`` are raised, one a try, before it succeeds."""

    name = "double"

    def __init__(self, faults: dict[int, list[Exception]] | None = None):
        self.faults = {index: list(errors) for index, errors in (faults or {}).items()}
        self.calls: list[int] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.paint = "blue"

    def signature(self, order):
        return {"index": order.script.clip_index, "paint": self.paint, "calm": order.calm}

    def clip(self, order, out: Path, report):
        index = order.script.clip_index
        with self.lock:
            self.calls.append(index)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.faults.get(index):
                raise self.faults[index].pop(0)
            report(0.5)
            out.write_bytes(b"clip")
            return MadeClip(out, 30, cost=0.06)
        finally:
            with self.lock:
                self.at_once -= 1


def run(plan, maker, folder, **more):
    pauses: list[float] = []
    clips = video_generator.generate(
        plan,
        prompts_for(plan),
        orders_for(plan),
        maker=maker,
        folder=folder,
        sleep=pauses.append,
        **more,
    )
    return clips, pauses


def test_every_clip_is_made_and_told_as_it_lands(tmp_path):
    landed = []
    clips, _ = run(
        make_plan(6), Maker(), tmp_path, on_clip=lambda clip: landed.append(clip.clip_index)
    )
    assert [clip.clip_index for clip in clips.clips] == list(range(6))
    assert sorted(landed) == list(range(6))
    assert clips.total_cost == pytest.approx(0.36)
    assert all(Path(clip.video_url).exists() for clip in clips.clips)
    assert all(clip.duration_diff == 0 for clip in clips.clips)


def test_no_more_than_five_are_made_at_once(tmp_path):
    maker = Maker()
    run(make_plan(20), maker, tmp_path)
    assert maker.most_at_once <= 5


def test_a_second_run_makes_nothing_again(tmp_path):
    run(make_plan(4), Maker(), tmp_path)
    again = Maker()
    clips, _ = run(make_plan(4), again, tmp_path)
    assert again.calls == []
    assert clips.successful_clips == 4


def test_a_run_that_was_stopped_makes_only_what_is_missing(tmp_path):
    clips, _ = run(make_plan(4), Maker(), tmp_path)
    Path(clips.clips[2].video_url).unlink()
    Path(clips.clips[1].video_url).with_suffix(".json").write_text("{half")
    again = Maker()
    run(make_plan(4), again, tmp_path)
    assert sorted(again.calls) == [1, 2]


def test_a_changed_look_is_made_again(tmp_path):
    run(make_plan(3), Maker(), tmp_path)
    other = Maker()
    other.paint = "red"
    run(make_plan(3), other, tmp_path)
    assert sorted(other.calls) == [0, 1, 2]


def test_a_retryable_fault_is_tried_again_after_growing_pauses(tmp_path):
    maker = Maker({1: [GenerationError("busy")] * 3})
    clips, pauses = run(make_plan(4), maker, tmp_path)
    assert pauses == [2.0, 4.0, 8.0]
    assert clips.clips[1].retry_count == 3
    assert clips.failed_clips == 0


def test_a_clip_that_stays_broken_is_left_out_and_told(tmp_path):
    clips, _ = run(make_plan(5), Maker({2: [GenerationError("no such style")] * 4}), tmp_path)
    assert (clips.successful_clips, clips.failed_clips) == (4, 1)
    assert clips.clips[2].status == "failed"
    assert "no such style" in clips.clips[2].error


def test_a_fault_that_will_not_pass_is_not_tried_again(tmp_path):
    maker = Maker({0: [GenerationError("refused", retryable=False)] * 9})
    _, pauses = run(make_plan(4), maker, tmp_path)
    assert pauses == []
    assert maker.calls.count(0) == 1


def test_fewer_than_three_clips_are_no_film(tmp_path):
    faults = {i: [GenerationError("the model is gone", retryable=False)] for i in (0, 1, 2)}
    with pytest.raises(GenerationError, match=r"Only 2 of 5 .* the model is gone"):
        run(make_plan(5), Maker(faults), tmp_path)


def test_a_machine_that_cannot_draw_stops_everything_with_its_own_sentence(tmp_path):
    maker = Maker({i: [MissingCapability("EGL is missing.")] for i in range(30)})
    with pytest.raises(MissingCapability, match="EGL is missing"):
        run(make_plan(30), maker, tmp_path)
    assert len(maker.calls) < 30
