"""How many events of a day could not be believed: counted in the cache, so that a flood of them costs no writes."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from redis.exceptions import RedisError

from audience.models import LeftOut

log = logging.getLogger(__name__)

REASONS = ("unsigned", "forged", "stale", "foreign")  # those of ``visits.Unbelievable``
_KEPT_S = 3 * 24 * 3600


def note(reason: str) -> None:
    """Count one. Where the cache is away it is not counted: no figure of a visual depends on it."""
    key = _key(timezone.now().date(), reason)
    try:
        try:
            cache.incr(key)
        except ValueError:  # the first of the day
            cache.add(key, 0, timeout=_KEPT_S)
            cache.incr(key)
    except (RedisError, OSError, ValueError):
        log.warning("The cache cannot be reached; an event that is left out is not counted.")


def keep() -> None:
    """Write what was counted today and yesterday into rows. One at a time, in a transaction."""
    today = timezone.now().date()
    for day in (today - timedelta(days=1), today):
        for reason in REASONS:
            key = _key(day, reason)
            try:
                count = int(cache.get(key) or 0)
                if count <= 0:
                    continue
                cache.decr(key, count)
            except (RedisError, OSError, ValueError):
                return
            LeftOut.objects.get_or_create(day=day, reason=reason)
            LeftOut.objects.filter(day=day, reason=reason).update(count=F("count") + count)


def _key(day: date, reason: str) -> str:
    return f"left-out:{day.isoformat()}:{reason}"
