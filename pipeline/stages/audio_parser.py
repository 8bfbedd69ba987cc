"""Module 3: a song file to everything the director needs to know about it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from casset.lib.errors import CassetError
from casset.media.audio import decode, parser, remembered
from casset.media.audio.analysis import AudioAnalysis, LyricsInfo
from casset.media.audio.decode import Sound
from casset.media.audio.lyrics import formats
from casset.media.audio.lyrics.sheet import LyricSheet
from casset.media.audio.remembered import Listening
from pipeline.contracts import AudioData
from pipeline.director import boundaries
from pipeline.progress import Progress, Silent
from pipeline.providers.base import Transcriber

STAGE = "audio_parser"
HEARD = 0.15  # share of the stage's time that decoding takes


@dataclass(frozen=True)
class Hearing(Listening):
    """How a film's song is heard: within which limits, and who hears the words where none are given."""

    min_s: float = 4.0
    max_s: float = 900.0
    max_bytes: int = 500 * 2**20
    transcriber: Transcriber | None = None


def parse(
    song: Path,
    *,
    job_id: str,
    hearing: Hearing,
    lyrics: Path | None = None,
    progress: Progress | None = None,
) -> tuple[AudioData, Sound]:
    """Decode and analyse ``song``; a second call for the same content takes the analysis from the cache.

    Raises ``MediaError`` or ``ValidationError`` when the song or the lyrics file cannot be used. A
    transcriber that fails leaves the song without words and says so in the metadata.
    """
    began = time.monotonic()
    progress = progress or Silent()
    progress.at(STAGE, 0.0, "decoding")
    sheet = (
        formats.read_file(lyrics) if lyrics else None
    )  # first: a bad file is told before any work
    sound = decode.decode(
        song, min_s=hearing.min_s, max_s=hearing.max_s, max_bytes=hearing.max_bytes
    )
    progress.at(STAGE, HEARD, "listening")
    for warning in (*sound.warnings, *(sheet.warnings if sheet else ())):
        progress.message(STAGE, warning)
    place = hearing.place(
        sound, sheet, transcriber=hearing.transcriber.name if hearing.transcriber else ""
    )
    analysis = remembered.read(place)
    if analysis is None:
        analysis, complete = _analyse(sound, sheet, hearing, progress)
        if complete:
            remembered.keep(place, analysis)
        metadata = analysis.metadata.model_copy(
            update={"processing_time": round(time.monotonic() - began, 3)}
        )
    else:
        metadata = analysis.metadata.model_copy(update={"cache_hit": True})
    for said in (*metadata.fallbacks, *analysis.lyrics_info.warnings):
        progress.message(STAGE, said)
    progress.at(STAGE, 1.0)
    analysis = analysis.model_copy(update={"metadata": metadata})
    data = AudioData(**dict(analysis), job_id=job_id, clip_boundaries=boundaries.choose(analysis))
    return data, sound


def _analyse(
    sound: Sound, sheet: LyricSheet | None, hearing: Hearing, progress: Progress
) -> tuple[AudioAnalysis, bool]:
    """The analysis, and whether it is all that can be had: not where a transcriber failed this time."""
    transcript, trouble = None, ""
    if sheet is None and hearing.transcriber is not None:
        progress.at(STAGE, HEARD, "hearing the words")
        try:
            transcript = hearing.transcriber.transcribe(sound)
        except CassetError as error:
            trouble = f"The words could not be heard ({error}) so the film has none."
    analysis = parser.analyse(
        sound,
        lyrics=sheet,
        transcript=transcript.lines if transcript else None,
        level=hearing.level,
        engine=hearing.engine,
        beat_this_checkpoint=hearing.beat_this_checkpoint,
        progress=lambda share, text: progress.at(STAGE, HEARD + (1 - HEARD) * share, text),
    )
    if transcript is not None and transcript.lines:
        info = LyricsInfo(source=_source(hearing.transcriber), language=transcript.language)
        analysis = analysis.model_copy(update={"lyrics_info": info})
    if trouble:
        metadata = analysis.metadata
        analysis = analysis.model_copy(
            update={
                "metadata": metadata.model_copy(
                    update={"fallback_used": True, "fallbacks": (*metadata.fallbacks, trouble)}
                )
            }
        )
    return analysis, not trouble


def _source(transcriber: Transcriber | None) -> Literal["whisper-api", "whisper-local"]:
    return (
        "whisper-api"
        if transcriber is not None and transcriber.name == "whisper-api"
        else "whisper-local"
    )
