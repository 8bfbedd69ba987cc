"""How often something may be done: counted in the cache, and let through when that is away."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from casset.lib.errors import QuotaExceeded

log = logging.getLogger(__name__)

_REST_S = 5.0  # after a failure the cache is left alone for so long: every try costs a timeout
_away_until = 0.0


@dataclass(frozen=True)
class Rate:
    """``limit`` times in ``per_s`` seconds; ``sentence`` says what to do when that is used up."""

    name: str
    limit: int
    per_s: int
    sentence: str


def take(rate: Rate, subject: str) -> None:
    """Count one use by ``subject`` (an address, a person).

    Raises ``QuotaExceeded`` with the seconds to wait when it is one too many. Where the cache
    cannot be reached it is allowed: people matter more than counting.
    """
    global _away_until
    if time.monotonic() < _away_until:
        return
    now = time.time()
    window, passed = divmod(now, rate.per_s)
    digest = hashlib.sha256(subject.encode()).hexdigest()[:32]
    key = f"rate:{rate.name}:{int(window)}:{digest}"
    try:
        cache.add(key, 0, timeout=rate.per_s)
        used = cache.incr(key)
    except (RedisError, OSError):
        _away_until = time.monotonic() + _REST_S
        log.warning("The cache cannot be reached; %s is not limited meanwhile.", rate.name)
        return
    except ValueError:  # the window ended between both calls
        return
    if used > rate.limit:
        wait_s = max(1, round(rate.per_s - passed))
        raise QuotaExceeded(f"{rate.sentence} {in_words(wait_s)}", retry_after_s=wait_s)


def in_words(wait_s: int) -> str:
    """``Wait about 3 minutes.``"""
    if wait_s < 90:
        return f"Wait {wait_s} seconds." if wait_s > 1 else "Wait a second."
    minutes = round(wait_s / 60)
    return (
        f"Wait about {minutes} minutes."
        if minutes < 90
        else f"Wait about {minutes / 60:.0f} hours."
    )
