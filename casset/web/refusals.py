"""Answers given before Django is asked, in the one shape errors have."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus

from csp.utils import build_policy
from django.template.loader import render_to_string

from casset.web import errors
from casset.web.asgi_types import Send

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is not served: the status, a stable code, and a sentence that says what to do."""

    status: HTTPStatus
    code: str
    message: str
    retryable: bool = False
    headers: Headers = ()

    def as_json(self) -> bytes:
        content = errors.body(self.code, self.message, retryable=self.retryable)
        return json.dumps(content, ensure_ascii=False).encode()

    def as_page(self) -> bytes:
        """The error page of the site, as for somebody not signed in. Renders a template."""
        words = {
            "status": int(self.status),
            "heading": self.status.phrase.capitalize(),
            "sentence": self.message,
        }
        return render_to_string("error.html", words).encode()


async def refuse(
    send: Send, refusal: Refusal, *, as_page: bool = False, headers: Headers = (), end: bool = True
) -> None:
    """Send the refusal as JSON or as a page. ``end=False`` leaves the response open behind it."""
    if as_page:
        body, kind = await asyncio.to_thread(refusal.as_page), b"text/html; charset=utf-8"
        policy = build_policy()
    else:
        body, kind = refusal.as_json(), b"application/json"
        policy = "default-src 'none'; frame-ancestors 'none'"
    await send(
        {
            "type": "http.response.start",
            "status": int(refusal.status),
            "headers": [
                (b"content-type", kind),
                (b"content-length", b"%d" % len(body)),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                (b"content-security-policy", policy.encode()),
                *refusal.headers,
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": not end})
