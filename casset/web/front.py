"""What every request meets first: it gets a name, headers that keep browsers safe, and a line in the log."""

from __future__ import annotations

import logging
import re
import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.conf import settings

from casset.web import logs, traffic
from casset.web.asgi_types import App, Message, Receive, Scope, Send

log = logging.getLogger("casset.requests")

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
PERSON = "casset.person"  # where the scope says who asked, for the line
CLIENT_LEFT = 499  # no answer had begun when the client went away
_SANE = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_PERMISSIONS = (
    "accelerometer=(), autoplay=(self), browsing-topics=(), camera=(), display-capture=(), "
    "encrypted-media=(), fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), picture-in-picture=(self), usb=(), "
    "xr-spatial-tracking=()"
)
_POLICY, _ANY_FRAME = b"content-security-policy", b"frame-ancestors *"
# Added where the answer has no such header of its own: also to files, streams and refusals.
_SAFE_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": _PERMISSIONS.encode(),
    b"x-frame-options": b"DENY",
}


class Front:
    """Stands before everything else and hands each request to ``inner``."""

    def __init__(self, inner: App) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        name = _request_id(scope["headers"])
        began = time.perf_counter()
        status = sent = 0

        async def answer(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _headers(message.get("headers", ()), name)}
            else:
                sent += len(message.get("body", b""))
            await send(message)

        with logs.bound(request_id=name.decode()):
            try:
                await self._inner(scope, receive, answer)
            finally:
                _note(scope, status or CLIENT_LEFT, sent, time.perf_counter() - began)


def _request_id(headers: list[tuple[bytes, bytes]]) -> bytes:
    """The name the request came with, where that is one; else a new one."""
    for name, value in headers:
        if name == b"x-request-id" and _SANE.fullmatch(value):
            return value
    return uuid4().hex.encode()


def _headers(given: Any, request_id: bytes) -> list[tuple[bytes, bytes]]:
    kept = [(bytes(name).lower(), bytes(value)) for name, value in given]
    has = {name for name, _ in kept}
    if any(name == _POLICY and _ANY_FRAME in value for name, value in kept):
        has.add(b"x-frame-options")  # it knows no "anybody": only its absence says that
    kept += [(name, value) for name, value in _SAFE_HEADERS.items() if name not in has]
    return [*kept, (b"x-request-id", request_id)]


def _note(scope: Scope, status: int, sent: int, seconds: float) -> None:
    """One line a request, at DEBUG for static files and probes that went well. No query string."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    method = scope["method"]
    traffic.note(method, status, seconds)
    dull = status < HTTPStatus.BAD_REQUEST and (
        path in PROBES or path.startswith(settings.STATIC_URL)
    )
    person = {} if scope.get(PERSON) is None else {"user_id": scope[PERSON]}
    with logs.bound(**person):
        log.log(
            logging.DEBUG if dull else logging.INFO,
            "%s %s %d",
            method,
            path[:500],
            status,
            extra={
                "method": method,
                "path": path[:500],
                "status": status,
                "ms": round(seconds * 1000, 1),
                "bytes": sent,
            },
        )
