"""What is kept how long: failed visuals a week, uploads of archived ones thirty days; settings say it.

Archived loops themselves stay: they can be restored, and take little.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from casset.lib.errors import CassetError
from visuals import files, making, services
from visuals.models import VisualAsset

log = logging.getLogger(__name__)

AT_ONCE = 200
STUCK_AFTER = timedelta(hours=1)
BENCH_AGE = timedelta(days=1)
_Status = VisualAsset.Status


@dataclass(frozen=True)
class Done:
    """How many there were of each."""

    failed: int = 0
    sources: int = 0
    stuck: int = 0
    leftovers: int = 0
    benches: int = 0


def clean_up() -> Done:
    """Remove what is past its time; harmless whenever it is run, also twice at once."""
    done = Done(
        failed=_purge_failed(),
        sources=_drop_sources(),
        stuck=_end_stuck(),
        leftovers=files.clean_up(),
        benches=_sweep_benches(),
    )
    if done != Done():
        log.info("visuals cleaned up: %s", done)
    return done


def _purge_failed() -> int:
    before = timezone.now() - timedelta(days=settings.KEEP_FAILED_DAYS)
    old = VisualAsset.objects.filter(status=_Status.FAILED, updated_at__lt=before)[:AT_ONCE]
    for visual in old:
        services.delete(visual=visual)
    return len(old)


def _drop_sources() -> int:
    """Forget the uploads of visuals archived long ago; the loop stays."""
    before = timezone.now() - timedelta(days=settings.KEEP_SOURCES_DAYS)
    rows = VisualAsset.objects.filter(status=_Status.ARCHIVED, archived_at__lt=before)
    old = rows.exclude(source="")[:AT_ONCE]
    for visual in old:
        with transaction.atomic():
            same = VisualAsset.objects.filter(pk=visual.pk, status=_Status.ARCHIVED)
            if same.update(source="", source_bytes=0):
                files.drop("", visual.source)
    return len(old)


def _end_stuck() -> int:
    """Say of visuals that nobody works at any more that they failed: they can be tried again."""
    before = timezone.now() - STUCK_AFTER
    waiting = VisualAsset.objects.filter(status=_Status.PROCESSING, updated_at__lt=before)
    ids = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    at_work = making.shares(ids)
    stuck = [pk for pk in ids if pk not in at_work]
    error = CassetError("The making of this visual was interrupted. Try it again.", code="STOPPED")
    for pk in stuck:
        with transaction.atomic():
            making.gave_up(pk, error)
    return len(stuck)


def _sweep_benches() -> int:
    """Remove the work folders of killed workers, and pieces of visuals that nobody went on drawing."""
    return sum(
        _sweep_folders(Path(base) / files.ROOT) for base in (settings.WORK_DIR, settings.CACHE_DIR)
    )


def _sweep_folders(base: Path) -> int:
    if not base.is_dir():
        return 0
    before = (timezone.now() - BENCH_AGE).timestamp()
    removed = 0
    for folder in base.iterdir():
        try:
            if folder.is_dir() and folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        except FileNotFoundError:
            continue
    return removed
