"""What the verbs share: the lock of a track's library, and how much room there is in it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Max, Sum

from casset.lib.errors import NotFound, ValidationError
from casset.tracks.models import Track
from visuals.models import VisualAsset

MOST = 40  # visuals of one track, those put away not counted
MOST_WITH_ARCHIVE = 200


def locked(track_id: str) -> Track:
    """The track's row, held until the transaction ends: one change of its library at a time.

    Rows that only point to the track can still be written by others. Raises ``NotFound``.
    """
    rows = Track.objects.select_for_update(of=("self",), no_key=True).select_related("artist")
    track = rows.filter(pk=track_id).first()
    if track is None:
        raise NotFound("This track is gone.")
    return track


def check_room(track: Track) -> None:
    """Raises ``ValidationError`` when the track or its artist has as many visuals as there is room for."""
    rows = VisualAsset.objects.filter(track=track)
    if rows.kept().count() >= MOST:
        raise ValidationError(
            f"A track has {MOST} visuals at most. Archive or delete one, then add this one.",
            code="LIBRARY_FULL",
        )
    if rows.count() >= MOST_WITH_ARCHIVE:
        raise ValidationError(
            "The archive of this track is full. Delete some of the visuals in it.",
            code="LIBRARY_FULL",
        )
    if bytes_of(track.artist.user_id) > settings.STORAGE_MAX_BYTES:
        raise ValidationError(
            f"Your visuals fill the {settings.STORAGE_MAX_BYTES / 2**30:.0f} GB that are yours. "
            "Delete some, then add this one.",
            code="STORAGE_FULL",
        )


def bytes_of(user_id: Any) -> int:
    """What a person's visuals take, each stored file counted once. Two queries."""
    rows = VisualAsset.objects.filter(track__artist__user_id=user_id).order_by()
    total = 0
    for name, size in (("stored", "bytes"), ("source", "source_bytes")):
        once = rows.exclude(**{name: ""}).values(name).annotate(size=Max(size))
        total += once.aggregate(total=Sum("size"))["total"] or 0
    return total


def next_position(track: Track) -> int:
    """Behind the last one. Hold the track's lock."""
    last = VisualAsset.objects.filter(track=track).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def current(visual: VisualAsset) -> VisualAsset:
    """The visual as it is now, with its track, its row held. Raises ``NotFound`` for one that is gone."""
    row = (
        VisualAsset.objects.select_for_update(of=("self",), no_key=True)
        .select_related("track__artist")
        .filter(pk=visual.pk)
        .first()
    )
    if row is None:
        raise NotFound("This visual was deleted.")
    return row
