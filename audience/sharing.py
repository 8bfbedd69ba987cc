"""Passing a version of a hook on: a link of one's own for each way, and what stands behind a link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from audience import counting
from audience.models import HookShare, Referral
from audience.visits import Visit
from casset.lib.errors import NotFound
from casset.lib.ids import is_id
from casset.tracks.models import Track
from casset.web import rates
from visuals.models import VisualAsset

AGAIN = timedelta(days=1)  # the same person's link for the same version and way is used again
PER_NETWORK = rates.Rate("shares", 120, 600, "Many links were made from this network just now.")
GUESSES = rates.Rate("share-guesses", 30, 60, "You tried many links that do not exist.")


def share(
    *, track_id: str, visual_id: str, channel: str, user: Any, visitor: str, visit: Visit | None, user_agent: str, network: str, automated: bool = False
) -> HookShare:  # fmt: skip
    """A link to this version of a hook, the same one where the person has it already.

    A visual that fans cannot see (any more) is left out: the link then shows what the track shows.
    Raises ``NotFound`` for a track they may not see, ``QuotaExceeded``.
    """
    rates.take(PER_NETWORK, network)
    tracks = Track.objects.visible_to(user).filter(hook__cut_version__gt=0)
    track = tracks.filter(pk=track_id).first() if is_id(track_id) else None
    if track is None:
        raise NotFound("This hook is not shared any more.")
    if visit is not None and visit.track != track.pk:
        visit = None
    shown = VisualAsset.objects.shown().filter(track=track, pk=visual_id)
    visual = shown.select_related("track__artist").first()
    row = _known(track, visual, channel, user, visitor)
    if row is None:
        person = user if user.is_authenticated else None
        row = HookShare.objects.create(
            track=track, visual=visual, sharer=person, visitor=visitor, channel=channel
        )
    row.visual = visual
    counting.shared(row, visit, user=user, user_agent=user_agent, automated=automated)
    return row


def _known(
    track: Track, visual: VisualAsset | None, channel: str, user: Any, visitor: str
) -> HookShare | None:
    rows = HookShare.objects.filter(
        track=track, visual=visual, channel=channel, created_at__gt=timezone.now() - AGAIN
    )
    if user.is_authenticated:
        return rows.filter(sharer=user).first()
    return rows.filter(visitor=visitor, sharer=None).first() if visitor else None


def find(share_id: str) -> HookShare:
    """The share with this id. Raises ``NotFound``."""
    row = HookShare.objects.filter(pk=share_id).first() if is_id(share_id) else None
    if row is None:
        raise NotFound("There is no such link. Perhaps a letter of it is missing.")
    return row


def count_guess(network: str) -> None:
    """A link was asked for that does not exist. Raises ``QuotaExceeded`` for who goes on guessing."""
    rates.take(GUESSES, network)


def address(share_: HookShare) -> str:
    return settings.SITE_URL + share_.address


def know(user: Any, visitor: str) -> None:
    """Somebody signed in: whose links brought this visitor is theirs from now on, save their own."""
    if not visitor:
        return
    mine = Referral.objects.filter(visitor=visitor, user=None)
    mine.exclude(share__sharer=user).update(user=user)
    mine.filter(share__sharer=user).delete()
