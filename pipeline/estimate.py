"""How long a job will take: from what drawing cost lately on these machines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from casset.web.processes import render_workers
from pipeline.contracts import FPS
from pipeline.models import Clip, Job, Status, Take, Work

# Seconds before anything was measured here: two cores without a GPU (README, "How good it is").
FRAME_S = 0.065
HEARING_S_A_S = 0.08  # of the song
PLANNING_S = 6.0  # director, references, prompts
CUTTING_S = 3.0
CUTTING_S_A_S = 0.03  # of the film


def frame_s() -> float:
    """Seconds one worker needs for a frame: the mean of the last day's clips, if there are a few."""
    recent = Take.objects.filter(
        frames__gt=0, made_in_s__gt=0, created_at__gt=timezone.now() - timedelta(days=1)
    ).aggregate(frames=Sum("frames"), seconds=Sum("made_in_s"))
    if (recent["frames"] or 0) < 300:
        return FRAME_S
    return float(recent["seconds"] / recent["frames"])


def whole_film_s(duration_s: float) -> float:
    """Seconds for a film of this length when nobody else asks for one."""
    drawing = duration_s * FPS * frame_s() / render_workers()
    return (
        HEARING_S_A_S * duration_s + PLANNING_S + drawing + CUTTING_S + CUTTING_S_A_S * duration_s
    )


def remaining_s(job: Job) -> float | None:
    """Seconds until the job is done, counting those whose turn comes before; None when it has ended."""
    if job.is_final:
        return None
    own = _own_remaining_s(job)
    return own + sum(_own_remaining_s(other) for other in _ahead(job))


def _ahead(job: Job) -> QuerySet[Job]:
    """The jobs whose work is taken first."""
    others = Job.objects.exclude(pk=job.pk)
    running = others.filter(status=Status.PROCESSING)
    if job.status == Status.PROCESSING:
        return running.filter(deadline_at__lt=job.deadline_at)
    queued = others.filter(status=Status.QUEUED, created_at__lt=job.created_at)
    return running | queued


def place_in_line(job: Job) -> int:
    """1 for the queued job that starts next; 0 when the job is not waiting."""
    if job.status != Status.QUEUED:
        return 0
    waiting = Job.objects.filter(status=Status.QUEUED, created_at__lt=job.created_at)
    return waiting.exclude(pk=job.pk).count() + 1


def _own_remaining_s(job: Job) -> float:
    share: dict[str, float] = {
        name: 1.0 if status == Work.DONE else done
        for name, status, done in job.stages.values_list("name", "status", "share")
    }
    left: dict[str, Any] = {name: 1.0 - share.get(name, 0.0) for name in share}
    seconds = HEARING_S_A_S * job.duration_s * left.get("audio_parser", 1.0)
    seconds += PLANNING_S * (1.0 if left.get("prompt_generator", 1.0) else 0.0)
    clips = Clip.objects.filter(job=job)
    if clips.exists():
        frames = clips.filter(status__in=Work.UNFINISHED).aggregate(
            left=Sum(F("frames") * (1.0 - F("share")))
        )["left"]
    else:
        frames = job.duration_s * FPS
    seconds += (frames or 0.0) * frame_s() / render_workers()
    return float(seconds + (CUTTING_S + CUTTING_S_A_S * job.duration_s) * left.get("composer", 1.0))
