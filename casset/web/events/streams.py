"""One open stream: what it has sent, what waits to be sent, and when it last moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from casset.web.asgi_types import Send
from casset.web.events import wire
from casset.web.events.identity import Credential
from casset.web.events.wire import Block

# More than this waiting for one client, and it reads the rows again when it has caught its breath.
QUEUE_MAX = 200

HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ],
}


class Stream:
    """A client and where it is on each of its channels (``cursors``: the newest number sent).

    ``is_behind`` means the queue is not the whole of what it lacks: rows must be read. While it
    is set nothing is queued, so events can neither be skipped nor come twice.
    """

    __slots__ = (
        "_queue",
        "_waiter",
        "beat_due",
        "credential",
        "cursors",
        "has_ended",
        "is_behind",
        "moved_at",
        "person",
    )

    def __init__(self, credential: Credential, person: Any, cursors: dict[str, int]) -> None:
        self.credential = credential
        self.person = person  # the primary key
        self.cursors = cursors
        self.is_behind = False
        self.has_ended = False
        self.beat_due = False
        self.moved_at = time.monotonic()
        self._queue: list[tuple[str, Block]] = []
        self._waiter: asyncio.Future[None] | None = None

    def offer(self, channel: str, block: Block) -> None:
        """Queue an event that just happened, unless rows must be read anyway."""
        if self.is_behind or block.seq <= self.cursors[channel]:
            return
        if len(self._queue) >= QUEUE_MAX:
            self.fall_behind()
            return
        self._queue.append((channel, block))
        self._wake()

    def fall_behind(self) -> None:
        """Give up the queue: what it held, and what it would have held, is read from the rows."""
        self._queue = []
        self.is_behind = True
        self._wake()

    def compare(self, heads: Mapping[str, int]) -> None:
        """Fall behind if some channel is further than the stream. Call with an empty queue."""
        self.is_behind = any(head > self.cursors[name] for name, head in heads.items())

    def end(self) -> None:
        self.has_ended = True
        self._wake()

    def beat(self) -> None:
        self.beat_due = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def wait(self) -> None:
        """Return once there is something to do."""
        if self._queue or self.is_behind or self.has_ended or self.beat_due:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def take(self) -> bytes:
        """All that waits, as bytes; a heartbeat if one is due and nothing waits."""
        queue, self._queue = self._queue, []
        beat, self.beat_due = self.beat_due, False
        self.moved_at = time.monotonic()
        if not queue:
            return wire.HEARTBEAT if beat else b""
        return wire.joined(queue, self.cursors)

    def take_rows(self, rows: Mapping[str, list[Block]]) -> bytes:
        """Events read from rows, as bytes, channel after channel."""
        self.moved_at = time.monotonic()
        return wire.joined(
            ((name, block) for name, blocks in rows.items() for block in blocks), self.cursors
        )


async def transmit(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
