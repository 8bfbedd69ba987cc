"""One at a time: a lock that ends with the process that holds it, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from casset.lib.errors import CassetError


class AlreadyRunning(CassetError):
    """Another process of this installation holds the lock."""

    code = "ALREADY_RUNNING"


class Lock:
    """A lock file held from ``with`` to its end; it says in one line who holds it.

    Raises ``AlreadyRunning`` with ``busy`` as its sentence, where ``{holder}`` is that line.
    """

    def __init__(self, path: Path, holder: str, busy: str):
        self.path = path
        self.holder = holder
        self.busy = busy
        self._file: int | None = None

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 500).decode(errors="replace").strip()
            os.close(file)
            raise AlreadyRunning(self.busy.format(holder=holder or "unknown")) from None
        self._file = file
        self.say(self.holder)
        return self

    def say(self, holder: str) -> None:
        """Write what others are told."""
        assert self._file is not None  # noqa: S101 - only between enter and exit
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{holder}\n".encode(), 0)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
