"""The bytes of an upload on this machine's disk: ``UPLOADS_DIR/<id>/data``.

One process at a time writes to them or uses them; the kernel frees a dead one's lock.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from casset.lib.errors import InvalidTransition
from casset.media import files as media_files

BLOCK_BYTES = 2**20


def path_of(upload_id: str) -> Path:
    return Path(settings.UPLOADS_DIR) / upload_id / "data"


def create(upload_id: str, *, size_bytes: int) -> None:
    """Make room for an upload. Raises ``MissingCapability`` where the disk could not hold it."""
    base = Path(settings.UPLOADS_DIR)
    base.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(base).free < size_bytes + settings.UPLOADS_SPARE_BYTES:
        raise media_files.disk_full(base)
    path = path_of(upload_id)
    path.parent.mkdir()
    path.touch()


def remove(upload_id: str) -> None:
    shutil.rmtree(path_of(upload_id).parent, ignore_errors=True)


def size_of(upload_id: str) -> int | None:
    """Bytes on the disk; None where there is no such file."""
    try:
        return path_of(upload_id).stat().st_size
    except FileNotFoundError:
        return None


@contextmanager
def locked(upload_id: str) -> Iterator[IO[bytes]]:
    """The file, for this process alone.

    Raises ``InvalidTransition`` (``LOCKED``) while another has it, ``FileNotFoundError``.
    """
    with path_of(upload_id).open("r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InvalidTransition(
                "Another piece of this file is being taken in. Try again in a moment.",
                code="LOCKED",
                retryable=True,
            ) from None
        yield file


def append(
    file: IO[bytes],
    offset: int,
    read: Callable[[int], bytes],
    *,
    max_bytes: int,
    digest: Callable[[bytes], None] | None = None,
) -> int:
    """Write what ``read`` gives from ``offset`` on; return how many bytes that were.

    It stops reading one byte after ``max_bytes``: more than that means that too much was sent.
    What stood after ``offset`` before is gone. Raises ``MissingCapability`` when the disk is full.
    """
    try:
        file.truncate(offset)
        file.seek(offset)
        written = 0
        while written <= max_bytes:
            block = read(min(BLOCK_BYTES, max_bytes + 1 - written))
            if not block:
                break
            if digest is not None:
                digest(block)
            view = memoryview(block)
            while view:
                view = view[file.write(view) :]
            written += len(block)
    except OSError as fault:
        if media_files.is_disk_full(fault):
            raise media_files.disk_full(Path(settings.UPLOADS_DIR)) from fault
        raise
    return written


def head_of(file: IO[bytes], length: int) -> bytes:
    return os.pread(file.fileno(), length, 0)
