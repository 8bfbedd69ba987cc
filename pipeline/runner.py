"""The six stages in order, for one film on one machine: what ``make video`` runs.

Everything that takes long is kept in a work folder under names that say what it is made from, so
the same command continues where it was stopped, and a changed one redoes only what changed.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casset.lib.errors import GenerationError, ValidationError
from casset.lib.hashing import file_sha256, fingerprint
from casset.media import files, probe
from casset.media.audio.lyrics import formats
from casset.media.compose import quality, sheet
from casset.media.shaders import images
from casset.media.shaders.renderer import Quality
from casset.media.shaders.uniforms import next_calm
from pipeline import workroom
from pipeline.contracts import ASPECT_SIZES, Aspect, ClipPrompts, Clips, Film, Plan
from pipeline.progress import Progress, Silent
from pipeline.providers.local import LocalStudio
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
    cover = workroom.keep_cover(request.cover, work)
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
    workroom.require_room(studio.work_dir, sound.duration)
    workroom.require_room(request.out.parent, sound.duration)

    with watch.time("scene_planner"):
        progress.at("scene_planner", 0.0)
        plan = scene_planner.plan(
            audio, request.prompt, aspect=request.aspect, seed=request.seed, cover=cover
        )
        workroom.keep_music(sound, audio, work)
        maker.film = workroom.setting(plan, audio, studio.quality, size, work)
        for said in workroom.planning_notes(plan, maker.film):
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
        song = composer.prepare_audio(sound, work)
        clips, calm = _clips(plan, prompts, size, maker, work, progress)

    with watch.time("composer"):
        film = composer.compose(
            plan,
            clips,
            song=song,
            work=work,
            out=request.out,
            edges=workroom.edges(maker, workroom.orders(plan, prompts, size, calm)),
            size=size,
            progress=lambda share: progress.at("composer", share),
        )
    for said in film.fallbacks:
        progress.message("composer", said)
    composition = composer.Composition(plan, work, size=size)
    figures = workroom.figures(plan, audio, composition, work)
    made = Made(
        film,
        request.out.with_suffix(".json"),
        request.out.with_suffix(".jpg"),
        _summary(film, figures, watch),
    )
    sheet.contact_sheet(request.out, workroom.tiles(plan), made.contact_sheet, title=request.prompt)
    workroom.write_json(
        made.report,
        {
            "request": _asked(request),
            "analysis": audio.model_dump(mode="json"),
            "plan": plan.model_dump(mode="json"),
            "references": references.model_dump(mode="json"),
            "prompts": prompts.model_dump(mode="json"),
            "clips": clips.model_dump(mode="json"),
            "film": film.model_dump(mode="json"),
            "quality": figures | {"clips_calmed": sorted(calm)},
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
) -> tuple[Clips, dict[int, float]]:
    """All clips, and how calm those are that were drawn again because the film would flash, by index.

    Transitions are rendered while later clips are still being drawn.
    """
    calm: dict[int, float] = {}
    while True:
        orders = workroom.orders(plan, prompts, size, calm)
        composition = composer.Composition(
            plan, work, edges=workroom.edges(maker, orders), size=size
        )
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
        guilty = {} if composition.missing else workroom.flashing(composition)
        if not guilty:
            break
        for index in guilty:
            step = next_calm(calm.get(index, 0.0))
            if step is None:
                raise GenerationError(workroom.FLASHES_STILL, retryable=False)
            calm[index] = step
        progress.message(
            "video_generator", f"{len(guilty)} clips flash too often and are drawn again, calmer."
        )
    return clips, calm


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
