"""A song's words as a file that ``formats`` reads again with the same times: enhanced LRC.

Every word has a stamp before and after it, so that none is left to be shared out or heard anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from casset.media.audio.analysis import LyricLine

# What a stamp is written with is not left in words, where it would be read as one.
_NO_STAMPS = str.maketrans("[]<>", "()()")


def enhanced_lrc(lines: Iterable[LyricLine], *, offset_s: float = 0.0) -> str:
    """The lines with their times and those of their words, in order; empty where there are none.

    ``offset_s`` moves all of them, later where it is positive; nothing begins before the song.
    """
    rows: list[str] = []
    for line in sorted(lines, key=lambda line: line.timestamp):
        words = " ".join(
            f"<{_clock(word.start + offset_s)}>{text}<{_clock(max(word.start, word.end) + offset_s)}>"
            for word in line.words
            if (text := _plain(word.text))
        )
        if body := words or _plain(line.text):
            rows.append(f"[{_clock(line.timestamp + offset_s)}]{body}")
            if line.end > line.timestamp:
                rows.append(f"[{_clock(line.end + offset_s)}]")
    return "".join(f"{row}\n" for row in rows)


def _plain(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text.translate(_NO_STAMPS))
    return " ".join(printable.split())


def _clock(seconds: float) -> str:
    """``75.25`` → ``01:15.250``."""
    minutes, ms = divmod(round(1000 * max(0.0, seconds)), 60_000)
    return f"{minutes:02d}:{ms // 1000:02d}.{ms % 1000:03d}"
