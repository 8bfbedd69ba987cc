"""Lyrics that carry times: LRC, enhanced LRC, WebVTT and SRT.

Stamps that cannot be read are reported, never fatal: their words stay, without a time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from casset.media.audio.lyrics import plain
from casset.media.audio.lyrics.sheet import (
    LyricSheet,
    SheetFormat,
    SheetLine,
    SheetWord,
    split_words,
)

# hours only before a fraction: [01:02:25] is 1 min 2.25 s, as old LRC writers put it
_CLOCK = r"(?:(\d{1,2}):(?=\d{1,2}:\d{1,2}[.,]))?(\d{1,3}):(\d{1,2}(?:[.,:]\d{1,3})?)"
LRC_STAMP = re.compile(rf"\[{_CLOCK}\]")
WORD_STAMP = re.compile(rf"<{_CLOCK}>")
_ANY_STAMP = re.compile(rf"[\[<]{_CLOCK}[\]>]")
BROKEN_STAMP = re.compile(r"^\s*\[\s*[-+\d:.,;lOo]*\d[-+\d:.,;\w ]*[:.][-+\d:.,;\w ]*\]")
_BROKEN_INSIDE = re.compile(r"\[\d[\d:.,]*:[\d:., ]*\]|<[\d:.,]*:[\d:., ]*>")
_META = re.compile(
    r"^\s*\[(ti|ar|al|au|by|re|ve|la|length|offset|tool|id|#)\s*:(.*)\]\s*$", re.IGNORECASE
)
CUE_TIMES = re.compile(rf"^\s*{_CLOCK}\s*-->\s*{_CLOCK}")
_CUE_ARROW = re.compile(r"-->")
_MARKUP = re.compile(r"</?[^<>\d][^<>]*>|\{\\[^{}]*\}")
_HALF_STAMP = re.compile(r"^\s*\[\d[\d:.,]*")

LONGEST_SYLLABLE_S = 1.5  # how long the last word of a stamped line may be drawn, a syllable


@dataclass
class _Warnings:
    """Collects each kind of trouble once, with how often it came."""

    counts: dict[str, int]

    def add(self, sentence: str) -> None:
        self.counts[sentence] = self.counts.get(sentence, 0) + 1

    def all(self) -> tuple[str, ...]:
        return tuple(f"{s} ({n} times)" if n > 1 else s for s, n in self.counts.items())


def read_lrc(rows: Sequence[str], warnings: Sequence[str] = ()) -> LyricSheet:
    """A sheet from LRC rows. A positive [offset:] in ms makes the words come earlier.

    A line with several stamps is sung several times; a stamp with no words ends the line before.
    """
    trouble = _Warnings(dict.fromkeys(warnings, 1))
    meta: dict[str, str] = {}
    entries: list[tuple[float | None, SheetLine]] = []  # in the order of the file
    firsts: list[float] = []  # each row's first stamp
    tag, stanza, open_stanza = None, 0, False
    for row in rows:
        if match := _META.match(row):
            meta[match[1].lower()] = match[2].strip()
            continue
        stamps, body = _leading_stamps(row, trouble)
        firsts += stamps[:1]
        section = plain.section_of(body) if body.strip() else None
        if section is not None or (not body.strip() and not stamps):
            tag = section or (tag if section is None else None)
            stanza, open_stanza = stanza + open_stanza, False
            if section is None:
                tag = None
            continue
        if not body.strip():
            entries += [(stamp, SheetLine((), stamp)) for stamp in stamps]
            continue
        words = _stamped_words(body, stamps[0] if stamps else None, trouble)
        if not words:
            continue
        open_stanza = True
        for stamp in stamps or (words[0].start,):
            shift = 0.0 if stamp is None or not stamps else stamp - stamps[0]
            moved = tuple(_shift(word, shift) for word in words)
            entries.append((stamp, SheetLine(moved, stamp, stanza=stanza, tag=tag)))
    offset = _offset(meta.get("offset", ""), trouble)
    if firsts != sorted(firsts):
        trouble.add("The stamps are not in order of time; the lines were sorted by them")
    lines = _in_order(entries)
    lines = _with_ends([_shift_line(line, -offset) for line in lines])
    kind: SheetFormat = (
        "enhanced-lrc" if any(w.start is not None for line in lines for w in line.words) else "lrc"
    )
    language = meta.get("la", "")[:2].lower()
    return LyricSheet(
        tuple(lines), kind, meta.get("ti", ""), meta.get("ar", ""), language, trouble.all()
    )


def read_cues(rows: Sequence[str], kind: SheetFormat, warnings: Sequence[str] = ()) -> LyricSheet:
    """A sheet from WebVTT or SRT rows; WebVTT word stamps (``<00:01.500>``) are kept."""
    trouble = _Warnings(dict.fromkeys(warnings, 1))
    lines: list[SheetLine] = []
    stanza, last_end = 0, 0.0
    for block in _blocks(rows):
        head = block[0].strip()
        if head.startswith(("WEBVTT", "NOTE", "STYLE", "REGION")) and not any(
            "-->" in r for r in block
        ):
            continue
        at = next((i for i, row in enumerate(block) if _CUE_ARROW.search(row)), None)
        if at is None:
            continue
        match = CUE_TIMES.match(block[at])
        start = _seconds(match.groups()[:3]) if match else None
        end = _seconds(match.groups()[3:6]) if match else None
        if start is None or end is None or end <= start:
            trouble.add("A cue's times could not be read; its words are kept without them")
            start = end = None
        if start is not None and start - last_end > 4.0:
            stanza += 1
        last_end = end if end is not None else last_end
        lines += _cue_lines(block[at + 1 :], start, end, stanza, trouble)
    timed = [line for line in lines if line.start is not None]
    if timed != sorted(timed, key=lambda line: line.start or 0.0):
        trouble.add("The cues are not in order of time; they were sorted")
        lines = _sorted_by_start(lines)
    return LyricSheet(tuple(lines), kind, warnings=trouble.all())


def _cue_lines(
    rows: Sequence[str], start: float | None, end: float | None, stanza: int, trouble: _Warnings
) -> list[SheetLine]:
    """The lines of one cue: the first carries its start, the last its end."""
    lines: list[SheetLine] = []
    for row in rows:
        text = html.unescape(_MARKUP.sub("", row))
        if plain.section_of(text) is not None:
            continue
        first_stamp = None if lines else start
        has_stamps = bool(WORD_STAMP.search(text))
        words = _stamped_words(text, first_stamp, trouble) if has_stamps else plain.words_of(text)
        if words:
            lines.append(SheetLine(words, first_stamp, stanza=stanza))
    if lines:
        last = lines[-1]
        words = last.words
        if words[-1].start is not None and words[-1].end is None:
            words = (*words[:-1], replace(words[-1], end=end))
        lines[-1] = replace(last, words=words, end=end)
    return lines


def _blocks(rows: Sequence[str]) -> list[list[str]]:
    """Runs of rows between blank ones; a cue's times always begin a new run with their number."""
    blocks: list[list[str]] = [[]]
    for row in rows:
        if not row.strip():
            blocks.append([])
        elif _CUE_ARROW.search(row) and any(_CUE_ARROW.search(r) for r in blocks[-1]):
            label = [blocks[-1].pop()] if blocks[-1][-1].strip().isdigit() else []
            blocks.append([*label, row])
        else:
            blocks[-1].append(row)
    return [block for block in blocks if block]


def _leading_stamps(row: str, trouble: _Warnings) -> tuple[list[float], str]:
    """Stamps that open a row, in seconds, and the rest of it."""
    stamps: list[float] = []
    rest = row.strip()
    while True:
        if match := LRC_STAMP.match(rest):
            value = _seconds(match.groups())
            if value is None:
                trouble.add("A time stamp has more than 59 seconds in a minute; it was left out")
            else:
                stamps.append(value)
            rest = rest[match.end() :].lstrip()
        elif match := (BROKEN_STAMP.match(rest) or _HALF_STAMP.match(rest)):
            trouble.add("A time stamp could not be read; its words are kept without it")
            rest = rest[match.end() :].lstrip("] ")
        else:
            return stamps, rest


def _stamped_words(
    body: str, line_start: float | None, trouble: _Warnings
) -> tuple[SheetWord, ...]:
    """Words with the stamps inside a line; words between two stamps share the time between them."""
    body = body.translate({0x266A: None, 0x266B: None})
    pieces: list[tuple[float | None, str]] = []
    at, begin = 0, line_start
    found = False
    for match in _ANY_STAMP.finditer(body):
        pieces.append((begin, body[at : match.start()]))
        begin, at, found = _seconds(match.groups()), match.end(), True
        if begin is None:
            trouble.add("A word stamp could not be read; it was left out")
    tail, cleaned = body[at:], _BROKEN_INSIDE.sub(" ", body[at:])
    if tail != cleaned:
        trouble.add("A word stamp could not be read; it was left out")
    if not found:
        return plain.words_of(cleaned)
    pieces.append((begin, cleaned))
    words: list[SheetWord] = []
    for place, (start, text) in enumerate(pieces):
        end = next((s for s, _ in pieces[place + 1 :] if s is not None), None)
        texts = split_words(text)
        if not texts and start is not None and words and words[-1].end is None:
            words[-1] = replace(words[-1], end=start)
        words += _share(texts, start, end)
    return tuple(words)


def _share(texts: Sequence[str], start: float | None, end: float | None) -> list[SheetWord]:
    """Words between two stamps, spread by their length where there is more than one."""
    if start is None or len(texts) <= 1 or end is None or end <= start:
        ends = end if start is not None and end is not None and end > start else None
        return [
            SheetWord(text, start if i == 0 else None, ends if len(texts) == 1 else None)
            for i, text in enumerate(texts)
        ]
    total = sum(len(text) + 1 for text in texts)
    words, at = [], start
    for text in texts:
        upto = at + (end - start) * (len(text) + 1) / total
        words.append(SheetWord(text, at, upto))
        at = upto
    return words


def _in_order(entries: Sequence[tuple[float | None, SheetLine]]) -> list[SheetLine]:
    """Lines by time. Lines without a stamp stay behind the line they followed."""
    times: list[float] = []
    for stamp, _ in entries:
        times.append(stamp if stamp is not None else (times[-1] if times else 0.0))
    return [entries[i][1] for i in sorted(range(len(entries)), key=lambda i: (times[i], i))]


def _with_ends(lines: Sequence[SheetLine]) -> list[SheetLine]:
    """Lines with the end that a following empty stamp gives, and words with theirs."""
    out: list[SheetLine] = []
    for line in lines:
        if not line.words:
            if out and out[-1].end is None and line.start is not None:
                out[-1] = replace(out[-1], end=line.start)
        else:
            out.append(line)
    for place, line in enumerate(out):
        if not line.timed_by_word:
            continue
        following = next((n.start for n in out[place + 1 :] if n.start is not None), None)
        out[place] = replace(line, words=close_words(line.words, line.end or following))
    return out


def close_words(words: Sequence[SheetWord], limit: float | None) -> tuple[SheetWord, ...]:
    """Words that all have a start, each with an end: the next start, or a sung length at the last."""
    closed: list[SheetWord] = []
    for place, word in enumerate(words):
        start = word.start or 0.0
        longest = start + LONGEST_SYLLABLE_S * max(1, len(word.text) // 4)
        candidates = [longest if word.end is None else word.end]
        if place + 1 < len(words):
            candidates.append(words[place + 1].start or start)
        elif limit is not None and word.end is None:
            candidates.append(limit)
        closed.append(replace(word, end=max(start, min(candidates))))
    return tuple(closed)


def _sorted_by_start(lines: Sequence[SheetLine]) -> list[SheetLine]:
    keys: list[float] = []
    for line in lines:
        keys.append(line.start if line.start is not None else (keys[-1] if keys else 0.0))
    return [lines[i] for i in sorted(range(len(lines)), key=lambda i: (keys[i], i))]


def _shift(word: SheetWord, seconds: float) -> SheetWord:
    if word.start is None or not seconds:
        return word
    end = None if word.end is None else max(0.0, word.end + seconds)
    return replace(word, start=max(0.0, word.start + seconds), end=end)


def _shift_line(line: SheetLine, seconds: float) -> SheetLine:
    if not seconds:
        return line
    start = None if line.start is None else max(0.0, line.start + seconds)
    return replace(line, start=start, words=tuple(_shift(word, seconds) for word in line.words))


def _offset(text: str, trouble: _Warnings) -> float:
    """Seconds from an [offset:] value in ms."""
    if not text:
        return 0.0
    try:
        return float(text.replace(" ", "")) / 1000
    except ValueError:
        trouble.add("The [offset:] could not be read; no offset was used")
        return 0.0


def _seconds(clock: Sequence[str | None]) -> float | None:
    """Seconds of (hours, minutes, seconds) as matched, None if a minute has 60 s or more."""
    hours, minutes, seconds = clock
    value = float((seconds or "0").replace(",", ".").replace(":", "."))
    if value >= 60 or (hours and int(minutes or 0) >= 60):
        return None
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + value
