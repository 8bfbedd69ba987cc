"""What can be done with an upload.

How much has come in is said by the row, and never more than the file holds: a process killed between
writing and noting loses that piece, which its sender sends again.
"""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from casset.lib.errors import (
    InvalidTransition,
    MediaError,
    NotFound,
    QuotaExceeded,
    ValidationError,
)
from casset.lib.hashing import file_sha256
from casset.lib.ids import is_id, new_id
from casset.web.models import Upload
from casset.web.uploads import parts, purposes
from casset.web.uploads.purposes import HEAD_BYTES, Purpose

log = logging.getLogger(__name__)

NAME_MAX = 200  # characters
ORPHAN_AGE_S = 3600.0
_ADDRESS = re.compile(r"/api/uploads/([a-z0-9]+)/?")


@dataclass(frozen=True)
class Taken:
    """A file that came in whole. ``name`` is what its sender calls it: to be shown, never opened."""

    id: str
    path: Path
    name: str
    mime: str
    size_bytes: int
    sha256: str


def id_of(address: str) -> str | None:
    """The id in an upload's address (or an id itself); None where it is neither."""
    if is_id(address):
        return address
    match = _ADDRESS.fullmatch(urlsplit(address).path)
    return match[1] if match and is_id(match[1]) else None


def find(upload_id: str, *, owner: Any, purpose: str | None = None) -> Upload:
    """The owner's upload, if it is still to be had. Raises ``NotFound`` for anybody else's."""
    found = Upload.objects.filter(pk=upload_id, owner=owner.pk, expires_at__gt=timezone.now())
    if purpose is not None:
        found = found.filter(purpose=purpose)
    upload = found.first()
    if upload is None:
        raise _unknown()
    return upload


def _unknown() -> NotFound:
    return NotFound("There is no such upload (any more). Send the file again.")


def offset_of(upload: Upload) -> int:
    """How many bytes are here for good. Raises ``NotFound`` where the disk lost them all."""
    on_disk = parts.size_of(upload.pk)
    if on_disk is None:
        raise _unknown()
    return min(upload.offset_bytes, on_disk)


# -- coming in -------------------------------------------------------------------------------
def create(*, owner: Any, purpose: str, size_bytes: int, name: str = "") -> Upload:
    """Begin an upload. Raises ``ValidationError``, ``MediaError`` (size) and ``QuotaExceeded``."""
    purposes.find(purpose).check_size(size_bytes)
    upload = Upload(
        id=new_id(),
        owner_id=owner.pk,
        purpose=purpose,
        name=_tidy(name),
        size_bytes=size_bytes,
        expires_at=_later(),
    )
    with ExitStack() as undo:
        parts.create(upload.pk, size_bytes=size_bytes)
        undo.callback(parts.remove, upload.pk)
        with transaction.atomic():
            # One at a time a person: two at once would each see room for one more.
            get_user_model()._default_manager.select_for_update(no_key=True).get(pk=owner.pk)
            _check_quota(owner, size_bytes)
            upload.save(force_insert=True)
        undo.pop_all()
    return upload


def _later() -> Any:
    return timezone.now() + timedelta(seconds=settings.UPLOAD_KEPT_S)


def _tidy(name: str) -> str:
    """A file's name as it may be shown: without folders, controls and turned letters."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    return " ".join(kept.split())[:NAME_MAX]


def _check_quota(owner: Any, size_bytes: int) -> None:
    kept = Upload.objects.filter(owner=owner.pk, expires_at__gt=timezone.now()).aggregate(
        unfinished=Count("pk", filter=Q(offset_bytes__lt=F("size_bytes"))),
        count=Count("pk"),
        bytes=Sum("size_bytes", default=0),
    )
    if (
        kept["unfinished"] >= settings.UPLOADS_UNFINISHED
        or kept["count"] >= 10 * settings.UPLOADS_UNFINISHED
    ):
        raise QuotaExceeded(
            f"You have {kept['unfinished'] or kept['count']} uploads that are not finished. "
            "Finish or cancel one of them, then send this file.",
            retry_after_s=60,
        )
    if kept["bytes"] + size_bytes > settings.UPLOADS_MAX_BYTES:
        raise QuotaExceeded(
            f"Your uploads that are not finished may have {settings.UPLOADS_MAX_BYTES / 2**30:g} GB "
            "together. Finish or cancel one of them, then send this file.",
            retry_after_s=60,
        )


@dataclass(frozen=True)
class Checksum:
    """What a piece's bytes must amount to: an algorithm of ``hashlib`` and its digest."""

    algorithm: str
    digest: bytes


def append(
    upload: Upload, *, offset: int, read: Callable[[int], bytes], checksum: Checksum | None = None
) -> Upload:
    """Add a piece that begins at ``offset``; all of it is taken or nothing. Returns the upload.

    Raises ``InvalidTransition`` for a piece from another place (409) or beside another one
    (``LOCKED``), ``MediaError`` for too many bytes or for a file that its purpose does not take
    (which ends the upload), ``ValidationError`` (``CHECKSUM_MISMATCH``), ``NotFound``.
    """
    with _locked(upload) as (file, fresh):
        here = offset_of(fresh)
        if offset != here:
            raise InvalidTransition(
                f"This file goes on at byte {here}, not at {offset}.", code="OFFSET_MISMATCH"
            )
        new = hashlib.new(checksum.algorithm) if checksum else None
        room = fresh.size_bytes - here
        with ExitStack() as undo:
            undo.callback(file.truncate, here)
            written = parts.append(
                file, here, read, max_bytes=room, digest=new.update if new else None
            )
            if written > room:
                raise MediaError(
                    f"More bytes came than the {fresh.size_bytes} that were announced.",
                    code="FILE_TOO_LARGE",
                )
            if checksum and new and new.digest() != checksum.digest:
                raise ValidationError(
                    "The piece arrived changed. Send it again.",
                    code="CHECKSUM_MISMATCH",
                    retryable=True,
                )
            undo.pop_all()
        return _note(fresh, file, here + written)


def _note(upload: Upload, file: IO[bytes], offset: int) -> Upload:
    """Note that ``offset`` bytes are here; the first of them say what the file is."""
    is_whole = offset == upload.size_bytes
    changes: dict[str, Any] = {"offset_bytes": offset, "expires_at": _later()}
    if not upload.mime and (is_whole or offset >= HEAD_BYTES):
        try:
            changes["mime"] = _purpose(upload).kind_of(parts.head_of(file, HEAD_BYTES))
        except ValidationError:
            _remove(upload.pk)
            raise
    if is_whole:
        changes["sha256"] = file_sha256(parts.path_of(upload.pk))
    if not Upload.objects.filter(pk=upload.pk).update(**changes):
        raise _unknown()  # removed meanwhile
    for name, value in changes.items():
        setattr(upload, name, value)
    return upload


def _purpose(upload: Upload) -> Purpose:
    return purposes.find(upload.purpose)


@contextmanager
def _locked(upload: Upload) -> Iterator[tuple[IO[bytes], Upload]]:
    """The upload's file and its row as it is now, for this process alone. Raises ``NotFound``."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(parts.locked(upload.pk))
        except FileNotFoundError:
            raise _unknown() from None
        fresh = Upload.objects.filter(pk=upload.pk).first()
        if fresh is None:
            raise _unknown()
        yield file, fresh


def take_in_whole(*, owner: Any, purpose: str, name: str, size_bytes: int, file: Any) -> Upload:
    """A finished upload of a file that came in one request."""
    upload = create(owner=owner, purpose=purpose, size_bytes=size_bytes, name=name)
    with ExitStack() as undo:
        undo.callback(_remove, upload.pk)
        whole = append(upload, offset=0, read=file.read)
        undo.pop_all()
    return whole


# -- going out -------------------------------------------------------------------------------
def finished(upload_id: str, *, owner: Any, purpose: str) -> Upload:
    """The owner's upload, come in whole. Raises ``NotFound`` and ``InvalidTransition``."""
    upload = find(upload_id, owner=owner, purpose=purpose)
    if offset_of(upload) < upload.size_bytes or not upload.mime:
        raise InvalidTransition("This file has not come in whole yet. Wait until it is sent.")
    return upload


@contextmanager
def take(upload_id: str, *, owner: Any, purpose: str) -> Iterator[Taken]:
    """The finished file, for this caller alone; afterwards the upload is gone.

    Where the block raises, or the transaction around it fails, the upload stays and can be taken
    again. Raises ``NotFound`` (also for somebody else's) and ``InvalidTransition`` (not whole yet,
    or being taken by another).
    """
    with _locked(finished(upload_id, owner=owner, purpose=purpose)) as (_, upload):
        path = parts.path_of(upload.pk)
        yield Taken(
            id=upload.pk,
            path=path,
            name=upload.name,
            mime=upload.mime,
            size_bytes=upload.size_bytes,
            # Its last piece was noted, but the process died before it had summed it up.
            sha256=upload.sha256 or file_sha256(path),
        )
        if not Upload.objects.filter(pk=upload.pk).delete()[0]:
            raise InvalidTransition("This file was taken already.")
        transaction.on_commit(partial(parts.remove, upload.pk))


def remove(upload: Upload) -> None:
    """End an upload and forget what came in. Raises ``InvalidTransition`` while a piece comes in."""
    with _locked(upload):
        _remove(upload.pk)


def _remove(upload_id: str) -> None:
    Upload.objects.filter(pk=upload_id).delete()
    transaction.on_commit(partial(parts.remove, upload_id))


def sweep() -> int:
    """Remove uploads past their time and folders that belong to none; returns how many."""
    removed = 0
    for upload in Upload.objects.filter(expires_at__lte=timezone.now()):
        try:
            remove(upload)
        except InvalidTransition:
            continue  # its last piece is coming in: it lives on
        except NotFound:  # the disk lost it
            _remove(upload.pk)
        removed += 1
    base = Path(settings.UPLOADS_DIR)
    before = timezone.now().timestamp() - ORPHAN_AGE_S
    old = {
        folder.name
        for folder in (base.iterdir() if base.is_dir() else ())
        if is_id(folder.name) and folder.stat().st_mtime < before
    }
    for orphan in old - set(Upload.objects.filter(pk__in=old).values_list("pk", flat=True)):
        parts.remove(orphan)
        removed += 1
    if removed:
        log.info("removed %d uploads that nobody finished", removed)
    return removed
