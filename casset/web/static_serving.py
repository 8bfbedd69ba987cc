"""Static files from this process, in parts and without waiting, so that a film holds nobody up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

from casset.web.files import AsyncChunks

_SPAN = re.compile(r"bytes (\d+)-(\d+)/\d+", re.ASCII)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise's, whose files Django would under ASGI first read whole and then not close.

    The file is opened when its first byte is wanted: Django drops an answer, unclosed, whose asker
    left while it was made.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request, ASGIRequest):
            plain: HttpResponseBase = WhiteNoiseMiddleware.serve(static_file, request)
            return plain
        method = "HEAD" if request.method == "GET" else request.method
        found = static_file.get_response(method, request.META)
        headers = dict(found.headers)
        answer: HttpResponseBase
        if request.method == "GET" and found.status in {200, 206}:
            path, _ = static_file.get_path_and_headers(request.META)
            answer = StreamingHttpResponse(AsyncChunks(Path(path), _span(headers)))
        else:
            answer = HttpResponse()
        answer.status_code = int(found.status)
        del answer["Content-Type"]
        for name, value in headers.items():
            answer[name] = value
        return answer


def _span(headers: dict[str, str]) -> range:
    """The bytes that an answer with these headers has."""
    if match := _SPAN.fullmatch(headers.get("Content-Range", "")):
        return range(int(match[1]), int(match[2]) + 1)
    return range(int(headers["Content-Length"]))
