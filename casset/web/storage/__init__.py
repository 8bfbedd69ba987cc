"""The product's files by name: in a folder of this machine, or in an S3 bucket.

A name is a path of small letters, digits and ``. _ -``, such as ``visuals/<id>/<version>/loop.mp4``.
Under it is a whole file or none: a reader never sees half of one, and a process killed while it
keeps a file leaves the name as it was. A new version gets a new name wherever that is possible, so
that browsers and the cache of a bucket's files may keep what they have.

Where ``S3_BUCKET`` is set the files are there, private; people are sent to addresses signed for a
minute. Else they are in ``VAR_DIR/files``, and this process or the proxy before it sends them.

Every function raises ``ValueError`` for a name that is none. What reads raises ``NotFound`` where
there is no such file. With a bucket each raises ``FilesUnreachable`` (retryable) while it does not
answer, and ``FilesRefused`` where it does not let us; so does ``check``, for ``/readyz``.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

from django.core.files.storage import storages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from casset.web import connections
from casset.web.health import Finding
from casset.web.storage.faults import FilesRefused, FilesUnreachable
from casset.web.storage.names import Store, checked

PRIVATE = "private, no-store"
FOR_EVER = "public, max-age=31536000, immutable"  # an address that never has other bytes

__all__ = [
    "FOR_EVER",
    "PRIVATE",
    "FilesRefused",
    "FilesUnreachable",
    "check",
    "exists",
    "keep",
    "keep_bytes",
    "local",
    "read_bytes",
    "remove",
    "remove_all",
    "send",
    "size",
    "sweep",
]


def _store() -> Store:
    return cast(Store, storages["default"])


def keep(name: str, path: Path, *, content_type: str | None = None) -> None:
    """Publish the finished file ``path`` under ``name``, in place of what was there.

    ``path`` stays where it is and is not written to afterwards: on the same disk both are one file.
    """
    _store().keep(checked(name), path, content_type)


def keep_bytes(name: str, data: bytes, *, content_type: str | None = None) -> None:
    """Publish ``data`` under ``name``, in place of what was there."""
    _store().keep_bytes(checked(name), data, content_type)


def local(name: str) -> AbstractContextManager[Path]:
    """A path at which the file can be read until the context ends; not to be written to.

    From a bucket it is fetched once into ``VAR_DIR/cache/files`` and found there again.
    """
    return _store().local(checked(name))


def read_bytes(name: str) -> bytes:
    """The whole file. For small ones."""
    return _store().read_bytes(checked(name))


def exists(name: str) -> bool:
    return _store().has(checked(name))


def size(name: str) -> int:
    """Bytes."""
    return _store().size_of(checked(name))


def remove(name: str) -> None:
    """Remove the file; nothing where there is none."""
    _store().remove(checked(name))


def remove_all(prefix: str) -> None:
    """Remove every file in the folder ``prefix`` (``visuals/<id>``), and only those."""
    _store().remove_all(checked(prefix))


def send(
    request: HttpRequest,
    name: str,
    *,
    content_type: str,
    cache: str = PRIVATE,
    download_as: str | None = None,
) -> HttpResponseBase:
    """The file for a person who may have it: whole or in ranges, or the way to it (302).

    ``cache`` is the answer's ``Cache-Control``. A signed address lives ``S3_URL_SECONDS``; where
    ``cache`` is public, an hour, so that browsers find it again. Raises ``Http404``. The request's
    database connections are let go: sending may take long.
    """
    connections.let_go()
    return _store().send(request, checked(name), content_type, cache, download_as or "")


def check() -> Finding:
    """Whether files can be had, for ``casset.web.health``."""
    return _store().check()


def sweep() -> int:
    """Remove what killed processes left half-written on this machine; how many files that were."""
    return _store().sweep()
