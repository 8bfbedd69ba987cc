"""Read lyrics as people have them: plain text, LRC (with or without word stamps), WebVTT, SRT.

Nothing here raises on a broken stamp: the words are kept without their time and the sheet says so.
Only what is no lyric at all (binary, empty, far too long) is refused.
"""

from __future__ import annotations

from pathlib import Path

from casset.lib.errors import ValidationError
from casset.media.audio.lyrics import plain, stamped
from casset.media.audio.lyrics.sheet import LyricSheet

MAX_BYTES = 1 << 20
MAX_LINES = 2_000
MAX_WORDS = 8_000
MAX_LINE_CHARACTERS = 4_000

_ALLOWED_CONTROLS = frozenset("\t\n\r\f\v\x1c\x1d\x1e\x85\u2028\u2029")


def read_file(path: Path | str) -> LyricSheet:
    """Read a lyrics file of any format this module knows.

    Raises ValidationError if it cannot be opened, is no text, or is longer than a song can be.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValidationError(_too_large())
        raw = path.read_bytes()
    except OSError as error:
        raise ValidationError(
            f"The lyrics file {path.name} cannot be opened. Check that it exists and can be read."
        ) from error
    return read(raw)


def read(source: str | bytes | Path) -> LyricSheet:
    """Read lyrics from text, from a file's bytes, or (given a Path) from a file.

    Raises ValidationError if it is no text or longer than a song can be.
    """
    if isinstance(source, Path):
        return read_file(source)
    if isinstance(source, bytes):
        if len(source) > MAX_BYTES:
            raise ValidationError(_too_large())
        text, warnings = decode_text(source)
    else:
        text, warnings = source.lstrip("\ufeff"), []
        if len(text) > MAX_BYTES:
            raise ValidationError(_too_large())
        if not _looks_like_text(text):
            raise ValidationError(_no_text())
    rows = text.splitlines()
    if len(rows) > MAX_LINES * 4:
        raise ValidationError(_too_long())
    sheet = _parse(rows, warnings)
    if len(sheet.lines) > MAX_LINES or sum(len(line.words) for line in sheet.lines) > MAX_WORDS:
        raise ValidationError(_too_long())
    if not sheet.lines:
        raise ValidationError(
            "The lyrics have no words in them. Paste the text that is sung, or leave lyrics out."
        )
    return sheet


def decode_text(raw: bytes) -> tuple[str, list[str]]:
    """Text of a file's bytes, and warnings. UTF-8 and UTF-16 by their marks, else UTF-8, else cp1252.

    Raises ValidationError for what is not text.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if raw.startswith(mark):
            text = raw.decode(encoding, errors="replace").lstrip("\ufeff")
            if not _looks_like_text(text):
                raise ValidationError(_no_text())
            return text, []
    try:
        text, warnings = raw.decode("utf-8"), []
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        warnings = [
            "The lyrics are not UTF-8 and were read as Western European text: check accents."
        ]
    if not _looks_like_text(text):
        raise ValidationError(_no_text())
    return text, warnings


def _parse(rows: list[str], warnings: list[str]) -> LyricSheet:
    rows = [row[:MAX_LINE_CHARACTERS] for row in rows]
    first = next((row.strip() for row in rows if row.strip()), "")
    if first.startswith("WEBVTT"):
        return stamped.read_cues(rows, "webvtt", warnings)
    if any(stamped.CUE_TIMES.search(row) for row in rows):
        return stamped.read_cues(rows, "srt", warnings)
    if any(stamped.LRC_STAMP.match(row.strip()) or stamped.BROKEN_STAMP.match(row) for row in rows):
        return stamped.read_lrc(rows, warnings)
    return plain.read_plain(rows, warnings)


def _looks_like_text(text: str) -> bool:
    """False for what holds NUL or more than one control or replacement character in a hundred."""
    sample = text[:65_536]
    if "\x00" in sample:
        return False
    odd = sum(
        1
        for c in sample
        if (c < " " or "\x7f" <= c < "\xa0" or c == "\ufffd") and c not in _ALLOWED_CONTROLS
    )
    return odd <= max(2, len(sample) // 100)


def _no_text() -> str:
    return "The lyrics file is not a text file. Give plain text, LRC, WebVTT or SRT."


def _too_large() -> str:
    return "The lyrics are larger than 1 MiB. Give only the words of this song."


def _too_long() -> str:
    return (
        f"The lyrics have more than {MAX_LINES} lines or {MAX_WORDS} words. "
        "Give only the words of this song."
    )
