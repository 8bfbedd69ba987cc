"""Django's handler for ASGI, which goes through the middleware in one thread, once.

Django's own runs middleware that can be asynchronous on the event loop and each of its hooks in the
request's thread again: sixteen changes of thread a request, for views that are all synchronous.
"""

from __future__ import annotations

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Handler(ASGIHandler):
    """Answers each request in a thread of its own, from the first middleware to the view."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase = await sync_to_async(self.get_response)(request)
        return answer


def application() -> Handler:
    """The handler, once Django is set up."""
    django.setup(set_prefix=False)
    return Handler()
