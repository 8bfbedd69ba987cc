"""From a style to a song on paper: every note, and the true beats and bar lines.

Everything a pattern leaves open is drawn by lot: tempo and how steady it is, key, chords, who plays
when, fills, tune, accents, how tight the band is, a pick-up, silence before the first note.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.beat_styles import Style

Floats = NDArray[np.float64]

DRUMS = {
    "kick": 36, "snare": 38, "rim": 37, "clap": 39, "hat": 42, "pedal": 44, "ride": 51, "shaker": 70,
    "tambourine": 54, "cowbell": 56, "conga": 63, "clave": 75, "tom": 45, "crash": 49,
}  # fmt: skip
LEADS = (65, 66, 73, 71, 80, 81, 52, 53, 40, 56, 26, 11, 64, 75)
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
PROGRESSIONS = (
    (0, 4, 5, 3), (5, 3, 0, 4), (0, 3, 4, 3), (0, 5, 1, 4), (3, 0, 4, 5), (0, 5), (1, 4, 0, 0), (0, 2, 3, 4),
    (5, 4, 3, 4), (0, 3), (0, 0, 3, 4), (0, 6, 3, 0), (0, 3, 0, 4), (5, 1, 4, 0),
)  # fmt: skip


@dataclass(frozen=True)
class Note:
    """``voice`` strikes ``pitch`` (MIDI) at ``start`` s for ``length`` s; ``strength`` 0..1."""

    voice: str
    pitch: int
    start: float
    length: float
    strength: float


@dataclass(frozen=True)
class Score:
    """A song on paper: ``programs`` (General MIDI) of the voices that are no drums, notes, truth."""

    name: str
    style: str
    bpm: float
    programs: dict[str, int]
    notes: list[Note]
    beats: Floats  # (n,) s
    numbers: NDArray[np.int64]  # (n,) place in the bar, 1 = downbeat
    seconds: float


def compose(name: str, style: Style, seed: int, seconds: float = 32.0) -> Score:
    """Write one song of a style; equal seeds, equal songs."""
    rng = np.random.default_rng([seed, *name.encode()])
    bpm = float(rng.uniform(*style.bpm))
    start = float(rng.uniform(0.05, 1.5))
    beats = start + _clock(style, bpm, seconds, rng)
    beats = beats[beats < seconds - 1.0]
    pickup = int(rng.integers(1, style.metre)) if rng.random() < 0.15 and style.metre > 1 else 0
    writer = _Writer(style, beats, pickup, rng)
    writer.play()
    programs = {
        "bass": int(rng.choice(style.bass_programs)),
        "chords": int(rng.choice(style.chord_programs)),
        "comp": int(rng.choice(style.comp_programs)),
        "lead": int(rng.choice(LEADS)),
    }
    numbers = (np.arange(len(beats)) - pickup) % style.metre + 1
    return Score(
        f"{name} {bpm:.0f} #{seed}", name, bpm, programs, writer.notes, beats, numbers, seconds
    )


def _clock(style: Style, bpm: float, seconds: float, rng: np.random.Generator) -> Floats:
    """(n,) s of each beat from the first: steady, drifting, quickening, stepping or free."""
    count = int(seconds * bpm / 60 * 1.6) + 8
    place = np.arange(count)
    kind = rng.random()
    tempo = np.ones(count)
    if kind < 0.2:
        tempo += 0.015 * np.sin(place / rng.uniform(6, 20) + rng.uniform(0, 6))
    elif kind < 0.27:
        tempo += rng.choice([-0.08, 0.08, 0.12]) * place * 60 / bpm / seconds
    elif kind < 0.31:
        at = int(rng.uniform(0.4, 0.6) * seconds * bpm / 60) // style.metre * style.metre
        tempo[at:] *= rng.choice([0.75, 0.9, 1.12, 1.25, 1.33])
    if style.free:
        walk = np.convolve(rng.normal(0, 1, count + 8), np.hanning(9), "valid")
        tempo += style.free * walk[:count]
    return np.concatenate([[0.0], np.cumsum(60 / (bpm * np.clip(tempo, 0.6, 1.6)))])


class _Writer:
    """What the band agrees on before it plays."""

    def __init__(self, style: Style, beats: Floats, pickup: int, rng: np.random.Generator) -> None:
        self.style, self.beats, self.rng = style, beats, rng
        self.notes: list[Note] = []
        self.first = pickup * style.steps  # the step on which the first bar begins
        self.count = len(beats) * style.steps
        self.swing = float(rng.uniform(*style.swing))
        self.tightness_s = float(rng.uniform(0.0, 0.011))
        self.accent = float(rng.uniform(0.0, 0.3))
        self.pushes = bool(rng.random() < 0.12)
        self.patterns = {
            voice: str(rng.choice(patterns)) for voice, patterns in style.voices.items()
        }
        if rng.random() < style.drums_drop:
            self.patterns = {v: p for v, p in self.patterns.items() if v not in DRUMS}
        self.gains = {v: float(rng.uniform(0.55, 1.0)) for v in (*self.patterns, "lead", "tom")}
        self.scale = MAJOR if rng.random() < 0.6 else MINOR
        self.root = int(rng.integers(0, 12))
        self.progressions = [
            PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))] for _ in range(2 + int(rng.random() < 0.3))
        ]  # fmt: skip
        last = float(rng.choice(style.chords_last))
        self.chord_steps = max(round(last * self.bar), 1)
        if self.bar % self.chord_steps and self.chord_steps % self.bar:
            self.chord_steps = self.bar
        self.section_bars = 8 if self.bar / style.steps * 60 / style.bpm[0] < 1.6 else 4
        self.sings = bool(rng.random() < style.melody)
        self.fills = bool(rng.random() < 0.6)

    @property
    def bar(self) -> int:
        """Steps in a bar."""
        return self.style.steps * self.style.metre

    def play(self) -> None:
        missing = self._who_rests()
        tune = self._motif() if self.sings else {}
        drums = any(voice in DRUMS for voice in self.patterns)
        for step in range(self.count):
            bar, place = divmod(step - self.first, self.bar)
            section = max(bar, 0) // self.section_bars
            resting = missing[min(section, len(missing) - 1)]
            if drums and self.fills and bar % self.section_bars == self.section_bars - 1:
                self._fill(step, place)
            if drums and place == 0 and section and bar % self.section_bars == 0 and self.fills:
                self._strike("crash", DRUMS["crash"], step, 1.0, 0.7)
            for voice, pattern in self.patterns.items():
                if voice in resting and len(resting) < len(self.patterns):
                    continue
                sign = pattern[(step - self.first) % len(pattern)]
                if sign == "." or (sign == "?" and self.rng.random() < 0.5):
                    continue
                if voice in DRUMS:
                    soft = 0.45 if sign == "o" else 1.0
                    self._strike(
                        voice, DRUMS[voice], step, 0.2, soft * self._metric(place, self.accent)
                    )
                else:
                    self._pitched(voice, pattern, sign, step)
            phrase = (bar // 2) % 4
            note = tune.get((step - self.first) % (2 * self.bar))
            if note and phrase != 3 and "lead" not in resting and bar >= 0:
                degree, steps = note
                pitch = self._note(degree + (phrase == 2) + self._chord(step), 60)
                self._strike("lead", pitch, step, self._span(step, steps), 0.85)

    def _who_rests(self) -> list[set[str]]:
        """Voices that rest in each section."""
        sections = self.count // (self.bar * self.section_bars) + 1
        if self.rng.random() < 0.35:
            return [set()] * sections
        out: list[set[str]] = []
        for index in range(sections):
            resting: set[str] = set()
            if index == 0 or self.rng.random() < 0.2:
                resting = {v for v in (*self.patterns, "lead") if self.rng.random() < 0.35}
            out.append(resting)
        return out

    def _motif(self) -> dict[int, tuple[int, int]]:
        """A tune of two bars: {step: (degree above the chord, steps long)}."""
        chances = {0: 0.65, 1: float(self.rng.uniform(0.05, 0.45))}
        strokes = [
            step
            for step in range(2 * self.bar)
            if self.rng.random() < chances[min(step % self.style.steps, 1)]
        ]
        out, degree = {}, int(self.rng.integers(0, 5))
        for at, following in zip(strokes, [*strokes[1:], 2 * self.bar], strict=True):
            degree = int(np.clip(degree + self.rng.integers(-2, 3), -2, 8))
            out[at] = (degree, following - at)
        return out

    def _fill(self, step: int, place: int) -> None:
        """Drums into the next section, on the last beat or two."""
        left = self.bar - place
        if left <= self.style.steps * 1.5 and self.rng.random() < 0.7:
            self._strike("tom", int(self.rng.choice([38, 41, 45, 48])), step, 0.2, 0.8)

    def _pitched(self, voice: str, pattern: str, sign: str, step: int) -> None:
        ahead = 1
        at = (step - self.first) % len(pattern)
        while ahead < self.bar and pattern[(at + ahead) % len(pattern)] == ".":
            ahead += 1
        chord = self._chord(step)
        if voice == "bass":
            degrees = {"r": 0, "f": 4, "t": 2, "o": 7}
            degree = (
                self._chord(step + self.style.steps) - 1 if sign == "a" else chord + degrees[sign]
            )
            length = self._span(step, ahead) * (0.9 if ahead < self.style.steps * 2 else 0.7)
            self._strike(voice, self._note(degree, 28), step, length, self._metric(at, 0.1))
            return
        if sign == "u":
            tone = (at // max(ahead, 1)) % 4
            degree = chord + (0, 2, 4, 7)[tone]
            self._strike(voice, self._note(degree, 57), step, self._span(step, ahead + 1), 0.75)
            return
        length = self._span(step, ahead if sign == "X" else 1) * (0.97 if sign == "X" else 0.6)
        for degree in (0, 2, 4):
            pitch = self._note(chord + degree, 0) % 12 + 55
            self._strike(voice, pitch, step, length, 0.6 * self._metric(at % self.bar, 0.1))

    def _chord(self, step: int) -> int:
        """Degree of the chord at a step; pushed chords come a step early."""
        step += int(self.pushes and self.style.steps % 3 != 0)
        index = (step - self.first) // self.chord_steps
        section = (step - self.first) // (self.bar * self.section_bars)
        progression = self.progressions[section % len(self.progressions)]
        return progression[index % len(progression)]

    def _note(self, degree: int, lowest: int) -> int:
        octave, place = divmod(degree, 7)
        return lowest + (self.root - lowest) % 12 + 12 * octave + self.scale[place]

    def _metric(self, place: int, depth: float) -> float:
        """Strength by the place in the bar: most on one, least between the beats."""
        if place % self.bar == 0:
            return 1.0
        return 1 - depth if place % self.style.steps else 1 - 0.4 * depth

    def _span(self, step: int, steps: int) -> float:
        return max(self._time(step + steps) - self._time(step), 0.05)

    def _time(self, step: float) -> float:
        place = step / self.style.steps
        if self.style.steps % 2 == 0 and step % 2 == 1:
            place += self.swing / self.style.steps
        if place > len(self.beats) - 1:
            gap = self.beats[-1] - self.beats[-2]
            return float(self.beats[-1] + gap * (place - len(self.beats) + 1))
        return float(np.interp(place, np.arange(len(self.beats)), self.beats))

    def _strike(self, voice: str, pitch: int, step: int, length: float, strength: float) -> None:
        at = self._time(step) + float(self.rng.normal(0, self.tightness_s))
        strength *= self.gains.get(voice, 0.8) * float(self.rng.uniform(0.88, 1.0))
        self.notes.append(Note(voice, pitch, max(at, 0.0), length, min(strength, 1.0)))
