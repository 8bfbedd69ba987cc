"""Taking a piece of work and doing it; freeing what dead workers held."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from casset.lib.errors import CassetError
from casset.web import logs
from casset.work import dispatch, kinds
from casset.work.leases import LEASE, Heartbeat, LeaseLost
from casset.work.models import Item

log = logging.getLogger(__name__)

TELL_EVERY_S = 0.4
PAUSES_S = (2.0, 10.0, 30.0)  # before the second, third, fourth try
AT_ONCE = 2  # items of one person
KEPT = timedelta(days=2)  # rows of what is done or failed
OUT_OF_TIME = CassetError(
    "This takes longer than one go may. It is gone on with.", code="TIME_LIMIT", retryable=True
)
INTERNAL = "Something went wrong on our side. Try again; if it happens twice, tell us."
QUEUES = ("render", "io")


@dataclass
class Claim:
    """A piece of work that we alone may do, as long as the lease is renewed."""

    item: Item
    token: uuid.UUID
    _heart: Heartbeat | None = field(default=None, repr=False)
    _told: float = 0.0

    @property
    def subject(self) -> str:
        return self.item.subject

    def update(self, **changes: Any) -> None:
        """Change the row if it is still ours. Raises ``LeaseLost``."""
        held = Item.objects.filter(pk=self.item.pk, lease_token=self.token, status=Item.RUNNING)
        if not held.update(**changes):
            raise LeaseLost

    def check(self) -> None:
        """Raise ``LeaseLost`` when the work was called off or somebody else may be doing it."""
        if self._heart is not None:
            self._heart.check()

    def at(self, share: float) -> bool:
        """Note how far it is, 0..1, at most twice a second; True when it was noted. Raises ``LeaseLost``."""
        self.check()
        now = time.monotonic()
        if now - self._told < TELL_EVERY_S:
            return False
        self._told = now
        self.update(share=min(1.0, max(0.0, share)))
        return True

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """A transaction in which the claim is certainly ours: for writing what the work gave.

        Raises ``LeaseLost`` on entering when it is not; nobody can take the work over meanwhile.
        """
        with transaction.atomic():
            mine = Item.objects.select_for_update().filter(pk=self.item.pk, lease_token=self.token)
            if not mine.filter(status=Item.RUNNING).exists():
                raise LeaseLost
            yield

    def is_last_word(self) -> bool:
        """Whether nobody asked for the work again since this run began. One query."""
        return Item.objects.filter(pk=self.item.pk, wanted=self.item.taken).exists()


def run_one(queue: str) -> bool:
    """Do the most urgent item of ``queue``; False where there is none. Never raises for the work's own failure."""
    claim = take(queue)
    if claim is None:
        return False
    item = claim.item
    with logs.bound(
        work=item.kind, subject=item.subject, request_id=item.request_id, tries=item.tries
    ):
        began = time.monotonic()
        outcome = _run(claim)
        seconds = round(time.monotonic() - began, 3)
        log.info("%s %s", item.kind, outcome, extra={"outcome": outcome, "seconds": seconds})
    return True


def take(queue: str) -> Claim | None:
    """Claim the most urgent item of ``queue``: by urgency, then whose person has least going on, then age."""
    busy = Item.objects.filter(owner=OuterRef("owner"), status=Item.RUNNING).order_by()
    token, now = uuid.uuid4(), timezone.now()
    ready = (
        Item.objects.filter(status=Item.PENDING, queue=queue, not_before__lte=now)
        .annotate(
            at_once=Coalesce(Subquery(busy.values("owner").annotate(n=Count("pk")).values("n")), 0)
        )
        .filter(at_once__lt=AT_ONCE)
        .order_by("urgency", "at_once", "asked_at")
    )
    with transaction.atomic():
        row = ready.select_for_update(skip_locked=True, of=("self",)).first()
        if row is None:
            return None
        Item.objects.filter(pk=row.pk).update(
            status=Item.RUNNING, lease_token=token, lease_until=now + LEASE,
            tries=F("tries") + 1, taken=F("wanted"), share=0.0,
        )  # fmt: skip
    return Claim(Item.objects.get(pk=row.pk), token)


def _run(claim: Claim) -> str:
    try:
        kind = kinds.known(claim.item.kind)
        with Heartbeat(claim) as heart:
            claim._heart = heart
            kind.do(claim)
        _end(claim)
    except LeaseLost:
        return "called off"
    except DatabaseError as fault:  # away: the lease runs out and the sweeper gives the work anew
        log.warning("the database was lost: %s", fault)
        connection.close()
        return "lost"
    except CassetError as error:
        # Its sentence is for the person and may quote what they wrote: the row has it.
        log.warning("expected error %s", error.code, extra={"code": error.code})
        return _put_back(claim, error)
    except SoftTimeLimitExceeded:  # no bug: what it has finished is there for the next try
        log.warning("out of time")
        return _put_back(claim, OUT_OF_TIME)
    except Exception:
        log.exception("unexpected error")
        return _put_back(claim, CassetError(INTERNAL, code="INTERNAL_ERROR", retryable=True))
    return "done"


def _end(claim: Claim) -> None:
    """Done; or once more, when it was asked for again meanwhile. Raises ``LeaseLost``."""
    with claim.held():
        again = not claim.is_last_word()
        claim.update(
            status=Item.PENDING if again else Item.DONE,
            share=0.0 if again else 1.0,
            tries=0,
            lease_token=None,
            lease_until=None,
            finished_at=None if again else timezone.now(),
        )
        if again:
            dispatch.wake(claim.item.queue)


def _put_back(claim: Claim, error: CassetError) -> str:
    """Try again after a pause, or give it up and say so to the app it belongs to."""
    item = claim.item
    try:
        kind = kinds.known(item.kind)
        with claim.held():
            again = error.retryable and item.tries < kind.tries
            again = again or not claim.is_last_word()
            pause_s = PAUSES_S[min(item.tries, len(PAUSES_S)) - 1] if again else 0.0
            claim.update(
                status=Item.PENDING if again else Item.FAILED,
                error_code=error.code,
                error=str(error)[:500],
                lease_token=None,
                lease_until=None,
                not_before=timezone.now() + timedelta(seconds=pause_s),
                finished_at=None if again else timezone.now(),
            )
            if again:
                dispatch.wake(item.queue, after_s=pause_s)
            else:
                kind.give_up(item.subject, error)
    except LeaseLost:
        return "called off"
    return "put back" if again else "failed"


def sweep() -> int:
    """Free what dead workers held, wake workers for what waits, forget what is long done; how much was freed."""
    freed = 0
    now = timezone.now()
    for item in Item.objects.filter(status=Item.RUNNING, lease_until__lt=now):
        assert item.lease_token is not None  # noqa: S101 - a rule of the table
        stopped = CassetError(
            "The work was stopped from outside several times. Try again.",
            code="STOPPED",
            retryable=True,
        )
        freed += _put_back(Claim(item, item.lease_token), stopped) != "called off"
        log.warning("freed %s: its worker gave no sign of life", item)
    for queue in QUEUES:
        waiting = Item.objects.filter(Q(status=Item.PENDING, queue=queue, not_before__lte=now))
        count = waiting.count()
        queued = dispatch.waiting(queue) if count else None
        if queued is not None:
            dispatch.wake(queue, min(count, 50) - queued)
    Item.objects.filter(status__in=(Item.DONE, Item.FAILED), finished_at__lt=now - KEPT).delete()
    return freed
