"""Events of visuals, taken in and believed only as far as they can be checked.

An event counts where the page's note is ours, fresh and of this browser, the visual is the track's and
can be seen, no program and neither its artist nor its maker is looking, and no more has happened
than there was time for. What cannot be believed keeps its reason: a row where a note of ours names
the visit, else a figure of the day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from audience import bots, doubts, sinks, visits
from audience.models import Exposure, HookShare, Referral, VisualEvent
from audience.visits import Unbelievable, Visit
from casset.lib.errors import QuotaExceeded
from casset.lib.ids import is_id, new_id
from casset.web import rates
from casset.web.prepared import Prepared
from visuals.models import HookExport, VisualAsset

Type, How = VisualEvent.Type, VisualEvent.How
SEEN_S = 2.0  # in view while the hook sounds: the founding document's and this impression
SWIPE_S = 0.2  # nobody swipes faster
SLACK_S = 0.25  # between a page's timers and ours
MOST = {Type.SWIPE: 60, Type.COMPLETION: 60}  # of one visual in one visit
OURS = (Type.PAIRING, Type.EXPORT, Type.SHARE)  # the server sees these itself
REFERRAL_HOLDS = timedelta(days=30)

BY_ADDRESS = rates.Rate("events", 600, 60, "Too many events come from this network.")
UNBELIEVED = rates.Rate("events-unbelieved", 60, 60, "Too many events come from this network.")
# Impressions of one visual from one network that count: a busy household, a classroom, not a farm.
CROWD = rates.Rate("events-crowd", 120, 3600, "Enough was seen from this network for now.")


def take_in(
    visual_id: str, type_: str, note: str, *, n: int, user: Any, visitor: str, user_agent: str, network: str, automated: bool = False
) -> str:  # fmt: skip
    """Take one event from a page in; why it does not count, or empty where it does (or did before).

    ``visitor`` is the id in the browser's cookie or empty. Raises ``QuotaExceeded`` for a flood.
    """
    rates.take(BY_ADDRESS, network)
    try:
        visit = visits.read(note, user_agent=user_agent)
        visual = _of_visit(visual_id, visit)
    except Unbelievable as doubt:
        rates.take(UNBELIEVED, network)
        doubts.note(doubt.reason)
        return doubt.reason
    if visual is None:  # deleted since
        return "gone"
    reason = _reason(visit, visual, type_, n, user, user_agent, network, automated=automated)
    event = VisualEvent(
        visual_id=visual.pk,
        type=type_,
        visit=visit.id,
        n=n,
        how=visit.how if visual.pk == visit.first else How.SWIPED,
        share=visit.share,
        left_out=reason,
    )
    _write(event)
    if not reason and type_ == Type.IMPRESSION:
        _first_touch(visit, visitor, user)
    return reason


class _Seen(NamedTuple):
    """Of a visual what decides whether an event of it counts."""

    pk: str
    track: str
    is_shown: bool  # the visual is ready and its track published
    people: tuple[int | None, ...]  # the track's artist, and whoever made the visual


_ROW = Prepared(
    lambda visual: VisualAsset.objects.filter(pk=visual).order_by().values(
        "pk", "track_id", "status", "uploader_id", "track__published_at", "track__artist__user_id"
    ),
    visual="a visual",
)  # fmt: skip


def _of_visit(visual_id: str, visit: Visit) -> _Seen | None:
    """The visual, where it is of the visit's track; None where it is gone. One query."""
    if not is_id(visual_id) or not (found := _ROW.rows(visual=visual_id)):
        return None
    (row,) = found
    if row["track_id"] != visit.track:
        raise Unbelievable("foreign")
    is_ready = row["status"] == VisualAsset.Status.READY
    return _Seen(
        pk=row["pk"],
        track=row["track_id"],
        is_shown=is_ready and row["track__published_at"] is not None,
        people=(row["track__artist__user_id"], row["uploader_id"]),
    )


def _reason(
    visit: Visit, visual: _Seen, type_: str, n: int, user: Any, user_agent: str, network: str, *, automated: bool
) -> str:  # fmt: skip
    """Why the event does not count; empty where it does."""
    if type_ in OURS:
        return "ours"
    if automated or bots.is_bot(user_agent):
        return "bot"
    if _is_one_of(user, visual.people):
        return "owner"
    if not visual.is_shown:
        return "unseen"
    if n >= MOST.get(Type(type_), 1):
        return "too_many"
    if visit.age_s + SLACK_S < _least_s(visit, visual, type_, n):
        return "too_soon"
    if type_ == Type.IMPRESSION:
        try:
            rates.take(CROWD, f"{network} {visual.pk}")
        except QuotaExceeded:
            return "crowd"
    return ""


def _is_one_of(user: Any, people: tuple[int | None, ...]) -> bool:
    """Whether it is the track's artist, or whoever made the visual."""
    pk = getattr(user, "pk", None)
    return pk is not None and pk in people


def _least_s(visit: Visit, visual: _Seen, type_: str, n: int) -> float:
    """How old the page must be at least for this to have happened."""
    if type_ == Type.COMPLETION:
        return visit.hook_s * (n + 1)
    if type_ == Type.SWIPE:
        return SWIPE_S * (n + 1)
    seen = VisualEvent.objects.filter(visit=visit.id, type=Type.IMPRESSION, left_out="")
    return SEEN_S * (seen.exclude(visual=visual.pk).count() + 1)


def _write(event: VisualEvent) -> None:
    """Keep it once. Harmless for a visual that is deleted meanwhile."""
    try:
        VisualEvent.objects.bulk_create([event], ignore_conflicts=True)
    except IntegrityError:
        return
    sinks.send(event)


def _first_touch(visit: Visit, visitor: str, user: Any) -> None:
    """Keep by whose link somebody came, and what they were shown by lot, now that they surely looked."""
    if visit.how in (How.EVEN, How.LOT) and visit.visitor:
        shown = Exposure(track_id=visit.track, visual_id=visit.first, visitor=visit.visitor)
        _keep(shown)
    if not visit.share:
        return
    share = HookShare.objects.filter(pk=visit.share, track=visit.track).first()
    who = visitor or visit.visitor
    person = user if getattr(user, "pk", None) else None
    if share is None or (who and who == share.visitor):
        return
    if person is not None and person.pk == share.sharer_id:
        return
    touch = Referral(share=share, track_id=visit.track, visitor=who or visit.id, user=person)
    over = timezone.now() - REFERRAL_HOLDS
    open_ones = Referral.objects.filter(visitor=touch.visitor, track=visit.track, is_open=True)
    open_ones.filter(at__lt=over).update(is_open=False)
    _keep(touch)


def _keep(row: Exposure | Referral) -> None:
    """Add it unless there is one; harmless where what it points to is gone."""
    try:
        if isinstance(row, Exposure):
            Exposure.objects.bulk_create([row], ignore_conflicts=True)
        else:
            Referral.objects.bulk_create([row], ignore_conflicts=True)
    except IntegrityError:
        return


# -- what the server sees itself --------------------------------------------------------------------
def paired(visual: VisualAsset) -> None:
    """The artist chose it as the active one. Call it in that transaction."""
    event = VisualEvent(visual=visual, type=Type.PAIRING, visit=f"pair-{new_id()}")
    event.save(force_insert=True)
    transaction.on_commit(lambda: sinks.send(event))


def exported(export: HookExport, user: Any) -> None:
    """A finished video was fetched to be kept. The same one counts once for each person."""
    if export.visual_id is None:
        return
    who = getattr(user, "pk", None) or ""
    _write(
        VisualEvent(visual_id=export.visual_id, type=Type.EXPORT, visit=f"x{export.pk}{who}"[:24])
    )


def shared(
    share: HookShare, visit: Visit | None, *, user: Any, user_agent: str, automated: bool
) -> None:
    """A link was made to pass a visual on. Without a page's note it is kept but does not count."""
    visual = share.visual
    if visual is None:
        return
    reason = ""
    if visit is None:
        reason = "unsigned"
    elif automated or bots.is_bot(user_agent):
        reason = "bot"
    elif _is_one_of(user, (visual.track.artist.user_id, visual.uploader_id)):
        reason = "owner"
    event = VisualEvent(
        visual=visual,
        type=Type.SHARE,
        visit=visit.id if visit else f"s-{share.pk}",
        share=visit.share if visit else "",
        left_out=reason,
    )
    if visit is not None:
        event.how = visit.how if visual.pk == visit.first else How.SWIPED
    _write(event)
