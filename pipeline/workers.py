"""What a worker does with a stage or a clip it has claimed.

Every step writes files under names that say what they are made from, and the row last, under its
lease: killed at any moment, the next worker goes on from what is there.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from casset.lib.errors import CassetError, GenerationError
from casset.media.audio import decode
from casset.media.compose import sheet
from casset.media.picture import Planes
from casset.media.shaders.uniforms import next_calm
from casset.web import logs
from casset.work import running
from pipeline import equipment, events, flow, leases, ledger, tallies, workroom
from pipeline.contracts import FPS, AudioData, ClipPrompts, Plan, References
from pipeline.contracts import Clip as ClipContract
from pipeline.contracts import Clips as ClipsContract
from pipeline.leases import Claim, Heartbeat, LeaseLost
from pipeline.models import MICROS, Clip, Film, Job, Stage, Status, Take, Work
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

log = logging.getLogger(__name__)

TELL_EVERY_S = 0.5
POSTER_WIDTH_PX = 640
NOTES_KEPT = 40
FILMS_KEPT = 3


def run_one(queue: str) -> bool:
    """Take the most urgent stage or clip of ``queue`` and do it; False where there is none (any more)."""
    claim = leases.claim(queue)
    if claim is None:
        return False
    run(claim)
    return True


def run(claim: Claim) -> None:
    """Do the claimed work and hand on what it gives; never raises for what the work itself does.

    Whatever is logged meanwhile says which job, stage or clip and attempt it is about, and the
    request that asked for it.
    """
    row, job = claim.row, claim.job
    stage = row.name if isinstance(row, Stage) else "clip"
    named = {"stage": stage} if isinstance(row, Stage) else {"clip": row.index}
    with logs.bound(
        job_id=str(row.job_id),
        request_id=job.request_id,
        attempt=job.attempt,
        tries=row.tries,
        **named,
    ):
        began = time.monotonic()
        outcome = _run(claim)
        seconds = round(time.monotonic() - began, 3)
        log.info("%s %s", stage, outcome, extra={"outcome": outcome, "seconds": seconds})
        if outcome == DONE:
            tallies.observe("stage_seconds", stage, seconds)
        if outcome != CALLED_OFF:
            flow.advance(row.job_id)


DONE, CALLED_OFF, PUT_BACK = "done", "called off", "put back"


def _run(claim: Claim) -> str:
    """Do the work and say how it ended."""
    row = claim.row
    try:
        with Heartbeat(claim) as heart:
            if isinstance(row, Clip):
                _shoot(row, claim, heart)
            else:
                _STAGES[row.name](row.job, Telling(claim, heart), claim)
    except LeaseLost:
        return CALLED_OFF
    except DatabaseError as fault:  # away: the lease runs out and the sweeper gives the work anew
        log.warning("the database was lost: %s", fault)
        connection.close()
        return CALLED_OFF
    except CassetError as error:
        # Its sentence is for the person and may quote what they wrote: the row has it.
        log.warning("expected error %s", error.code, extra={"code": error.code})
        return _put_back(claim, error)
    except SoftTimeLimitExceeded:  # no bug: what it has finished is there for the next try
        log.warning("out of time")
        return _put_back(claim, running.OUT_OF_TIME)
    except Exception:
        log.exception("unexpected error")
        return _put_back(claim, None)
    return DONE


def _put_back(claim: Claim, error: CassetError | None) -> str:
    try:
        flow.put_back(claim, error)
    except LeaseLost:  # it was called off while it failed
        return CALLED_OFF
    return PUT_BACK


class Telling:
    """A ``Progress`` that keeps a stage's row and the watching people up to date, twice a second."""

    def __init__(self, claim: Claim, heart: Heartbeat):
        self._claim, self._heart = claim, heart
        self._said: list[str] = []
        self._told = 0.0

    def at(self, stage: str, share: float, text: str = "") -> None:
        self._heart.check()
        now = time.monotonic()
        if now - self._told < TELL_EVERY_S:
            return
        self._told = now
        self._claim.update(share=min(1.0, max(0.0, share)))
        flow.show_progress(self._claim.job)

    def message(self, stage: str, text: str) -> None:
        if text not in self._said and len(self._said) < NOTES_KEPT:
            self._said.append(text)
            self._claim.update(notes=self._said)
            events.message(self._claim.job, stage, text)


# -- stages --------------------------------------------------------------------------------------
def _hear(job: Job, telling: Telling, claim: Claim) -> None:
    _begin(claim)
    workroom.require_room(job.folder, job.duration_s)
    audio, sound = audio_parser.parse(
        job.folder / job.song_file,
        job_id=str(job.pk),
        hearing=equipment.hearing(job.beats),
        lyrics=job.folder / job.lyrics_file if job.lyrics_file else None,
        progress=telling,
    )
    kept = workroom.plain(audio.model_dump(mode="json"))
    workroom.keep_music(sound, AudioData.model_validate(kept), job.work)
    composer.prepare_audio(sound, job.work)
    Job.objects.filter(pk=job.pk).update(duration_s=sound.duration)
    _hand_on(claim, kept)


def _direct(job: Job, telling: Telling, claim: Claim) -> None:
    _begin(claim)
    audio = _audio(job)
    cover = workroom.keep_cover(job.folder / job.cover_file if job.cover_file else None, job.work)
    plan = scene_planner.plan(
        audio,
        job.prompt,
        aspect=job.aspect,  # type: ignore[arg-type]
        seed=job.seed,
        cover=cover,
    )
    film = _setting(job, plan, audio)
    for said in workroom.planning_notes(plan, film):
        telling.message("scene_planner", said)
    _hand_on(claim, plan.model_dump(mode="json"))


def _sketch(job: Job, telling: Telling, claim: Claim) -> None:
    _begin(claim)
    with LocalStudio(in_process=True) as maker:
        references = reference_generator.generate(
            _plan(job),
            maker=maker,
            folder=job.work / "references",
            concurrent=maker.workers,
            progress=telling,
        )
    _hand_on(claim, references.model_dump(mode="json"))


def _describe(job: Job, telling: Telling, claim: Claim) -> None:
    _begin(claim)
    plan = _plan(job)
    prompts = prompt_generator.write_prompts(
        plan, References.model_validate(job.output("reference_generator"))
    )
    with transaction.atomic():
        _hand_on(claim, prompts.model_dump(mode="json"))
        for script in plan.clip_scripts:
            clip, _ = Clip.objects.get_or_create(
                job=job,
                index=script.clip_index,
                defaults={"frames": script.end_frame - script.start_frame},
            )
            Take.objects.get_or_create(clip=clip, number=1)


def _cut(job: Job, telling: Telling, claim: Claim) -> None:
    """Compose the film, or send clips back that would make it flash."""
    _begin(claim)
    size = equipment.size_of(job.aspect)
    plan, audio, clips = _plan(job), _audio(job), _clips(job)
    rows = Clip.objects.filter(job=job).prefetch_related("takes")
    edges = _edges(job, plan, {row.index: _current(row) for row in rows})
    composition = composer.Composition(plan, job.work, edges=edges, size=size)
    try:
        for made in clips.clips:
            if made.status == "success":
                composition.add(made)
    except _Outdated as fault:
        _draw_anew(job, fault.index, claim)
        return
    guilty = {} if composition.missing else workroom.flashing(composition)
    if guilty:
        _calm(job, sorted(guilty), claim)
        return
    number = (job.films.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    left = list(job.folder.glob("making-*.mp4"))  # by workers that were killed
    out = job.folder / f"making-{claim.token.hex}.mp4"
    film = composer.compose(
        plan,
        clips,
        song=_song(job),
        work=job.work,
        out=out,
        edges=edges,
        size=size,
        progress=lambda share: telling.at("composer", share),
    )
    for said in film.fallbacks:
        telling.message("composer", said)
    report = {
        "film": film.model_dump(mode="json", exclude={"video_url"}),
        "quality": workroom.figures(plan, audio, composition, job.work),
        "clips": clips.model_dump(mode="json"),
    }
    finished = Film(
        job=job,
        number=number,
        prompt=job.prompt,
        duration_s=film.duration,
        bytes=out.stat().st_size,
        report=workroom.plain(report),
    )
    sheet.contact_sheet(out, workroom.tiles(plan), finished.sheet, title=job.prompt)
    sheet.still(out, _poster_frame(plan), finished.poster, width=1280)
    try:
        with transaction.atomic():
            claim.end(Work.DONE, share=1.0)
            out.replace(finished.path)
            finished.save()
            job.refresh_from_db(fields=["status", "spent_micros"])
            job.move(Status.COMPLETED, progress=100, error="", error_code="", retryable=False)
            ledger.release_open(job)
            events.stage_update(job, "composer", "completed", _seconds(claim.row))
            events.completed(job, finished)
            tallies.count("films")
    finally:
        out.unlink(missing_ok=True)
    for path in left:
        path.unlink(missing_ok=True)
    _forget_old_films(job)
    flow.admit()


def _calm(job: Job, guilty: list[int], claim: Claim) -> None:
    """Have the clips that make the film flash drawn again with calmer light."""
    with transaction.atomic():
        for clip in Clip.objects.filter(job=job, index__in=guilty):
            take = clip.current
            step = next_calm(take.calm) if take else None
            if take is None or step is None:
                raise GenerationError(workroom.FLASHES_STILL, retryable=False)
            Take.objects.filter(pk=take.pk).update(calm=step)
            _unmake(clip, take)
        _wait_for_clips(job, claim)
        text = f"{len(guilty)} clips flash too often and are drawn again, calmer."
        events.message(job, "video_generator", text)


def _draw_anew(job: Job, index: int, claim: Claim) -> None:
    """Have a clip drawn again that an older version of its scene drew: its edges would not go with it."""
    with transaction.atomic():
        clip = Clip.objects.get(job=job, index=index)
        if (take := clip.current) is not None:
            _unmake(clip, take)
        _wait_for_clips(job, claim)


def _unmake(clip: Clip, take: Take) -> None:
    Take.objects.filter(pk=take.pk).update(file="", fingerprint="")
    Clip.objects.filter(pk=clip.pk).update(status=Work.PENDING, tries=0, share=0.0)


def _wait_for_clips(job: Job, claim: Claim) -> None:
    """End the claim on the composer's stage so that it begins again once all clips are there."""
    gather = Stage.objects.filter(job=job, name="video_generator")
    gather.update(status=Work.PENDING, finished_at=None)
    claim.end(Work.PENDING, tries=0, share=0.0)


_STAGES: dict[str, Callable[[Job, Telling, Claim], None]] = {
    "audio_parser": _hear,
    "scene_planner": _direct,
    "reference_generator": _sketch,
    "prompt_generator": _describe,
    "composer": _cut,
}


# -- clips ---------------------------------------------------------------------------------------
def _shoot(clip: Clip, claim: Claim, heart: Heartbeat) -> None:
    """Make one clip's current take, or find it made already; render the transitions it completes."""
    job, take = clip.job, clip.current
    if take is None:
        raise GenerationError(f"Clip {clip.index + 1} has no take.", retryable=False)
    plan, audio = _plan(job), _audio(job)
    size = equipment.size_of(job.aspect)
    with LocalStudio(in_process=True) as maker:
        maker.film = _setting(job, plan, audio)
        calm = {clip.index: take.calm}
        order = workroom.orders(plan, _prompts(job), size, calm)[clip.index]
        path, mark = video_generator.clip_path(job.work / "clips", order, maker)
        facts = video_generator.kept(path)
        if facts is None:
            facts = _make(job, clip, take, order, maker, claim, heart)
    if not path.with_suffix(".jpg").exists():
        sheet.still(path, len(order.body) // 2, path.with_suffix(".jpg"), width=POSTER_WIDTH_PX)
    heart.check()
    Take.objects.filter(pk=take.pk).update(
        fingerprint=mark,
        file=path.name,
        frames=facts["frames"],
        made_in_s=facts["seconds"],
        cost_micros=ledger.micros(facts["cost"]),
    )
    _join_neighbours(job, plan, clip, size)
    with transaction.atomic():
        claim.end(Work.DONE, share=1.0)
        take.refresh_from_db()
        events.clip_ready(clip, take)
    flow.show_progress(job)


def _make(
    job: Job,
    clip: Clip,
    take: Take,
    order: ClipOrder,
    maker: LocalStudio,
    claim: Claim,
    heart: Heartbeat,
) -> dict[str, Any]:
    """Have the clip made, its price reserved before and settled after; returns the facts of its note."""
    path, mark = video_generator.clip_path(job.work / "clips", order, maker)
    purchase = ledger.reserve(
        job,
        stage="video_generator",
        key=f"clip {clip.index} {mark[:40]}",
        amount_micros=ledger.micros(maker.price(order)),
    )
    told = 0.0

    def report(share: float) -> None:
        nonlocal told
        heart.check()
        if time.monotonic() - told >= TELL_EVERY_S:
            told = time.monotonic()
            claim.update(share=share)
            flow.show_progress(job)

    began = time.monotonic()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        made = maker.clip(order, path, report)
    except CassetError:
        ledger.release(purchase)
        raise
    cost = ledger.micros(made.cost)
    if ledger.settle(purchase, cost) and cost:
        job.refresh_from_db(fields=["spent_micros"])
        events.cost_update(job, "video_generator", cost, job.spent_micros)
    facts = {
        "frames": made.frames,
        "cost": made.cost,
        "retries": clip.tries - 1,
        "seconds": time.monotonic() - began,
    }
    video_generator.note(path, facts)
    return facts


def _join_neighbours(job: Job, plan: Plan, clip: Clip, size: tuple[int, int]) -> None:
    """Render the transitions to the clips before and after where those are there already."""
    beside = (clip.index - 1, clip.index, clip.index + 1)
    rows = list(Clip.objects.filter(job=job, index__in=beside).prefetch_related("takes"))
    edges = _edges(job, plan, {row.index: _current(row) for row in rows})
    composition = composer.Composition(plan, job.work, edges=edges, size=size)
    for row in rows:
        if row.pk == clip.pk:
            row.status = Work.DONE  # its file is there; the row says so in a moment
        made = _contract(_current(row), row)
        if made.status == "success":
            with contextlib.suppress(_Outdated):  # the cut will have that one drawn anew
                composition.add(made)


class _Outdated(GenerationError):
    """Clip ``index`` was drawn by another version of its scene than what would draw its edges."""

    def __init__(self, index: int) -> None:
        super().__init__(f"Shot {index + 1} was drawn by an older version. Make it again.")
        self.index = index


def _edges(job: Job, plan: Plan, takes: Mapping[int, Take]) -> composer.Edges:
    """What transitions show of clips, drawn in this process. Raises ``_Outdated`` as it is asked.

    Nothing is read or set up before that: most films' transitions are there by then.
    """

    def frames(index: int, wanted: range) -> Iterable[Planes]:
        take = takes[index]
        orders = workroom.orders(
            plan, _prompts(job), equipment.size_of(job.aspect), {index: take.calm}
        )
        with LocalStudio(in_process=True) as maker:
            maker.film = _setting(job, plan, _audio(job))
            path, _ = video_generator.clip_path(job.work / "clips", orders[index], maker)
            if path.name != take.file:
                raise _Outdated(index)
            return maker.frames(orders[index], wanted)

    return frames


# -- what the rows hold, as the stages' contracts ------------------------------------------------
def _begin(claim: Claim) -> None:
    events.stage_update(claim.job, _name(claim), "started")


def _hand_on(claim: Claim, output: dict[str, Any]) -> None:
    claim.end(Work.DONE, share=1.0, output=output)
    events.stage_update(claim.job, _name(claim), "completed", _seconds(claim.row))
    flow.show_progress(claim.job)


def _name(claim: Claim) -> str:
    assert isinstance(claim.row, Stage)  # noqa: S101 - for the type checker
    return claim.row.name


def _seconds(row: Stage | Clip) -> float:
    return round((timezone.now() - (row.started_at or timezone.now())).total_seconds(), 3)


def _audio(job: Job) -> AudioData:
    audio: AudioData = _there(job.audio())
    return audio


def _plan(job: Job) -> Plan:
    plan: Plan = _there(job.plan())
    return plan


def _prompts(job: Job) -> ClipPrompts:
    prompts: ClipPrompts = _there(job.prompts())
    return prompts


def _there(value: Any) -> Any:
    if value is None:  # a stage before was reset: this claim is about to be lost
        raise LeaseLost
    return value


def _clips(job: Job) -> ClipsContract:
    """The clips as they are in the film now."""
    rows = list(Clip.objects.filter(job=job).prefetch_related("takes"))
    clips = tuple(_contract(_current(clip), clip) for clip in rows)
    good = sum(clip.status == "success" for clip in clips)
    return ClipsContract(
        job_id=str(job.pk),
        clips=clips,
        total_clips=len(clips),
        successful_clips=good,
        failed_clips=len(clips) - good,
        total_cost=sum(clip.cost for clip in clips),
        total_generation_time=sum(clip.generation_time for clip in clips),
    )


def _current(clip: Clip) -> Take:
    return next(take for take in clip.takes.all() if take.number == clip.take)


def _contract(take: Take, clip: Clip) -> ClipContract:
    target = clip.frames / FPS
    there = clip.status == Work.DONE and bool(take.file)
    return ClipContract(
        clip_index=clip.index,
        video_url=str(clip.job.work / "clips" / take.file) if there else "",
        actual_duration=target if there else 0.0,
        target_duration=target,
        duration_diff=0.0 if there else -target,
        status="success" if there else "failed",
        cost=take.cost_micros / MICROS,
        retry_count=max(0, clip.tries - 1),
        generation_time=take.made_in_s,
        fingerprint=take.fingerprint,
        error=clip.error,
    )


def _song(job: Job) -> Path:
    """The encoded song; made again where its file has gone."""
    kept = next(iter(sorted(job.work.glob("song-*.m4a"))), None)
    if kept is not None:
        return kept
    sound = decode.decode(job.folder / job.song_file, max_s=settings.AUDIO_MAX_S)
    return composer.prepare_audio(sound, job.work)


def _setting(job: Job, plan: Plan, audio: AudioData) -> FilmSetting:
    """What all clips share; the music's curves are made again where their file has gone."""
    if not workroom.has_music(audio, job.work):
        sound = decode.decode(job.folder / job.song_file, max_s=settings.AUDIO_MAX_S)
        workroom.keep_music(sound, audio, job.work)
    size = equipment.size_of(job.aspect)
    return workroom.setting(plan, audio, equipment.quality(), size, job.work)


def _poster_frame(plan: Plan) -> int:
    """A frame that stands for the film: the middle of its first chorus's first shot, else of the film."""
    shots = [
        shot
        for script in plan.clip_scripts
        if script.section == "chorus"
        for shot in script.shots[:1]
    ]
    if not shots:
        return plan.total_frames // 2
    return (shots[0].start_frame + shots[0].end_frame) // 2


def _forget_old_films(job: Job) -> None:
    """Keep the newest films of a job and remove the files of those before."""
    for film in job.films.order_by("-number")[FILMS_KEPT:]:
        for path in (film.path, film.sheet, film.poster):
            path.unlink(missing_ok=True)
        film.delete()
