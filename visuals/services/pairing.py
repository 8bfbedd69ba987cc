"""Which visual a track is seen with: the one in use, those fans can swipe to, and dated ones."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from casset.lib.errors import InvalidTransition, ValidationError
from visuals import events, signals
from visuals.models import ActivePeriod, VisualAsset
from visuals.services import shelf

PERIOD_LONGEST = timedelta(days=400)
PERIODS_MOST = 50  # to come, of one track

_NOT_READY = {
    VisualAsset.Status.PROCESSING: "This visual is still being made. Use it when it is ready.",
    VisualAsset.Status.FAILED: "This visual could not be made. Try it again first.",
    VisualAsset.Status.ARCHIVED: "This visual is in the archive. Restore it first.",
}


def use(*, visual: VisualAsset) -> VisualAsset:
    """Make this the track's one active visual; fans see it from now on. Harmless when it is already.

    Of two that are chosen at once the later wins. Raises ``InvalidTransition`` for one not ready.
    """
    now = timezone.now()
    with transaction.atomic():
        shelf.locked(visual.track_id)
        row = shelf.current(visual)
        _require_ready(row)
        if not row.is_active:
            others = VisualAsset.objects.filter(track_id=row.track_id, is_active=True)
            others.update(is_active=False, updated_at=now)
            VisualAsset.objects.filter(pk=row.pk).update(
                is_active=True, shown_at=Coalesce("shown_at", now), updated_at=now,
                pairings=F("pairings") + 1,
            )  # fmt: skip
            signals.used.send(VisualAsset, visual=row)
            events.visual_update(row)
    return _again(row)


def stop_using(*, visual: VisualAsset) -> VisualAsset:
    """The track has no active visual any more, if it was this one: its cover is seen."""
    with transaction.atomic():
        shelf.locked(visual.track_id)
        row = shelf.current(visual)
        if row.is_active:
            VisualAsset.objects.filter(pk=row.pk).update(is_active=False, updated_at=timezone.now())
            events.visual_update(row)
    return _again(row)


def show(*, visual: VisualAsset) -> VisualAsset:
    """Let fans swipe to it. Raises ``InvalidTransition`` for one not ready."""
    with transaction.atomic():
        shelf.locked(visual.track_id)
        row = shelf.current(visual)
        _require_ready(row)
        if row.shown_at is None:
            now = timezone.now()
            VisualAsset.objects.filter(pk=row.pk).update(shown_at=now, updated_at=now)
            events.visual_update(row)
    return _again(row)


def hide(*, visual: VisualAsset) -> VisualAsset:
    """Take it from fans' view. Raises ``InvalidTransition`` for the one in use."""
    with transaction.atomic():
        shelf.locked(visual.track_id)
        row = shelf.current(visual)
        if row.is_active:
            raise InvalidTransition("Fans see this visual now. Use another one, then hide this.")
        if row.shown_at is not None:
            VisualAsset.objects.filter(pk=row.pk).update(shown_at=None, updated_at=timezone.now())
            events.visual_update(row)
    return _again(row)


def schedule(*, visual: VisualAsset, starts_at: datetime, ends_at: datetime) -> ActivePeriod:
    """Have it be the active one from ``starts_at`` to ``ends_at``, whatever is in use otherwise.

    Raises ``ValidationError`` for a period that is over, too long or backwards, and
    ``InvalidTransition`` where another is dated for part of it or the visual is not ready.
    """
    _check_period(starts_at, ends_at)
    with transaction.atomic():
        track = shelf.locked(visual.track_id)
        row = shelf.current(visual)
        _require_ready(row)
        periods = ActivePeriod.objects.filter(track=track)
        other = (
            periods.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
            .exclude(visual__status=VisualAsset.Status.ARCHIVED)
            .select_related("visual")
            .first()
        )
        if other is not None:
            raise InvalidTransition(
                f"“{other.visual.title}” is dated from {_said(other.starts_at)} to "
                f"{_said(other.ends_at)} (UTC). Choose a time outside of that, or remove it first."
            )
        if periods.filter(ends_at__gt=timezone.now()).count() >= PERIODS_MOST:
            raise ValidationError(f"{PERIODS_MOST} dates are the most. Remove one first.")
        period = ActivePeriod.objects.create(
            visual=row, track=track, starts_at=starts_at, ends_at=ends_at
        )
        events.visual_update(row)
    return period


def unschedule(*, period: ActivePeriod) -> None:
    """Remove a date; harmless when it is gone."""
    with transaction.atomic():
        shelf.locked(period.track_id)
        deleted, _ = ActivePeriod.objects.filter(pk=period.pk).delete()
        if deleted:
            events.library_update(period.track_id)


def _check_period(starts_at: datetime, ends_at: datetime) -> None:
    for moment in (starts_at, ends_at):
        if timezone.is_naive(moment):
            raise ValidationError("Say the times with their time zone.")
    if ends_at <= starts_at:
        raise ValidationError("The end must be after the start.")
    if ends_at <= timezone.now():
        raise ValidationError("This time is over. Choose one to come.")
    if ends_at - starts_at > PERIOD_LONGEST:
        raise ValidationError("That is more than a year. Use the visual instead of dating it.")


def _require_ready(visual: VisualAsset) -> None:
    if visual.status != VisualAsset.Status.READY:
        raise InvalidTransition(_NOT_READY[VisualAsset.Status(visual.status)])


def _said(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y %H:%M}"


def _again(visual: VisualAsset) -> VisualAsset:
    visual.refresh_from_db()
    return visual
