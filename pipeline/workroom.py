"""One film's work folder, and the steps that both the command line and the workers take in it.

Everything that takes long is kept there under names that say what it is made from, so a film that
was stopped goes on where it was, and a changed one redoes only what changed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from casset.lib.errors import MissingCapability
from casset.lib.hashing import file_sha256, fingerprint
from casset.media import files
from casset.media.audio.decode import Sound
from casset.media.compose import flash, quality, sheet, timeline
from casset.media.compose.type import LyricSetter
from casset.media.shaders import images
from casset.media.shaders.renderer import Quality
from casset.media.shaders.uniforms import MusicCurves
from pipeline.contracts import FPS, AudioData, ClipPrompts, Plan
from pipeline.providers.base import ClipOrder, EdgeMaker
from pipeline.providers.local import FilmSetting
from pipeline.stages import composer

BYTES_PER_S = 2_500_000  # of film, in the work folder and in the result together, generously
FLASHES_STILL = (
    "The film would flash more than three times a second even with calm light, which can harm viewers. "
    "Ask for another take (SEED) or another prompt."
)


def require_room(folder: Path, duration_s: float) -> None:
    """Refuse to begin what the disk has no room for. Raises ``MissingCapability`` (DISK_FULL)."""
    needed, free = duration_s * BYTES_PER_S, shutil.disk_usage(folder).free
    if free < needed:
        raise MissingCapability(
            f"The film needs about {needed / 2**20:.0f} MB in {folder}, where {free / 2**20:.0f} MB are free. "
            "Free some space, then start again.",
            code="DISK_FULL",
        )


def keep_cover(cover: Path | None, work: Path) -> str | None:
    """The cover as a clean PNG in the work folder, named by its content."""
    if cover is None:
        return None
    picture = images.load(cover)
    kept = work / f"cover-{file_sha256(cover)[:16]}.png"
    if not kept.exists():
        with files.published(kept) as part:
            Image.fromarray(picture).save(part)
    return str(kept)


def keep_music(sound: Sound, audio: AudioData, work: Path) -> Path:
    """What moves the picture, frame by frame, saved once a song and analysis."""
    curves = _curves(audio, work)
    if not curves.exists():
        with files.published(curves) as part:
            MusicCurves.from_song(sound, audio, fps=FPS).save(part)
    return curves


def _curves(audio: AudioData, work: Path) -> Path:
    heard = audio.model_dump(mode="json", exclude={"metadata", "job_id", "lyrics"})
    return work / f"music-{fingerprint(heard)[:16]}.npz"


def has_music(audio: AudioData, work: Path) -> bool:
    """Whether ``keep_music`` was called for this analysis and its file is still there."""
    return _curves(audio, work).exists()


def setting(
    plan: Plan, audio: AudioData, quality_name: Quality, size: tuple[int, int], work: Path
) -> FilmSetting:
    """What all clips of the film share; ``keep_music`` must have been called."""
    curves = _curves(audio, work)
    return FilmSetting(
        size=size,
        quality=quality_name,
        curves=curves,
        curves_sha256=file_sha256(curves),
        lyrics=audio.lyrics,
        lyric_treatment=plan.lyric_style.treatment,
        palette=plan.style.color_palette,
    )


def planning_notes(plan: Plan, film: FilmSetting) -> list[str]:
    """What the person should know of the plan: words not understood, words that cannot be set."""
    notes = []
    if plan.reading.not_understood:
        words = ", ".join(f"“{word}”" for word in plan.reading.not_understood)
        notes.append(f"Not understood, so not shown: {words}")
    setter = LyricSetter(film.lyrics, film.lyric_treatment, film.size, film.palette)
    return [*notes, *setter.warnings]


def orders(
    plan: Plan, prompts: ClipPrompts, size: tuple[int, int], calm: Mapping[int, float]
) -> dict[int, ClipOrder]:
    """What to ask the clip maker for, by clip index. ``calm`` holds the clips wanted calmer."""
    spans = timeline.build(plan).clips
    return {
        span.index: ClipOrder(
            script=script,
            prompt=prompt,
            size=size,
            body=range(span.body_start, span.body_end),
            key_frames=span.body_key_frames,
            calm=calm.get(span.index, 0.0),
        )
        for span, script, prompt in zip(spans, plan.clip_scripts, prompts.clip_prompts, strict=True)
    }


def edges(maker: EdgeMaker, orders: Mapping[int, ClipOrder]) -> composer.Edges:
    """What a composition asks for the frames of transitions, drawn by ``maker``."""
    return lambda index, wanted: maker.frames(orders[index], wanted)


def flashing(composition: composer.Composition) -> dict[int, int]:
    """Clips in which a second has too many flashes, with that number; empty for a safe film."""
    flashes = flash.measure(composition.grid())
    guilty: dict[int, int] = {}
    for frame in flashes.frames:
        for span in composition.timeline.clips:
            if span.start_frame <= frame and span.end_frame > frame - FPS:
                guilty[span.index] = flashes.most
    return guilty


def figures(
    plan: Plan, audio: AudioData, composition: composer.Composition, work: Path
) -> quality.Figures:
    """How good the finished film is, from the small copies of its frames."""
    return quality.figures(
        np.load(work / composer.FILM_GRID),
        cuts=composition.timeline.cuts,
        shot_starts=[shot.start_frame for script in plan.clip_scripts for shot in script.shots],
        beats=audio.beat_timestamps,
        downbeats=audio.downbeats,
    )


def tiles(plan: Plan) -> Sequence[sheet.Tile]:
    """The contact sheet's pictures: one of every shot, with its section and scene."""
    return [
        sheet.Tile(
            shot.start_frame, shot.end_frame, f"{script.section} · {shot.look.scene}".strip(" ·")
        )
        for script in plan.clip_scripts
        for shot in script.shots
    ]


def plain(value: Any) -> Any:
    """The value as PostgreSQL's JSON gives it back: numbers of numpy become Python's, -0.0 becomes 0.0."""
    return json.loads(json.dumps(value, default=float), parse_float=lambda text: float(text) + 0.0)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    with files.published(path) as part:
        part.write_text(
            json.dumps(value, indent=1, ensure_ascii=False, default=float) + "\n", encoding="utf-8"
        )
