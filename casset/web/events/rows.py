"""Reading events for streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection

from casset.web.events.wire import Block

# More than any number an event has: "from now on".
NOW = 2**62

# One snapshot, so the heads and the events agree.
_SINCE = """
SELECT channel.name, channel.seq, event.seq, event.type, event.data
FROM unnest(%s::text[], %s::bigint[]) AS wanted(name, after)
JOIN web_eventchannel AS channel ON channel.name = wanted.name
LEFT JOIN LATERAL (
    SELECT seq, type, data FROM web_event
    WHERE channel_id = channel.id AND channel.seq > wanted.after AND seq > wanted.after
    ORDER BY seq LIMIT %s
) AS event ON true
ORDER BY channel.name, event.seq
"""


@dataclass(slots=True)
class Reading:
    """What a channel held at one moment: its newest number, and the first events after one asked for."""

    head: int = 0
    blocks: list[Block] = field(default_factory=list)
    is_whole: bool = True  # no event up to the head is left out


def read(after: Mapping[str, int], limit: int) -> dict[str, Reading]:
    """For each channel the events after the given number, at most ``limit``. One query."""
    readings = {name: Reading() for name in after}
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, (list(after), list(after.values()), limit))
        for name, head, seq, type_, data in cursor.fetchall():
            reading = readings[name]
            reading.head = head
            if seq is not None:
                reading.blocks.append(Block(seq, type_, data.encode()))
    for reading in readings.values():
        reading.is_whole = len(reading.blocks) < limit
    return readings
