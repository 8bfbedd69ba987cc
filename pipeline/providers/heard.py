"""What a transcriber says it heard, checked against the recording: words are never invented.

Speech models fill silence with sentences from their training data. A word stays only if something
sounds where it is said to be and its segment does not carry the marks of such a filling.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import LyricLine, Word
from casset.media.audio.decode import Sound
from pipeline.providers.base import Transcript

QUIET_BELOW_LOUD_DB = 38.0  # under the song's loud parts: nothing is sung there
SILENCE_DB = -60.0  # of full scale
NO_SPEECH, POOR_LOGPROB = 0.6, -1.0  # Whisper's own thresholds for a silent segment
LOOPING = 2.4  # Whisper's compression ratio from which a text repeats itself by fault
FASTEST_WORD_S = 0.02
LONGEST_LINE_WORDS = 12

# Sentences that speech models put into silence, from their training on captions.
FILLINGS = re.compile(
    r"thank(s| you)( so much)? for watching|please subscribe|like and subscribe|see you (in the )?next (time|video)"
    r"|amara\.org|untertitel (der|im|von|des)|sous-titr|subtítulos (por|realizados)|sottotitoli|legendas? (pela|por)"
    r"|transcri(bed|ption) by|captions? by|copyright|www\.|ご視聴|字幕|продолжение следует|субтитры",
    re.IGNORECASE,
)
_DIRECTION = re.compile(r"^[\s\[(*♪♫]*(music|applause|instrumental|silence|laughter|musik|musique|música)?[\s\])*♪♫.]*$", re.IGNORECASE)  # fmt: skip

LANGUAGE_CODES = {
    "english": "en", "spanish": "es", "german": "de", "french": "fr", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "swedish": "sv", "norwegian": "no", "danish": "da",
    "finnish": "fi", "polish": "pl", "czech": "cs", "russian": "ru", "ukrainian": "uk",
    "greek": "el", "turkish": "tr", "hungarian": "hu", "romanian": "ro", "japanese": "ja",
    "korean": "ko", "chinese": "zh", "arabic": "ar", "hebrew": "he", "hindi": "hi",
}  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """One stretch of a transcription. Words are (text, start, end, probability), seconds."""

    text: str
    start: float
    end: float
    words: tuple[tuple[str, float, float, float], ...] = ()
    no_speech: float = 0.0
    logprob: float = 0.0
    compression: float = 0.0


def transcript(segments: Iterable[Segment], sound: Sound, language: str) -> Transcript:
    """The lines that stand the check. ``language`` is a name or an ISO code."""
    level = _level_db(sound)
    floor = (
        max(SILENCE_DB, float(np.percentile(level, 95)) - QUIET_BELOW_LOUD_DB)
        if len(level)
        else 0.0
    )
    lines: list[LyricLine] = []
    for segment in segments:
        if _is_filling(segment):
            continue
        words = [word for word in _words(segment, sound.duration) if _sounds(word, level, floor)]
        starts = range(0, len(words), LONGEST_LINE_WORDS)
        lines += [_line(words[begin : begin + LONGEST_LINE_WORDS]) for begin in starts]
    code = LANGUAGE_CODES.get(language.lower(), language.lower()[:2])
    return Transcript(tuple(sorted(lines, key=lambda line: line.timestamp)), code if lines else "")


def segments_of(answer: Mapping[str, Any]) -> list[Segment]:
    """Segments of a Whisper ``verbose_json`` answer; its words lie beside them, by time.

    Raises KeyError, TypeError or ValueError if the answer is not of that shape.
    """
    words = [
        (str(w["word"]), float(w["start"]), float(w["end"]), 1.0) for w in answer.get("words") or []
    ]
    segments: list[Segment] = []
    for item in answer.get("segments") or []:
        start, end = float(item["start"]), float(item["end"])
        inside = tuple(w for w in words if start <= (w[1] + w[2]) / 2 < end)
        segments.append(
            Segment(
                str(item.get("text", "")).strip(),
                start,
                end,
                _punctuated(str(item.get("text", "")), inside),
                float(item.get("no_speech_prob", 0)),
                float(item.get("avg_logprob", 0)),
                float(item.get("compression_ratio", 0)),
            )
        )
    if not segments and words:
        segments = [Segment(str(answer.get("text", "")), words[0][1], words[-1][2], tuple(words))]
    return segments


def _punctuated(
    text: str, words: Sequence[tuple[str, float, float, float]]
) -> tuple[tuple[str, float, float, float], ...]:
    """The words spelt as in the segment's text, which has punctuation, where both agree in number."""
    spelt = text.split()
    if len(spelt) != len(words):
        return tuple(words)
    return tuple((s, *w[1:]) for s, w in zip(spelt, words, strict=True))


def _is_filling(segment: Segment) -> bool:
    silent = segment.no_speech > NO_SPEECH and segment.logprob < POOR_LOGPROB
    return (
        silent
        or segment.compression > LOOPING
        or bool(FILLINGS.search(segment.text))
        or bool(_DIRECTION.match(segment.text))
    )


def _words(segment: Segment, duration: float) -> list[Word]:
    out: list[Word] = []
    for text, start, end, probability in segment.words:
        clean = text.strip(" ♪♫")
        if not re.search(r"\w", clean) or not (math.isfinite(start) and math.isfinite(end)):
            continue
        if start < 0 or end - start < FASTEST_WORD_S or start >= duration:
            continue
        confidence = min(1.0, max(0.0, probability))
        out.append(Word(text=clean, start=start, end=min(end, duration), confidence=confidence))
    return out


def _sounds(word: Word, level: NDArray[np.float64], floor: float) -> bool:
    """True if something is heard under the word."""
    span = level[int(word.start * 20) : int(word.end * 20) + 1]
    return bool(len(span)) and float(span.max()) > floor


def _line(words: Sequence[Word]) -> LyricLine:
    return LyricLine(
        text=" ".join(word.text for word in words), timestamp=words[0].start,
        end=max(word.end for word in words), words=tuple(words),
        confidence=round(float(np.mean([word.confidence for word in words])), 3),
    )  # fmt: skip


def _level_db(sound: Sound) -> NDArray[np.float64]:
    """Level of each 50 ms in dB of full scale."""
    hop = sound.rate // 20
    mono = sound.mono[: len(sound.mono) // hop * hop].reshape(-1, hop).astype(np.float64)
    return np.asarray(10 * np.log10((mono**2).mean(axis=1) + 1e-12))
