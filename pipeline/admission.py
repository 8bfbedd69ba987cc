"""Who may begin: places for jobs that run at once, and films an hour a person.

Both are rows, so that any number of processes agree: a slot is taken by locking it, the quota is
counted under a lock of the person's row.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from casset.accounts.models import User
from casset.lib.errors import QuotaExceeded
from pipeline.models import FINAL, Job, JobSlot, JobStart, Status

HOUR = timedelta(hours=1)


def count_start(owner: Any) -> None:
    """Note that the person begins a film. Raises ``QuotaExceeded`` when the hour's are used up.

    Call inside the transaction that creates or restarts the job.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    now = timezone.now()
    begun = list(
        JobStart.objects.filter(owner=owner, at__gt=now - HOUR).order_by("at").values_list("at")
    )
    if len(begun) >= settings.JOBS_PER_HOUR:
        oldest = begun[len(begun) - settings.JOBS_PER_HOUR][0]
        wait_s = max(1, math.ceil((oldest + HOUR - now).total_seconds()))
        minutes = math.ceil(wait_s / 60)
        raise QuotaExceeded(
            f"You have begun {settings.JOBS_PER_HOUR} films within the hour, as many as one may. "
            f"You can begin the next one in {minutes} {'minute' if minutes == 1 else 'minutes'}.",
            retry_after_s=wait_s,
        )
    JobStart.objects.create(owner=owner, at=now)


def take_slot() -> Job | None:
    """Move the job whose turn it is into a free slot and return it; None without slot or job."""
    numbers = range(1, settings.JOBS_AT_ONCE + 1)
    JobSlot.objects.bulk_create([JobSlot(number=n) for n in numbers], ignore_conflicts=True)
    with transaction.atomic():
        slot = (
            JobSlot.objects.select_for_update(skip_locked=True)
            .filter(job=None, number__lte=settings.JOBS_AT_ONCE)
            .first()
        )
        job = _next_in_line() if slot else None
        if slot is None or job is None:
            return None
        now = timezone.now()
        job.move(
            Status.PROCESSING,
            started_at=now,
            deadline_at=now + timedelta(seconds=settings.JOB_DEADLINE_S),
        )
        slot.job = job
        slot.save(update_fields=["job"])
    return job


def free_ended(slots: QuerySet[JobSlot]) -> int:
    """Free those of ``slots`` whose job has ended: a move gives them back, so there should be none."""
    return slots.filter(job__status__in=FINAL).update(job=None)


def _next_in_line() -> Job | None:
    """The longest waiting job of whoever has the fewest running: nobody fills all places while others wait."""
    running = Count("owner__jobs", filter=Q(owner__jobs__status=Status.PROCESSING))
    line = Job.objects.filter(status=Status.QUEUED).annotate(running=running)
    for pk in line.order_by("running", "created_at").values_list("pk", flat=True)[:20]:
        job = (
            Job.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=pk, status=Status.QUEUED)
            .first()
        )
        if job is not None:
            return job
    return None
