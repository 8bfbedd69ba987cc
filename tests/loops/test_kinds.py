"""The first bytes say what a file is; its name says nothing."""

from __future__ import annotations

import pytest

from casset.media.loops.kinds import recognise

WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104")
MATROSKA = (
    bytes.fromhex("1a45dfa3a34286810142f7810142f2810442f38108428288") + b"matroska" + WEBM[-4:]
)


def box(name: bytes, brand: bytes = b"") -> bytes:
    return b"\0\0\0\x20" + name + brand + b"\0" * 20


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (box(b"ftyp", b"isom"), "mp4"),
        (box(b"ftyp", b"mp42"), "mp4"),
        (box(b"ftyp", b"qt  "), "mov"),
        (box(b"moov"), "mov"),
        (box(b"wide"), "mov"),
        (WEBM, "webm"),
    ],
)
def test_videos_are_known_by_their_first_bytes(head, kind):
    assert recognise(head) == kind


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\0\0\0\x20ftyp",
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<!doctype html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + bytes(20),
        b"\xff\xd8\xff\xe1" + bytes(20),
        b"OggS" + bytes(20),
        b"RIFF\0\0\0\0AVI LIST",
        box(b"ftyp", b"heic"),
        box(b"ftyp", b"avif"),
        MATROSKA,
        b"PK\x03\x04" + bytes(30),
    ],
)
def test_everything_else_is_unknown(head):
    assert recognise(head) is None
