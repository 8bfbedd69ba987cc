"""The ASGI application in front of Django that serves streams of events.

It stands before Django because a response under Django's handler holds a thread and a database
connection for as long as it lasts.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.db import Error as DatabaseError

from casset.web.asgi_types import App, Receive, Scope, Send
from casset.web.events import doors, hub, identity, names, rows, wire
from casset.web.events.hub import Hub
from casset.web.events.identity import Credential
from casset.web.events.streams import Stream
from casset.web.front import PERSON
from casset.web.refusals import Refusal, refuse

logger = logging.getLogger(__name__)


CHANNELS_MAX = 10  # of one stream

WRONG_METHOD = Refusal(
    HTTPStatus.METHOD_NOT_ALLOWED,
    "METHOD_NOT_ALLOWED",
    "Events are only read: use GET.",
    headers=((b"allow", b"GET"),),
)
NO_CHANNEL = Refusal(
    HTTPStatus.BAD_REQUEST,
    "VALIDATION_ERROR",
    f"Name what to watch: ?channel=job-…, up to {CHANNELS_MAX} times.",
)
SIGN_IN = Refusal(
    HTTPStatus.UNAUTHORIZED,
    "NOT_AUTHENTICATED",
    "Sign in first, or send a valid token as Authorization: Bearer ….",
    headers=((b"www-authenticate", b"Bearer"),),
)
NOT_FOUND = Refusal(HTTPStatus.NOT_FOUND, "NOT_FOUND", "There is nothing here that you can watch.")
BUSY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "BUSY",
    "Too many people are watching at the moment. Try again in a minute.",
    retryable=True,
    headers=((b"retry-after", b"60"),),
)
AWAY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "UNAVAILABLE",
    "Events cannot be read at the moment. Try again in a few seconds.",
    retryable=True,
    headers=((b"retry-after", b"5"),),
)


def too_many() -> Refusal:
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        "TOO_MANY_STREAMS",
        f"You are watching {settings.EVENTS_PER_USER} things at once, which is the most. "
        "Close a page that shows progress, then try again.",
        retryable=True,
        headers=((b"retry-after", b"10"),),
    )


@dataclass(slots=True)
class Request:
    """What somebody asks to watch. ``seen`` holds the numbers they have, where they said so."""

    channels: Sequence[str]
    seen: dict[str, int]
    unseen: int  # the number to begin after on the other channels
    credential: Credential


class Events:
    """Serves streams at the doors that are open, and hands everything else to ``inner``.

    It answers the server's lifespan itself, which Django does not know.
    """

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._hub: Hub | None = None
        self._asking = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and (door := doors.door(scope["path"])):
            await self._watch(scope, door, receive, send)
        else:
            await self._inner(scope, receive, send)

    # -- a request ---------------------------------------------------------------------------

    async def _watch(self, scope: Scope, door: doors.Door, receive: Receive, send: Send) -> None:
        here = self._hub = self._hub or Hub()
        admitted = await self._admit(here, scope, door)
        if isinstance(admitted, Refusal):
            await refuse(send, admitted)
            return
        scope[PERSON] = admitted.stream.person
        # Since it was admitted nothing else ran, so nobody slips in between.
        gone = asyncio.create_task(_end_when_gone(admitted.stream, receive))
        try:
            await here.serve(admitted.stream, admitted.backlog, send)
        finally:
            gone.cancel()

    async def _admit(self, here: Hub, scope: Scope, door: doors.Door) -> Admitted | Refusal:
        request = _request(scope, door)
        if isinstance(request, Refusal):
            return request
        if self._asking + hub.open_streams() >= settings.EVENTS_PER_PROCESS:
            return BUSY
        self._asking += 1
        try:
            admitted = await here.threads.run(_look_up, request)
        except DatabaseError as error:
            logger.warning("A stream was refused because the database did not answer: %s", error)
            return AWAY
        finally:
            self._asking -= 1
        if isinstance(admitted, Refusal):
            return admitted
        if here.is_stopping:
            return AWAY
        if here.streams_of(admitted.stream.person) >= settings.EVENTS_PER_USER:
            return too_many()
        return admitted

    # -- the server's life -------------------------------------------------------------------

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._hub = Hub()
                self._end_streams_on_signal()
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._hub is not None:
                    await self._hub.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _end_streams_on_signal(self) -> None:
        """End the streams at the first Ctrl-C or TERM: the server itself waits for them to end."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _before(signal.getsignal(number), self._hub, loop))


def _before(then: Any, of: Hub | None, loop: asyncio.AbstractEventLoop) -> Any:
    def handle(number: int, frame: Any) -> None:
        if of is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(of.end_streams)
        if callable(then):
            then(number, frame)

    return handle


def _request(scope: Scope, door: doors.Door) -> Request | Refusal:
    """What is asked for, before anybody looked whether it may be."""
    if scope["method"] != "GET":
        return WRONG_METHOD
    headers: dict[bytes, bytes] = dict(scope["headers"])
    try:
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=50)
    except ValueError:
        return NO_CHANNEL
    channels = [door.channel] if door.channel else list(dict.fromkeys(query.get("channel", [])))
    if not 1 <= len(channels) <= CHANNELS_MAX:
        return NO_CHANNEL
    credential = identity.credential(headers)
    if credential is None:
        return SIGN_IN
    if not all(names.CHANNEL.fullmatch(channel) for channel in channels):
        return NOT_FOUND
    # A browser that reconnects sends the header; the query is of the page's first connection.
    last_id = headers.get(b"last-event-id", b"").decode("latin-1")
    last_id = last_id or query.get("last_event_id", [""])[-1]
    seen = wire.cursors_of(last_id, channels)
    return Request(channels, seen, 0 if door.from_start else rows.NOW, credential)


@dataclass(slots=True)
class Admitted:
    stream: Stream
    backlog: dict[str, rows.Reading]


def _look_up(request: Request) -> Admitted | Refusal:
    """Find who asks, whether they may, and what they lack. Runs in a thread; three queries or so."""
    person = identity.holders([request.credential]).get(request.credential)
    if person is None:
        return SIGN_IN
    if not all(doors.may_watch(person, channel) for channel in request.channels):
        return NOT_FOUND
    after = {channel: request.seen.get(channel, request.unseen) for channel in request.channels}
    backlog = rows.read(after, hub.ROWS_AT_ONCE)
    # Nobody has seen more than there is.
    cursors = {name: min(after[name], reading.head) for name, reading in backlog.items()}
    return Admitted(Stream(request.credential, person.pk, cursors), backlog)


async def _end_when_gone(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()
