"""Hook exports: asking for one, who may have it, calling it off, and how long it is kept.

Equal orders are one row and one render, whoever asks and however often. The work itself stands in
``export_room``. Whoever may see the hook with its visual may have the video of it; the artist with
every ready visual.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from casset.lib.errors import CassetError, InvalidTransition, NotAllowed, NotFound, QuotaExceeded
from casset.media.hookvideo import layout
from casset.tracks.models import Track
from casset.web import events, rates
from casset.work import asking
from visuals import export_orders, files
from visuals.models import HookExport, VisualAsset

log = logging.getLogger(__name__)

WORK = "visuals.export"
ROOT = "exports"
VIDEO_FILE, CAPTIONS_FILE = "hook.mp4", "hook.vtt"
TYPES = {VIDEO_FILE: "video/mp4", CAPTIONS_FILE: "text/vtt; charset=utf-8"}
FANS_WAITING = 40  # exports of people who are not the artist, made or waiting at once on the site
LEFT_FOR = timedelta(days=2)  # failed ones
STUCK_AFTER = timedelta(hours=1)
OF_ARTIST = rates.Rate("exports", 60, 3600, "You have exported many hooks in the last hour.")
OF_FAN = rates.Rate("fan-exports", 20, 3600, "You have made many videos in the last hour.")
_Status = HookExport.Status
_WAITING = (_Status.QUEUED, _Status.RENDERING)


def ask_for(
    track: Track,
    *,
    visual: VisualAsset | None,
    aspect: str = "9:16",
    quality: str = "high",
    share_url: str = "",
    asked_by: Any = None,
    asker: str = "",
    kind: str = export_orders.VIDEO,
) -> HookExport:
    """The export of this hook with this visual (None: the cover): the one that is there, or a new one.

    ``share_url`` has been checked (``export_orders.checked_share``). ``asked_by`` is a person or None;
    ``asker`` their network address, by which people who are not signed in are counted. Raises
    ``NotFound`` for what they may not see, ``NotAllowed``, ``InvalidTransition`` where something is
    not ready, ``QuotaExceeded``.
    """
    is_artist = is_artist_of(asked_by, track)
    check_visual(track, visual, user=asked_by)
    if kind == export_orders.CANVAS:
        if not is_artist:
            raise NotAllowed("Only the track's artist can make its Canvas.")
        if visual is None:
            raise InvalidTransition("A Canvas is cut from a visual. Add one first.")
        order = export_orders.of_canvas(track, visual)
    else:
        order = export_orders.of_video(
            track, visual, aspect=aspect, quality=quality, share_url=share_url
        )
    key = export_orders.key_of(order)
    known = _known(key, asked_by)
    if known is not None and known.status != _Status.FAILED:
        return known
    _check_rate(asked_by, asker, is_artist=is_artist)
    with transaction.atomic():
        row, is_new = HookExport.objects.get_or_create(
            key=key,
            defaults={"track": track, "visual": visual, "asked_by": asked_by, "order": order},
        )
        row = HookExport.objects.select_for_update().get(pk=row.pk)
        if is_new or row.status == _Status.FAILED:
            row.status, row.progress, row.error, row.used_at = _Status.QUEUED, 0, "", timezone.now()
            row.asked_by, row.is_shared = asked_by, False
            row.finished_at = None
            row.save(
                update_fields=(
                    "status", "progress", "error", "used_at", "asked_by", "is_shared", "finished_at",
                )
            )  # fmt: skip
            asking.ask(WORK, row.pk, owner=asked_by)
    return row


def is_artist_of(user: Any, track: Track) -> bool:
    return user is not None and user.is_authenticated and track.artist.user_id == user.pk


def find(export_id: str, *, user: Any) -> HookExport:
    """The export, if this person may have it now. Raises ``NotFound``."""
    rows = HookExport.objects.select_related("track__artist", "visual").filter(pk=export_id)
    row = rows.first()
    if row is None or not may_have(user, row):
        raise NotFound("This video is gone, or it is not yours. Export the hook again.")
    return row


def may_have(user: Any, export: HookExport) -> bool:
    """Its artist always; others while fans see the track with that visual. Up to two queries."""
    if is_artist_of(user, export.track):
        return True
    if export.order.get("kind") != export_orders.VIDEO:
        return False
    if not Track.objects.published().filter(pk=export.track_id).exists():
        return False
    if export.order.get("visual") is None:
        return True
    return VisualAsset.objects.shown().filter(pk=export.visual_id, track=export.track_id).exists()


def may_watch(user: Any, export_id: str) -> bool:
    """Whether a signed-in person may hear how far it is: see ``events.allow``."""
    row = HookExport.objects.select_related("track__artist").filter(pk=export_id).first()
    return row is not None and may_have(user, row)


def gave_up(subject: str, error: CassetError) -> None:
    """It will not be made: say why, until it is asked for again."""
    now = timezone.now()
    failed = HookExport.objects.filter(pk=subject).exclude(status=_Status.READY)
    if failed.update(status=_Status.FAILED, error=str(error)[:500], finished_at=now):
        events.publish(f"export-{subject}", "error", {"id": subject, "message": str(error)[:500]})


def used(export: HookExport) -> None:
    """It was just fetched: what is not goes first when space is short."""
    HookExport.objects.filter(pk=export.pk).update(used_at=timezone.now())


def cancel(export: HookExport, *, user: Any) -> bool:
    """Stop making it; False where it goes on because others wait for it, or is done already.

    Raises ``NotAllowed`` for whoever did not ask for it.
    """
    if not user.is_authenticated or user.pk not in (
        export.asked_by_id,
        export.track.artist.user_id,
    ):
        raise NotAllowed("Somebody else asked for this video.")
    if export.is_shared or export.status not in _WAITING:
        return False
    with transaction.atomic():
        asking.call_off(WORK, export.pk)
        row = HookExport.objects.select_for_update().filter(pk=export.pk).first()
        if row is None or row.status not in _WAITING:
            return False
        if row.is_shared:  # since it was looked at
            asking.ask(WORK, row.pk)
            return False
        row.delete()
        files.drop(folder_of(export))
    events.forget(export.channel)
    return True


def folder_of(export: HookExport) -> str:
    return f"{ROOT}/{export.pk}"


# -- how long they are kept ------------------------------------------------------------------------
def forget_those_of(track: Track) -> None:
    """The track is being deleted: so are its videos. Call it in that transaction."""
    for row in HookExport.objects.filter(track=track):
        _forget(row)


def tidy() -> int:
    """Forget what was made from something that has changed, failures of days ago, and what is too much; how many."""
    gone = 0
    _end_stuck()
    rows = HookExport.objects.exclude(status__in=_WAITING).select_related("visual", "track__hook")
    for row in rows.iterator(chunk_size=200):
        if _is_stale(row) or (
            row.status == _Status.FAILED and row.used_at < timezone.now() - LEFT_FOR
        ):
            gone += _forget_unless_asked(row)
    return gone + _make_room()


def _end_stuck() -> None:
    """Say of what nobody works at any more that it failed; asking again makes it."""
    old = HookExport.objects.filter(status__in=_WAITING, used_at__lt=timezone.now() - STUCK_AFTER)
    for row in old:
        if not asking.wanted(WORK, row.pk):
            gave_up(row.pk, CassetError("The work on it was lost. Export the hook again."))


def _is_stale(row: HookExport) -> bool:
    """Whether nobody can ask for these bytes any more: the hook was cut anew, the visual made anew or deleted."""
    order, hook = row.order, getattr(row.track, "hook", None)
    if order["kind"] == export_orders.VIDEO:
        if hook is None or order["hook"]["sound"] != hook.sound:
            return True
        if order["layout"] != layout.version():
            return True
    if order["version"] != export_orders.VERSION:
        return True
    wanted = order.get("visual")
    return bool(wanted) and (row.visual is None or row.visual.stored != wanted["stored"])


def _make_room() -> int:
    """Forget the longest unused until the rest fits into ``EXPORTS_MAX_BYTES``."""
    ready = HookExport.objects.filter(status=_Status.READY)
    total = ready.aggregate(total=Sum("bytes"))["total"] or 0
    gone = 0
    for row in ready.order_by("used_at").iterator(chunk_size=50):
        if total <= settings.EXPORTS_MAX_BYTES:
            break
        total -= row.bytes
        gone += _forget_unless_asked(row)
    return gone


def _forget_unless_asked(row: HookExport) -> int:
    """Forget it, unless somebody asked for it since it was read."""
    with transaction.atomic():
        mine = HookExport.objects.select_for_update().filter(pk=row.pk, used_at=row.used_at)
        if mine.exclude(status__in=_WAITING).first() is None:
            return 0
        _forget(row)
    return 1


def _forget(row: HookExport) -> None:
    asking.call_off(WORK, row.pk)
    HookExport.objects.filter(pk=row.pk).delete()
    files.drop(folder_of(row))
    transaction.on_commit(lambda: events.forget(row.channel))


# -- asking ----------------------------------------------------------------------------------------
def check_visual(track: Track, visual: VisualAsset | None, *, user: Any) -> None:
    """Raises ``NotFound`` for a visual this person may not see with the track, ``InvalidTransition`` for one not ready."""
    is_artist = is_artist_of(user, track)
    if not is_artist and not Track.objects.published().filter(pk=track.pk).exists():
        raise NotFound("There is no such track.")
    if visual is None:
        return
    is_known = visual.track_id == track.pk and (
        is_artist or VisualAsset.objects.shown().filter(pk=visual.pk).exists()
    )
    if not is_known:
        raise NotFound("This track has no such visual.")
    if visual.status != VisualAsset.Status.READY:
        raise InvalidTransition(
            "This visual is not ready. Wait until it is, or choose another one.",
            code="VISUAL_NOT_READY",
            retryable=visual.status == VisualAsset.Status.PROCESSING,
        )


def _known(key: str, asked_by: Any) -> HookExport | None:
    """The export of this key, noted as asked for again."""
    row = HookExport.objects.filter(key=key).first()
    if row is None:
        return None
    mine = asked_by is not None and row.asked_by_id == asked_by.pk
    changed: dict[str, Any] = {"used_at": timezone.now()}
    if not mine and row.status in _WAITING:
        changed["is_shared"] = True
    if not HookExport.objects.filter(pk=row.pk).update(**changed):
        return None
    return HookExport.objects.filter(pk=row.pk).first()


def _check_rate(asked_by: Any, asker: str, *, is_artist: bool) -> None:
    if is_artist:
        rates.take(OF_ARTIST, str(asked_by.pk))
        return
    rates.take(OF_FAN, str(asked_by.pk) if asked_by is not None else f"address {asker}")
    waiting = HookExport.objects.filter(status__in=_WAITING)
    others = waiting.filter(~Q(asked_by=F("track__artist__user")) | Q(asked_by=None))
    if others.aggregate(count=Count("pk"))["count"] >= FANS_WAITING:
        raise QuotaExceeded(
            "Many videos are being made at the moment. Try again in a minute.", retry_after_s=60
        )
