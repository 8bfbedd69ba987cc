"""Set given words to the recording: when each one is sung, and how sure that is.

The ladder: word stamps are taken as they are; stamped lines become hard limits inside which their
words are searched; pasted text is searched over the whole song. The words are always the artist's;
only their times are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import CassetError
from casset.media.audio.analysis import LyricLine, LyricsInfo, Word
from casset.media.audio.decode import Sound
from casset.media.audio.lyrics import acoustic, search, voice
from casset.media.audio.lyrics.acoustic import FRAME_RATE, PhoneModel, SenoneScores
from casset.media.audio.lyrics.phones import VOWELS, likely_languages, phones_of
from casset.media.audio.lyrics.sheet import LyricSheet, SheetLine
from casset.media.audio.lyrics.stamped import close_words

LONGEST_SONG_S = 15 * 60
STAMP_SLACK_S = 0.6  # stamps are set by hand: words may lie this far outside their line
FILLER_QUANTILE = 0.25  # of all speech senones: music is as likely as a so-so phone
VOICE_WEIGHT = 40.0  # how strongly vocal activity moves the filler, in score units
GOOD_GAIN = 3.0  # median word gain from which the plain mix is not tried as well
DOUBTFUL_FIT = 4.0  # of 19 wrong texts none reached it, of 10 right ones all did
STAMPS_WRONG_GAIN = 6.0  # mean gain that a free search must win to overrule the stamps
LINE_WEAK_GAIN = -4.0
SECONDS_A_SYLLABLE = (0.06, 4.0)  # what can be sung

Phones = list[list[tuple[str, ...]]]


@dataclass(frozen=True)
class _Reading:
    """One attempt: a language over one signal. ``fit`` is set once the null test was made."""

    language: str
    path: search.Path
    phones: Phones
    scores: SenoneScores
    filler: NDArray[np.float32]
    used_stamps: bool

    @property
    def gain(self) -> float:
        return float(self.path.gain.mean())


def align(
    sound: Sound,
    sheet: LyricSheet,
    vocal_activity: NDArray | None = None,
    *,
    language: str = "",
) -> tuple[tuple[LyricLine, ...], LyricsInfo]:
    """Lines with word times in seconds on the decoded timeline, and where they came from.

    ``vocal_activity`` is 0..1 at 100 Hz, None if unknown. ``language`` (ISO 639-1) is found from the
    text, and where that says little from the fit, when not given. Costs about 3.5 CPU seconds a
    minute of song unless the sheet has word stamps. Never raises for a poor match: it warns.
    """
    language = (language or sheet.language).lower()[:2]
    guesses = [language] if language else likely_languages(_all_words(sheet.lines))
    warnings = list(sheet.warnings)
    sheet_lines = _inside_song(sheet.lines, sound.duration, warnings)
    if sheet.timing == "word-stamps" and all(line.timed_by_word for line in sheet_lines):
        lines = _imported(sheet_lines, sound.duration)
        return lines, LyricsInfo(
            source="word-stamps" if lines else "none", language=guesses[0], warnings=tuple(warnings)
        )
    if not sheet_lines:
        return (), LyricsInfo(warnings=tuple(warnings))
    try:
        reading = _listen(sound, sheet_lines, vocal_activity, guesses, warnings)
    except CassetError as error:
        warnings.append(str(error))
        reading = None
    if reading is None:
        return _without_alignment(sheet_lines, sound.duration, guesses[0], warnings)
    fit = reading.gain - _null_gain(reading)
    if reading.gain < 0:  # no word is likelier than no word
        fit = min(fit, 0.0)
    if fit < DOUBTFUL_FIT:
        warnings.append(
            "The lyrics fit this recording weakly (other words, a processed voice or a very dense "
            "mix): take the times as a draft."
        )
    lines = _lines(sheet_lines, reading, vocal_activity, sound.duration, warnings)
    stamped = reading.used_stamps
    return lines, LyricsInfo(
        source="line-stamps" if stamped else "aligned", language=reading.language,
        fit=round(fit, 2), warnings=tuple(warnings),
    )  # fmt: skip


def _listen(
    sound: Sound,
    lines: Sequence[SheetLine],
    vocal_activity: NDArray | None,
    languages: Sequence[str],
    warnings: list[str],
) -> _Reading | None:
    """The best reading over signals and languages, None if the song cannot be searched."""
    if sound.duration > LONGEST_SONG_S:
        warnings.append("The song is longer than 15 minutes; its lyrics were not aligned by ear.")
        return None
    if sound.duration < 1 or float(np.abs(sound.samples).max(initial=0)) < 1e-4:
        warnings.append("There is nothing to hear in the recording, so no words were placed.")
        return None
    model = acoustic.phone_model()
    spelt = {language: _spell(lines, language) for language in languages}
    keep = _needed_senones(model, list(spelt.values()))
    best: _Reading | None = None
    for signal in voice.listening_signals(sound):
        scores = acoustic.score(signal, keep)
        filler = _filler(scores, model, vocal_activity)
        for language, phones in spelt.items():
            reading = _read(lines, phones, language, scores, filler, model, warnings)
            if reading is None:
                continue
            if best is None or _merit(reading, len(spelt)) > _merit(best, len(spelt)):
                best = reading
        if best is not None and float(np.median(best.path.gain)) >= GOOD_GAIN:
            break
    return best


def _merit(reading: _Reading, languages: int) -> float:
    """Mean gain decides between signals; between languages the gain over the reversed text does."""
    return reading.gain - (_null_gain(reading) if languages > 1 else 0.0)


def _read(
    lines: Sequence[SheetLine],
    phones: Phones,
    language: str,
    scores: SenoneScores,
    filler: NDArray[np.float32],
    model: PhoneModel,
    warnings: list[str],
) -> _Reading | None:
    chain = search.chain_of(phones, model)
    frames = len(scores.costs)
    free = _find(chain, scores, filler)
    if not any(line.start is not None for line in lines):
        return None if free is None else _Reading(language, free, phones, scores, filler, False)
    earliest, latest = _limits(lines, frames)
    path = _find(chain, scores, filler, earliest[chain.line], latest[chain.line])
    trouble = (
        "The time stamps do not match this recording (another version?): "
        "they were left aside and the words placed by ear."
    )
    if path is None or (free is not None and _overruled(free, path, chain, lines)):
        if free is None:
            return None
        if trouble not in warnings:
            warnings.append(trouble)
        return _Reading(language, free, phones, scores, filler, False)
    return _Reading(language, path, phones, scores, filler, True)


def _overruled(
    free: search.Path, stamped: search.Path, chain: search.Chain, lines: Sequence[SheetLine]
) -> bool:
    """True if a search without the stamps fits far better and most lines lie elsewhere in it."""
    if float(free.gain.mean()) - float(stamped.gain.mean()) < STAMPS_WRONG_GAIN:
        return False
    firsts = np.unique(chain.line[chain.owner >= 0], return_index=True)[1]
    numbers = chain.owner[chain.owner >= 0][firsts]
    heard = free.first[numbers] / FRAME_RATE
    given = np.array([np.nan if line.start is None else line.start for line in lines])
    return float(np.nanmedian(np.abs(heard - given))) > STAMP_SLACK_S


def _find(
    chain: search.Chain,
    scores: SenoneScores,
    filler: NDArray[np.float32],
    earliest: NDArray[np.int32] | None = None,
    latest: NDArray[np.int32] | None = None,
) -> search.Path | None:
    used, column = np.unique(chain.senone, return_inverse=True)
    if (
        earliest is not None and latest is not None
    ):  # fillers may lie anywhere: silence before the first stamp, say
        filling = chain.owner == search.FILLER
        earliest = np.where(filling, 0, earliest).astype(np.int32)
        latest = np.where(filling, np.iinfo(np.int32).max, latest).astype(np.int32)
    return search.find(chain, scores.of(used), column.astype(np.int32), filler, earliest, latest)


def _null_gain(reading: _Reading) -> float:
    """Mean gain of the same words in reverse order: what any text of this kind would reach."""
    reverse = [row[::-1] for row in reading.phones[::-1]]
    chain = search.chain_of(reverse, acoustic.phone_model())
    path = _find(chain, reading.scores, reading.filler)
    return 0.0 if path is None else float(path.gain.mean())


def _filler(
    scores: SenoneScores, model: PhoneModel, vocal_activity: NDArray | None
) -> NDArray[np.float32]:
    """Cost of no word in each frame: music, silence, humming; dearer where a voice is heard."""
    speech = scores.of(model.speech)
    rank = int(FILLER_QUANTILE * speech.shape[1])
    filler = np.minimum(
        np.partition(speech, rank, axis=1)[:, rank], scores.of(model.silence).min(1)
    )
    if vocal_activity is not None and len(vocal_activity):
        filler = filler + VOICE_WEIGHT * (_per_frame(vocal_activity, len(filler)) - 0.5)
    return np.asarray(filler, np.float32)


def _limits(lines: Sequence[SheetLine], frames: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and last frame in which each line may be sung. Lines without stamps lean on neighbours."""
    earliest = np.zeros(len(lines), np.int32)
    latest = np.full(len(lines), frames, np.int32)
    begin = 0.0
    for i, line in enumerate(lines):
        begin = line.start if line.start is not None else begin
        earliest[i] = int(FRAME_RATE * max(0.0, begin - STAMP_SLACK_S))
    after = frames / FRAME_RATE
    for i in range(len(lines) - 1, -1, -1):
        given_end = lines[i].end
        upto = after if given_end is None else min(after, given_end)
        latest[i] = int(FRAME_RATE * (upto + STAMP_SLACK_S))
        start = lines[i].start
        after = after if start is None else min(after, start)
    return earliest, latest


def _lines(
    sheet_lines: Sequence[SheetLine],
    reading: _Reading,
    vocal_activity: NDArray | None,
    duration: float,
    warnings: list[str],
) -> tuple[LyricLine, ...]:
    """Lines with their words' times and confidences, and a warning for lines that fit weakly."""
    frames = len(reading.filler)
    voice_level = (
        np.full(frames, 0.6) if vocal_activity is None else _per_frame(vocal_activity, frames)
    )
    path = reading.path
    out: list[LyricLine] = []
    weak, number = 0, 0
    for line, phones in zip(sheet_lines, reading.phones, strict=True):
        span = range(number, number + len(phones))
        number = span.stop
        heard = [float(voice_level[path.first[i] : path.end[i]].mean()) for i in span]
        gains = [float(path.gain[i]) for i in span]
        if _is_weak(gains, heard, phones, path, span):
            weak += 1
            gains = [min(gain, -12.0) for gain in gains]
        words = tuple(
            Word(
                text=word.text,
                start=round(path.first[i] / FRAME_RATE, 3),
                end=round(min(path.end[i] / FRAME_RATE, duration), 3),
                confidence=_confidence(gain, level),
            )
            for word, i, gain, level in zip(line.words, span, gains, heard, strict=True)
        )
        out.append(_line(line, words))
    if weak:
        warnings.append(f"{weak} of {len(sheet_lines)} lines fit weakly: check their times.")
    return tuple(out)


def _is_weak(
    gains: Sequence[float], heard: Sequence[float], phones: list[tuple[str, ...]],
    path: search.Path, span: range,
) -> bool:  # fmt: skip
    """True for a line without voice and fit, or sung faster or slower than anyone sings."""
    sung = sum(1 for word in phones for phone in word if phone in VOWELS)
    rate = (path.end[span[-1]] - path.first[span[0]]) / FRAME_RATE / max(1, sung)
    fastest, slowest = SECONDS_A_SYLLABLE
    unlikely = float(np.mean(gains)) < LINE_WEAK_GAIN and float(np.mean(heard)) < 0.4
    return unlikely or not fastest < rate < slowest


def _confidence(gain: float, heard: float) -> float:
    """0..1 from a word's gain and the vocal activity under it (AUC 0.7 for good against bad)."""
    return round(float(1 / (1 + np.exp(-(gain - 2) / 6)) * np.clip(0.4 + heard, 0, 1)), 3)


def _line(line: SheetLine, words: tuple[Word, ...]) -> LyricLine:
    return LyricLine(
        text=line.text, timestamp=words[0].start, end=max(word.end for word in words), words=words,
        confidence=round(float(np.mean([word.confidence for word in words])), 3), tag=line.tag,
    )  # fmt: skip


def _imported(lines: Sequence[SheetLine], duration: float) -> tuple[LyricLine, ...]:
    """Lines whose words came with times."""
    out: list[LyricLine] = []
    for line in lines:
        words = tuple(
            Word(
                text=w.text,
                start=w.start or 0.0,
                end=min(duration, max(w.end or 0.0, w.start or 0.0)),
            )
            for w in close_words(line.words, line.end)
        )
        out.append(_line(line, words))
    return tuple(sorted(out, key=lambda line: line.timestamp))


def _without_alignment(
    lines: Sequence[SheetLine], duration: float, language: str, warnings: list[str]
) -> tuple[tuple[LyricLine, ...], LyricsInfo]:
    """Stamped lines as they are, without words; nothing where there were no stamps either."""
    timed = [line for line in lines if line.start is not None]
    out: list[LyricLine] = []
    for line, following in zip(timed, [*timed[1:], None], strict=False):
        start = line.start or 0.0
        limit = duration if following is None or following.start is None else following.start
        end = line.end if line.end is not None else start + 0.5 + 0.45 * len(line.words)
        out.append(
            LyricLine(
                text=line.text, timestamp=start, end=min(limit, max(end, start)), confidence=0.5,
                tag=line.tag,
            )
        )  # fmt: skip
    if len(timed) < len(lines):
        warnings.append(f"{len(lines) - len(timed)} lines have no time and are not shown.")
    source = "line-stamps" if out else "none"
    return tuple(out), LyricsInfo(source=source, language=language, warnings=tuple(warnings))


def _inside_song(
    lines: Sequence[SheetLine], duration: float, warnings: list[str]
) -> tuple[SheetLine, ...]:
    """Lines without those stamped after the song's end."""
    kept = tuple(line for line in lines if line.start is None or line.start < duration)
    if len(kept) < len(lines):
        warnings.append(
            f"{len(lines) - len(kept)} lines are stamped after the song's end; left out."
        )
    return kept


def _spell(lines: Sequence[SheetLine], language: str) -> Phones:
    known = acoustic.phone_model().single
    return [
        [
            tuple(p for p in phones_of(word.text, language) if p in known) or ("AH",)
            for word in line.words
        ]
        for line in lines
    ]


def _needed_senones(model: PhoneModel, spellings: Sequence[Phones]) -> NDArray[np.int64]:
    """All senones any of the spellings can need, forwards and reversed."""
    parts: list[NDArray] = [model.speech, model.silence]
    for phones in spellings:
        parts.append(search.chain_of(phones, model).senone)
        parts.append(search.chain_of([row[::-1] for row in phones[::-1]], model).senone)
    return np.unique(np.concatenate([np.asarray(part, np.int64) for part in parts]))


def _per_frame(curve: NDArray, frames: int) -> NDArray[np.float64]:
    """A 100 Hz curve at exactly ``frames`` frames; its last value holds."""
    return np.interp(np.arange(frames), np.arange(len(curve)), np.asarray(curve, np.float64))


def _all_words(lines: Sequence[SheetLine]) -> list[str]:
    return [word.text for line in lines for word in line.words]
