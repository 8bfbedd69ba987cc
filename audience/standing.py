"""How a track's visuals stand with its listeners, in figures and in plain words.

What may be said follows from what is known: every share comes with the range it surely lies in, and one
visual "earns more shares" than another only where that is 95 % sure. Where visuals take turns, only
visitors to whom an even lot showed them are compared; else people chose what they saw, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from audience import odds
from audience.models import HookShare, Referral, VisualDay
from casset.tracks.models import Track
from visuals.models import VisualAsset

LEAST = 30  # listeners before anything is said of a share
SURE = 0.95
SPANS = (7, 28, 90)  # days a page may look back
_SUMS = (
    "impressions", "swipes", "completions", "pairings", "exports", "shares", "sharers",
    "even_impressions", "even_sharers",
)  # fmt: skip
_CHANNELS = {
    "tiktok": "TikTok", "instagram": "Instagram", "x": "X", "link": "Copied link",
    "system": "The phone's own sheet", "download": "Saved video",
}  # fmt: skip
WIDTH, HEIGHT, FOOT = 720, 180, 22  # of the plot, in its own units
SERIES = 6  # lines in one plot


@dataclass(frozen=True)
class Standing:
    """One visual over the days looked at. ``hits`` of ``tries`` listeners are what it is judged by."""

    pk: str
    title: str
    poster: str
    is_active: bool
    seen: int
    swipes: int
    completions: int
    exports: int
    shares: int
    hits: int
    tries: int
    days: tuple[int, ...]  # seen, a day each

    @property
    def is_known(self) -> bool:
        return self.tries >= LEAST

    @property
    def range(self) -> odds.Range:
        return odds.wilson(self.hits, self.tries)

    @property
    def says(self) -> str:
        if not self.tries:
            return "Nobody has seen it in these days."
        if not self.is_known:
            return f"{self.tries} of {LEAST} listeners it takes to say something."
        return f"Shared by {in_words(self.range)} of 100 listeners."


def in_words(where: odds.Range) -> str:
    """``4 to 9``; ``fewer than 1``; never narrower than what is known."""
    least, most = math.floor(where.least * 100), math.ceil(where.most * 100)
    if most <= 1:
        return "fewer than 1"
    return f"up to {most}" if least == 0 else f"{least} to {most}"


@dataclass(frozen=True)
class Line:
    """A visual's line in the plot."""

    title: str
    path: str
    last: tuple[float, float]


@dataclass(frozen=True)
class Board:
    """Everything the page shows."""

    visuals: tuple[Standing, ...]
    begins: date
    ends: date
    is_fair: bool  # judged by an even lot
    channels: tuple[tuple[str, int], ...]
    came: int  # visitors who first came by a shared link

    @property
    def seen(self) -> int:
        return sum(one.seen for one in self.visuals)

    @property
    def shares(self) -> int:
        return sum(one.shares for one in self.visuals)

    @property
    def exports(self) -> int:
        return sum(one.exports for one in self.visuals)

    @property
    def completions(self) -> int:
        return sum(one.completions for one in self.visuals)

    @property
    def verdict(self) -> str:
        """Which visual earns shares, as surely as that is known."""
        known = sorted((one for one in self.visuals if one.is_known), key=_share, reverse=True)
        if not known:
            return f"Too few listeners to say anything yet: it takes {LEAST} for a visual."
        if len(known) == 1:
            return f"{_named(known[0])} is shared by {in_words(known[0].range)} of 100 listeners."
        chances = odds.best([(one.hits, one.tries) for one in known])
        first = max(range(len(known)), key=chances.__getitem__)
        other = known[1] if first == 0 else known[0]
        said = (
            f"{_named(known[first])} is shared by {in_words(known[first].range)} of 100 listeners"
        )
        if chances[first] >= SURE:
            return f"{said}, more than any other ({_sure(chances[first])} sure)."
        return (
            f"{said}; not yet clear that it beats {_named(other)} ({_sure(chances[first])} sure)."
        )

    @property
    def scale(self) -> float:
        """The share at the right end of the ranges' scale: a round one that holds them all."""
        most = max((one.range.most for one in self.visuals if one.is_known), default=0.1)
        return next((end for end in (0.05, 0.1, 0.2, 0.3, 0.5) if most <= end), 1.0)

    @property
    def top(self) -> int:
        """What the plot's upper edge stands for."""
        most = max((max(one.days) for one in self.visuals if one.days), default=0)
        step = int(10 ** max(0, len(str(most)) - 1))
        return max(4, math.ceil(most / step) * step)

    @property
    def lines(self) -> list[Line]:
        """The plot's lines, most seen first."""
        most = sorted(self.visuals, key=lambda one: one.seen, reverse=True)
        return [_line(one.title, one.days, self.top) for one in most[:SERIES] if one.seen]

    @property
    def bars(self) -> list[tuple[Standing, dict[str, float] | None]]:
        """Each visual with where its range and its share lie on a scale of 0..100."""
        found = []
        for one in sorted(self.visuals, key=lambda one: (one.is_known, _share(one)), reverse=True):
            where = one.range
            bar = {
                "x": round(100 * where.least / self.scale, 2),
                "width": round(100 * (where.most - where.least) / self.scale, 2),
                "at": round(100 * _share(one) / self.scale, 2),
            }
            found.append((one, bar if one.is_known else None))
        return found


def _sure(chance: float) -> str:
    return "more than 99 %" if chance > 0.99 else f"{chance * 100:.0f} %"


def _share(one: Standing) -> float:
    return one.hits / one.tries if one.tries else 0.0


def _named(one: Standing) -> str:
    return f"“{one.title}”"


def _line(title: str, days: Sequence[int], top: int) -> Line:
    step = WIDTH / max(1, len(days) - 1)
    points = [
        (round(at * step, 1), round(HEIGHT - FOOT - (HEIGHT - FOOT - 8) * seen / top, 1))
        for at, seen in enumerate(days)
    ]
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    return Line(title, path, points[-1])


def of_track(track: Track, *, days: int) -> Board:
    """The track's visuals over the last ``days`` days, today included. Four queries."""
    ends = timezone.now().date()
    begins = ends - timedelta(days=days - 1)
    rows = VisualAsset.objects.filter(track=track).exclude(status="PROCESSING").in_order()
    visuals = list(rows)
    found: Any = VisualDay.objects.filter(visual__in=visuals, day__gte=begins)
    by_visual: dict[str, list[dict[str, Any]]] = {visual.pk: [] for visual in visuals}
    for row in found.values("visual_id", "day", *_SUMS):
        by_visual[row["visual_id"]].append(row)
    even = sum(row["even_impressions"] for rows in by_visual.values() for row in rows)
    is_fair = even >= LEAST
    standings = [
        _standing(visual, by_visual[visual.pk], begins, days, is_fair=is_fair) for visual in visuals
    ]
    shares = HookShare.objects.filter(track=track, created_at__date__gte=begins)
    channels = shares.values("channel").annotate(count=Count("pk")).order_by("-count")
    return Board(
        visuals=tuple(one for one in standings if one.seen or one.shares or one.is_active),
        begins=begins,
        ends=ends,
        is_fair=is_fair,
        channels=tuple((_CHANNELS[r["channel"]], r["count"]) for r in channels),
        came=Referral.objects.filter(track=track, at__date__gte=begins).count(),
    )


def _standing(
    visual: VisualAsset, rows: Iterable[dict[str, Any]], begins: date, days: int, *, is_fair: bool
) -> Standing:
    rows = list(rows)
    sums = {name: sum(row[name] for row in rows) for name in _SUMS}
    seen = {row["day"]: row["impressions"] for row in rows}
    kind = ("even_sharers", "even_impressions") if is_fair else ("sharers", "impressions")
    return Standing(
        pk=visual.pk,
        title=visual.title,
        poster=f"/{visual.file('small.jpg')}" if visual.stored else "",
        is_active=visual.is_active,
        seen=sums["impressions"],
        swipes=sums["swipes"],
        completions=sums["completions"],
        exports=sums["exports"],
        shares=sums["shares"],
        hits=sums[kind[0]],
        tries=sums[kind[1]],
        days=tuple(seen.get(begins + timedelta(days=number), 0) for number in range(days)),
    )


def overview(user: Any, *, days: int) -> list[dict[str, Any]]:
    """The person's tracks with what their visuals earned, most seen first. Two queries."""
    begins = timezone.now().date() - timedelta(days=days - 1)
    tracks = {track.pk: track for track in Track.objects.owned_by(user).select_related("artist")}
    rows: Any = (
        VisualDay.objects.filter(visual__track__in=tracks, day__gte=begins)
        .values("visual__track_id")
        .annotate(**{f"all_{name}": Sum(name) for name in ("impressions", "shares", "exports", "completions")})
    )  # fmt: skip
    found = {row["visual__track_id"]: row for row in rows}
    listed = [
        {
            "track": track,
            "seen": found.get(pk, {}).get("all_impressions", 0),
            "shares": found.get(pk, {}).get("all_shares", 0),
            "exports": found.get(pk, {}).get("all_exports", 0),
            "completions": found.get(pk, {}).get("all_completions", 0),
        }
        for pk, track in tracks.items()
    ]
    return sorted(listed, key=lambda one: (-one["seen"], one["track"].title))
