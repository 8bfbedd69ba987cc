"""What is kept how long: failed and cancelled jobs' files 7 days, finished films 14 (the brief; settings).

Clips stay as long as the film, because a shot can be made again or an earlier take used; what is
only needed while a film is made goes when it is done. Rows stay: the person sees what was there.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from casset.media.compose import files
from casset.web import events
from pipeline.models import Job, Status

log = logging.getLogger(__name__)

ORPHAN_AGE = timedelta(hours=1)


@dataclass(frozen=True)
class Removal:
    """One folder to remove and why."""

    folder: Path
    bytes: int
    reason: str
    job: UUID | None = None


def due() -> list[Removal]:
    """What may be removed now."""
    now = timezone.now()
    failed = Q(status__in=(Status.FAILED, Status.CANCELLED)) & Q(
        finished_at__lt=now - timedelta(days=settings.KEEP_FAILED_DAYS)
    )
    finished = Q(status=Status.COMPLETED) & Q(
        finished_at__lt=now - timedelta(days=settings.KEEP_FILMS_DAYS)
    )
    found = [
        Removal(job.folder, size_of(job.folder), f"{job.status} {job.finished_at:%F}", job.pk)
        for job in Job.objects.filter(failed | finished, files_removed_at=None)
    ]
    return found + _orphans()


def _orphans() -> list[Removal]:
    """Folders without a job: of uploads that were refused half-way, of jobs that were deleted."""
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
    known = set(Job.objects.filter(pk__in=old).values_list("pk", flat=True))
    return [
        Removal(folder, size_of(folder), "belongs to no job")
        for pk, folder in old.items()
        if pk not in known
    ]


def clean_up(*, dry_run: bool = False) -> list[Removal]:
    """Remove what is due; with ``dry_run`` only say what would be."""
    removals = due()
    if dry_run:
        return removals
    for removal in removals:
        if removal.job is not None:
            # The row first: a job whose files are half gone must not be taken up again.
            marked = Job.objects.filter(pk=removal.job, status__in=_ENDED, files_removed_at=None)
            if not marked.update(files_removed_at=timezone.now()):
                continue
            events.forget(f"job-{removal.job}")
        shutil.rmtree(removal.folder, ignore_errors=True)
        log.info("removed %s (%s, %d bytes)", removal.folder, removal.reason, removal.bytes)
    for folder in Path(settings.JOBS_DIR).glob("*/work"):
        files.sweep(folder)
        files.sweep(folder / "clips")
    return removals


_ENDED = (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


def size_of(folder: Path) -> int:
    """Bytes of all files in the folder; 0 where there is none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
