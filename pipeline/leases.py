"""Claims: who may work on a stage or a clip, and for how long without a sign of life.

A claim is one conditional UPDATE. Its holder renews the lease from a thread of its own; whoever
finds that it no longer holds it (the job was cancelled, failed, or another took over) stops.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from casset.work.leases import LEASE, Heartbeat, LeaseLost
from pipeline.models import Clip, Job, Stage, Status, Work

__all__ = ["Claim", "Heartbeat", "LeaseLost", "claim", "expired", "ready_count"]

CLIPS_AT_ONCE = 5  # of one job (the brief)
TRIES = 4  # one, and three more


@dataclass(frozen=True)
class Claim:
    """A row that we alone may change, as long as the lease is renewed."""

    row: Stage | Clip
    token: uuid.UUID

    @property
    def job(self) -> Job:
        return self.row.job

    def update(self, **changes: Any) -> None:
        """Change the row if it is still ours. Raises ``LeaseLost``."""
        held = type(self.row).objects.filter(pk=self.row.pk, lease_token=self.token)
        if not held.filter(status=Work.RUNNING).update(**changes):
            raise LeaseLost

    def end(self, status: str, **changes: Any) -> None:
        """Give the row back in ``status``. Raises ``LeaseLost``."""
        if status != Work.PENDING:
            changes["finished_at"] = timezone.now()
        self.update(status=status, lease_token=None, lease_until=None, **changes)


def claim(queue: str) -> Claim | None:
    """Take the most urgent work of ``queue``: stages first, then clips, by their jobs' deadlines."""
    return _take(Stage, _ready_stages(queue)) or _take(Clip, _ready_clips(queue))


def ready_count(queue: str) -> int:
    """How many rows a worker of ``queue`` could claim now."""
    return int(_ready_stages(queue).count() + _ready_clips(queue).count())


def _ready_stages(queue: str) -> Any:
    unfinished_before = Stage.objects.filter(job=OuterRef("job"), order__lt=OuterRef("order"))
    return (
        _ready(Stage, queue)
        .exclude(name="video_generator")  # made of clips; nobody runs it
        .annotate(
            before=Coalesce(
                Subquery(
                    unfinished_before.exclude(status=Work.DONE)
                    .order_by()
                    .values("job")
                    .annotate(n=Count("pk"))
                    .values("n")
                ),
                0,
            )
        )
        .filter(before=0)
        .order_by("job__deadline_at", "order")
    )


def _ready_clips(queue: str) -> Any:
    running = Clip.objects.filter(job=OuterRef("job"), status=Work.RUNNING).order_by()
    return (
        _ready(Clip, queue)
        .filter(job__stages__name="video_generator", job__stages__status=Work.RUNNING)
        .annotate(
            at_once=Coalesce(Subquery(running.values("job").annotate(n=Count("pk")).values("n")), 0)
        )
        .filter(at_once__lt=CLIPS_AT_ONCE)
        .order_by("job__deadline_at", "index")
    )


def _ready(kind: type[Stage] | type[Clip], queue: str) -> Any:
    return kind.objects.filter(
        status=Work.PENDING,
        queue=queue,
        not_before__lte=timezone.now(),
        job__status=Status.PROCESSING,
    )


def _take(kind: type[Stage] | type[Clip], ready: Any) -> Claim | None:
    token, now = uuid.uuid4(), timezone.now()
    with transaction.atomic():
        row = ready.select_for_update(skip_locked=True, of=("self",)).first()
        if row is None:
            return None
        kind.objects.filter(pk=row.pk).update(
            status=Work.RUNNING,
            lease_token=token,
            lease_until=now + LEASE,
            tries=F("tries") + 1,
            started_at=Coalesce(F("started_at"), now),
            share=0.0,
            error="",
        )
    return Claim(kind.objects.select_related("job").get(pk=row.pk), token)


def expired() -> list[Stage | Clip]:
    """Rows whose holder has shown no sign of life for a lease's time."""
    gone = Q(status=Work.RUNNING, lease_until__lt=timezone.now())
    return [
        *Stage.objects.filter(gone).select_related("job"),
        *Clip.objects.filter(gone).select_related("job"),
    ]
