"""Around every view: what is logged meanwhile says whose request it is; expected errors become pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from casset.lib.errors import CassetError
from casset.web import errors, front, logs


class WhoAsksMiddleware:
    """Lets log lines say who is signed in, without looking it up for their sake."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable]) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable:
        if self._is_async:
            return self._serve(request)
        with _serving(request):
            return self.get_response(request)

    async def _serve(self, request: HttpRequest) -> HttpResponse:
        with _serving(request):
            answer: HttpResponse = await self.get_response(request)  # type: ignore[misc]
            return answer


@contextmanager
def _serving(request: HttpRequest) -> Iterator[None]:
    token = logs.serving.set(request)
    try:
        yield
    finally:
        logs.serving.reset(token)
        getattr(request, "scope", {})[front.PERSON] = logs.person_of(request)


class ExpectedErrorsMiddleware:
    """Answers a ``CassetError`` no view caught with its status and its sentence."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer(request, error) if isinstance(error, CassetError) else None


def answer(request: HttpRequest, error: CassetError) -> HttpResponse:
    """The error as a page, or in the API's shape for addresses of the API."""
    status, headers = errors.status_of(error), errors.headers_of(error)
    if request.path.startswith("/api/"):
        content = errors.body(error.code, str(error), retryable=error.retryable)
        return JsonResponse(content, status=status, headers=headers)
    context = {
        "status": status,
        "heading": errors.HEADINGS.get(status, "That did not work"),
        "sentence": str(error),
    }
    page = render(request, "error.html", context, status=status)
    for name, value in headers.items():
        page[name] = value
    return page
