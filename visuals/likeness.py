"""Which of the artist's own visuals a new one looks like: told, never refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from casset.media.loops import fingerprint
from casset.media.loops.facts import Mark
from visuals.models import VisualAsset, VisualFingerprint

VERSION = "1"  # of what is stored; those of another version are not compared
COMPARED = 300  # the artist's newest; some 10 ms each


def nearest(visual: VisualAsset, marks: Sequence[Mark]) -> dict[str, Any] | None:
    """The artist's visual that shows most of the same: its id, title, share 0..1 and verdict; None for none."""
    known = (
        VisualFingerprint.objects.filter(
            visual__track__artist_id=visual.track.artist_id, version=VERSION
        )
        .exclude(visual=visual)
        .exclude(visual__recipe__isnull=False)  # drawn ones are alike by design
        .select_related("visual")
        .order_by("-visual__created_at")[:COMPARED]
    )
    best: dict[str, Any] | None = None
    for one in known:
        match = fingerprint.compare(marks, [Mark.model_validate(mark) for mark in one.hashes])
        if match.verdict == "different" or (best and match.share <= best["share"]):
            continue
        best = {
            "visual": one.visual_id,
            "title": one.visual.title,
            "share": round(match.share, 3),
            "verdict": match.verdict,
        }
    return best
