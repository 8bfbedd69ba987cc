"""Order and care of the library: names, tags, the seam, the archive, deleting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from casset.lib.errors import InvalidTransition, ValidationError
from casset.tracks.models import Track
from visuals import events, files, making, tags, titles
from visuals.models import VisualAsset
from visuals.services import shelf

BPM_LEAST, BPM_MOST = 20, 300


def rename(*, visual: VisualAsset, title: str) -> VisualAsset:
    """Raises ``ValidationError`` for a title that is none or too long."""
    return _change(visual, title=titles.checked(title))


def set_tags(*, visual: VisualAsset, tags: Iterable[str]) -> VisualAsset:
    """Put exactly these on it, as a person writes them. Raises ``ValidationError`` for an unknown one."""
    wanted = _rows(tags)
    with transaction.atomic():
        row = shelf.current(visual)
        row.tags.set(wanted)
        events.visual_update(row)
    return row


def set_bpm(*, visual: VisualAsset, least: int | None, most: int | None) -> VisualAsset:
    """Say for which tempos it is meant; None leaves a side open. Raises ``ValidationError``."""
    for bpm in (least, most):
        if bpm is not None and not BPM_LEAST <= bpm <= BPM_MOST:
            raise ValidationError(f"A tempo is from {BPM_LEAST} to {BPM_MOST} BPM.")
    if least is not None and most is not None and most < least:
        raise ValidationError("The slower tempo comes first.")
    return _change(visual, bpm_min=least, bpm_max=most)


def set_join(*, visual: VisualAsset, join: str) -> VisualAsset:
    """Have its end meet its beginning another way: it is made anew from what was uploaded.

    A ready visual stays in use as it is until the new one is there. Raises ``InvalidTransition``
    where there is no upload (any more), ``ValidationError`` for another word than
    cut, crossfade, rebound.
    """
    if join not in VisualAsset.Join.values:
        raise ValidationError(f"The ends meet by {', '.join(VisualAsset.Join.values)}.")
    with transaction.atomic():
        making.hold(visual)
        row = shelf.current(visual)
        if row.recipe or row.source_prompt_text:
            raise InvalidTransition("This visual was drawn as a loop: there is no seam to mend.")
        if row.status == VisualAsset.Status.ARCHIVED:
            raise InvalidTransition("This visual is in the archive. Restore it first.")
        if row.join == join and row.status != VisualAsset.Status.FAILED:
            return row
        VisualAsset.objects.filter(pk=row.pk).update(
            join=join, error="", error_code="", updated_at=timezone.now()
        )
        if row.status == VisualAsset.Status.FAILED:
            row.move(VisualAsset.Status.PROCESSING)
        making.ask(row, owner=row.uploader)
        events.visual_update(row)
    row.refresh_from_db()
    return row


def reorder(*, track: Track, ids: Sequence[str]) -> None:
    """Put the visuals in this order; those not named (added meanwhile) follow as they were.

    Raises ``ValidationError`` for one named twice or not of this track.
    """
    if len(set(ids)) != len(ids):
        raise ValidationError("Each visual has one place. One is named twice.")
    with transaction.atomic():
        shelf.locked(track.pk)
        rows = {row.pk: row for row in VisualAsset.objects.filter(track=track).in_order()}
        if any(pk not in rows for pk in ids):
            raise ValidationError("One of these visuals is not of this track. Load the page again.")
        named = set(ids)
        order = [*ids, *(pk for pk in rows if pk not in named)]
        moved = []
        for position, pk in enumerate(order):
            if rows[pk].position != position:
                rows[pk].position = position
                moved.append(rows[pk])
        if moved:
            VisualAsset.objects.bulk_update(moved, ["position"])
            events.library_update(track.pk)


def archive(*, visual: VisualAsset) -> VisualAsset:
    """Put it away: nobody but its artist sees it, and it is not in use any more.

    Harmless when it is there already. Raises ``InvalidTransition`` for one that never was ready.
    """
    with transaction.atomic():
        making.hold(visual)
        shelf.locked(visual.track_id)
        row = shelf.current(visual)
        if row.status == VisualAsset.Status.ARCHIVED:
            return row
        if row.status == VisualAsset.Status.PROCESSING:
            raise InvalidTransition(
                "This visual is being made. Delete it, or wait until it is ready."
            )
        if row.status == VisualAsset.Status.FAILED:
            raise InvalidTransition("This visual could not be made. Try it again or delete it.")
        making.call_off(row)
        row.move(VisualAsset.Status.ARCHIVED, **_join_as_made(row))
        events.visual_update(row)
    return row


def restore(*, visual: VisualAsset) -> VisualAsset:
    """Take it from the archive, to the end of the library. Harmless when it is out already.

    Raises ``ValidationError`` where the library is full.
    """
    with transaction.atomic():
        track = shelf.locked(visual.track_id)
        row = shelf.current(visual)
        if row.status != VisualAsset.Status.ARCHIVED:
            return row
        shelf.check_room(track)
        row.move(VisualAsset.Status.READY, position=shelf.next_position(track))
        events.visual_update(row)
    return row


def retry(*, visual: VisualAsset) -> VisualAsset:
    """Have one that failed made again. Raises ``InvalidTransition`` for any other."""
    with transaction.atomic():
        making.hold(visual)
        row = shelf.current(visual)
        if row.status != VisualAsset.Status.FAILED:
            raise InvalidTransition("There is nothing to try again.")
        row.move(VisualAsset.Status.PROCESSING, error="", error_code="")
        making.ask(row, owner=row.uploader)
        events.visual_update(row)
    return row


def delete(*, visual: VisualAsset) -> None:
    """Remove it with its files, unless they serve another visual too. Harmless when it is gone."""
    with transaction.atomic():
        making.hold(visual)
        shelf.locked(visual.track_id)
        row = VisualAsset.objects.select_for_update(of=("self",)).filter(pk=visual.pk).first()
        if row is None:
            return
        making.call_off(row)
        events.visual_update(row)
        row.delete()
        files.drop(row.stored, row.source)


def _change(visual: VisualAsset, **changes: Any) -> VisualAsset:
    with transaction.atomic():
        row = shelf.current(visual)
        VisualAsset.objects.filter(pk=row.pk).update(updated_at=timezone.now(), **changes)
        events.visual_update(row)
    row.refresh_from_db()
    return row


def _join_as_made(visual: VisualAsset) -> dict[str, str]:
    """The seam it really has, where a change of it was called off."""
    made = visual.facts.get("join", visual.join)
    return {"join": made} if made != visual.join else {}


def _rows(texts: Iterable[str]) -> list[Any]:
    return tags.rows(tags.chosen(texts))
