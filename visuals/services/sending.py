"""From a file that came in by pieces to a visual in the library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from casset.lib.errors import NotFound, ValidationError
from casset.tracks.models import Track
from casset.web import storage, uploads
from visuals import files
from visuals.models import VisualAsset
from visuals.services import adding, shelf
from visuals.services.adding import Added, Incoming

PURPOSE = "visual"


def add_sent(
    *,
    track: Track,
    owner: Any,
    upload_id: str,
    title: str = "",
    join: str = VisualAsset.Join.CUT,
    tags: Iterable[str] = (),
) -> Added:
    """Take a finished upload (``casset.web.uploads``) into the library, as ``add_upload`` does.

    The upload is used up, unless this raises: then it can be tried again. Raises ``ValidationError``
    for an upload there is not (any more) or that is somebody else's, and as ``add_upload`` does.
    """
    words = list(tags)
    adding.check(title=title, join=join, tags=words)
    try:
        with uploads.take(upload_id, owner=owner, purpose=PURPOSE) as taken:
            twin = adding.same_file(track, taken.sha256)
            stored = ""
            if twin is None:
                shelf.check_room(track)  # before half a gigabyte is copied
                stored = files.new_source(taken.name)
                storage.keep(stored, taken.path, content_type=taken.mime)
            added = adding.add_upload(
                track=track,
                owner=owner,
                upload=Incoming(stored, taken.sha256, taken.size_bytes, taken.name),
                title=title,
                join=join,
                tags=words,
            )
            if stored and not added.is_new:
                files.remove_unused(stored)
    except NotFound as fault:
        raise ValidationError(str(fault), code="UPLOAD_NOT_FOUND") from fault
    return added


def upload_of(address: str, *, host: str) -> str:
    """The id in an address that ``POST /api/upload/media`` gave. Raises ``ValidationError`` for any other.

    ``host`` is ours: nothing is ever fetched from another.
    """
    try:
        parts = urlsplit(address[:2048])
        is_ours = parts.netloc in ("", host) and parts.scheme in ("", "http", "https")
    except ValueError:  # "http://[": no address at all
        is_ours = False
    found = uploads.id_of(address) if is_ours else None
    if found is None:
        raise ValidationError(
            "Send the video to /api/upload/media first, and give the url that it answers.",
            code="FOREIGN_URL",
        )
    return found
