"""Reading a track's visuals: which one is seen, what fans and what its artist see, page by page."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import cast

from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from casset.lib.errors import ValidationError
from casset.tracks.models import Track
from visuals.models import ActivePeriod, VisualAsset, VisualAssetQuerySet

PAGE, PAGE_MOST = 20, 100


def active_visual(track: Track, at: datetime | None = None) -> VisualAsset | None:
    """The visual the track is seen with at that time (now): the dated one, else the one in use. One query."""
    moment = at or timezone.now()
    rows = VisualAsset.objects.ready().filter(track=track)
    dated = Exists(ActivePeriod.objects.covering(moment))
    seen = rows.annotate(dated=dated).filter(Q(dated=True) | Q(is_active=True))
    return seen.order_by("-dated", "pk").first()


def library(track: Track) -> VisualAssetQuerySet:
    """Everything of the track but what was put away, in its order, with tags and dates. Three queries."""
    return _with_parts(VisualAsset.objects.filter(track=track).kept().in_order())


def archived(track: Track) -> VisualAssetQuerySet:
    """What was put away, the latest first."""
    rows = VisualAsset.objects.filter(track=track, status=VisualAsset.Status.ARCHIVED)
    return _with_parts(rows.order_by("-archived_at", "pk"))


def fans(track: Track) -> VisualAssetQuerySet:
    """What fans can swipe through, in the artist's order."""
    return _with_parts(VisualAsset.objects.filter(track=track).shown().in_order())


def elsewhere(track: Track) -> VisualAssetQuerySet:
    """The artist's visuals of other tracks that could be reused with this one, newest first."""
    rows = VisualAsset.objects.ready().filter(track__artist_id=track.artist_id)
    here = VisualAsset.objects.filter(track=track).exclude(stored="").values("stored")
    first = rows.exclude(track=track).exclude(stored__in=here)
    once = first.order_by("stored", "created_at", "pk").distinct("stored").values("pk")
    return _with_parts(rows.filter(pk__in=once).order_by("-created_at", "pk"))


def of_api(track: Track, *, is_owner: bool) -> VisualAssetQuerySet:
    """What the API lists: ready ones; to others than the owner, those shown to fans."""
    rows = VisualAsset.objects.filter(track=track)
    return _with_parts(rows.ready() if is_owner else rows.shown()).in_order()


def page_of(
    rows: VisualAssetQuerySet, *, cursor: str = "", limit: int = PAGE
) -> tuple[list[VisualAsset], str | None]:
    """Up to ``limit`` rows behind ``cursor`` in the library's order, and the cursor of the next page.

    What is added, moved or removed meanwhile neither repeats nor hides the others. Raises
    ``ValidationError`` for a cursor that is none of ours.
    """
    if cursor:
        position, created_at, pk = _read(cursor)
        rows = rows.filter(
            Q(position__gt=position)
            | Q(position=position, created_at__gt=created_at)
            | Q(position=position, created_at=created_at, pk__gt=pk)
        )
    found = list(rows.in_order()[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return found, _write(found[-1]) if more else None


def _with_parts(rows: QuerySet[VisualAsset]) -> VisualAssetQuerySet:
    return cast(
        VisualAssetQuerySet,
        rows.select_related("track__artist").prefetch_related("tags", "periods"),
    )


def _write(row: VisualAsset) -> str:
    place = [row.position, row.created_at.isoformat(), row.pk]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, datetime, str]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor[:200] + "=" * (-len(cursor) % 4)))
        position, created_at, pk = place
        moment = datetime.fromisoformat(created_at)
    except (binascii.Error, ValueError, TypeError) as fault:
        raise ValidationError("This cursor is not one of ours. Begin at the first page.") from fault
    if not isinstance(position, int) or not 0 <= position < 2**31 or not isinstance(pk, str):
        raise ValidationError("This cursor is not one of ours. Begin at the first page.")
    if timezone.is_naive(moment):
        raise ValidationError("This cursor is not one of ours. Begin at the first page.")
    return position, moment, pk
