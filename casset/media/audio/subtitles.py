"""A song's words as WebVTT, with the time of every word: for the hook, its film and the whole song.

``lyrics.formats`` reads the same format. A cue's inner stamps must rise and lie inside the cue
(https://www.w3.org/TR/webvtt1/#webvtt-cue-timestamp), so words that begin together share one.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

from casset.media.audio.analysis import LyricLine

HEADER = "WEBVTT\n"
LEAST_CUE_MS = 20  # what is shown for less is not shown
UNTIMED_LINE_S = 2.0  # of a line whose end is not after its start


@dataclass(frozen=True)
class _Spoken:
    """Text from ``start`` to ``end``, in seconds of the song."""

    text: str
    start: float
    end: float


def webvtt(
    lines: Iterable[LyricLine], *, start_s: float, end_s: float, offset_s: float = 0.0
) -> str:
    """The words that sound from ``start_s`` to ``end_s`` of the song, timed from ``start_s``.

    ``offset_s`` moves all words, later where it is positive. Of a line that reaches over an edge of
    the window only the words inside are kept, or the whole line where its words have no times.
    """
    cues: list[str] = []
    for line in sorted(lines, key=lambda line: line.timestamp):
        cue = _cue(line, start_s, end_s, offset_s)
        if cue:
            cues.append(f"{len(cues) + 1}\n{cue}\n")
    return "\n".join([HEADER, *cues])


def _cue(line: LyricLine, start_s: float, end_s: float, offset_s: float) -> str:
    """One cue's times and text, empty where the line does not sound in the window."""
    spoken = [
        _Spoken(_plain(word.text), word.start + offset_s, max(word.end, word.start) + offset_s)
        for word in line.words
        if _plain(word.text)
    ]
    begin, end = line.timestamp + offset_s, line.end + offset_s
    if end <= begin:
        end = max([begin + UNTIMED_LINE_S, *(word.end for word in spoken)])
    if spoken:
        begin = min(begin, *(word.start for word in spoken))
        end = max(end, *(word.end for word in spoken))
        kept = [word for word in spoken if word.start < end_s and word.end > start_s]
        if not kept:
            return ""
        if kept[0] is not spoken[0]:
            begin = kept[0].start
        if kept[-1] is not spoken[-1]:
            end = kept[-1].end
    else:
        kept = [_Spoken(_plain(line.text), begin, end)]
    first_ms, last_ms = (_ms(min(max(at, start_s), end_s) - start_s) for at in (begin, end))
    if last_ms - first_ms < LEAST_CUE_MS or not kept[0].text:
        return ""
    return f"{_clock(first_ms)} --> {_clock(last_ms)}\n{_stamped(kept, start_s, first_ms, last_ms)}"


def _stamped(words: list[_Spoken], start_s: float, first_ms: int, last_ms: int) -> str:
    """The words with a stamp before each that begins later than the one before it."""
    shown, latest = [], first_ms
    for word in words:
        at = _ms(word.start - start_s)
        text = html.escape(word.text, quote=False)
        if latest < at < last_ms:
            latest = at
            text = f"<{_clock(at)}>{text}"
        shown.append(text)
    return " ".join(shown)


def _plain(text: str) -> str:
    """One row of printable text: a blank row would end the cue."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def _clock(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    clock = f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
    return f"{hours:02d}:{clock}" if hours else clock
