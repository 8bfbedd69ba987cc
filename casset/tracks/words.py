"""A track's words as rows hold them: lines with times, brought to WebVTT for the hook."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

from casset.lib.errors import ValidationError
from casset.lib.text import one_line
from casset.media.audio import subtitles
from casset.media.audio.analysis import LyricLine
from casset.media.audio.lyrics import formats
from casset.media.audio.lyrics.sheet import LyricSheet
from casset.tracks.models import Track

OFFSET_MOST_S = 2.0
LINE_MOST = 500  # characters
LAST_LINE_S = 4.0  # of a tapped line that nothing follows
KINDS = {
    "text": Track.Lyrics.PLAIN,
    "lrc": Track.Lyrics.LRC,
    "enhanced-lrc": Track.Lyrics.LRC,
    "webvtt": Track.Lyrics.WEBVTT,
    "srt": Track.Lyrics.WEBVTT,
}


def sheet_of(text: str) -> LyricSheet:
    """The words as pasted, read. Raises ``ValidationError`` for what is no lyric."""
    return formats.read(text)


def kind_of(sheet: LyricSheet) -> str:
    return KINDS[sheet.format]


def lines_of(track: Track) -> tuple[LyricLine, ...]:
    """The track's lines with times; what an older version kept otherwise is left out."""
    return tuple(LyricLine.model_validate(line) for line in track.lines)


def captions(track: Track, *, start_s: float, end_s: float) -> str:
    """WebVTT of the words in a window, from the window's start, the artist's offset added."""
    return subtitles.webvtt(
        lines_of(track), start_s=start_s, end_s=end_s, offset_s=track.lyrics_offset_s
    )


def tapped(lines: Iterable[Any], *, duration_s: float) -> list[dict[str, Any]]:
    """Lines as they were tapped, ``{"text", "start", "end"?, "words"?: [{"text", "start"}]}``, as rows keep them.

    Raises ``ValidationError`` where a time is none or goes back, and for far too many lines.
    """
    given = list(lines)[: formats.MAX_LINES + 1]
    if not given or len(given) > formats.MAX_LINES:
        raise ValidationError(f"Tap 1 to {formats.MAX_LINES} lines.")
    read = [_line(line, duration_s) for line in given]
    read = [line for line in read if line["text"]]
    if not read:
        raise ValidationError("The lines have no words in them.")
    for line, following in zip_longest(read, read[1:]):
        if following is not None and following["timestamp"] < line["timestamp"]:
            raise ValidationError("A line begins before the one above it. Tap it again.")
        latest = following["timestamp"] if following else duration_s
        _close(line, latest)
    return [LyricLine.model_validate(line).model_dump(mode="json") for line in read]


def _line(given: Any, duration_s: float) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ValidationError("The lines could not be read. Load the page again.")
    words, before = [], -1.0
    for word in given.get("words") or ():
        if not isinstance(word, Mapping):
            raise ValidationError("The words could not be read. Load the page again.")
        text, start = one_line(str(word.get("text", "")))[:LINE_MOST], _time(word.get("start"))
        if start < before:
            raise ValidationError("A word begins before the one in front of it. Tap it again.")
        before = start
        if text:
            words.append({"text": text, "start": min(start, duration_s), "end": 0.0})
        if len(words) > formats.MAX_WORDS:
            raise ValidationError("That is more words than a song has.")
    start = _time(given.get("start"))
    end = _time(given["end"]) if given.get("end") is not None else 0.0
    return {
        "text": one_line(str(given.get("text", "")))[:LINE_MOST],
        "timestamp": round(min(start, duration_s), 3),
        "end": round(min(end, duration_s), 3),
        "words": words,
    }


def _close(line: dict[str, Any], latest: float) -> None:
    """Give the line and its words the ends that were not tapped."""
    start = line["timestamp"]
    if not start < line["end"] <= latest:
        line["end"] = round(min(latest, start + max(LAST_LINE_S, 0.6 * len(line["words"]))), 3)
    words = line["words"]
    for word, following in zip_longest(words, words[1:]):
        word["end"] = round(max(word["start"], following["start"] if following else line["end"]), 3)
        word["start"] = round(word["start"], 3)


def _time(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError("A time is missing. Tap the line again.")
    return max(0.0, float(value))
