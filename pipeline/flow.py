"""What comes next in a job: called whenever something of it has ended, and by the sweeper.

Every function looks at the rows and may be called twice, late or by several at once.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casset.lib.errors import CassetError, InvalidTransition
from casset.work import dispatch
from pipeline import admission, estimate, events, leases, ledger, tallies
from pipeline.models import Clip, Job, Stage, Status, Work
from pipeline.stages.video_generator import FEWEST, PAUSES_S

log = logging.getLogger(__name__)

# Where the bar stands when a stage is done (the brief: markers, not weighed by time).
PERCENT = {
    "audio_parser": 10,
    "scene_planner": 20,
    "reference_generator": 30,
    "prompt_generator": 40,
    "video_generator": 85,
    "composer": 100,
}
INTERNAL = (
    "Something went wrong on our side. Try again; if it happens twice, tell us the film's address."
)


def admit() -> int:
    """Start queued jobs while there are free slots; returns how many. Safe to call at any time."""
    started = 0
    while (job := admission.take_slot()) is not None:
        started += 1
        stage = job.stages.exclude(status=Work.DONE).first()
        events.message(job, stage.name if stage else "composer", "It is your film's turn.")
        advance(job.pk)
    return started


def advance(job_id: UUID) -> None:
    """Begin whatever of the job can begin now; end it when nothing more can be done."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.status != Status.PROCESSING:
            return
        stage = job.stages.exclude(status=Work.DONE).first()
        if stage is None:
            return
        if stage.name == "video_generator":
            _gather(job, stage)
        elif stage.status == Work.PENDING:
            dispatch.wake(stage.queue, after_s=_pause_s(stage))


def _gather(job: Job, stage: Stage) -> None:
    """Shoot the clips that are left, or go on to the cut when all have ended. The job is locked."""
    if stage.status == Work.PENDING:
        Stage.objects.filter(pk=stage.pk).update(
            status=Work.RUNNING, started_at=timezone.now(), finished_at=None
        )
        events.stage_update(job, stage.name, "started")
    clips = list(Clip.objects.filter(job=job))
    waiting = [clip for clip in clips if clip.status == Work.PENDING]
    if waiting:
        room = leases.CLIPS_AT_ONCE - sum(clip.status == Work.RUNNING for clip in clips)
        for clip in waiting[: max(0, room)]:
            dispatch.wake(clip.queue, after_s=_pause_s(clip))
        return
    if any(clip.status == Work.RUNNING for clip in clips):
        return
    good = sum(clip.status == Work.DONE for clip in clips)
    if good < min(FEWEST, len(clips)):
        said = next((clip.error for clip in clips if clip.status == Work.FAILED), "")
        fail(
            job,
            f"Only {good} of {len(clips)} clips could be made and a film needs {FEWEST}. {said}".strip(),
            code="GENERATION_ERROR",
            retryable=True,
        )
        return
    now = timezone.now()
    Stage.objects.filter(pk=stage.pk).update(status=Work.DONE, share=1.0, finished_at=now)
    began = stage.started_at or now
    events.stage_update(job, stage.name, "completed", (now - began).total_seconds())
    show_progress(job)
    composer = job.stages.get(name="composer")
    if composer.status == Work.PENDING:
        dispatch.wake(composer.queue)


def show_progress(job: Job) -> None:
    """Bring the job's percentage up to what its rows say and tell those who watch. Never backwards."""
    percent = 0
    before = 0
    for name, status, share in job.stages.values_list("name", "status", "share"):
        if status != Work.DONE:
            if name == "video_generator":
                share = drawn_share(job)
            percent = before + round((PERCENT[name] - before) * min(1.0, share))
            break
        percent = before = PERCENT[name]
    moved = Job.objects.filter(pk=job.pk, status=Status.PROCESSING, progress__lt=percent)
    moved.update(progress=percent)
    job.progress = max(job.progress, percent)
    events.progress(job, job.progress, estimate.remaining_s(job))


def drawn_share(job: Job) -> float:
    """How much of the clips is there, weighed by their frames, 0..1."""
    done = total = 0.0
    for frames, status, share in Clip.objects.filter(job=job).values_list(
        "frames", "status", "share"
    ):
        total += frames
        done += frames * (share if status in Work.UNFINISHED else 1.0)
    return done / total if total else 0.0


def fail(job: Job, text: str, *, code: str, retryable: bool) -> bool:
    """End the job as failed; False when it had ended already."""
    try:
        with transaction.atomic():
            job.move(Status.FAILED, error=text[:500], error_code=code, retryable=retryable)
            ledger.release_open(job)
            events.error(job, text, code, retryable=retryable)
            tallies.count("failures", code)
    except InvalidTransition:
        return False
    log.warning("job failed", extra={"code": code})
    admit()
    return True


def put_back(claim: leases.Claim, error: CassetError | None) -> None:
    """A claimed row could not be done: try it again after a pause, or give it up.

    ``error`` None means our own fault (a bug). Raises ``LeaseLost``.
    """
    row, job = claim.row, claim.job
    text = str(error) if error else INTERNAL
    code = error.code if error else "INTERNAL_ERROR"
    retryable = error.retryable if error else True
    if retryable and row.tries < leases.TRIES:
        pause = PAUSES_S[min(row.tries, len(PAUSES_S)) - 1]
        claim.end(
            Work.PENDING, not_before=timezone.now() + timedelta(seconds=pause), error=text[:500]
        )
        tallies.count("retries", row.name if isinstance(row, Stage) else "clip")
        dispatch.wake(row.queue, after_s=pause)
        return
    with transaction.atomic():
        claim.end(Work.FAILED, error=text[:500])
        if isinstance(row, Clip) and code not in ENDS_THE_JOB:
            events.message(
                job, "video_generator", f"Clip {row.index + 1} could not be made: {text}"
            )
        else:
            fail(job, text, code=code, retryable=retryable or code == "DISK_FULL")


# Errors of the machine or of the purse: other clips would only meet them too.
ENDS_THE_JOB = frozenset({"MISSING_CAPABILITY", "DISK_FULL", "BUDGET_EXCEEDED", "SCENE_ERROR"})


def sweep() -> dict[str, int]:
    """Set right what killed processes and lost messages left; returns what was done, for the log.

    Expired leases are freed, jobs past their deadline end, every job that runs is advanced, and
    the queues get as many wake-ups as there is work waiting.
    """
    done = {"freed": 0, "late": 0, "woken": 0}
    for row in leases.expired():
        done["freed"] += _free(row)
    late = Job.objects.filter(status=Status.PROCESSING, deadline_at__lt=timezone.now())
    for job in late:
        done["late"] += fail(
            job,
            "The film took longer than it may. Try again: the shots that are done are kept.",
            code="TIMEOUT",
            retryable=True,
        )
    admit()
    for pk in Job.objects.filter(status=Status.PROCESSING).values_list("pk", flat=True):
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=pk)
            stage = job.stages.exclude(status=Work.DONE).first()
            if stage and stage.name == "video_generator" and job.status == Status.PROCESSING:
                _settle_gathering(job, stage)
    for queue, _ in Work.QUEUES:
        done["woken"] += _wake_idle(queue)
    return done


def _settle_gathering(job: Job, stage: Stage) -> None:
    """A job whose clips have all ended goes on even if the last one's worker died before saying so."""
    if not Clip.objects.filter(job=job, status__in=Work.UNFINISHED).exists() or (
        stage.status == Work.PENDING
    ):
        _gather(job, stage)


def _free(row: Stage | Clip) -> bool:
    """Let others take a row whose worker died; after too many deaths it counts as failed."""
    claim = leases.Claim(row, row.lease_token) if row.lease_token else None
    if claim is None:
        return False
    try:
        if row.tries < leases.TRIES:
            claim.end(Work.PENDING)
        else:
            error = CassetError(
                "The work was stopped from outside several times.", code="GENERATION_ERROR"
            )
            put_back(claim, error)
    except leases.LeaseLost:
        return False
    log.warning("freed %s of job %s: its worker gave no sign of life", row, row.job_id)
    return True


def _wake_idle(queue: str) -> int:
    """Send the wake-ups that are missing for the work that waits in ``queue``."""
    waiting = leases.ready_count(queue)
    if not waiting:
        return 0
    queued = dispatch.waiting(queue)
    if queued is None:
        return 0
    missing = min(waiting, 50) - queued
    dispatch.wake(queue, missing)
    return max(0, missing)


def _pause_s(row: Stage | Clip) -> float:
    return max(0.0, (row.not_before - timezone.now()).total_seconds())
