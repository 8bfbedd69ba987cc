"""Reading a track's visuals: which one is seen, what fans and what its artist see, page by page."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from casset.lib.errors import ValidationError
from casset.tracks.models import Track
from visuals import tags
from visuals.models import VisualAsset, VisualAssetQuerySet

PAGE, PAGE_MOST = 20, 100


def active_visual(track: Track, at: datetime | None = None) -> VisualAsset | None:
    """The visual the track is seen with at that time (now): the dated one, else the one in use. One query."""
    return VisualAsset.objects.ready().filter(track=track).active_now(at=at).first()


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


def of_api(track: Track, *, is_owner: bool, status: str = "") -> VisualAssetQuerySet:
    """What the API lists: to others what fans see; to the owner what is ready, or of another ``status``."""
    rows = VisualAsset.objects.filter(track=track)
    if not is_owner:
        rows = rows.shown() if status in ("", VisualAsset.Status.READY) else rows.none()
    else:
        rows = rows.filter(status=status or VisualAsset.Status.READY)
    return _with_parts(rows)


def filtered(
    rows: VisualAssetQuerySet,
    *,
    kind: str = "",
    active: bool | None = None,
    tag: str = "",
    bpm: int | None = None,
) -> VisualAssetQuerySet:
    """Of ``rows`` those of a kind, in use or not, with a tag, meant for a tempo; empty asks for all.

    ``tag`` is written as people do; an unknown one finds nothing. One without tempos suits every one.
    """
    if kind:
        rows = rows.filter(kind=kind)
    if active is not None:
        rows = rows.active_now(active)
    if tag:
        rows = rows.filter(tags__slug=tags.normalise(tag) or "")
    if bpm is not None:
        rows = rows.filter(
            Q(bpm_min__isnull=True) | Q(bpm_min__lte=bpm),
            Q(bpm_max__isnull=True) | Q(bpm_max__gte=bpm),
        )
    return rows


def one(visual_id: str, *, user: Any = None) -> VisualAsset:
    """A visual with all that is shown of it; with ``user``, only if they may see it. Raises ``Http404``."""
    rows = VisualAsset.objects.filter(pk=visual_id)
    if user is not None:
        rows = rows.visible_to(user)
    found = _with_parts(rows).first()
    if found is None:
        raise Http404
    return found


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


def _with_parts(rows: VisualAssetQuerySet) -> VisualAssetQuerySet:
    whole = rows.with_active().select_related("track__artist", "uploader__artist")
    return whole.prefetch_related("tags", "periods")


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
