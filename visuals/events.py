"""What the artist is told while they look at a track's visuals. An event says that something changed."""

from __future__ import annotations

from casset.web import events
from visuals.models import VisualAsset


def visual_update(visual: VisualAsset) -> None:
    """Something about this visual, or its being there, changed: ask for it again."""
    events.publish(f"track-{visual.track_id}", "visual_update", {"id": visual.pk})


def library_update(track_id: str) -> None:
    """The order of the library, or which one is in use, changed."""
    events.publish(f"track-{track_id}", "visual_update", {"id": None})


def visual_progress(visual: VisualAsset, percent: int) -> None:
    """How far the making of it is."""
    events.publish(
        f"track-{visual.track_id}", "visual_progress", {"id": visual.pk, "percent": percent}
    )
