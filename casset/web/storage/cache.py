"""Files of a bucket that are on this machine as well, found by name and version, within a bound.

Several processes use the same folder. Whoever reads a file holds a shared lock on it, and only a
file that nobody holds is removed to make room.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from casset.media import files as media_files


class Cache:
    """A folder of at most about ``max_bytes``: what is in use is never removed."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    @contextmanager
    def held(self, name: str, version: str, fetch: Callable[[Path], None]) -> Iterator[Path]:
        """The file's path; ``fetch`` writes it to a given path where it is not there yet.

        Two processes that miss the same file both fetch it, and the first to end is used.
        """
        path = self._folder / f"{version}~{name.replace('/', '~')}"
        while (fd := _hold(path)) is None:
            self._fetch(path, fetch)
        try:
            with suppress(OSError):
                os.utime(path)  # used now: it goes last
            yield path
        finally:
            os.close(fd)

    def _fetch(self, path: Path, fetch: Callable[[Path], None]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = media_files.part_name(path)
        try:
            fetch(part)
            self._make_room(part.stat().st_size)
            with suppress(FileExistsError):  # another process was quicker; its file may be in use
                path.hardlink_to(part)
        except OSError as fault:
            if media_files.is_disk_full(fault):
                raise media_files.disk_full(self._folder) from fault
            raise
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self, size_bytes: int) -> None:
        """Remove what was not used for longest until ``size_bytes`` more fit."""
        found = []
        for path in self._folder.glob("[!.]*"):
            with suppress(FileNotFoundError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total + size_bytes <= self._max_bytes:
                return
            if _remove_unless_held(path):
                total -= size

    def sweep(self) -> int:
        """Remove what killed processes left half-fetched."""
        return media_files.sweep(self._folder)


def _hold(path: Path) -> int | None:
    """A descriptor with a shared lock on the file at ``path``; None where there is none."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH)
        if os.path.samestat(os.fstat(fd), path.stat()):
            return fd
    except FileNotFoundError:  # removed between opening and locking
        pass
    os.close(fd)
    return None


def _remove_unless_held(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(fd)
