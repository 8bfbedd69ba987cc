"""Stills: pictures of the artist's that treatments are made of, beside the cover."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from casset.lib.errors import NotFound, ValidationError
from casset.lib.ids import new_id
from casset.media.loops import images
from casset.tracks.models import Track
from casset.web import storage, uploads
from visuals import events
from visuals.models import Still
from visuals.services import shelf

PURPOSE = "image"
MOST = 24  # of one track
LARGE_PX, SMALL_PX = 2048, 480


def add_still(*, track: Track, owner: Any, upload_id: str) -> Still:
    """Take an uploaded picture: drawn anew from its pixels, so no place, profile or script of it is kept.

    Raises ``ValidationError`` for an upload there is not, a full shelf, and for what is no picture.
    """
    if Still.objects.filter(track=track).count() >= MOST:
        raise ValidationError(f"A track has {MOST} stills at most. Remove one first.")
    pk = new_id()
    stored = f"{track.prefix}/stills/{pk}"
    try:
        with uploads.take(upload_id, owner=owner, purpose=PURPOSE) as taken:
            large = _keep(taken.path, stored)
            with transaction.atomic():
                held = shelf.locked(track.pk)
                still = Still.objects.create(
                    id=pk, track=held, stored=stored, width_px=large.width_px,
                    height_px=large.height_px,
                )  # fmt: skip
                events.library_update(track.pk)
    except NotFound as fault:
        raise ValidationError(str(fault), code="UPLOAD_NOT_FOUND") from fault
    return still


def remove_still(*, still: Still) -> None:
    """Remove it with its files; what was drawn of it stays. Harmless when it is gone."""
    with transaction.atomic():
        shelf.locked(still.track_id)
        Still.objects.filter(pk=still.pk).delete()
        events.library_update(still.track_id)
        transaction.on_commit(lambda: storage.remove_all(still.stored))


def _keep(source: Path, stored: str) -> images.Still:
    """Store both sizes; returns what is known of the larger."""
    base = Path(settings.WORK_DIR)
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="still-", dir=base) as folder:
        large, small = Path(folder) / "large.jpg", Path(folder) / "small.jpg"
        facts = images.clean(source, large, max_side_px=LARGE_PX)
        images.clean(source, small, max_side_px=SMALL_PX)
        for path in (large, small):
            storage.keep(f"{stored}/{path.name}", path, content_type="image/jpeg")
    return facts
