"""The stored files of visuals: where they lie, and removing them once no row needs them.

``Leftover`` names what is being written and what is to be removed, so nothing is lost sight of when a
process is killed or a bucket is away.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from pathlib import PurePath

from django.db import transaction
from django.utils import timezone

from casset.lib.errors import CassetError
from casset.lib.ids import new_id
from casset.web import storage
from visuals.models import Leftover, VisualAsset

log = logging.getLogger(__name__)

ROOT = "visuals"
# What a visual consists of, and as what each is sent.
TYPES = {
    "loop.mp4": "video/mp4",
    "small.mp4": "video/mp4",
    "poster.jpg": "image/jpeg",
    "small.jpg": "image/jpeg",
}
LEFT_FOR = timedelta(hours=3)  # longer than the longest work
_ENDINGS = {".mp4", ".mov", ".webm"}


def new_prefix(visual_id: str) -> str:
    """A place for another making of a visual; nothing is there yet. Say ``kept`` in the transaction that names it."""
    return _begun(f"{ROOT}/{visual_id}/{new_id()}", is_folder=True)


def new_source(name: str) -> str:
    """A place for an upload that is called ``name``. Say ``kept`` in the transaction that names it."""
    ending = PurePath(name.replace("\\", "/")).suffix.lower()
    ending = ending if ending in _ENDINGS else ".video"
    return _begun(f"{ROOT}/sources/{new_id()}{ending}", is_folder=False)


def kept(name: str) -> None:
    """A row names these files now."""
    Leftover.objects.filter(name=name).delete()


def drop(stored: str, source: str = "") -> None:
    """Have files that a row named removed after the transaction, unless another row names them."""
    for name, is_folder in ((stored, True), (source, False)):
        if name:
            Leftover.objects.get_or_create(name=name, defaults={"is_folder": is_folder})
            transaction.on_commit(partial(remove_unused, name))


def remove_unused(name: str) -> bool:
    """Remove what ``Leftover`` knows by this name, if no row names it; False where it must wait."""
    left = Leftover.objects.filter(name=name).first()
    if left is None:
        return True
    if not _is_named(left):
        try:
            (storage.remove_all if left.is_folder else storage.remove)(left.name)
        except CassetError as fault:
            log.warning("not removed yet: %s (%s)", name, fault)
            return False
    left.delete()
    return True


def clean_up() -> int:
    """Remove what was left by killed processes and by buckets that were away; how many names."""
    old = Leftover.objects.filter(created_at__lt=timezone.now() - LEFT_FOR)
    return sum(remove_unused(name) for name in old.values_list("name", flat=True)[:500])


def _begun(name: str, *, is_folder: bool) -> str:
    Leftover.objects.create(name=name, is_folder=is_folder)
    return name


def _is_named(left: Leftover) -> bool:
    column = "stored" if left.is_folder else "source"
    return VisualAsset.objects.filter(**{column: left.name}).exists()
