"""The six stages in order, for one film on one machine: what ``make video`` runs.

Everything that takes long is kept in a work folder under names that say what it is made from, so
the same command continues where it was stopped, and a changed one redoes only what changed.
"""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from casset.lib.errors import GenerationError, MissingCapability, ValidationError
from casset.lib.hashing import file_sha256, fingerprint
from casset.media import probe
from casset.media.audio.decode import Sound
from casset.media.audio.lyrics import formats
from casset.media.compose import files, flash, quality, sheet, timeline
from casset.media.compose.type import LyricSetter
from casset.media.shaders import images
from casset.media.shaders.renderer import Quality
from casset.media.shaders.uniforms import MusicCurves
from pipeline.contracts import ASPECT_SIZES, FPS, Aspect, AudioData, ClipPrompts, Clips, Film, Plan
from pipeline.progress import Progress, Silent
from pipeline.providers.base import ClipOrder
from pipeline.providers.local import FilmSetting, LocalStudio
from pipeline.stages import (
    audio_parser,
    composer,
    prompt_generator,
    reference_generator,
    scene_planner,
    video_generator,
)
from pipeline.stages.audio_parser import Hearing

WORK_MAX_BYTES = 10 * 2**30
BYTES_PER_S = 2_500_000  # of film, in the work folder and in the result together, generously
CALM_STEPS = (0.5, 0.8, 1.0)


@dataclass(frozen=True)
class Request:
    """What a person asks for."""

    song: Path
    prompt: str
    out: Path
    aspect: Aspect = "16:9"
    lyrics: Path | None = None
    cover: Path | None = None
    seed: int = 1


@dataclass(frozen=True)
class Studio:
    """What this machine offers."""

    work_dir: Path
    hearing: Hearing = field(default_factory=Hearing)
    quality: Quality = "normal"
    workers: int = 0


@dataclass(frozen=True)
class Made:
    film: Film
    report: Path
    contact_sheet: Path
    summary: str


class Stopwatch:
    """Seconds each stage took, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.monotonic() - began, 3)


def make_video(request: Request, studio: Studio, progress: Progress | None = None) -> Made:
    """Make the film, its report (``.json`` beside it) and its contact sheet (``.jpg``).

    Raises ``CassetError``: what the person gave cannot be used, this machine lacks something, or
    too many clips failed. Whatever was finished by then is kept for the next try.
    """
    progress = progress or Silent()
    watch = Stopwatch()
    size = _checked(request, studio.hearing)
    try:
        with LocalStudio(workers=studio.workers) as maker:
            return _make(request, studio, progress, watch, size, maker)
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise files.disk_full(studio.work_dir) from fault
        raise


def _make(
    request: Request,
    studio: Studio,
    progress: Progress,
    watch: Stopwatch,
    size: tuple[int, int],
    maker: LocalStudio,
) -> Made:
    device = maker.check()  # a machine that cannot draw is told before it listens for a minute
    song_sha = file_sha256(request.song)
    work = studio.work_dir / song_sha[:16]
    work.mkdir(parents=True, exist_ok=True)
    cover = _kept_cover(request.cover, work)
    job_id = str(
        uuid.uuid5(
            uuid.NAMESPACE_OID,
            fingerprint([song_sha, request.prompt, request.aspect, request.seed]),
        )
    )

    with watch.time("audio_parser"):
        audio, sound = audio_parser.parse(
            request.song,
            job_id=job_id,
            hearing=studio.hearing,
            lyrics=request.lyrics,
            progress=progress,
        )
    _room(studio.work_dir, sound.duration)
    _room(request.out.parent, sound.duration)

    with watch.time("scene_planner"):
        progress.at("scene_planner", 0.0)
        plan = scene_planner.plan(
            audio, request.prompt, aspect=request.aspect, seed=request.seed, cover=cover
        )
        if plan.reading.not_understood:
            words = ", ".join(f"“{word}”" for word in plan.reading.not_understood)
            progress.message("scene_planner", f"Not understood, so not shown: {words}")
        maker.film = _setting(plan, audio, sound, studio.quality, size, work)
        for said in LyricSetter(
            audio.lyrics, maker.film.lyric_treatment, size, maker.film.palette
        ).warnings:
            progress.message("scene_planner", said)
        progress.at("scene_planner", 1.0)

    with watch.time("reference_generator"):
        references = reference_generator.generate(
            plan,
            maker=maker,
            folder=work / "references" / job_id,
            concurrent=maker.workers,
            progress=progress,
        )

    with watch.time("prompt_generator"):
        progress.at("prompt_generator", 0.0)
        prompts = prompt_generator.write_prompts(plan, references)
        progress.at("prompt_generator", 1.0)

    with watch.time("video_generator"):
        composer.prepare_audio(sound, work)
        clips, calmed = _clips(plan, prompts, size, maker, work, progress)

    with watch.time("composer"):
        film = composer.compose(
            plan,
            clips,
            sound=sound,
            work=work,
            out=request.out,
            size=size,
            progress=lambda share: progress.at("composer", share),
        )
    for said in film.fallbacks:
        progress.message("composer", said)
    composition = composer.Composition(plan, work, size=size)
    grid = np.load(work / composer.FILM_GRID)
    figures = quality.figures(
        grid,
        cuts=composition.timeline.cuts,
        shot_starts=[shot.start_frame for script in plan.clip_scripts for shot in script.shots],
        beats=audio.beat_timestamps,
        downbeats=audio.downbeats,
    )
    made = Made(
        film,
        request.out.with_suffix(".json"),
        request.out.with_suffix(".jpg"),
        _summary(film, figures, watch),
    )
    tiles = [
        sheet.Tile(
            shot.start_frame, shot.end_frame, f"{script.section} · {shot.look.scene}".strip(" ·")
        )
        for script in plan.clip_scripts
        for shot in script.shots
    ]
    sheet.contact_sheet(request.out, tiles, made.contact_sheet, title=request.prompt)
    _write_json(
        made.report,
        {
            "request": _asked(request),
            "analysis": audio.model_dump(mode="json"),
            "plan": plan.model_dump(mode="json"),
            "references": references.model_dump(mode="json"),
            "prompts": prompts.model_dump(mode="json"),
            "clips": clips.model_dump(mode="json"),
            "film": film.model_dump(mode="json"),
            "quality": figures | {"clips_calmed": calmed},
            "timings_s": watch.seconds,
            "device": device,
        },
    )
    _prune(studio.work_dir, keep=work)
    return made


def _clips(
    plan: Plan,
    prompts: ClipPrompts,
    size: tuple[int, int],
    maker: LocalStudio,
    work: Path,
    progress: Progress,
) -> tuple[Clips, list[int]]:
    """All clips, and the indices of those drawn again with calmer light because the film would flash.

    Transitions are rendered while later clips are still being drawn.
    """
    calm: dict[int, float] = {}
    for step in (*CALM_STEPS, None):
        composition = composer.Composition(plan, work, size=size)
        orders = {
            index: replace(order, calm=calm.get(index, 0.0))
            for index, order in _orders(plan, composition.timeline.clips, prompts, size).items()
        }
        clips = video_generator.generate(
            plan,
            prompts,
            orders,
            maker=maker,
            folder=work / "clips",
            concurrent=maker.workers,
            progress=progress,
            on_clip=composition.add,
        )
        guilty = {} if composition.missing else _flashing(composition)
        if not guilty:
            break
        if step is None:
            raise GenerationError(
                "The film would flash more than three times a second even with calm light, which can harm viewers. "
                "Ask for another SEED or another prompt.",
                retryable=False,
            )
        progress.message(
            "video_generator", f"{len(guilty)} clips flash too often and are drawn again, calmer."
        )
        calm |= dict.fromkeys(guilty, step)
    return clips, sorted(calm)


def _checked(request: Request, hearing: Hearing) -> tuple[int, int]:
    """The film's size, once everything that can be known to be wrong beforehand is not."""
    if request.aspect not in ASPECT_SIZES:
        raise ValidationError(f"ASPECT is {', '.join(ASPECT_SIZES)}; not {request.aspect!r}.")
    scene_planner.checked_prompt(request.prompt)
    probe.sound(request.song, max_bytes=hearing.max_bytes)
    if request.lyrics is not None:
        formats.read_file(
            probe.regular_file(request.lyrics, what="lyrics file", max_bytes=formats.MAX_BYTES)
        )
    if request.cover is not None:
        images.load(probe.regular_file(request.cover, what="cover", max_bytes=images.MAX_BYTES))
    if request.out.suffix.lower() != ".mp4":
        raise ValidationError(f"OUT must end in .mp4; {request.out.name!r} does not.")
    if request.out.is_dir():
        raise ValidationError(
            f"{request.out} is a folder. Name a file in it, as {request.out / 'out.mp4'}."
        )
    if request.song.resolve() == request.out.resolve():
        raise ValidationError("OUT is the song itself. Name another file.")
    try:
        request.out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=request.out.parent):
            pass
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise files.disk_full(request.out.parent) from fault
        raise ValidationError(
            f"Nothing can be written to {request.out.parent}. Name another place by OUT=."
        ) from None
    return ASPECT_SIZES[request.aspect]


def _kept_cover(cover: Path | None, work: Path) -> str | None:
    """The cover as a clean PNG in the work folder, named by its content."""
    if cover is None:
        return None
    picture = images.load(cover)
    kept = work / f"cover-{file_sha256(cover)[:16]}.png"
    if not kept.exists():
        with files.published(kept) as part:
            Image.fromarray(picture).save(part)
    return str(kept)


def _room(folder: Path, duration_s: float) -> None:
    """Refuse to begin what the disk has no room for."""
    needed, free = duration_s * BYTES_PER_S, shutil.disk_usage(folder).free
    if free < needed:
        raise MissingCapability(
            f"The film needs about {needed / 2**20:.0f} MB in {folder}, where {free / 2**20:.0f} MB are free. "
            "Free some space, then start again.",
            code="DISK_FULL",
        )


def _setting(
    plan: Plan,
    audio: AudioData,
    sound: Sound,
    quality_name: Quality,
    size: tuple[int, int],
    work: Path,
) -> FilmSetting:
    curves = (
        work
        / f"music-{fingerprint(audio.model_dump(mode='json', exclude={'metadata', 'job_id', 'lyrics'}))[:16]}.npz"
    )
    if not curves.exists():
        with files.published(curves) as part:
            MusicCurves.from_song(sound, audio, fps=FPS).save(part)
    return FilmSetting(
        size=size,
        quality=quality_name,
        curves=curves,
        curves_sha256=file_sha256(curves),
        lyrics=audio.lyrics,
        lyric_treatment=plan.lyric_style.treatment,
        palette=plan.style.color_palette,
    )


def _orders(
    plan: Plan, spans: Sequence[timeline.ClipSpan], prompts: ClipPrompts, size: tuple[int, int]
) -> dict[int, ClipOrder]:
    return {
        span.index: ClipOrder(
            script=script,
            prompt=prompt,
            size=size,
            head=span.head,
            tail=span.tail,
            key_frames=span.key_frames,
        )
        for span, script, prompt in zip(spans, plan.clip_scripts, prompts.clip_prompts, strict=True)
    }


def _flashing(composition: composer.Composition) -> dict[int, int]:
    """Clips in which a second has too many flashes, with that number; empty for a safe film."""
    flashes = flash.measure(composition.grid())
    guilty: dict[int, int] = {}
    for frame in flashes.frames:
        for span in composition.timeline.clips:
            if span.start_frame <= frame and span.end_frame > frame - FPS:
                guilty[span.index] = flashes.most
    return guilty


def _asked(request: Request) -> dict[str, Any]:
    return {
        "song": request.song.name,
        "prompt": request.prompt,
        "aspect": request.aspect,
        "lyrics": request.lyrics.name if request.lyrics else None,
        "cover": request.cover.name if request.cover else None,
        "seed": request.seed,
    }


def _summary(film: Film, figures: quality.Figures, watch: Stopwatch) -> str:
    seconds = sum(watch.seconds.values())
    return (
        f"{film.video_url}: {film.duration:.1f} s, {figures['shots']} shots, {film.file_size_mb:.1f} MB, "
        f"made in {int(seconds // 60)}:{seconds % 60:02.0f} min"
    )


def _write_json(path: Path, value: dict[str, Any]) -> None:
    with files.published(path) as part:
        part.write_text(
            json.dumps(value, indent=1, ensure_ascii=False, default=float) + "\n", encoding="utf-8"
        )


def _prune(work_dir: Path, *, keep: Path, max_bytes: int = WORK_MAX_BYTES) -> None:
    """Remove the work folders used longest ago until the rest fits ``max_bytes``; never ``keep``."""
    folders = []
    for folder in work_dir.iterdir():
        held = [entry.stat() for entry in folder.rglob("*") if entry.is_file()]
        folders.append(
            (max((s.st_mtime for s in held), default=0.0), sum(s.st_size for s in held), folder)
        )
    room = max_bytes
    for _, size, folder in sorted(folders, reverse=True):
        room -= size
        if room < 0 and folder != keep:
            shutil.rmtree(folder, ignore_errors=True)
