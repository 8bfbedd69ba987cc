"""What a person can do with their films. Views, API and admin call these and nothing below them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Set
from functools import partial
from pathlib import PurePath
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Sum

from casset.lib.errors import InvalidTransition, MediaError, ValidationError
from casset.lib.text import title_of_file
from casset.media import probe
from casset.media.audio.lyrics import formats
from casset.media.shaders import images
from casset.tracks import services as tracks
from casset.tracks.models import Track
from casset.web import events as watched
from casset.web import logs
from pipeline import admission, estimate, events, flow, ledger, of_track, workroom
from pipeline.contracts import ASPECT_SIZES, Plan
from pipeline.models import Clip, Film, Job, Stage, Status, Take, Work
from pipeline.progress import STAGES
from pipeline.stages import scene_planner

TITLE_MOST = 120  # characters
PROMPT_LEAST, PROMPT_MOST = 50, 500  # characters (the brief)
SEED_MOST = 1_000_000
SONG_ENDINGS = {".mp3", ".wav", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".mp4"}
LYRICS_ENDINGS = {".lrc", ".txt", ".vtt", ".srt"}
COVER_ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


class Upload(Protocol):
    """A file a person sent: Django's ``UploadedFile``, or anything like it."""

    name: str | None
    size: int | None

    def chunks(self) -> Any: ...


def create_job(
    *,
    owner: Any,
    prompt: str,
    song: Upload | None = None,
    track_id: str = "",
    aspect: str = "16:9",
    seed: int = 1,
    beats: str = "auto",
    lyrics: Upload | None = None,
    cover: Upload | None = None,
    request_key: UUID | None = None,
) -> Job:
    """Take in a song and a sentence and put the film in line.

    The song is one that was sent, or that of the person's own track, which also gives its cover,
    its words and its title. The same ``request_key`` of the same person gives the same job again: a
    double click is one film. Raises ``ValidationError`` or ``MediaError`` for what cannot be used,
    ``NotFound`` for a track that is not theirs or not ready, ``QuotaExceeded``; nothing is kept then.
    """
    if request_key is not None:
        before = Job.objects.filter(owner=owner, request_key=request_key).first()
        if before is not None:
            return before
    track = of_track.own(owner, track_id) if track_id else None
    if (track is None) == (song is None):
        raise ValidationError("Give a song or one of your tracks, one of them.")
    sentence = checked_sentence(prompt)
    _check_choices(aspect, seed, beats)
    _check_storage(owner)
    job = Job(
        id=uuid4(),
        owner=owner,
        track=track,
        request_key=request_key,
        title=track.title if track else title_of_file(song.name if song else "", most=TITLE_MOST),
        prompt=sentence,
        aspect=aspect,
        seed=seed,
        beats=beats,
        request_id=logs.request_id(),
        budget_micros=ledger.micros(settings.JOB_BUDGET_DOLLARS),
    )
    try:
        if track is not None:
            _take_from(job, track)
        elif song is not None:
            _take_in(job, song, lyrics, cover, SONG_ENDINGS, settings.UPLOAD_MAX_BYTES)
        with transaction.atomic():
            admission.count_start(owner)
            if track is not None:  # it may have been deleted while its song was copied
                job.track = of_track.own(owner, track.pk, lock=True)
            job.save(force_insert=True)
            Stage.objects.bulk_create(
                Stage(job=job, name=name, order=order) for order, name in enumerate(STAGES)
            )
            events.of_track(job)
    except IntegrityError:
        shutil.rmtree(job.folder, ignore_errors=True)
        twin = Job.objects.filter(owner=owner, request_key=request_key).first()
        if request_key is None or twin is None:
            raise
        return twin
    except BaseException:
        shutil.rmtree(job.folder, ignore_errors=True)
        raise
    flow.admit()
    job.refresh_from_db()
    return job


def cancel_job(*, job: Job) -> None:
    """Stop a job that waits or runs; workers notice within seconds. Raises ``InvalidTransition``."""
    with transaction.atomic():
        job.move(Status.CANCELLED)
        ledger.release_open(job)
        events.error(job, "The film was cancelled.", "CANCELLED", retryable=True)
    flow.admit()


def retry_job(*, job: Job) -> None:
    """Put a failed or cancelled job in line again; what was finished is kept.

    Raises ``InvalidTransition`` for one that is not.
    """
    if job.status not in (Status.FAILED, Status.CANCELLED):
        raise InvalidTransition(f"This film is {job.status}; there is nothing to try again.")
    _require_files(job)
    with transaction.atomic():
        for work in (Stage, Clip):
            unfinished = work.objects.filter(job=job).exclude(status=Work.DONE)
            unfinished.update(**_AFRESH)
        Stage.objects.filter(job=job, name="composer").update(**_AFRESH)
        _put_in_line(job)
    flow.admit()


def shoot_again(*, job: Job, index: int) -> Take:
    """Have one clip shot differently; its earlier takes are kept. Returns the take to come.

    Works on a finished film and, for a clip that is there already, on one that is being made.
    Raises ``InvalidTransition`` where it does not fit, ``ValidationError`` for no such clip.
    """
    _require_files(job)
    with transaction.atomic():
        job = _locked(job)
        clip = _clip(job, index)
        if clip.status in Work.UNFINISHED:
            raise InvalidTransition("This shot is being made already. Wait for it.")
        audio, kept = job.audio(), job.output("scene_planner")
        if audio is None or kept is None:
            raise InvalidTransition("This film has no plan yet. Wait for it.")
        plan = Plan.model_validate(kept)
        number = (clip.takes.aggregate(most=Max("number"))["most"] or 0) + 1
        script = scene_planner.another_take(plan, audio, index, number, cover=_kept_cover(job))
        take = Take.objects.create(clip=clip, number=number, script=script.model_dump(mode="json"))
        Clip.objects.filter(pk=clip.pk).update(take=number, **_AFRESH)
        _cut_again(job)
    _go_on(job)
    return take


def use_take(*, job: Job, index: int, number: int) -> None:
    """Put an earlier (or later) take of a clip into the film, which is cut again.

    Raises ``ValidationError`` for no such take, ``InvalidTransition`` where it is not made.
    """
    _require_files(job)
    with transaction.atomic():
        job = _locked(job)
        clip = _clip(job, index)
        if clip.status in Work.UNFINISHED:
            raise InvalidTransition("This shot is being made just now. Wait for it.")
        take = clip.takes.filter(number=number).first()
        if take is None:
            raise ValidationError(f"Shot {index + 1} has no take {number}.")
        if clip.take == number and clip.status == Work.DONE:
            return
        there = bool(take.file) and take.path.exists()
        changes = {"status": Work.DONE, "error": "", "share": 1.0} if there else _AFRESH
        Clip.objects.filter(pk=clip.pk).update(take=number, **changes)
        _cut_again(job)
    _go_on(job)


def revise_job(
    *,
    job: Job,
    prompt: str | None = None,
    seed: int | None = None,
    cover: Upload | None = None,
) -> None:
    """Plan the film anew with another sentence, take or cover; equal clips are used again.

    Raises ``InvalidTransition`` while it is being made, ``ValidationError``, ``QuotaExceeded``.
    """
    if not job.is_final:
        raise InvalidTransition("The film is being made. Cancel it or wait, then change it.")
    _require_files(job)
    changes: dict[str, Any] = {}
    if prompt is not None:
        changes["prompt"] = checked_sentence(prompt)
    if seed is not None:
        _check_choices(job.aspect, seed, job.beats)
        changes["seed"] = seed
    if cover is not None:
        changes["cover_file"] = _keep_cover(job, cover)
    if not changes:
        raise ValidationError("Change the sentence, the take or the cover.")
    with transaction.atomic():
        admission.count_start(job.owner)
        Clip.objects.filter(job=job).delete()
        Stage.objects.filter(job=job).exclude(name="audio_parser").update(
            output=None, notes=[], **_AFRESH
        )
        Stage.objects.filter(job=job).exclude(status=Work.DONE).update(**_AFRESH)
        _put_in_line(job, **changes)
    flow.admit()


def delete_job(*, job: Job) -> None:
    """Remove a job with everything that belongs to it; one that runs is cancelled first."""
    if not job.is_final:
        cancel_job(job=job)
    folder, channel = job.folder, job.channel
    with transaction.atomic():
        events.of_track(job)
        job.delete()
    watched.forget(channel)
    shutil.rmtree(folder, ignore_errors=True)


def forget_jobs_of(user: Any) -> None:
    """The person is being deleted: so are their films. Call it in that transaction.

    A folder that outlives a crash belongs to no job then, and the clean-up finds it.
    """
    for job in Job.objects.filter(owner=user):
        if not job.is_final:
            cancel_job(job=job)
        watched.forget(job.channel)
        transaction.on_commit(partial(shutil.rmtree, job.folder, ignore_errors=True))


def checked_sentence(prompt: str) -> str:
    """The prompt as it is kept. Raises ``ValidationError`` when it has not 50 to 500 characters."""
    sentence = scene_planner.checked_prompt(prompt)
    if len(sentence) < PROMPT_LEAST:
        raise ValidationError(
            f"The sentence has {len(sentence)} characters. Say in at least {PROMPT_LEAST} what the "
            "video should show: who, where, when, in what light."
        )
    return sentence


# -- files that come in ----------------------------------------------------------------------------
def _take_in(
    job: Job,
    song: Upload,
    lyrics: Upload | None,
    cover: Upload | None,
    endings: Set[str],
    most: int,
) -> None:
    """Keep what was sent in the job's folder and look at it before anything else is done with it.

    The song has one of ``endings`` and ``most`` bytes at most.
    """
    job.folder.mkdir(parents=True)
    job.song_file, job.song_sha256 = _keep(job, song, "song", endings, most)
    facts = probe.sound(job.folder / job.song_file, max_bytes=most)
    _check_length(facts.duration_s)
    job.duration_s = facts.duration_s
    if lyrics is not None:
        job.lyrics_file, _ = _keep(job, lyrics, "lyrics", LYRICS_ENDINGS, formats.MAX_BYTES)
        formats.read_file(job.folder / job.lyrics_file)
    if cover is not None:
        job.cover_file = _keep_cover(job, cover)


def _take_from(job: Job, track: Track) -> None:
    """Copy what the track has. Its song was let in by the limits of tracks, which are wider."""
    with of_track.material(track) as has:
        _take_in(job, has.song, has.lyrics, has.cover, tracks.ENDINGS, settings.AUDIO_MAX_BYTES)


def _keep_cover(job: Job, cover: Upload) -> str:
    mark = uuid4().hex[:8]  # a film that is being replanned must not lose the cover it has
    name, _ = _keep(job, cover, f"cover-{mark}", COVER_ENDINGS, images.MAX_BYTES)
    try:
        images.load(job.folder / name)
    except MediaError:
        (job.folder / name).unlink(missing_ok=True)
        raise
    return name


def _keep(job: Job, upload: Upload, stem: str, endings: Set[str], most: int) -> tuple[str, str]:
    """Write an upload to ``stem`` with its own ending; returns the name and the SHA-256 of its bytes."""
    what = stem.partition("-")[0]
    ending = PurePath((upload.name or "").replace("\\", "/")).suffix.lower()
    if ending not in endings:
        kinds = ", ".join(sorted(e[1:].upper() for e in endings))
        raise MediaError(f"A {what} of this kind cannot be read here. Use one of {kinds}.")
    digest, size = hashlib.sha256(), 0
    with (job.folder / f"{stem}{ending}").open("wb") as sink:
        for block in upload.chunks():
            size += len(block)
            if size > most:
                raise MediaError(
                    f"The {what} has more than {most / 2**20:.0f} MB, the most that can be sent. "
                    "Export it smaller, for a song as MP3 or OGG."
                )
            digest.update(block)
            sink.write(block)
    if not size:
        raise MediaError(f"The {what} is empty (0 bytes). Choose the file again.")
    return f"{stem}{ending}", digest.hexdigest()


def _check_length(duration_s: float) -> None:
    """Refuse what is known to be too short, too long, or not to be done in time on these machines."""
    if duration_s and duration_s < settings.AUDIO_MIN_S:
        raise MediaError(
            f"The song lasts {duration_s:.1f} s; a film needs at least {settings.AUDIO_MIN_S:.0f} s."
        )
    if duration_s > settings.AUDIO_MAX_S:
        raise MediaError(
            f"The song lasts {duration_s / 60:.0f} minutes; at most "
            f"{settings.AUDIO_MAX_S / 60:.0f} can be used. Cut it, then send it again."
        )
    needed = estimate.whole_film_s(duration_s)
    if needed > settings.JOB_DEADLINE_S:
        raise ValidationError(
            f"A film of {duration_s / 60:.0f} minutes would take about {needed / 60:.0f} minutes to make "
            f"here, more than the {settings.JOB_DEADLINE_S / 60:.0f} a film may take. Send a shorter cut."
        )


def _check_choices(aspect: str, seed: int, beats: str) -> None:
    if aspect not in ASPECT_SIZES:
        raise ValidationError(f"The aspect is one of {', '.join(ASPECT_SIZES)}.")
    if not 0 <= seed <= SEED_MOST:
        raise ValidationError(f"The take is a whole number from 0 to {SEED_MOST}.")
    if beats not in ("auto", "half", "double"):
        raise ValidationError("Beats are counted auto, half or double.")


def _check_storage(owner: Any) -> None:
    """Refuse more once a person's films and takes fill what they may keep."""
    jobs = Job.objects.filter(owner=owner, files_removed_at=None)
    films = Film.objects.filter(job__in=jobs).aggregate(total=Sum("bytes"))["total"] or 0
    if films > settings.STORAGE_MAX_BYTES:
        raise ValidationError(
            f"Your films fill the {settings.STORAGE_MAX_BYTES / 2**30:.0f} GB that are yours. "
            "Delete some, then begin this one.",
            code="STORAGE_FULL",
        )


# -- a job's rows ----------------------------------------------------------------------------------
_AFRESH: dict[str, Any] = {
    "status": Work.PENDING,
    "tries": 0,
    "share": 0.0,
    "error": "",
    "lease_token": None,
    "lease_until": None,
    "started_at": None,
    "finished_at": None,
}


def _locked(job: Job) -> Job:
    return Job.objects.select_for_update().get(pk=job.pk)


def _clip(job: Job, index: int) -> Clip:
    clip = Clip.objects.select_for_update().filter(job=job, index=index).first()
    if clip is None:
        raise ValidationError(f"This film has no shot {index + 1}.")
    return clip


def _require_files(job: Job) -> None:
    if job.files_removed_at is not None or not job.folder.is_dir():
        raise InvalidTransition(
            "The files of this film were removed when their time was over. Send the song again."
        )


def _kept_cover(job: Job) -> str | None:
    if not job.cover_file:
        return None
    return workroom.keep_cover(job.folder / job.cover_file, job.work)


def _cut_again(job: Job) -> None:
    """Have the clips gathered and the film cut again. Raises ``InvalidTransition`` while it is being cut."""
    cutting = Stage.objects.filter(job=job, name="composer", status=Work.RUNNING)
    if cutting.exists():
        raise InvalidTransition("The film is being cut just now. Try again in a moment.")
    if job.status not in (Status.PROCESSING, Status.COMPLETED, Status.FAILED, Status.CANCELLED):
        raise InvalidTransition("The film waits for its turn. Change its shots once it is made.")
    Stage.objects.filter(job=job, name__in=("video_generator", "composer")).update(**_AFRESH)
    if job.is_final:
        # Clips that an ended job never made are made now.
        Clip.objects.filter(job=job, status__in=(Work.CANCELLED, Work.FAILED)).update(**_AFRESH)
        _put_in_line(job)


def _put_in_line(job: Job, **changes: Any) -> None:
    changes |= {"error": "", "error_code": "", "retryable": False, "deadline_at": None}
    job.move(
        Status.QUEUED,
        attempt=job.attempt + 1,
        request_id=logs.request_id(),
        started_at=None,
        progress=_kept_percent(job),
        **changes,
    )
    events.of_track(job)


def _kept_percent(job: Job) -> int:
    """Where the bar begins again: after the stages that are still done."""
    percent = 0
    for name, status in job.stages.values_list("name", "status"):
        if status != Work.DONE:
            break
        percent = flow.PERCENT[name]
    return percent


def _go_on(job: Job) -> None:
    if job.status == Status.QUEUED:
        flow.admit()
    else:
        flow.advance(job.pk)
