"""Hearing a song: beats, words, form, key, mood, hooks and loudness, put together into one analysis.

Every part that could not be done as it should is done another way, and the analysis says so in words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import beats, features, hooks, key, loudness, mood, structure
from casset.media.audio.analysis import (
    AnalysisMetadata,
    AudioAnalysis,
    BeatFeatures,
    LyricLine,
    LyricsInfo,
    Tempo,
)
from casset.media.audio.beats import BeatGrid
from casset.media.audio.decode import Sound
from casset.media.audio.features import Spectra
from casset.media.audio.loudness import Loudness
from casset.media.audio.lyrics import align
from casset.media.audio.lyrics.sheet import LyricSheet

VERSION = "2"  # raise when the same sound would be analysed differently
EVEN_BPM = 120.0  # of the grid that stands in where no beat was found
VOCAL_FPS = 100.0  # rate at which the aligner wants the vocal curve
DOUBTFUL_BEATS = 0.3
SHORT_S = 8.0
LONG_S = 900.0

Progress = Callable[[float, str], None]


def analyse(
    sound: Sound,
    *,
    grid: BeatGrid | None = None,
    lyrics: LyricSheet | None = None,
    transcript: Sequence[LyricLine] | None = None,
    level: beats.Level = "auto",
    engine: beats.Engine = "auto",
    beat_this_checkpoint: Path | str = "",
    progress: Progress | None = None,
) -> AudioAnalysis:
    """All that is heard in a song; about 10 CPU seconds for three minutes, a few more with lyrics.

    ``grid`` are beats found earlier, ``lyrics`` the artist's words to be aligned, ``transcript``
    lines whose times are known. ``progress`` is told a share 0..1 and what is being done. Never
    fails for what a sound is like: noise, silence and two seconds each get an analysis that says
    what is missing. Raises ``ValidationError`` for an unknown engine or level.
    """
    began = time.monotonic()
    tell = progress or (lambda share, text: None)
    fallbacks: list[str] = list(sound.warnings)

    tell(0.0, "finding the beat")
    if grid is None:
        checkpoint = Path(beat_this_checkpoint) if beat_this_checkpoint else None
        grid = beats.track(sound, engine=engine, level=level, beat_this_checkpoint=checkpoint)
    fallbacks += _about_beats(grid, sound.duration)

    tell(0.5, "listening to the sound")
    spectra = features.analyse(sound)
    measured = loudness.measure(sound)

    tell(0.7, "placing the words" if lyrics else "finding the form")
    lines, about_words = _words(sound, spectra, lyrics, transcript)

    tell(0.95, "finding the form")
    tonality = key.find(spectra)
    feeling = mood.read(spectra, tonality, measured, grid.tempo.bpm if len(grid.beats) else 0.0)
    bars = features.by_bar(spectra, _edges(grid, spectra.duration))
    form = structure.find(bars, lines, arousal=feeling.arousal)
    found_hooks = hooks.find(bars, form) if measured.integrated is not None else ()
    fallbacks += _about_sound(measured, sound.duration)
    tell(1.0, "done")
    return AudioAnalysis(
        bpm=round(grid.tempo.bpm, 3) if len(grid.beats) else EVEN_BPM,
        duration=sound.duration,
        beat_timestamps=_rounded(grid.beats),
        downbeats=_rounded(grid.downbeats),
        beat_numbers=tuple(int(number) for number in grid.numbers),
        metre=grid.metre,
        compound=grid.compound,
        tempo=grid.tempo if len(grid.beats) else _no_tempo(level),
        key=tonality.key,
        song_structure=form.sections,
        lyrics=lines,
        lyrics_info=about_words,
        mood=feeling,
        loudness_lufs=_maybe_rounded(measured.integrated),
        true_peak_db=_maybe_rounded(measured.true_peak),
        beat_features=_beat_features(spectra, grid),
        hooks=found_hooks,
        metadata=AnalysisMetadata(
            processing_time=round(time.monotonic() - began, 3),
            beat_detection_confidence=round(float(grid.confidence), 3),
            fallback_used=bool(fallbacks),
            fallbacks=tuple(fallbacks),
            beat_engine=grid.engine,
            audio_sha256=sound.sha256,
            engine_version=VERSION,
        ),
    )


def _words(
    sound: Sound,
    spectra: Spectra,
    sheet: LyricSheet | None,
    transcript: Sequence[LyricLine] | None,
) -> tuple[tuple[LyricLine, ...], LyricsInfo]:
    if sheet is not None:
        at = np.arange(int(sound.duration * VOCAL_FPS) + 1) / VOCAL_FPS
        return align.align(sound, sheet, np.interp(at, spectra.times, spectra.vocal))
    return tuple(transcript or ()), LyricsInfo()


def _edges(grid: BeatGrid, duration: float) -> NDArray[np.float64]:
    """Bar borders: the grid's, or an even one of whole bars (of less in a very short sound) without beats."""
    if len(grid.beats) >= 4:
        edges = features.bar_edges(grid.beats, grid.numbers, grid.metre, duration)
        if len(edges) > 2:
            return edges
    bar_s = 4 * 60 / EVEN_BPM
    count = max(1, round(duration / bar_s))
    return np.linspace(0.0, duration, count + 1)


def _about_beats(grid: BeatGrid, duration: float) -> list[str]:
    said = list(grid.fallbacks)
    if not len(grid.beats):
        said.append(
            f"No steady beat was found, so sections and cuts follow an even grid of {EVEN_BPM:.0f} BPM."
        )
    elif grid.confidence < DOUBTFUL_BEATS:
        said.append(
            "The beat is uncertain. Check the tempo, and halve or double it if it is wrong."
        )
    if duration < SHORT_S:
        said.append(
            f"The sound is only {duration:.1f} s long: its form and mood are rough guesses."
        )
    return said


def _about_sound(measured: Loudness, duration: float) -> list[str]:
    if measured.integrated is None:
        return ["The recording is silent, so it has no key, mood or hook of its own."]
    return []


def _no_tempo(level: beats.Level) -> Tempo:
    return Tempo(bpm=EVEN_BPM, confidence=0.0, stability=0.0, level=level)


def _beat_features(spectra: Spectra, grid: BeatGrid) -> BeatFeatures:
    figures = features.by_beat(spectra, np.asarray(grid.beats, float))
    return BeatFeatures(
        **{name: tuple(round(float(v), 4) for v in values) for name, values in figures.items()}
    )


def _rounded(times: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(t), 4) for t in times)


def _maybe_rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
