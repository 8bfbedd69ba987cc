"""Short songs with known beats, drawn with numpy: drums, bass and chords from patterns of steps.

A pattern is a string with one character a step and one string a bar, ``x`` for a stroke. The songs
are plain, but they pose the questions that go wrong: slow songs with quick hats, half time, 6/8,
waltzes, tempo steps, rubato, no drums.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.decode import RATE, Sound

Floats = NDArray[np.float64]

PROGRESSION = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))  # I vi IV V in semitones


@dataclass(frozen=True)
class Pattern:
    """One bar: ``steps`` to the beat, ``metre`` beats, a string for each voice."""

    bpm: float
    kick: str = ""
    snare: str = ""
    hat: str = ""
    bass: str = ""
    chords: str = ""
    steps: int = 2
    metre: int = 4
    tempo_at: Callable[[float], float] = lambda seconds: 1.0  # factor on the tempo


@dataclass(frozen=True)
class DrawnSong:
    """Sound and truth: ``beats`` (n,) s and ``numbers`` (n,) in the bar."""

    name: str
    sound: Sound
    beats: Floats
    numbers: NDArray[np.int64]
    bpm: float


def draw(name: str, pattern: Pattern, seconds: float = 30.0, seed: int = 1) -> DrawnSong:
    """Draw one song."""
    rng = np.random.default_rng(seed)
    times = [0.5]
    while times[-1] < seconds - 0.5:
        times.append(times[-1] + 60 / (pattern.bpm * pattern.tempo_at(times[-1])))
    beats = np.array(times)
    out = np.zeros(int((seconds + 2) * RATE))
    per_bar = pattern.steps * pattern.metre
    strokes = (len(beats) - 1) * pattern.steps
    for stroke in range(strokes):
        bar, step = divmod(stroke, per_bar)
        at = float(np.interp(stroke / pattern.steps, np.arange(len(beats)), beats))
        after = float(np.interp((stroke + 1) / pattern.steps, np.arange(len(beats)), beats))
        chord = PROGRESSION[bar % 4]
        accent = 1.0 if step % pattern.steps == 0 else 0.75
        for voice, make in (
            (pattern.kick, lambda: 0.8 * _kick()),
            (pattern.snare, lambda: 0.5 * _snare(rng)),
            (pattern.hat, lambda a=accent: 0.16 * a * _hat(rng)),
            (pattern.bass, lambda c=chord, s=after - at: 0.4 * _note(33 + c[0] % 12, 1.6 * s)),
            (
                pattern.chords,
                lambda c=chord, s=after - at: (
                    0.12 * np.sum([_note(57 + n, 2.5 * s) for n in c], axis=0)
                ),
            ),
        ):
            if voice and voice[step] == "x":
                _add(out, at, make())
    samples = (0.5 * out / np.abs(out).max()).astype(np.float32)
    numbers = np.arange(len(beats)) % pattern.metre + 1
    sound = Sound(np.repeat(samples[:, None], 2, axis=1))
    return DrawnSong(name, sound, beats[:-1], numbers[:-1], pattern.bpm)


def _add(out: Floats, at_s: float, tone: Floats) -> None:
    first = int(at_s * RATE)
    last = min(first + len(tone), len(out))
    out[first:last] += tone[: last - first]


def _clock(seconds: float) -> Floats:
    return np.arange(int(seconds * RATE)) / RATE


def _kick() -> Floats:
    t = _clock(0.25)
    return np.sin(2 * np.pi * (50 * t + 3.0 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.08)


def _snare(rng: np.random.Generator) -> Floats:
    t = _clock(0.2)
    rattle = rng.normal(0, 0.6, len(t)) * np.exp(-t / 0.05)
    return np.asarray(rattle + np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.04))


def _hat(rng: np.random.Generator) -> Floats:
    t = _clock(0.06)
    return np.diff(rng.normal(0, 1, len(t) + 1)) * np.exp(-t / 0.015)


def _note(midi: int, seconds: float) -> Floats:
    """A plucked tone with six harmonics."""
    t = _clock(min(max(seconds, 0.1), 2.5))
    pitch = 440 * 2 ** ((midi - 69) / 12)
    tone = sum(
        np.sin(2 * np.pi * pitch * k * t) / k**1.5 * np.exp(-t * k / 0.6) for k in range(1, 7)
    )
    return np.asarray(tone) * np.minimum(t / 0.004, 1) * np.minimum((t[-1] - t) / 0.02, 1)


def _step(seconds: float) -> float:
    return 1.0 if seconds < 16 else 1.5


def _rubato(seconds: float) -> float:
    return 1 + 0.08 * float(np.sin(2 * np.pi * seconds / 9))


PATTERNS = {
    "rock": Pattern(120, "x.....x.", "..x...x.", "xxxxxxxx", "x.x.x.x.", "x......."),
    "ballad": Pattern(76, "x...x...", "..x...x.", "xxxxxxxx", "x...x...", "x..x...."),
    "ballad_without_drums": Pattern(70, bass="x...x...", chords="xxxxxxxx"),
    "soul": Pattern(
        82,
        "x..x....x.......",
        "....x.......x...",
        "xxxxxxxxxxxxxxxx",
        "x..x....x.x.....",
        "....x.......x...",
        4,
    ),
    "house": Pattern(124, "x.x.x.x.", "..x...x.", ".x.x.x.x", ".x.x.x.x", "x..x..x."),
    "drum_and_bass": Pattern(174, "x....x..", "..x...x.", "xxxxxxxx", "x....x..", "x......."),
    "punk": Pattern(190, "x...x.x.", "..x...x.", "xxxxxxxx", "xxxxxxxx", "x.x.x.x."),
    "half_time": Pattern(140, "x.....x.", "....x...", "xxxxxxxx", "x....x..", "x......."),
    "waltz": Pattern(132, "x.....", "..x.x.", "", "x.....", "..x.x.", metre=3),
    "six_eight": Pattern(66, "x.....", "...x..", "xxxxxx", "x..x..", "x.xx.x", steps=3, metre=2),
    "one_drop": Pattern(76, "....x...", "....x...", "xxxxxxxx", "x..x.x..", "..x...x."),
    "off_beat_chords": Pattern(82, bass="x...x.x.", chords=".x.x.x.x"),
    "dropped_one": Pattern(80, "....x...", "....x...", "x.x.x.x.", ".xx.xxxx", ".x.x.x.x"),
    "four_on_the_floor": Pattern(122, "x.x.x.x.", "..x...x.", ".x.x.x.x", "x...x...", "x......."),
    "tempo_step": Pattern(
        90, "x.....x.", "..x...x.", "xxxxxxxx", "x.x.x.x.", "x.......", tempo_at=_step
    ),
    "rubato": Pattern(100, bass="x...x...", chords="x.x.x.x.", tempo_at=_rubato),
    "five": Pattern(
        130, "x.....x...", "..x.....x.", "x.x.x.x.x.", "x.....x...", "x.........", metre=5
    ),
}


def drawn_songs(seconds: float = 32.0) -> list[DrawnSong]:
    """All of ``PATTERNS``, drawn."""
    return [draw(name, pattern, seconds) for name, pattern in PATTERNS.items()]
