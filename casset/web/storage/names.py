"""What a stored file may be called, and what a store can do."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from casset.web.health import Finding

NAME_MAX = 200  # characters; with an ETag in front it is still a file's name everywhere
_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*", re.ASCII)


def checked(name: str) -> str:
    """``name``, if it is one. Raises ``ValueError``: names are made by us, never by a person."""
    if len(name) > NAME_MAX or ".." in name or not _NAME.fullmatch(name):
        raise ValueError(f"{name[:300]!r} is no name of a stored file.")
    return name


class Store(Protocol):
    """Files by checked name; see ``casset.web.storage`` for what each promises."""

    def keep(self, name: str, path: Path, content_type: str | None) -> None: ...
    def keep_bytes(self, name: str, data: bytes, content_type: str | None) -> None: ...
    def local(self, name: str) -> AbstractContextManager[Path]: ...
    def read_bytes(self, name: str) -> bytes: ...
    def has(self, name: str) -> bool: ...
    def size_of(self, name: str) -> int: ...
    def remove(self, name: str) -> None: ...
    def remove_all(self, prefix: str) -> None: ...
    def send(
        self, request: HttpRequest, name: str, content_type: str, cache: str, download_as: str
    ) -> HttpResponseBase: ...
    def check(self) -> Finding: ...
    def sweep(self) -> int: ...
