"""Which kind of video a file's first bytes say it is, before anything else looks at it."""

from __future__ import annotations

from typing import Literal

Kind = Literal["mp4", "mov", "webm"]
HEAD_BYTES = 64  # as many as ``recognise`` wants to see

_EBML = b"\x1a\x45\xdf\xa3"
_DOCTYPE = b"\x42\x82"  # the EBML element that names the kind of document
# QuickTime files older than 2001 begin without a file type box, with one of these.
_OLD_MOV = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
# ISO media files that are pictures, not films.
_STILLS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx ", b"jp2 "}


def recognise(head: bytes) -> Kind | None:
    """The kind that the first ``HEAD_BYTES`` bytes of a file name, or None for everything else.

    A playlist, an SVG or a page has none of these marks, whatever its name ends in. Needs 12
    bytes; with fewer the answer is None.
    """
    if len(head) < 12:
        return None
    if head[:4] == _EBML:
        return "webm" if _doctype(head) == b"webm" else None
    box, brand = head[4:8], head[8:12]
    if box == b"ftyp":
        if brand in _STILLS:
            return None
        return "mov" if brand == b"qt  " else "mp4"
    return "mov" if box in _OLD_MOV else None


def _doctype(head: bytes) -> bytes:
    at = head.find(_DOCTYPE, 4, HEAD_BYTES)
    if at < 0 or at + 3 > len(head):
        return b""
    length = head[at + 2] & 0x7F  # a one-byte EBML length, its marker bit off
    return head[at + 3 : at + 3 + length].rstrip(b"\0")
