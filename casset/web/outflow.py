"""How many answers one address may be receiving at once: a page with its pictures and films, not 500 films.

An answer that is read slowly holds a file and memory for as long as it lasts. What a browser asks for at
a time is a dozen; the limit is far above that, because several people may stand behind one address.
"""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus

from django.conf import settings

from casset.web.asgi_types import App, Receive, Scope, Send
from casset.web.intake import sender_of
from casset.web.refusals import Refusal, refuse

TOO_MANY = Refusal(
    HTTPStatus.TOO_MANY_REQUESTS,
    "TOO_MANY_ANSWERS",
    "Too much is being sent to your address at once. Wait until some of it has arrived.",
    retryable=True,
    headers=((b"retry-after", b"5"),),
)


class Outflow:
    """Hands requests to ``inner``, unless their address is receiving too many answers already.

    Streams of events have limits of their own, a person.
    """

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._going_out: Counter[str] = Counter()  # answers on their way, an address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/events/"):
            await self._inner(scope, receive, send)
            return
        sender = sender_of(scope)
        if self._going_out[sender] >= settings.ANSWERS_PER_ADDRESS:
            as_page = not scope["path"].startswith("/api/")
            await refuse(send, TOO_MANY, as_page=as_page)
            return
        self._going_out[sender] += 1
        try:
            await self._inner(scope, receive, send)
        finally:
            self._going_out[sender] -= 1
            if not self._going_out[sender]:
                del self._going_out[sender]
