"""Who comes back, without an account: a signed id in a first-party cookie, set only by a share link, by sharing and by fair rotation.

Nothing depends on it: who takes no cookies is counted by the page view, which the page itself carries.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from audience import bots
from casset.lib.ids import is_id, new_id

COOKIE = "visitor"
KEPT_S = 30 * 24 * 3600  # from the first touch; a later visit does not make it longer
_SALT = "audience.visitor"


def of(request: HttpRequest) -> str:
    """The visitor's id; empty where the browser has none that we signed."""
    found = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=KEPT_S) or ""
    return found if is_id(found) else ""


def of_or_new(request: HttpRequest) -> str:
    """The visitor's id, a new one for who has none; empty for programs and who asks not to be known."""
    known = of(request)
    if known:
        return known
    if bots.is_bot(user_agent(request)) or request.headers.get("Sec-GPC") == "1":
        return ""
    return new_id()


def mark(answer: HttpResponseBase, request: HttpRequest, visitor: str) -> None:
    """Let the browser keep a new visitor's id."""
    if not visitor or of(request) == visitor:
        return
    answer.set_signed_cookie(
        COOKIE,
        visitor,
        salt=_SALT,
        max_age=KEPT_S,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )


def user_agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:400]


def network(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or "unknown"
