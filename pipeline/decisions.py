"""What waits for an operator's decision, for the first page of the admin."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from casset.web import health
from pipeline.models import FINAL, Clip, Job, JobSlot, Stage, Status, Work

STUCK_AFTER = timedelta(seconds=60)  # after its lease ran out; the sweeper needs 5 s
DISK_LEAST = 0.1


@dataclass(frozen=True)
class Decision:
    """One thing to look at: what, how many, in words, and the query of the jobs' list that shows them."""

    what: str
    count: int
    words: str
    query: str = ""


def open_now() -> list[Decision]:
    """What needs somebody, the worst first; empty when all is well. Eight small queries."""
    return [*_parts(), *_late(), *_stuck(), *_disk(), *_failed()]


def _parts() -> list[Decision]:
    return [
        Decision(f"{name} is not well", 1, found.why)
        for name, found in health.look().items()
        if not found.ok
    ]


def _late() -> list[Decision]:
    late = Job.objects.filter(status=Status.PROCESSING, deadline_at__lt=timezone.now()).count()
    if not late:
        return []
    words = "Past their deadline; the sweeper ends them within seconds when it runs."
    return [Decision("Late jobs", late, words, "status__exact=processing")]


def _stuck() -> list[Decision]:
    found = []
    before = timezone.now() - STUCK_AFTER
    rows = sum(
        kind.objects.filter(status=Work.RUNNING, lease_until__lt=before).count()
        for kind in (Stage, Clip)
    )
    if rows:
        words = "Claimed by workers that gave no sign of life, and freed by nobody."
        found.append(Decision("Stuck work", rows, words, "status__exact=processing"))
    slots = JobSlot.objects.filter(job__status__in=FINAL).count()
    if slots:
        found.append(Decision("Stuck slots", slots, "Held by jobs that have ended."))
    return found


def _disk() -> list[Decision]:
    disk = shutil.disk_usage(settings.VAR_DIR)
    if disk.free >= DISK_LEAST * disk.total:
        return []
    words = f"{disk.free / 2**30:.1f} of {disk.total / 2**30:.0f} GB are free where films are kept."
    return [Decision("Little space", 1, words)]


def _failed() -> list[Decision]:
    day = timezone.now() - timedelta(days=1)
    failed = Job.objects.filter(status=Status.FAILED, finished_at__gt=day).order_by()
    return [
        Decision(
            row["error_code"] or "FAILED",
            row["n"],
            "Failed within a day.",
            f"status__exact=failed&error_code={row['error_code']}",
        )
        for row in failed.values("error_code").annotate(n=Count("pk")).order_by("-n")
    ]
