"""The heart of a web process's streams: hears what happens, and keeps every stream whole.

Each watched channel has ``last``, the newest number handed to its streams. An event heard through
Redis with the next number is handed on at once. Anything else (a gap, silence, Redis away, the
bell that brought only a number) ends in one query for what came after ``last``. One task listens,
one reads rows, one keeps time, whatever the number of streams.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

import redis.asyncio
from django.conf import settings
from django.db import Error as DatabaseError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from casset.web.asgi_types import Send
from casset.web.events import bell, identity, rows, wire
from casset.web.events.rows import Reading
from casset.web.events.streams import HEAD, Stream, transmit
from casset.web.events.threads import DatabaseThreads
from casset.web.events.wire import Block

logger = logging.getLogger(__name__)

LOOK_S = 2.0  # how long a lost ring may go unnoticed
LOOK_WITHOUT_REDIS_S = 1.0
MEND_S = 0.01  # events of several publishers overtake each other by less
ROWS_AT_ONCE = 200
AHEAD_MAX = 500
PING_S = 5.0
PAUSE_MAX_S = 10.0

_open = 0


def open_streams() -> int:
    """How many streams this process serves now."""
    return _open


class Channel:
    """A watched channel. ``ahead`` holds events heard before an earlier one."""

    __slots__ = ("ahead", "last", "name", "streams")

    def __init__(self, name: str, last: int) -> None:
        self.name = name
        self.last = last
        self.ahead: dict[int, Block] = {}
        self.streams: set[Stream] = set()

    def hand_on(self, block: Block) -> None:
        self.last = block.seq
        for stream in self.streams:
            stream.offer(self.name, block)

    def hear(self, seq: int, block: Block | None) -> bool:
        """Take what the bell said; False if rows must be read to go on."""
        if seq <= self.last:
            return True
        if block is None:
            return False
        if seq != self.last + 1:
            if len(self.ahead) < AHEAD_MAX:
                self.ahead[seq] = block
            return False
        self.hand_on(block)
        self._hand_on_ahead()
        return True

    def learn(self, reading: Reading, asked_after: int) -> bool:
        """Take what the rows said when asked for all after ``asked_after``; False if there is more."""
        if reading.head < asked_after:
            self._begin_again(reading.head)  # the channel was forgotten, and its numbers with it
            return reading.head == 0
        for block in reading.blocks:
            if block.seq > self.last:
                self.hand_on(block)
        if reading.is_whole:
            self.last = max(self.last, reading.head)
        self.ahead = {seq: block for seq, block in self.ahead.items() if seq > self.last}
        self._hand_on_ahead()
        return reading.is_whole and not self.ahead

    def _hand_on_ahead(self) -> None:
        while block := self.ahead.pop(self.last + 1, None):
            self.hand_on(block)

    def _begin_again(self, head: int) -> None:
        self.last = head
        self.ahead.clear()
        for stream in self.streams:
            stream.cursors[self.name] = 0
            stream.fall_behind()


class Hub:
    """The streams of one event loop."""

    def __init__(self) -> None:
        self.threads = DatabaseThreads()
        self.is_stopping = False
        self._channels: dict[str, Channel] = {}
        self._streams: set[Stream] = set()
        self._of_person: dict[Any, int] = {}
        self._unsure: set[str] = set()  # channels whose rows must be read
        self._look = asyncio.Event()
        self._redis_is_here = False
        self._rows_are_here = True
        self._tasks = [
            asyncio.create_task(work(), name=f"events: {work.__name__}")
            for work in (self._listen, self._read_rows, self._keep_time, self._check_people)
        ]

    # -- streams -----------------------------------------------------------------------------

    def streams_of(self, person: Any) -> int:
        return self._of_person.get(person, 0)

    async def serve(self, stream: Stream, backlog: dict[str, Reading], send: Send) -> None:
        """Send ``stream`` its events until it ends. ``backlog``, read after its cursors, is emptied."""
        self._enter(stream, backlog)
        try:
            await send(HEAD)
            opening = wire.OPENING + b"id: %b\n\n" % wire.id_of(stream.cursors)
            backlog_bytes = stream.take_rows({name: r.blocks for name, r in backlog.items()})
            backlog.clear()
            await transmit(send, opening + backlog_bytes)
            del backlog_bytes
            stream.compare(self._heads(stream))
            while not stream.has_ended:
                if stream.is_behind:
                    await self._catch_up(stream, send)
                elif body := stream.take():
                    await transmit(send, body)
                else:
                    await stream.wait()
            await transmit(send, b"", more=False)
        finally:
            self._leave(stream)

    async def _catch_up(self, stream: Stream, send: Send) -> None:
        """One step of reading what the stream lacks; it is live again when nothing is lacking."""
        try:
            readings = await self.threads.run(rows.read, dict(stream.cursors), ROWS_AT_ONCE)
        except DatabaseError as error:
            self._lose_rows(error)
            await asyncio.sleep(LOOK_S)
            return
        body = stream.take_rows({name: reading.blocks for name, reading in readings.items()})
        if body:
            await transmit(send, body)
        for name, reading in readings.items():
            if reading.is_whole:  # numbers up to the head that have no row were removed
                stream.cursors[name] = max(stream.cursors[name], reading.head)
        stream.compare(self._heads(stream))

    def _heads(self, stream: Stream) -> dict[str, int]:
        return {name: self._channels[name].last for name in stream.cursors}

    def _enter(self, stream: Stream, backlog: Mapping[str, Reading]) -> None:
        global _open
        _open += 1
        self._streams.add(stream)
        self._of_person[stream.person] = self.streams_of(stream.person) + 1
        stream.is_behind = True  # nothing is queued before the backlog is sent
        for name, reading in backlog.items():
            channel = self._channels.get(name)
            if channel is None:
                channel = self._channels[name] = Channel(name, reading.head)
                # What happened since the backlog was read rang for nobody.
                self._doubt([name])
            channel.streams.add(stream)

    def _leave(self, stream: Stream) -> None:
        global _open
        _open -= 1
        self._streams.discard(stream)
        left = self.streams_of(stream.person) - 1
        if left > 0:
            self._of_person[stream.person] = left
        else:
            self._of_person.pop(stream.person, None)
        for name in stream.cursors:
            channel = self._channels[name]
            channel.streams.discard(stream)
            if not channel.streams:
                del self._channels[name]

    def end_streams(self) -> None:
        """Let every stream end now, and no new one begin: the server stops."""
        self.is_stopping = True
        for stream in self._streams:
            stream.end()

    async def stop(self) -> None:
        self.end_streams()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.threads.close)

    # -- the bell ----------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Hear what happens for as long as the process lives, however often Redis goes away."""
        pause_s = 0.1
        while True:
            try:
                async with self._subscription() as subscription:
                    pause_s = 0.1
                    self._find_redis()
                    while True:
                        await self._hear_next(subscription)
            except (RedisError, OSError, TimeoutError) as error:
                self._lose_redis(error)
            except Exception:
                self._redis_is_here = False
                logger.exception("Listening for events failed; trying again.")
            await asyncio.sleep(pause_s)
            pause_s = min(PAUSE_MAX_S, pause_s * 2)

    @contextlib.asynccontextmanager
    async def _subscription(self) -> Any:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        try:
            async with client.pubsub() as subscription:
                await subscription.subscribe(bell.topic())
                yield subscription
        finally:
            await client.aclose()

    async def _hear_next(self, subscription: Any) -> None:
        message = await subscription.get_message(timeout=PING_S)
        if message is None:  # silence, or a connection that died without a word
            await subscription.ping()
            async with asyncio.timeout(PING_S):
                while message is None:
                    message = await subscription.get_message(timeout=PING_S)
        if message["type"] == "message":
            self._hear(message["data"])

    def _hear(self, message: bytes) -> None:
        heard = wire.heard(message)
        if heard is None:
            logger.warning("Something else than Casset speaks on the topic of its events.")
            return
        name, seq, block = heard
        channel = self._channels.get(name)
        if channel is not None and not channel.hear(seq, block):
            self._doubt([name])

    def _find_redis(self) -> None:
        self._redis_is_here = True
        self._doubt(self._channels)  # something may have happened while nobody heard

    def _lose_redis(self, error: Exception) -> None:
        if self._redis_is_here:
            logger.warning("Redis is away; events are read from the database meanwhile: %s", error)
        self._redis_is_here = False

    # -- the rows ----------------------------------------------------------------------------

    def _doubt(self, names: Iterable[str]) -> None:
        self._unsure.update(names)
        self._look.set()

    async def _read_rows(self) -> None:
        """Read what is in doubt at once, and all watched channels every second or two."""
        while True:
            try:
                pause_s = LOOK_S if self._redis_is_here else LOOK_WITHOUT_REDIS_S
                async with asyncio.timeout(pause_s):
                    await self._look.wait()
                await asyncio.sleep(MEND_S)
            except TimeoutError:
                self._unsure.update(self._channels)
            self._look.clear()
            asked = {
                name: channel.last
                for name in self._unsure
                if (channel := self._channels.get(name)) is not None
            }
            self._unsure.clear()
            if not asked:
                continue
            try:
                readings = await self.threads.run(rows.read, asked, ROWS_AT_ONCE)
            except DatabaseError as error:
                self._lose_rows(error)
                continue  # the next look asks for all
            except Exception:
                logger.exception("Reading events failed; trying again.")
                continue
            self._rows_are_here = True
            self._learn(readings, asked)

    def _learn(self, readings: Mapping[str, Reading], asked: Mapping[str, int]) -> None:
        for name, reading in readings.items():
            channel = self._channels.get(name)
            if channel is not None and not channel.learn(reading, asked[name]):
                self._doubt([name])

    def _lose_rows(self, error: Exception) -> None:
        if self._rows_are_here:
            logger.warning("The database does not answer; streams wait for it: %s", error)
        self._rows_are_here = False

    # -- the clock ---------------------------------------------------------------------------

    async def _keep_time(self) -> None:
        """Send a comment where nothing moved for a while, so that proxies keep the line open."""
        while True:
            await asyncio.sleep(1)
            before = time.monotonic() - settings.EVENTS_HEARTBEAT_S
            for stream in self._streams:
                if stream.moved_at <= before:
                    stream.beat()

    async def _check_people(self) -> None:
        """End the streams whose session or token stopped being valid."""
        while True:
            await asyncio.sleep(settings.EVENTS_RECHECK_S)
            asked = {stream.credential: stream.person for stream in self._streams}
            if not asked:
                continue
            try:
                holders = await self.threads.run(identity.holders, list(asked))
            except DatabaseError as error:
                self._lose_rows(error)
                continue
            except Exception:
                logger.exception("Checking who listens failed; trying again.")
                continue
            for stream in self._streams:
                if stream.credential in asked:
                    holder = holders.get(stream.credential)
                    if holder is None or holder.pk != stream.person:
                        stream.end()
