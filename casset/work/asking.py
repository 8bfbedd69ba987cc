"""Asking for work, asking how far it is, calling it off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from casset.web import logs
from casset.work import dispatch, kinds
from casset.work.models import Item

# One row each, whoever asks at once. A run that is going on is left alone and followed by another.
_ASK = """
INSERT INTO work_item (kind, subject, owner_id, queue, urgency, status, wanted, taken, tries,
                       not_before, share, error_code, error, request_id, asked_at)
VALUES (%s, %s, %s, %s, %s, 'pending', 1, 0, 0, %s, 0, '', '', %s, now())
ON CONFLICT (kind, subject) DO UPDATE SET
    wanted = work_item.wanted + 1,
    status = CASE WHEN work_item.status = 'running' THEN 'running' ELSE 'pending' END,
    tries = CASE WHEN work_item.status = 'running' THEN work_item.tries ELSE 0 END,
    share = CASE WHEN work_item.status = 'running' THEN work_item.share ELSE 0 END,
    not_before = excluded.not_before, urgency = excluded.urgency, owner_id = excluded.owner_id,
    error_code = '', error = '', request_id = excluded.request_id, asked_at = now(),
    finished_at = NULL
"""


def ask(kind: str, subject: Any, *, owner: Any = None, after_s: float = 0.0) -> None:
    """Have ``kind`` done with ``subject``: once more, if it was done before. One query.

    Call it in the transaction that makes it necessary; a worker is woken after commit. ``owner`` is
    the person it is done for. Raises ``LookupError`` for a kind that no app does.
    """
    how = kinds.known(kind)
    not_before = timezone.now() + timedelta(seconds=after_s)
    owner_id = owner.pk if owner is not None else None
    row = (kind, str(subject), owner_id, how.queue, how.urgency, not_before, logs.request_id())
    with connection.cursor() as cursor:
        cursor.execute(_ASK, row)
    dispatch.wake(how.queue, after_s=after_s)


def state_of(kind: str, subject: Any) -> Item | None:
    """The row of this work, None where it was never asked for (or long ago)."""
    return Item.objects.filter(kind=kind, subject=str(subject)).first()


def wanted(kind: str, subject: Any) -> bool:
    """Whether this work waits or is being done."""
    rows = Item.objects.filter(kind=kind, subject=str(subject))
    return rows.filter(status__in=(Item.PENDING, Item.RUNNING)).exists()


def call_off(kind: str, subject: Any) -> bool:
    """Forget this work; a worker that does it notices within seconds. False where there is none."""
    deleted, _ = Item.objects.filter(kind=kind, subject=str(subject)).delete()
    return bool(deleted)
