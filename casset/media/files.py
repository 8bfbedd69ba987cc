"""Write media files so that a name either holds a finished file or nothing.

Work is done beside the final name, under a name of its own, and takes its place in one rename. A
process killed half-way leaves only such a part, which ``sweep`` removes later.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from casset.lib.errors import CassetError, MissingCapability

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def part_name(path: Path) -> Path:
    """A fresh name in the same folder, with the same ending so that writers know the format."""
    return path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}.part{path.suffix}")


def is_disk_full(fault: BaseException) -> bool:
    """True where the fault is a full disk, a used-up quota or a file-size limit."""
    return isinstance(fault, OSError) and fault.errno in _FULL


def disk_full(folder: Path) -> CassetError:
    """The one error a full disk is told by."""
    return MissingCapability(
        f"The disk is full: {folder} cannot take more. Free some space, then start again; "
        "finished shots are kept.",
        code="DISK_FULL",
    )


@contextlib.contextmanager
def published(path: Path) -> Iterator[Path]:
    """Give a part name to write to; on success it becomes ``path``, on any failure it is removed.

    Raises ``MissingCapability`` (code ``DISK_FULL``) when the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = part_name(path)
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as fault:
        if is_disk_full(fault):
            raise disk_full(path.parent) from fault
        raise


def sweep(folder: Path, *, older_than_s: float = 3600.0) -> int:
    """Remove parts, files and whole folders, that killed processes left in ``folder``; returns how many."""
    removed = 0
    limit = time.time() - older_than_s
    for part in folder.glob(".*.part*"):
        with contextlib.suppress(OSError):
            if part.stat().st_mtime < limit:
                shutil.rmtree(part) if part.is_dir() else part.unlink()
                removed += 1
    return removed
