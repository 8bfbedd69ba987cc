"""What a file is by its first bytes, whatever it is called. Whether it can be read is for decoding.

Signatures: ISO/IEC 14496-12 (``ftyp``), the EBML header of Matroska (RFC 8794), RIFF, Ogg (RFC 3533),
FLAC (RFC 9639), ID3v2 and MPEG frame sync, JPEG, PNG, WebP.
"""

from __future__ import annotations

_MP4 = {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41",
        b"mp42", b"avc1", b"mp71", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash", b"3gp4", b"3gp5",
        b"3gp6", b"3gp7", b"f4v ", b"hvc1", b"XAVC"}  # fmt: skip
_M4A = {b"M4A ", b"M4B ", b"M4P "}
_OLD_MOV = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # QuickTime before ``ftyp``


def video(head: bytes) -> str | None:
    """MP4, QuickTime or WebM."""
    box, brand = head[4:8], head[8:12]
    if box == b"ftyp":
        if brand == b"qt  ":
            return "video/quicktime"
        return "video/mp4" if brand in _MP4 else None
    if box in _OLD_MOV and int.from_bytes(head[:4], "big") in range(8, 2**31):
        return "video/quicktime"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return "video/webm"
    return None


def audio(head: bytes) -> str | None:
    """MP3, WAV, FLAC, Ogg, M4A or AIFF."""
    if head.startswith(b"fLaC"):
        return "audio/flac"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"FORM") and head[8:12] in {b"AIFF", b"AIFC"}:
        return "audio/aiff"
    if head[4:8] == b"ftyp" and head[8:12] in _M4A | {b"isom", b"mp42", b"iso2"}:
        return "audio/mp4"
    if head.startswith(b"ID3") or _is_mpeg_frame(head):
        return "audio/mpeg"
    return None


def image(head: bytes) -> str | None:
    """JPEG, PNG or WebP."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def _is_mpeg_frame(head: bytes) -> bool:
    """An MPEG audio header: sync, then a version, a layer, a bit rate and a sample rate that exist."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer != 0 and rate not in {0, 15} and sampling != 3
