"""Figures counted from events: each visual's days, and the totals on the visual. All can be made anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from audience import doubts, rotation
from audience.models import VisualDay, VisualEvent
from visuals.models import VisualAsset

# An event gets its time before its transaction ends: so much later it is surely there.
_LATE = timedelta(minutes=5)
_LOCK = 7_305_112  # of the advisory lock: one counts at a time
_A_DAY = timedelta(days=1)
TOTALS = ("impressions", "pairings", "exports", "shares")
_COUNTED = (*TOTALS, "swipes", "completions", "sharers", "even_impressions", "even_sharers")
_Type = VisualEvent.Type
_TYPES = {
    "impressions": _Type.IMPRESSION, "swipes": _Type.SWIPE, "completions": _Type.COMPLETION,
    "pairings": _Type.PAIRING, "exports": _Type.EXPORT, "shares": _Type.SHARE,
}  # fmt: skip


def catch_up() -> int:
    """Count what came since the last time; how many visuals' days changed. Harmless at any time."""
    with transaction.atomic():
        if not _alone():
            return 0
        doubts.keep()
        last = VisualDay.objects.aggregate(last=Max("counted_at"))["last"]
        return _count(since=last - _LATE if last else None)


def recount() -> int:
    """Count everything anew from the events; how many days of visuals there are."""
    with transaction.atomic():
        _alone(wait=True)
        VisualDay.objects.all().delete()
        days = _count(since=None)
        silent = VisualAsset.objects.exclude(pk__in=VisualDay.objects.values("visual"))
        silent.filter(Q(impressions__gt=0) | Q(pairings__gt=0) | Q(exports__gt=0) | Q(shares__gt=0)).update(
            **dict.fromkeys(TOTALS, 0)
        )  # fmt: skip
        return days


def _alone(*, wait: bool = False) -> bool:
    """Whether nobody else counts now; held until the transaction ends."""
    name = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(%s)", [_LOCK])
        found = cursor.fetchone()
    return wait or bool(found and found[0])


def _count(*, since: datetime | None) -> int:
    events = VisualEvent.objects.filter(left_out="")
    if since is not None:
        changed = events.filter(at__gte=since)
        pks = list(changed.values_list("visual_id", flat=True).distinct())
        first = changed.aggregate(first=Min("at"))["first"]
        if not pks:
            return 0
        # A share counts for the day of its impression, which may be the day before.
        begin = _midnight(first.astimezone(UTC).date() - _A_DAY)
        events = events.filter(visual_id__in=pks, at__gte=begin)
    rows = _days(events)
    now = timezone.now()
    made = [VisualDay(counted_at=now, **row) for row in rows]
    VisualDay.objects.bulk_create(
        made,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=("visual", "day"),
        update_fields=(*_COUNTED, "counted_at"),
    )
    touched = {row["visual_id"] for row in rows}
    _sum_up(touched)
    tracks = VisualAsset.objects.filter(pk__in=touched).values_list("track_id", flat=True)
    rotation.learn(set(tracks))
    return len(made)


def _days(events: Any) -> list[dict[str, Any]]:
    """The figures of each visual's day, as values of ``VisualDay``. One query."""
    shared = VisualEvent.objects.filter(
        visit=OuterRef("visit"), visual=OuterRef("visual"), type=_Type.SHARE, left_out=""
    )
    seen = Q(type=_Type.IMPRESSION)
    even = seen & Q(how=VisualEvent.How.EVEN)
    figures = {name: Count("pk", filter=Q(type=kind)) for name, kind in _TYPES.items()}
    figures |= {
        "sharers": Count("pk", filter=seen & Q(did_share=True)),
        "even_impressions": Count("pk", filter=even),
        "even_sharers": Count("pk", filter=even & Q(did_share=True)),
    }
    rows = events.annotate(day=TruncDate("at", tzinfo=UTC), did_share=Exists(shared))
    return list(rows.values("visual_id", "day").annotate(**figures))


def _sum_up(visuals: Iterable[str]) -> None:
    """Write each visual's totals where they changed."""
    sums: Any = (
        VisualDay.objects.filter(visual__in=list(visuals))
        .values("visual_id")
        .annotate(**{f"all_{name}": Sum(name) for name in TOTALS})
    )
    for row in sums:
        totals = {name: row[f"all_{name}"] for name in TOTALS}
        VisualAsset.objects.filter(pk=row["visual_id"]).exclude(**totals).update(**totals)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
