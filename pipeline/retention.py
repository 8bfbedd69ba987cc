"""What is kept how long: failed and cancelled jobs' files 7 days, finished films 14 (the brief; settings).

Clips stay as long as the film, because a shot can be made again or an earlier take used; what is
only needed while a film is made goes when it is done. Rows stay: the person sees what was there.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from casset.media import files
from casset.web import events
from pipeline.models import FINAL, Film, Job, JobStart, Pulse, Status

log = logging.getLogger(__name__)

ORPHAN_AGE = timedelta(hours=1)


@dataclass(frozen=True)
class Removal:
    """One folder to remove and why. ``since`` is when its job ended."""

    folder: Path
    bytes: int
    reason: str
    job: UUID | None = None
    since: datetime | None = None


def due() -> list[Removal]:
    """What may be removed now: a job that has a film is kept as long as films are."""
    now = timezone.now()
    unfinished = Q(status__in=(Status.FAILED, Status.CANCELLED), has_film=False) & Q(
        finished_at__lt=now - timedelta(days=settings.KEEP_FAILED_DAYS)
    )
    finished = Q(status__in=FINAL, has_film=True) & Q(
        finished_at__lt=now - timedelta(days=settings.KEEP_FILMS_DAYS)
    )
    jobs = Job.objects.annotate(has_film=Exists(Film.objects.filter(job=OuterRef("pk"))))
    found = [
        Removal(
            job.folder, size_of(job.folder), f"{job.status} {age(job.finished_at, now)} ago",
            job.pk, job.finished_at,
        )
        for job in jobs.filter(unfinished | finished, files_removed_at=None).order_by("finished_at")
    ]  # fmt: skip
    return found + _orphans()


def age(then: datetime | None, now: datetime) -> str:
    """How long ago, in days."""
    days = (now - then).days if then else 0
    return "1 day" if days == 1 else f"{days} days"


def _orphans() -> list[Removal]:
    """Folders no job needs: of uploads that broke off, of deleted jobs, of an interrupted clean-up."""
    base = Path(settings.JOBS_DIR)
    if not base.is_dir():
        return []
    before = (timezone.now() - ORPHAN_AGE).timestamp()
    old = {}
    for folder in base.iterdir():
        try:
            if folder.is_dir() and folder.stat().st_mtime < before:
                old[UUID(folder.name)] = folder
        except (ValueError, FileNotFoundError):
            continue
    jobs = dict(Job.objects.filter(pk__in=old).values_list("pk", "files_removed_at"))
    return [
        Removal(
            folder,
            size_of(folder),
            "left by an interrupted clean-up" if pk in jobs else "belongs to no job",
        )
        for pk, folder in old.items()
        if pk not in jobs or jobs[pk] is not None
    ]


def clean_up(*, dry_run: bool = False) -> list[Removal]:
    """Remove what is due and return what was; with ``dry_run`` only say what would be."""
    removals = due()
    if dry_run:
        return removals
    done = [removal for removal in removals if _remove(removal)]
    for folder in Path(settings.JOBS_DIR).glob("*/work"):
        files.sweep(folder)
        files.sweep(folder / "clips")
    _forget_old_rows()
    return done


def _remove(removal: Removal) -> bool:
    """Remove one folder; False where its job began again meanwhile."""
    if removal.job is not None:
        # The row first, if the job is still the one that was found: once its files are half gone
        # it must not be taken up again (``Job.move`` looks at this mark).
        same = Job.objects.filter(
            pk=removal.job, status__in=FINAL, finished_at=removal.since, files_removed_at=None
        )
        if not same.update(files_removed_at=timezone.now()):
            return False
        events.forget(f"job-{removal.job}")
    shutil.rmtree(removal.folder, ignore_errors=True)
    log.info("removed %s (%s, %d bytes)", removal.folder, removal.reason, removal.bytes)
    return True


def _forget_old_rows() -> None:
    """Rows nobody asks for any more: starts no quota counts, dead workers, events of deleted jobs."""
    now = timezone.now()
    for signs in (JobStart, Pulse):
        signs.objects.filter(at__lt=now - timedelta(days=1)).delete()
    longest = max(settings.KEEP_FAILED_DAYS, settings.KEEP_FILMS_DAYS) + 1
    events.forget_before(now - timedelta(days=longest))


def size_of(folder: Path) -> int:
    """Bytes of all files in the folder; 0 where there is none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
