"""The stored files of visuals: where they lie, and removing them once no row needs them."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction

from casset.lib.errors import CassetError
from casset.lib.ids import new_id
from casset.web import storage
from visuals.models import VisualAsset

log = logging.getLogger(__name__)

ROOT = "visuals"
# What a visual consists of, and as what each is sent.
TYPES = {
    "loop.mp4": "video/mp4",
    "small.mp4": "video/mp4",
    "poster.jpg": "image/jpeg",
    "small.jpg": "image/jpeg",
}


def new_prefix(visual_id: str) -> str:
    """A place for another making of a visual; nothing is there yet."""
    return f"{ROOT}/{visual_id}/{new_id()}"


def drop(stored: str, source: str = "") -> None:
    """After commit, remove what no row names any more. What cannot be removed now, the clean-up finds."""
    transaction.on_commit(partial(remove_unused, stored, source))


def remove_unused(stored: str, source: str = "") -> None:
    """Remove a visual's files and its upload, each if no row names it."""
    try:
        if stored and not VisualAsset.objects.filter(stored=stored).exists():
            storage.remove_all(stored)
        if source and not VisualAsset.objects.filter(source=source).exists():
            storage.remove(source)
    except CassetError as fault:
        log.warning("not removed yet: %s, %s (%s)", stored, source, fault)
