"""Beats, bars and tempo of a song behind one interface, whichever engine hears them.

``track`` tries the engines of its ladder in turn:

* ``beatnet`` (the default): BeatNet's networks in numpy with our own decoding; beats, bars and the
  explicit choice between a tempo, its half and its double;
* ``madmom``: only when asked for by name. Its models may not be used commercially (CC BY-NC-SA);
* ``beat_this``: only when asked for by name, with a checkpoint the user downloaded (MIT);
* ``librosa``: the last fallback, without bars.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import CassetError, MissingCapability, ValidationError
from casset.media.audio import analysis, bars, cues, levels, onsets, tempo
from casset.media.audio.decode import Sound
from casset.media.audio.engines import with_beat_this, with_librosa, with_madmom

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Engine = Literal["auto", "beatnet", "madmom", "beat_this", "librosa"]
Level = Literal["auto", "half", "double"]

ENGINES: tuple[Engine, ...] = ("auto", "beatnet", "madmom", "beat_this", "librosa")
LEVELS: tuple[Level, ...] = ("auto", "half", "double")

SHORTEST_S = 4.0  # shorter sounds have no beat worth the name
SILENCE_RMS = 1e-5


@dataclass(frozen=True)
class BeatGrid:
    """The beats of a song: ``beats`` (n,) s, ``numbers`` (n,) position in the bar, 1 = downbeat.

    ``metre`` is beats per bar; ``compound`` says that beats are dotted (6/8 counted in two).
    ``confidence`` is 0..1; below 0.3 the beat should not be relied on. Without a beat (noise,
    silence) both arrays are empty. ``fallbacks`` says in words what could not be done.
    """

    beats: Floats = field(default_factory=lambda: np.empty(0))
    numbers: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    metre: int = 4
    compound: bool = False
    tempo: analysis.Tempo = field(
        default_factory=lambda: analysis.Tempo(bpm=0.0, confidence=0.0, stability=0.0)
    )
    confidence: float = 0.0
    engine: str = ""
    fallbacks: tuple[str, ...] = ()

    @property
    def downbeats(self) -> Floats:
        """(bars,) seconds."""
        return self.beats[self.numbers == 1]


def track(
    sound: Sound,
    *,
    engine: Engine = "auto",
    level: Level = "auto",
    beat_this_checkpoint: Path | None = None,
) -> BeatGrid:
    """Find the beats of a song; about 6 CPU s for three minutes with the default engine.

    ``level`` "half" and "double" overrule the choice of tempo: bars are then numbered anew.
    An engine that is not installed is passed over and named in ``fallbacks``. Raises
    ``ValidationError`` when the engine or level is unknown, ``MissingCapability`` when no engine works.
    """
    if engine not in ENGINES:
        raise ValidationError(
            f"There is no beat engine {engine}. Choose from {', '.join(ENGINES)}."
        )
    if level not in LEVELS:
        raise ValidationError(f"There is no beat level {level}. Choose from {', '.join(LEVELS)}.")
    if sound.duration < SHORTEST_S or cues.level(sound.mono) < SILENCE_RMS:
        return BeatGrid(engine="none")
    asked = {
        "beatnet": lambda: _by_beatnet(sound, level),
        "madmom": lambda: _by_other(sound, level, "madmom", with_madmom.beats),
        "beat_this": lambda: _by_other(
            sound, level, "beat_this", lambda s: with_beat_this.beats(s, beat_this_checkpoint)
        ),
        "librosa": lambda: _by_other(sound, level, "librosa", with_librosa.beats),
    }
    ladder = [name for name in (engine, "beatnet", "librosa") if name != "auto"]
    fallbacks: list[str] = []
    for name in dict.fromkeys(ladder):
        try:
            grid = asked[name]()
        except MissingCapability as error:
            fallbacks.append(f"Beats by {name} were not possible: {error}")
            continue
        return replace(grid, fallbacks=tuple(fallbacks))
    raise MissingCapability("No beat engine works on this machine. " + " ".join(fallbacks))


def _by_beatnet(sound: Sound, level: Level) -> BeatGrid:
    """Networks, decoding, level, bars, onsets."""
    heard = cues.listen(sound)
    found = levels.candidates(heard)
    if not found:
        return BeatGrid(engine="beatnet")
    choice = levels.choose(found, heard)
    chosen = choice.best if level == "auto" else levels.overruled(choice, heard, level)
    beats = onsets.audible(chosen.beats, heard)
    confidence = levels.confidence(beats, heard)
    if len(beats) < 4 or confidence <= 0:
        return BeatGrid(engine="beatnet")
    compound = bars.is_compound(beats, heard)
    metres = bars.COMPOUND_METRES if compound else bars.METRES
    odds = bars.bar_line_odds(beats, heard)
    metre, numbers = bars.number(beats, odds, metres, compound=compound)
    beats = onsets.refine(beats, heard.onset)
    return BeatGrid(
        beats=beats,
        numbers=numbers,
        metre=metre,
        compound=compound,
        tempo=analysis.Tempo(
            bpm=tempo.regression_bpm(beats),
            confidence=confidence,
            stability=tempo.stability(beats),
            margin=choice.margin,
            other_bpm=choice.other_bpm if level == "auto" else choice.best.bpm,
            level=level,
        ),
        confidence=confidence,
        engine="beatnet",
    )


def _by_other(
    sound: Sound, level: Level, name: str, listen: Callable[[Sound], tuple[Floats, Ints]]
) -> BeatGrid:
    """An outside engine's beats, at the level asked for. Its failures become ``MissingCapability``."""
    try:
        beats, numbers = listen(sound)
    except CassetError:
        raise
    except (RuntimeError, ValueError, TypeError, OSError, IndexError, AttributeError) as error:
        raise MissingCapability(
            f"{name} failed ({type(error).__name__}). Choose another engine."
        ) from error
    if len(beats) < 4:
        return BeatGrid(engine=name)
    metre = int(numbers.max())
    bpm = tempo.regression_bpm(beats)
    if level != "auto":
        beats, numbers = _at_level(beats, numbers, metre, level)
    steady = tempo.stability(beats)
    return BeatGrid(
        beats=beats,
        numbers=numbers,
        metre=metre,
        tempo=analysis.Tempo(
            bpm=tempo.regression_bpm(beats),
            confidence=0.5 * steady,
            stability=steady,
            other_bpm=bpm if level != "auto" else bpm * (0.5 if bpm > 110 else 2.0),
            level=level,
        ),
        confidence=0.5 * steady,
        engine=name,
    )


def _at_level(beats: Floats, numbers: Ints, metre: int, level: Level) -> tuple[Floats, Ints]:
    """Beats halved or doubled with the bar lines kept where they can be."""
    if level == "double":
        finer = tempo.doubled(beats)
        return finer, (np.arange(len(finer)) + 2 * (int(numbers[0]) - 1)) % metre + 1
    coarser = tempo.halved(beats, (numbers == 1).astype(float))
    first = int(np.searchsorted(coarser, beats[numbers == 1][0])) if (numbers == 1).any() else 0
    return coarser, (np.arange(len(coarser)) - first) % metre + 1
