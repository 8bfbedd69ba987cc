"""Sending a file that only some people may have: in parts, resumable, without loading it into memory.

The caller has already decided that the person may have it.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from os import stat_result
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import (
    content_disposition_header,
    http_date,
    parse_etags,
    parse_http_date_safe,
)

CHUNK_BYTES = 256 * 1024
NAME_MAX = 80  # characters of a file name that came from a title
_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_UNFIT = re.compile(r'[\\/:*?"<>|]+')  # of some file system


def file_name(title: str, suffix: str, default: str = "video") -> str:
    """A file name made of ``title`` that no system reads as a path, a hidden file or a command."""
    kept = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
        for letter in unicodedata.normalize("NFC", title)
        if unicodedata.category(letter) not in {"Cf", "Cs", "Co", "Cn"}
    )
    tidy = " ".join(_UNFIT.sub(" ", kept).split())[:NAME_MAX].strip(" .-~")
    return f"{tidy or default}{suffix}"


def send_file(
    request: HttpRequest,
    path: Path,
    *,
    content_type: str,
    download_as: str = "",
    for_ever: bool = False,
) -> HttpResponseBase:
    """The file, whole or the one range asked for (200, 206, 304, 416). Raises ``Http404``.

    ``download_as`` makes browsers save it under that name. ``for_ever`` says that this address
    never has other bytes. Where ``FILES_ACCEL_PREFIX`` is set, the proxy in front sends the bytes.
    """
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise Http404 from None
    if not S_ISREG(stat.st_mode):
        raise Http404
    answer = _answer(request, path, stat, content_type)
    answer["Cache-Control"] = (
        "private, max-age=31536000, immutable" if for_ever else "private, no-cache"
    )
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    disposition = content_disposition_header(bool(download_as), download_as)
    if disposition and answer.status_code in {200, 206}:
        answer["Content-Disposition"] = disposition
    return answer


def _answer(
    request: HttpRequest, path: Path, stat: stat_result, content_type: str
) -> HttpResponseBase:
    size, modified = stat.st_size, int(stat.st_mtime)
    etag = f'"{stat.st_mtime_ns:x}-{size:x}"'
    answer: HttpResponseBase
    span = range(size)
    if _is_known(request, etag, modified):
        answer, span = HttpResponse(status=304), range(0)
    elif settings.FILES_ACCEL_PREFIX:
        inside = path.resolve().relative_to(settings.VAR_DIR.resolve()).as_posix()
        answer = HttpResponse(content_type=content_type)
        answer["X-Accel-Redirect"] = settings.FILES_ACCEL_PREFIX + quote(inside)
    else:
        asked = _range(request, size, etag, modified)
        if asked is None:
            answer = HttpResponse(status=416, content_type="text/plain")
            answer["Content-Range"] = f"bytes */{size}"
        else:
            span = asked
            answer = _body(request, path, span, content_type)
            if len(span) != size:
                answer.status_code = 206
                answer["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
            answer["Content-Length"] = str(len(span))
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    answer["Last-Modified"] = http_date(modified)
    return answer


def _is_known(request: HttpRequest, etag: str, modified: int) -> bool:
    """Whether the asker has these bytes already."""
    if known := request.headers.get("If-None-Match"):
        etags = parse_etags(known)
        return "*" in etags or etag in {tag.removeprefix("W/") for tag in etags}
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and modified <= since


def _range(request: HttpRequest, size: int, etag: str, modified: int) -> range | None:
    """The bytes to send; None where those asked for lie outside. What is not understood is ignored."""
    whole = range(size)
    match = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or match is None or match.groups() == ("", ""):
        return whole
    condition = request.headers.get("If-Range", etag)
    if condition != etag and parse_http_date_safe(condition) != modified:
        return whole  # they hold a part of another file
    first, last = match.groups()
    if len(first) > 19 or len(last) > 19:
        return None if first else whole
    if not first:
        wanted = min(int(last), size)
        return range(size - wanted, size) if wanted else None
    stop = min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return whole
    return range(int(first), stop) if int(first) < size else None


def _body(request: HttpRequest, path: Path, span: range, content_type: str) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=content_type)
    # Under ASGI Django would read all of an ordinary iterator into memory before sending it.
    chunks = AsyncChunks if isinstance(request, ASGIRequest) else _Chunks
    return StreamingHttpResponse(chunks(path, span), content_type=content_type)


class _Part:
    """A span of a file, read once. Opened when the first byte is wanted: an answer whose asker has
    left before holds nothing. Django closes it, also while a thread still reads for an asker who left."""

    def __init__(self, path: Path, span: range) -> None:
        self._path = path
        self._start = span.start
        self._left = len(span)
        self._file: IO[bytes] | None = None
        self._lock = Lock()

    def _read(self) -> bytes:
        with self._lock:
            if not self._left:
                return b""
            if self._file is None:
                self._file = self._path.open("rb")
                self._file.seek(self._start)
            chunk = self._file.read(min(CHUNK_BYTES, self._left))
            self._left -= len(chunk)
            return chunk

    def close(self) -> None:
        with self._lock:
            self._left = 0
            if self._file is not None:
                self._file.close()


class _Chunks(_Part):
    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._read():
            yield chunk


class AsyncChunks(_Part):
    """The bytes ``span`` of a file, in parts, read beside the event loop."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await asyncio.to_thread(self._read):
            yield chunk
