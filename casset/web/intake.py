"""The limits on what people send, held before Django reads a body.

Django writes a request's whole body to memory or disk before any view may object. So this ASGI
application in front of it refuses a body that is too large (413, at once where its length is
declared, else when it is exceeded), one that trickles in (408), and too many at once from one
address (429) or for this process (503). Where only people who are signed in may send very much,
others are refused before they do (401).
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import time
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection

from casset.web.asgi_types import App, Message, Receive, Scope, Send
from casset.web.events import identity
from casset.web.refusals import Refusal, refuse

# A refused sender who is still sending would see a broken connection instead of the answer: so
# much more is read and thrown away first.
LINGER_BYTES = 32 * 2**20
LINGER_S = 3.0
_larger: list[tuple[re.Pattern[str], int]] = []
_signed_in_only: set[re.Pattern[str]] = set()


def allow_body(pattern: str, max_bytes: int, *, signed_in_only: bool = False) -> None:
    """Let paths that ``pattern`` matches whole take bodies of up to ``max_bytes``.

    An app says so in its ``apps.py``. Everywhere else ``BODY_MAX_BYTES`` holds, and with
    ``signed_in_only`` also for people who are not: their view never sees the larger body.
    """
    made = re.compile(pattern)
    _larger[:] = [known for known in _larger if known[0] != made] + [(made, max_bytes)]
    (_signed_in_only.add if signed_in_only else _signed_in_only.discard)(made)


def max_bytes_for(path: str) -> int:
    for pattern, max_bytes in _larger:
        if pattern.fullmatch(path):
            return max_bytes
    return settings.BODY_MAX_BYTES


def too_large(max_bytes: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "TOO_LARGE",
        f"That is more than the {max_bytes / 2**20:.3g} MB that can be sent here. "
        "Send something smaller.",
    )


TOO_SLOW = Refusal(
    HTTPStatus.REQUEST_TIMEOUT,
    "TOO_SLOW",
    "Your upload came in too slowly and was stopped. Try again on a faster connection.",
    retryable=True,
)
TOO_MANY = Refusal(
    HTTPStatus.TOO_MANY_REQUESTS,
    "TOO_MANY_UPLOADS",
    "Too much is being sent from your address at once. Wait until an upload has finished, "
    "then try again.",
    retryable=True,
    headers=((b"retry-after", b"10"),),
)
BUSY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "BUSY",
    "Too many people are sending something at the moment. Try again in a minute.",
    retryable=True,
    headers=((b"retry-after", b"60"),),
)


STRANGER = Refusal(
    HTTPStatus.UNAUTHORIZED,
    "NOT_SIGNED_IN",
    "Sign in first: send a token as “Authorization: Bearer …”.",
    headers=((b"www-authenticate", b"Bearer"),),
)


class Body:
    """A request's body on its way in: counts it and stops it when it breaks a limit.

    To the application a stopped body looks like a sender who left, so it answers nothing;
    ``refusal`` says what to answer instead.
    """

    def __init__(self, receive: Receive, max_bytes: int, done: Callable[[], None]) -> None:
        self.refusal: Refusal | None = None
        self.is_whole = False  # nothing more is to come
        self._receive = receive
        self._max_bytes = max_bytes
        self._done = done
        self._bytes = 0
        self._began = time.monotonic()

    async def receive(self) -> Message:
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        if self.is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._patience_s()):
                message = await self._receive()
        except TimeoutError:
            return self._stop(TOO_SLOW)
        self._bytes += len(message.get("body", b""))
        self.is_whole = not message.get("more_body")
        if self._bytes > self._max_bytes:
            return self._stop(too_large(self._max_bytes))
        if self.is_whole:
            self._done()
        return message

    def _patience_s(self) -> float:
        """Time left until the average rate is too low."""
        allowed = settings.BODY_GRACE_S + self._bytes / settings.BODY_MIN_BYTES_PER_S
        return max(0.0, self._began + allowed - time.monotonic())

    def _stop(self, refusal: Refusal) -> Message:
        self.refusal = refusal
        self._done()
        return {"type": "http.disconnect"}


class Intake:
    """Hands requests to ``inner`` and holds the limits on their bodies meanwhile."""

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._coming_in: Counter[str] = Counter()  # bodies on their way, an address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (declared := _declared(scope["headers"])):
            await self._inner(scope, receive, send)
            return
        max_bytes = max_bytes_for(scope["path"])
        sender = sender_of(scope)
        refusal = self._refusal(declared, max_bytes, sender)
        if refusal is None and declared > settings.BODY_MAX_BYTES and await _is_stranger(scope):
            refusal = STRANGER
        if refusal is not None:
            await _turn_away(scope, refusal, receive, send, is_whole=False)
            return
        await self._take_in(scope, receive, send, max_bytes, sender)

    def _refusal(self, declared: float, max_bytes: int, sender: str) -> Refusal | None:
        if max_bytes < declared < float("inf"):
            return too_large(max_bytes)
        if self._coming_in[sender] >= settings.BODIES_PER_ADDRESS:
            return TOO_MANY
        if self._coming_in.total() >= settings.BODIES_PER_PROCESS:
            return BUSY
        return None

    async def _take_in(
        self, scope: Scope, receive: Receive, send: Send, max_bytes: int, sender: str
    ) -> None:
        is_counted = True
        has_answered = False
        self._coming_in[sender] += 1

        def done() -> None:
            nonlocal is_counted
            if is_counted:
                is_counted = False
                self._coming_in[sender] -= 1
                if not self._coming_in[sender]:
                    del self._coming_in[sender]

        async def answer(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        body = Body(receive, max_bytes, done)
        try:
            await self._inner(scope, body.receive, answer)
        finally:
            done()
        if body.refusal is not None and not has_answered:
            await _turn_away(scope, body.refusal, receive, send, is_whole=body.is_whole)


async def _is_stranger(scope: Scope) -> bool:
    """Whether the path is for people who are signed in, and this is none of them. Three queries."""
    if not any(pattern.fullmatch(scope["path"]) for pattern in _signed_in_only):
        return False
    credential = identity.credential(dict(scope["headers"]))
    return credential is None or not await asyncio.to_thread(_is_held, credential)


def _is_held(credential: identity.Credential) -> bool:
    try:
        return bool(identity.holders([credential]))
    except DatabaseError:
        return True  # whoever it is, the view will say that the database is away
    finally:
        connection.close()


def _declared(headers: list[tuple[bytes, bytes]]) -> float:
    """How long the body says it is: 0 for none, infinite where it comes in chunks."""
    length = 0.0
    for name, value in headers:
        if name == b"transfer-encoding":
            return float("inf")
        if name == b"content-length":
            length = float(value) if value.isdigit() else float("inf")
    return length


def sender_of(scope: Scope) -> str:
    """Who sends: an IPv4 address, or the network an IPv6 address's owner has."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


async def _turn_away(
    scope: Scope, refusal: Refusal, receive: Receive, send: Send, *, is_whole: bool
) -> None:
    """Answer, read a little on so that the answer can be seen, and close the connection."""
    as_page = not scope["path"].startswith(("/api/", "/events/"))
    await refuse(send, refusal, as_page=as_page, headers=((b"connection", b"close"),), end=False)
    if not is_whole:
        await _throw_away(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _throw_away(receive: Receive) -> None:
    thrown_away = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while thrown_away < LINGER_BYTES:
                message = await receive()
                thrown_away += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
