"""Module 6: the plan's clips as prompts for video models, all in one pass.

``{what is seen}, {motion}, {camera angle}, {style} aesthetic with {colours}, {light}, quality words``:
what differs comes first, what makes one film of them is the same in every prompt.
"""

from __future__ import annotations

import time
from typing import Any

from casset.media.colour.oklch import Lch, from_hex
from pipeline.contracts import ClipPrompt, ClipPrompts, ClipScript, Plan, References

WORDS_MOST = 200
QUALITY = "cinematic lighting, highly detailed, professional cinematography, 4K"
UNWANTED = (
    "blurry, static, low quality, distorted, watermark, subtitles, text, logo, jpeg artefacts, "
    "extra limbs, deformed face, flicker"
)
GREY = 0.03  # OKLCH chroma under which a colour has no hue's name
HUE_NAMES = (
    (15, "rose"), (40, "red"), (65, "orange"), (95, "golden yellow"), (120, "yellow green"),
    (165, "green"), (200, "teal"), (225, "cyan"), (265, "blue"), (290, "indigo"), (315, "violet"),
    (343, "magenta"), (361, "rose"),
)  # fmt: skip


def write_prompts(plan: Plan, references: References | None = None) -> ClipPrompts:
    """One prompt a clip, each under 200 words, with the same style words in all of them.

    A clip is given the reference image of its first scene and of its characters where there are
    any. ``metadata["validated"]`` is true where nothing had to be cut. Takes milliseconds.
    """
    began = time.perf_counter()
    scene_urls = (
        {r.scene_id: r.image_url for r in references.scene_references} if references else {}
    )
    faces = (
        {r.character_id: r.image_url for r in references.character_references} if references else {}
    )
    style = _style_words(plan)
    negative = _unwanted(plan)
    prompts = tuple(
        _prompt(plan, clip, style, negative, scene_urls, faces) for clip in plan.clip_scripts
    )
    return ClipPrompts(
        job_id=plan.job_id,
        clip_prompts=prompts,
        total_clips=len(prompts),
        generation_time=round(time.perf_counter() - began, 4),
    )


def colour_name(colour: str) -> str:
    """What an artist calls a hex colour: "deep indigo", "pale orange", "near black"."""
    lch: Lch = from_hex(colour)
    if lch.lightness < 0.2:
        return "near black"
    depth = "deep " if lch.lightness < 0.45 else "pale " if lch.lightness > 0.85 else ""
    if lch.chroma < GREY:
        return "off-white" if lch.lightness > 0.9 else f"{depth}grey"
    return depth + next(name for limit, name in HUE_NAMES if lch.hue < limit)


def scene_prompt(plan: Plan, description: str) -> str:
    """The prompt of a still in the film's style."""
    return f"{description}, {_style_words(plan)}, {QUALITY}"


def _prompt(
    plan: Plan,
    clip: ClipScript,
    style: str,
    negative: str,
    scene_urls: dict[str | None, str],
    faces: dict[str | None, str],
) -> ClipPrompt:
    seen = ", ".join([clip.visual_description, clip.motion, clip.camera_angle])
    whole = f"{seen}, {style}, {QUALITY}"
    fits = len(whole.split()) < WORDS_MOST
    if not fits:  # what makes the clips one film stays whole; the description gives way
        room = WORDS_MOST - 1 - len(f"{style}, {QUALITY}".split())
        whole = f"{' '.join(seen.split()[: max(room, 1)]).rstrip(',')}, {style}, {QUALITY}"
    scene = clip.scenes[0] if clip.scenes else None
    metadata: dict[str, Any] = {
        "word_count": len(whole.split()),
        "style_keywords": [word.strip() for word in plan.style.visual_style.split(",")],
        "scene_id": scene,
        "character_ids": list(clip.characters),
        "validated": fits,
    }
    return ClipPrompt(
        clip_index=clip.clip_index,
        prompt=whole,
        negative_prompt=negative,
        duration=clip.end - clip.start,
        scene_reference_url=scene_urls.get(scene),
        character_reference_urls=tuple(faces[c] for c in clip.characters if c in faces),
        metadata=metadata,
    )


def _style_words(plan: Plan) -> str:
    names = list(dict.fromkeys(colour_name(colour) for colour in plan.style.color_palette))
    words = " ".join(plan.style.visual_style.split()[:40])
    return f"{words} aesthetic with {', '.join(names)}, {plan.style.lighting}"


def _unwanted(plan: Plan) -> str:
    refused = plan.reading.understood.get("without", ())
    return ", ".join([UNWANTED, *refused])
