"""Whether visual pairing does what it was made for: the founding document's success metrics, for the operator.

Shares of a hundred come with the range they surely lie in. Each says what it is a share of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from audience import odds
from audience.models import HookShare, LeftOut, Referral, VisualEvent
from casset.accounts.models import Artist
from casset.tracks.models import Track
from visuals.models import HookExport, VisualAsset

MANY = 5  # visuals of a track, and more
GIVEN_UP = timedelta(hours=1)  # an export that is not made by then counts as not completed
_IN_VIDEO = ("tiktok", "instagram", "download")  # ways whose link stands in a video


@dataclass(frozen=True)
class Rate:
    """``hits`` of ``tries``, and what that is."""

    what: str
    of: str
    hits: int
    tries: int

    @property
    def percent(self) -> str:
        return f"{100 * self.hits / self.tries:.0f} %" if self.tries else "–"

    @property
    def range(self) -> str:
        if not self.tries:
            return "nothing to count yet"
        least, most = odds.wilson(self.hits, self.tries)
        return f"{100 * least:.0f} to {100 * most:.0f} %"


@dataclass(frozen=True)
class Success:
    """All figures of the page."""

    rates: tuple[Rate, ...]
    visuals_a_track: tuple[tuple[str, int], ...]
    left_out: tuple[tuple[str, int], ...]


def figures(*, days: int = 28) -> Success:
    """The figures of the last ``days`` days; artists and libraries as they are now. Nine queries."""
    since = timezone.now() - timedelta(days=days)
    return Success(
        rates=(_paired(), *_exports(since), _through(since), _switched(since), _kept(since)),
        visuals_a_track=_libraries(),
        left_out=_left_out(since),
    )


def _paired() -> Rate:
    published = Track.objects.published().filter(artist=OuterRef("pk"))
    artists = Artist.objects.filter(Exists(published))
    shown = VisualAsset.objects.ready().filter(track__artist=OuterRef("pk"))
    found = artists.aggregate(all=Count("pk"), paired=Count("pk", filter=Q(Exists(shown))))
    return Rate(
        "Artists with a visual", "artists with a published track", found["paired"], found["all"]
    )


def _exports(since: datetime) -> list[Rate]:
    settled = Q(status__in=("ready", "failed")) | Q(created_at__lt=timezone.now() - GIVEN_UP)
    rows = HookExport.objects.filter(settled, created_at__gte=since)
    ready = Q(status="ready")
    has = Q(order__visual__isnull=False) & ~Q(order__visual=None)
    found = rows.aggregate(
        with_all=Count("pk", filter=has),
        with_ready=Count("pk", filter=has & ready),
        without_all=Count("pk", filter=~has),
        without_ready=Count("pk", filter=~has & ready),
    )
    return [
        Rate("Exports completed, with a visual", "videos asked for", found["with_ready"], found["with_all"]),
        Rate("Exports completed, cover only", "videos asked for", found["without_ready"], found["without_all"]),
    ]  # fmt: skip


def _through(since: datetime) -> Rate:
    came = Referral.objects.filter(share=OuterRef("pk"))
    shares = HookShare.objects.filter(channel__in=_IN_VIDEO, created_at__gte=since)
    found = shares.aggregate(all=Count("pk"), through=Count("pk", filter=Q(Exists(came))))
    return Rate(
        "Share-through of exported videos", "links in videos; somebody came by them",
        found["through"], found["all"],
    )  # fmt: skip


def _visits(since: datetime) -> Any:
    return VisualEvent.objects.filter(at__gte=since, left_out="")


def _switched(since: datetime) -> Rate:
    several = VisualAsset.objects.shown().values("track").annotate(count=Count("pk"))
    tracks = several.filter(count__gt=1).values("track")
    rows = _visits(since).filter(visual__track__in=tracks)
    found = rows.aggregate(
        all=Count("visit", distinct=True, filter=Q(type="impression")),
        swiped=Count("visit", distinct=True, filter=Q(type="swipe")),
    )
    return Rate(
        "Listeners who use the switcher", "visits to hooks with several visuals",
        min(found["swiped"], found["all"]), found["all"],
    )  # fmt: skip


def _kept(since: datetime) -> Rate:
    swipes = VisualEvent.objects.filter(visit=OuterRef("visit"), type="swipe", left_out="")
    rows = _visits(since).filter(type="impression", how="shared")
    found = rows.aggregate(
        all=Count("visit", distinct=True),
        kept=Count("visit", distinct=True, filter=~Q(Exists(swipes))),
    )
    return Rate(
        "Recipients who stay with the shared visual", "visits by a shared link",
        found["kept"], found["all"],
    )  # fmt: skip


def _libraries() -> tuple[tuple[str, int], ...]:
    counts = VisualAsset.objects.shown().filter(track__in=Track.objects.published())
    each = dict(counts.order_by().values_list("track").annotate(count=Count("pk")))
    published = Track.objects.published().count()
    spread = Counter(min(MANY, count) for count in each.values())
    spread[0] = published - len(each)
    return tuple(
        (f"{number} or more" if number == MANY else str(number), spread[number])
        for number in range(MANY + 1)
    )


def _left_out(since: datetime) -> tuple[tuple[str, int], ...]:
    rows = VisualEvent.objects.filter(at__gte=since).exclude(left_out="")
    found = Counter(dict(rows.order_by().values_list("left_out").annotate(count=Count("pk"))))
    days = LeftOut.objects.filter(day__gte=since.date()).order_by()
    found.update(dict(days.values_list("reason").annotate(count=Sum("count"))))
    return tuple(found.most_common())
