"""What the people watching a job are told: the brief's events by name, plus ``clip_ready``.

An event says that something changed; the rows say what is. Losing one costs liveness, never truth.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from casset.web import events
from pipeline.models import MICROS, Clip, Film, Job, Take, Work


def may_watch(user: Any, job_id: str) -> bool:
    """Whether the person may follow this job's events: their own."""
    try:
        return Job.objects.visible_to(user).filter(pk=UUID(job_id)).exists()
    except ValueError:
        return False


def stage_update(job: Job, stage: str, status: str, duration_s: float | None = None) -> None:
    events.publish(
        job.channel, "stage_update", {"stage": stage, "status": status, "duration": duration_s}
    )
    of_track(job)


def progress(job: Job, percent: int, remaining_s: float | None) -> None:
    left = None if remaining_s is None else round(remaining_s)
    events.publish(job.channel, "progress", {"progress": percent, "estimated_remaining": left})


def of_track(job: Job) -> None:
    """Tell who watches the job's track, once this is so, that something became of a film of it.

    After the commit: its channel is shared by all films of the track, which must not wait for each
    other in their own transactions.
    """
    if job.track_id:
        told = partial(events.publish, f"track-{job.track_id}", "film_update", {"job": str(job.pk)})
        transaction.on_commit(told, robust=True)


def message(job: Job, stage: str, text: str) -> None:
    events.publish(job.channel, "message", {"text": text, "stage": stage})


def cost_update(job: Job, stage: str, cost_micros: int, total_micros: int) -> None:
    events.publish(
        job.channel,
        "cost_update",
        {"stage": stage, "cost": cost_micros / MICROS, "total": total_micros / MICROS},
    )


def clip_ready(clip: Clip, take: Take) -> None:
    clips = Clip.objects.filter(job=clip.job_id)
    place = (clip.job_id, clip.index, take.number)
    events.publish(
        clip.job.channel,
        "clip_ready",
        {
            "clip_index": clip.index,
            "take": take.number,
            "poster_url": reverse("pipeline:clip_poster", args=place),
            "video_url": reverse("pipeline:clip_video", args=place),
            "ready": clips.filter(status=Work.DONE).count(),
            "total": clips.count(),
        },
    )
    of_track(clip.job)


def completed(job: Job, film: Film) -> None:
    events.publish(
        job.channel,
        "completed",
        {
            "video_url": reverse("pipeline:video", args=(job.pk,)),
            "film": film.number,
            "total_cost": job.spent_micros / MICROS,
        },
    )
    of_track(job)


def error(job: Job, text: str, code: str, *, retryable: bool) -> None:
    events.publish(job.channel, "error", {"error": text, "code": code, "retryable": retryable})
    of_track(job)
