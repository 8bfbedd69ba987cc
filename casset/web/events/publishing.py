"""Adding events, and forgetting them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from casset.web.events import bell, names
from casset.web.models import Event, EventChannel

DATA_MAX_BYTES = 256 * 1024
FORGET_AT_ONCE = 5000

# One round trip. The channel's row stays locked until commit.
_ADD = """
WITH here AS (
    INSERT INTO web_eventchannel (name, seq) VALUES (%s, 1)
    ON CONFLICT (name) DO UPDATE SET seq = web_eventchannel.seq + 1
    RETURNING id, seq
)
INSERT INTO web_event (channel_id, seq, type, data)
SELECT id, seq, %s, %s FROM here
RETURNING seq
"""


def publish(channel: str, type: str, data: Mapping[str, Any]) -> int:
    """Add an event to ``channel`` and ring for it once the transaction commits; its number.

    Costs one query (1 to 3 ms) and at most a fraction of a second, every few seconds, while Redis
    is away. Inside a transaction the channel is locked until commit: publish last, and on several
    channels in the order of their names. Raises ``ValueError`` for a malformed name, for data
    that JSON cannot say (NaN) and for more than 256 KB of it.
    """
    names.check(channel, type)
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))  # ASCII, on one line
    if len(text) > DATA_MAX_BYTES:
        raise ValueError(
            f"The data of {channel} {type} is {len(text)} bytes; {DATA_MAX_BYTES} fit."
        )
    with connection.cursor() as cursor:
        cursor.execute(_ADD, (channel, type, text))
        seq: int = cursor.fetchone()[0]
    transaction.on_commit(partial(bell.ring, channel, seq, type, text))
    return seq


def latest(channel: str) -> int:
    """The number of the newest event, 0 where there is none.

    A page puts it into its markup, so that its stream continues from what the page shows.
    """
    return EventChannel.objects.filter(name=channel).values_list("seq", flat=True).first() or 0


def forget(channel: str) -> None:
    """Remove a channel and all its events."""
    with transaction.atomic():
        # Wait for whoever is adding an event; later ones begin a new channel.
        for row in EventChannel.objects.select_for_update().filter(name=channel):
            row.delete()


def forget_before(moment: datetime) -> int:
    """Remove the events older than ``moment``, and channels left without any; how many events.

    In batches, so that it holds no lock for long. Harmless if run twice or stopped.
    """
    removed = 0
    while batch := list(
        Event.objects.filter(created_at__lt=moment).values_list("pk", "channel_id")[:FORGET_AT_ONCE]
    ):
        removed += Event.objects.filter(pk__in=[pk for pk, _ in batch]).delete()[0]
        _forget_empty({channel for _, channel in batch})
    return removed


def _forget_empty(channels: set[int]) -> None:
    with transaction.atomic():
        free = EventChannel.objects.select_for_update(skip_locked=True).filter(pk__in=channels)
        locked = list(free.values_list("pk", flat=True))
        # A second statement: it sees what was committed before the lock was ours.
        EventChannel.objects.filter(pk__in=locked, events=None).delete()
