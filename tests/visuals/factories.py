"""The smallest valid tracks and visuals."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.utils import timezone

from casset.accounts.models import Artist, User
from casset.lib.ids import new_id
from casset.tracks.models import Hook, Track
from visuals.models import VisualAsset
from visuals.services import Incoming

_numbers = count(1)


def artist(user: User | None = None, **more: Any) -> Artist:
    number = next(_numbers)
    person = user or User.objects.create_user(f"artist{number}@example.org", "a quiet tape hiss")
    return Artist.objects.create(
        user=person, **{"handle": f"artist{number}", "name": "Mara"} | more
    )


def track(of: Artist | None = None, *, published: bool = False, **more: Any) -> Track:
    """A track that was heard, with a hook of its first ten seconds."""
    made = Track.objects.create(
        artist=of or artist(),
        **{
            "title": "Slow burn",
            "status": Track.Status.READY,
            "duration_s": 60.0,
            "published_at": timezone.now() if published else None,
        }
        | more,
    )
    Hook.objects.create(
        track=made, start_s=10.0, end_s=20.0, status=Hook.Status.READY, cut_version=1
    )
    return made


def visual(of: Track | None = None, **more: Any) -> VisualAsset:
    """A ready visual that fans do not see; its files are only named."""
    home = of or track()
    pk = new_id()
    return VisualAsset.objects.create(
        **{
            "id": pk,
            "track": home,
            "title": "Night bus",
            "status": VisualAsset.Status.READY,
            "uploader": home.artist.user,
            "stored": f"visuals/{pk}/{new_id()}",
            "duration_s": 8.0,
            "width_px": 1080,
            "height_px": 1920,
            "fps": 30,
            "position": VisualAsset.objects.filter(track=home).count(),
        }
        | more
    )


def incoming(sha256: str = "a" * 64, **more: Any) -> Incoming:
    values = {"stored": f"visuals/sources/{new_id()}.mp4", "bytes": 1000, "name": "night_bus.mp4"}
    return Incoming(sha256=sha256, **values | more)  # type: ignore[arg-type]
