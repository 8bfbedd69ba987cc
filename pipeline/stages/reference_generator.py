"""Module 5: one still of every scene and character, so that all clips show the same world.

Images are made side by side. One that fails is tried three times more; when more than half stay
missing, the film goes on with words alone and says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from casset.lib.errors import CassetError
from pipeline.contracts import ClipScript, Plan, Reference, References, Scene
from pipeline.progress import Progress, Silent
from pipeline.providers.base import ImageMaker, StillOrder
from pipeline.stages.prompt_generator import scene_prompt

STAGE = "reference_generator"
PAUSES_S = (2.0, 4.0, 8.0)
ENOUGH = 0.5  # share of the images that must be there for references to be used
SIZE = (1024, 1024)


@dataclass(frozen=True)
class _Wanted:
    """One image to make, for a scene or a character."""

    order: StillOrder
    out: Path
    scene_id: str | None = None
    character_id: str | None = None


def generate(
    plan: Plan,
    *,
    maker: ImageMaker,
    folder: Path,
    concurrent: int = 4,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> References:
    """Stills of all scenes and characters as 1024x1024 PNG files in ``folder``.

    ``status`` is "success" when all were made, "partial" from half of them on, and else "failed":
    then no reference is handed on and prompts stand alone. Raises only what stops the machine.
    """
    began = time.monotonic()
    progress = progress or Silent()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = _wanted(plan, folder)
    done = 0

    def make(item: _Wanted) -> Reference | str:
        nonlocal done
        result = _make(item, maker, sleep)
        done += 1
        progress.at(STAGE, done / len(wanted), item.order.scene.id)
        return result

    progress.at(STAGE, 0.0)
    if concurrent > 1:
        with ThreadPoolExecutor(concurrent, thread_name_prefix="still") as pool:
            results = list(pool.map(make, wanted))
    else:  # in the caller's thread: a maker that draws here is bound to it
        results = [make(item) for item in wanted]
    made = [result for result in results if isinstance(result, Reference)]
    failures = [result for result in results if isinstance(result, str)]
    status = _status(len(made), len(wanted))
    cost = sum(reference.cost for reference in made)
    for said in failures:
        progress.message(STAGE, said)
    if status == "failed":
        progress.message(STAGE, "Too few reference images: the clips are described by words alone.")
    progress.at(STAGE, 1.0)
    kept = made if status != "failed" else []
    scenes = tuple(reference for reference in kept if reference.scene_id)
    faces = tuple(reference for reference in kept if reference.character_id)
    return References(
        job_id=plan.job_id,
        scene_references=scenes,
        character_references=faces,
        total_references=len(kept),
        total_generation_time=round(time.monotonic() - began, 3),
        total_cost=cost,
        status=status,
        metadata={
            "dimensions": f"{SIZE[0]}x{SIZE[1]}",
            "format": "PNG",
            "scenes_generated": len(scenes),
            "characters_generated": len(faces),
            "text_only": status == "failed",
            "failures": failures,
        },
    )


def _wanted(plan: Plan, folder: Path) -> list[_Wanted]:
    wanted = []
    for scene in plan.scenes:
        order = StillOrder(
            prompt=scene_prompt(plan, f"{scene.description}, {scene.time_of_day}"),
            scene=scene,
            script=_clip_in(plan, scene, figure=False),
            size=SIZE,
        )
        wanted.append(_Wanted(order, folder / f"scene_{scene.id}.png", scene_id=scene.id))
    for character in plan.characters:
        home = next((s for s in plan.scenes if _clip_in(plan, s, figure=True)), None)
        if home is None:
            continue
        order = StillOrder(
            prompt=scene_prompt(plan, f"{character.description}, {home.description}"),
            scene=home,
            script=_clip_in(plan, home, figure=True),
            size=SIZE,
        )
        out = folder / f"char_{character.id}.png"
        wanted.append(_Wanted(order, out, character_id=character.id))
    return wanted


def _clip_in(plan: Plan, scene: Scene, *, figure: bool) -> ClipScript | None:
    """A clip reduced to its first shot in the scene; with a person in it where one is asked for."""
    for clip in plan.clip_scripts:
        for shot in clip.shots:
            if shot.look.scene == scene.family and (shot.look.figure > 0 or not figure):
                return clip.model_copy(update={"shots": (shot,)})
    return None


def _make(item: _Wanted, maker: ImageMaker, sleep: Callable[[float], None]) -> Reference | str:
    """The finished reference, or a sentence that says why there is none."""
    began = time.monotonic()
    for pause in (*PAUSES_S, None):
        try:
            cost = maker.still(item.order, item.out)
            break
        except CassetError as error:
            if error.code in {"MISSING_CAPABILITY", "DISK_FULL"}:
                raise
            if pause is None or not error.retryable:
                return f"No reference image of {item.scene_id or item.character_id}: {error}"
            sleep(pause)
    return Reference(
        image_url=str(item.out),
        prompt_used=item.order.prompt,
        generation_time=round(time.monotonic() - began, 3),
        cost=cost,
        scene_id=item.scene_id,
        character_id=item.character_id,
    )


def _status(made: int, wanted: int) -> Literal["success", "partial", "failed", "skipped"]:
    if not wanted:
        return "skipped"
    if made == wanted:
        return "success"
    return "partial" if made >= ENOUGH * wanted else "failed"
