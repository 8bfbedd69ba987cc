"""Stored files in a folder of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from casset.media import files as media_files
from casset.web import files
from casset.web.health import Finding
from casset.web.storage.faults import missing

READABLE = 0o644  # the proxy in front may be another user


class Folder(FileSystemStorage):
    """Files below one folder, each written beside its name and renamed."""

    def keep(self, name: str, path: Path, content_type: str | None) -> None:
        with media_files.published(self._place(name)) as part:
            _link_or_copy(path, part)

    def keep_bytes(self, name: str, data: bytes, content_type: str | None) -> None:
        with media_files.published(self._place(name)) as part:
            part.write_bytes(data)
            part.chmod(READABLE)

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        place = self._place(name)
        if not place.is_file():
            raise missing(name)
        yield place

    def read_bytes(self, name: str) -> bytes:
        try:
            return self._place(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise missing(name) from None

    def has(self, name: str) -> bool:
        return self._place(name).is_file()

    def size_of(self, name: str) -> int:
        with self.local(name) as path:
            try:
                return path.stat().st_size
            except FileNotFoundError:
                raise missing(name) from None

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            self._place(name).unlink()

    def remove_all(self, prefix: str) -> None:
        place = self._place(prefix)
        if place.is_dir():
            shutil.rmtree(place, onerror=_unless_it_is_gone)

    def send(
        self, request: HttpRequest, name: str, content_type: str, cache: str, download_as: str
    ) -> HttpResponseBase:
        answer = files.send_file(
            request, self._place(name), content_type=content_type, download_as=download_as
        )
        answer["Cache-Control"] = cache
        return answer

    def check(self) -> Finding:
        there = Path(self.base_location)
        while not there.exists():
            there = there.parent
        if not os.access(there, os.W_OK):
            return Finding(False, "the folder of files cannot be written to")
        return Finding(True, "on this machine")

    def sweep(self) -> int:
        folders = [Path(folder) for folder, _, _ in os.walk(self.base_location)]
        return sum(media_files.sweep(folder) for folder in folders)

    def _place(self, name: str) -> Path:
        return Path(self.path(name))


def _link_or_copy(path: Path, part: Path) -> None:
    """``part`` holds what ``path`` does: at once on the same disk, else by copying."""
    try:
        part.hardlink_to(path)
        part.chmod(READABLE)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links; somebody else's file
        part.unlink(missing_ok=True)
        shutil.copyfile(path, part)
        part.chmod(READABLE)


def _unless_it_is_gone(_call: Any, _path: str, fault: Any) -> None:
    if not isinstance(fault[1], FileNotFoundError):
        raise fault[1]
