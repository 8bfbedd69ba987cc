"""Covers and avatars: an image a person sent becomes two plain JPEGs in storage.

What is stored was drawn anew from pixels, so nothing of the file survives: no place it was taken,
no thumbnail of what was cropped away, no script.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from pathlib import Path, PurePath
from typing import Any, Protocol

from PIL import Image

from casset.lib.errors import MediaError
from casset.media.shaders import images
from casset.web import storage

LARGE_PX, SMALL_PX = 1200, 320  # the side of a square
MAX_BYTES = 20 * 2**20
BODY_MAX_BYTES = MAX_BYTES + 2**20  # with the form around it
ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
QUALITY = 88


class Upload(Protocol):
    """A file a person sent: Django's ``UploadedFile``, or anything like it."""

    name: str | None

    def chunks(self) -> Any: ...


def keep(upload: Upload, folder: str, *, what: str = "picture") -> str:
    """Store ``upload`` as a square picture below ``folder``; returns the prefix of its two files.

    ``<prefix>/large.jpg`` and ``<prefix>/small.jpg``; the prefix is named after the bytes, so an
    address that holds it never has others. Raises ``MediaError`` with a sentence about ``what``.
    """
    with tempfile.TemporaryDirectory(prefix="casset-picture-") as place:
        path = _received(upload, Path(place), what)
        pixels = images.load(path, max_side=2 * LARGE_PX, max_bytes=MAX_BYTES)
    square = _square(Image.fromarray(pixels))
    large, small = _jpeg(square, LARGE_PX), _jpeg(square, SMALL_PX)
    prefix = f"{folder}/{hashlib.sha256(large).hexdigest()[:16]}"
    storage.keep_bytes(f"{prefix}/small.jpg", small, content_type="image/jpeg")
    storage.keep_bytes(f"{prefix}/large.jpg", large, content_type="image/jpeg")
    return prefix


def version(prefix: str) -> str:
    """The part of a picture's prefix that its addresses carry as ``?v=``."""
    return prefix.rpartition("/")[2]


def _received(upload: Upload, place: Path, what: str) -> Path:
    ending = PurePath((upload.name or "").replace("\\", "/")).suffix.lower()
    if ending not in ENDINGS:
        raise MediaError(f"The {what} must be a JPG, PNG or WebP file.", code="UNSUPPORTED_FORMAT")
    path, size = place / f"{what}{ending}", 0
    with path.open("wb") as sink:
        for block in upload.chunks():
            size += len(block)
            if size > MAX_BYTES:
                raise MediaError(
                    f"The {what} has more than {MAX_BYTES // 2**20} MB. Save it smaller.",
                    code="FILE_TOO_LARGE",
                )
            sink.write(block)
    if not size:
        raise MediaError(f"The {what} is empty (0 bytes). Choose the file again.")
    return path


def _square(picture: Image.Image) -> Image.Image:
    """The middle of the picture."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def _jpeg(picture: Image.Image, most_px: int) -> bytes:
    side = min(most_px, picture.width)
    sink = io.BytesIO()
    resized = picture.resize((side, side), Image.Resampling.LANCZOS)
    resized.save(sink, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    return sink.getvalue()
