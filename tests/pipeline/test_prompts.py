"""Prompts for video models: short, whole, and the same film in all of them."""

from __future__ import annotations

import pytest

from pipeline.contracts import ClipScript, Plan, Reference, References
from pipeline.stages import prompt_generator, scene_planner
from tests.pipeline.songs import song


@pytest.fixture(scope="module")
def plan() -> Plan:
    return scene_planner.plan(song(), "a woman walks neon streets in the rain, no cars")


def test_every_clip_has_a_prompt_of_less_than_two_hundred_words(plan: Plan) -> None:
    prompts = prompt_generator.write_prompts(plan)
    assert prompts.total_clips == len(plan.clip_scripts) == len(prompts.clip_prompts)
    for prompt, clip in zip(prompts.clip_prompts, plan.clip_scripts, strict=True):
        assert prompt.clip_index == clip.clip_index
        assert prompt.duration == pytest.approx(clip.end - clip.start)
        assert len(prompt.prompt.split()) < 200
        assert prompt.metadata["validated"]
        assert clip.visual_description in prompt.prompt
    assert prompts.generation_time < 5


def test_all_prompts_end_in_the_same_style_words(plan: Plan) -> None:
    prompts = prompt_generator.write_prompts(plan).clip_prompts
    endings = {prompt.prompt[prompt.prompt.index("neon colours") :] for prompt in prompts}
    assert len(endings) == 1
    assert "cinematic lighting" in endings.pop()


def test_what_was_refused_is_in_the_negative_prompt(plan: Plan) -> None:
    prompt = prompt_generator.write_prompts(plan).clip_prompts[0]
    assert "cars" in prompt.negative_prompt
    assert "blurry" in prompt.negative_prompt


def test_references_reach_the_clips_that_show_them(plan: Plan) -> None:
    made = [
        Reference(
            image_url=f"/{s.id}.png", prompt_used="", generation_time=0, cost=0, scene_id=s.id
        )
        for s in plan.scenes
    ]
    face = Reference(
        image_url="/her.png", prompt_used="", generation_time=0, cost=0, character_id="protagonist"
    )
    references = References(
        job_id="test", scene_references=tuple(made), character_references=(face,)
    )
    prompts = prompt_generator.write_prompts(plan, references).clip_prompts
    for prompt, clip in zip(prompts, plan.clip_scripts, strict=True):
        assert prompt.scene_reference_url == f"/{clip.scenes[0]}.png"
        assert prompt.character_reference_urls == (("/her.png",) if clip.characters else ())


def test_an_endless_description_gives_way_to_the_style(plan: Plan) -> None:
    long: ClipScript = plan.clip_scripts[0].model_copy(update={"visual_description": "very " * 400})
    prompts = prompt_generator.write_prompts(plan.model_copy(update={"clip_scripts": (long,)}))
    prompt = prompts.clip_prompts[0]
    assert len(prompt.prompt.split()) < 200
    assert prompt.prompt.endswith(prompt_generator.QUALITY)
    assert not prompt.metadata["validated"]


@pytest.mark.parametrize(
    ("colour", "name"),
    [("#000000", "near black"), ("#ffffff", "off-white"), ("#808080", "grey"), ("#ff0000", "red"),
     ("#0000c0", "blue"), ("#ffd9b8", "pale orange")],
)  # fmt: skip
def test_colours_have_an_artists_names(colour: str, name: str) -> None:
    assert name in prompt_generator.colour_name(colour)
