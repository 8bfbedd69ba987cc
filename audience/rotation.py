"""Fair turns: which visual a new visitor sees first, where the track's artist has switched that on.

A quarter of visitors get an even lot: their figures alone compare visuals, because nothing but chance
chose what they saw. The others get Thompson sampling: a draw from what is known of each visual, so
that one which earns shares is shown more, and one that little is known of still gets its chance.
Both follow from who the visitor is, and the first choice is kept: nobody sees the picture change on them.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from audience import odds
from audience.hooks import Hook
from audience.models import Exposure, Rotation, VisualEvent
from casset.tracks.models import Track
from casset.web.readers import readers

EVEN_SHARE = 0.25
_BY_LOT = (VisualEvent.How.EVEN, VisualEvent.How.LOT)


def turned(hook: Hook, visitor: str) -> tuple[Hook, str]:
    """The hook with this visitor's visual first, and how that came about. At most one query."""
    if hook.arms is None or not visitor or len(hook.shown) < 2:
        return hook, VisualEvent.How.FIRST
    how = VisualEvent.How.EVEN if _is_even(hook.pk, visitor) else VisualEvent.How.LOT
    there = [visual.pk for visual in hook.shown]
    kept = Exposure.objects.filter(track=hook.pk, visitor=visitor).values_list("visual", flat=True)
    before = readers.ask(kept.first)
    first = before if before in there else drawn(hook.pk, visitor, there, hook.arms)
    at = there.index(first)
    return replace(hook, shown=hook.shown[at:] + hook.shown[:at]), how


def drawn(
    track: str, visitor: str, visuals: Sequence[str], arms: Mapping[str, Sequence[int]]
) -> str:
    """The visual that falls to this visitor: the same for equal arguments, in any order of ``visuals``."""
    if _is_even(track, visitor):
        return sorted(visuals)[int(_lot(track, visitor, "which").random() * len(visuals))]

    def draw(visual: str) -> float:
        sharers, seen = arms.get(visual, (0, 0))
        return odds.draw(sharers, seen, _lot(track, visitor, visual))

    return max(sorted(visuals), key=draw)


def _is_even(track: str, visitor: str) -> bool:
    return _lot(track, visitor, "even").random() < EVEN_SHARE


def _lot(track: str, visitor: str, what: str) -> random.Random:
    digest = hashlib.sha256(f"{track} {visitor} {what}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))  # noqa: S311 - chance, no secret


def switch(*, track: Track, is_on: bool) -> Rotation:
    """Turn it on or off. What was learned is kept."""
    row, _ = Rotation.objects.update_or_create(
        track=track, defaults={"is_on": is_on, "changed_at": timezone.now()}
    )
    if is_on:
        learn([track.pk])
        row.refresh_from_db()
    return row


def learn(tracks: Iterable[str]) -> None:
    """Bring ``arms`` up to what is known now, for those of the tracks that take turns."""
    shares = VisualEvent.objects.filter(
        visit=OuterRef("visit"), visual=OuterRef("visual"), type="share", left_out=""
    )
    for row in Rotation.objects.filter(track__in=list(tracks), is_on=True):
        seen = VisualEvent.objects.filter(
            visual__track=row.track_id, type="impression", left_out="", how__in=_BY_LOT
        )
        figures = (
            seen.annotate(did=Exists(shares))
            .values("visual_id")
            .annotate(all=Count("pk"), sharers=Count("pk", filter=Q(did=True)))
        )
        arms = {one["visual_id"]: [one["sharers"], one["all"]] for one in figures}
        Rotation.objects.filter(pk=row.pk).update(arms=arms)
