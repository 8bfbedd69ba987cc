"""Claims: who may work on a stage or a clip, and for how long without a sign of life.

A claim is one conditional UPDATE. Its holder renews the lease from a thread of its own; whoever
finds that it no longer holds it (the job was cancelled, failed, or another took over) stops.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from pipeline.models import Clip, Job, Stage, Status, Work

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
RENEW_EVERY_S = 4.0
CLIPS_AT_ONCE = 5  # of one job (the brief)
TRIES = 4  # one, and three more


class LeaseLost(Exception):
    """The claim is no longer ours: stop, and change nothing."""


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


class Heartbeat:
    """Renews a claim's lease until it is closed. ``check()`` raises once the claim is lost."""

    def __init__(self, claim: Claim):
        self._claim = claim
        self._stop = threading.Event()
        self._lost = False
        # The copied context lets its log lines say which work they are about.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._beat,), name="lease", daemon=True
        )

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raise ``LeaseLost`` when somebody else may be working on the row by now."""
        if self._lost:
            raise LeaseLost

    def _beat(self) -> None:
        valid_until = timezone.now() + LEASE
        try:
            while not self._stop.wait(RENEW_EVERY_S):
                try:
                    until = timezone.now() + LEASE
                    self._claim.update(lease_until=until)
                    valid_until = until
                except LeaseLost:
                    self._lost = True
                    return
                except DatabaseError as fault:  # away for a moment; ours until the lease ends
                    log.warning("a lease could not be renewed: %s", fault)
                    connection.close()
                    if timezone.now() > valid_until:
                        self._lost = True
                        return
        finally:
            connection.close()
