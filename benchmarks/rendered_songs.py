"""Songs made here, from nothing but numpy, whose form is known to the bar: rooms to try the ear in.

A song is a list of ``Part``s; each has its chords, its band and its singer. The singer is a small
formant synthesiser: the same ``text`` gives the same vowels and tune again, as a chorus does, while
verses keep their tune and change their words. They are sharper and simpler than real songs: unit
tests with a truth, not a claim of accuracy.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.decode import RATE, Sound

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
VOWELS = (
    (800, 1200, 2600),
    (400, 2000, 2600),
    (350, 2600, 3100),
    (450, 800, 2600),
    (325, 700, 2500),
)


@dataclass(frozen=True)
class Part:
    """One section: what it is called, how long, what it is made of."""

    label: str  # "verse", "chorus", …; what the truth says
    bars: int
    chords: Sequence[int] = (0, 4, 5, 3)  # scale degree of each bar's chord, repeated
    band: str = (
        "drums bass chords voice"  # who plays; also: full, soft, four, build, pad, arp, lead
    )
    tune: str = "a"  # melody: equal letters, equal tune
    text: str = ""  # words: equal and not empty, equal vowels; empty, new ones each time
    level: float = 1.0
    lift: int = 0  # semitones up
    octave: int = 0  # the singer goes up


@dataclass(frozen=True)
class Song:
    name: str
    parts: Sequence[Part]
    bpm: float = 120.0
    metre: int = 4
    root: int = 57  # MIDI note of the key
    scale: Sequence[int] = MAJOR
    seed: int = 1
    drift: float = 0.0  # how far the tempo wanders, a share
    start_s: float = 0.4
    labelled: bool = True  # false where only the borders are true


@dataclass
class Rendered:
    """A song as sound, and the truth about it."""

    sound: Sound
    beats: NDArray[np.float64]  # seconds
    numbers: NDArray[np.int_]  # place in the bar, 1 = downbeat
    sections: list[tuple[float, float, str]] = field(default_factory=list)


def timing(song: Song) -> tuple[NDArray[np.float64], list[tuple[float, float, str]]]:
    """Seconds of every beat and of the end, and the true sections.

    A part that is played twice with the same words is one section: nothing tells the two apart.
    """
    count = sum(part.bars for part in song.parts) * song.metre + 1
    wander = 1 + song.drift * np.sin(np.arange(count) / count * 9 + song.seed)
    beats = song.start_s + np.concatenate([[0], np.cumsum(60 / song.bpm * wander)[:-1]])
    sections: list[tuple[float, float, str]] = []
    at, before = 0, None
    for part in song.parts:
        start, at = beats[at], at + part.bars * song.metre
        if part == before and part.text:
            start = sections.pop()[0]
        sections.append((float(start), float(beats[at]), part.label))
        before = part
    return beats, sections


def render(song: Song) -> Rendered:
    """Play the song. Three minutes take about three CPU seconds."""
    rng = np.random.default_rng(song.seed)
    beats, sections = timing(song)
    stage = _Stage(float(beats[-1]) + 1.5, song.seed)
    at = 0
    for index, part in enumerate(song.parts):
        edge = beats[at : at + part.bars * song.metre + 1]
        _play(stage, song, part, edge, np.random.default_rng([song.seed, index]), rng)
        at += part.bars * song.metre
    numbers = np.arange(len(beats) - 1) % song.metre + 1
    return Rendered(Sound(stage.mix(), RATE), beats[:-1], numbers, sections)


@dataclass(frozen=True)
class _Bar:
    """What everybody in the band knows about the bar they play."""

    beats: NDArray[np.float64]  # (metre + 1,) seconds
    chord: list[int]  # MIDI notes of its triad
    degree: int
    gain: float
    swell: float  # 0..1 how far the section has come
    first: bool
    last: bool

    @property
    def spans(self) -> list[tuple[float, float]]:
        return [(float(a), float(b)) for a, b in itertools.pairwise(self.beats)]


def _play(
    stage: _Stage,
    song: Song,
    part: Part,
    beats: NDArray[np.float64],
    own: np.random.Generator,
    rng: np.random.Generator,
) -> None:
    """One section by the whole band. ``own`` makes this time's chances, ``rng`` the players' unsteadiness."""
    band = set(part.band.split())
    singer = _Singer(song, part, own)
    for number in range(part.bars):
        degree = part.chords[number % len(part.chords)]
        bar = _Bar(
            beats=beats[number * song.metre : (number + 1) * song.metre + 1],
            chord=[_pitch(song.root + part.lift, song.scale, degree + step) for step in (0, 2, 4)],
            degree=degree,
            gain=part.level * (1 + 0.04 * float(own.standard_normal())),
            swell=(number + 1) / part.bars,
            first=number == 0,
            last=number == part.bars - 1,
        )
        _drums(stage, band, bar, rng)
        _harmony(stage, band, bar)
        for who in ("voice", "lead"):
            if who in band:
                singer.sing(stage, who, bar, number, rng)


def _harmony(stage: _Stage, band: set[str], bar: _Bar) -> None:
    start, end, gain = float(bar.beats[0]), float(bar.beats[-1]), bar.gain
    if "bass" in band:
        for beat, (a, b) in enumerate(bar.spans):
            note = bar.chord[0 if beat % 4 < 3 else 2] - 24
            stage.add("bass", a, (b - a) * 0.9, note, 0.5 * gain)
    if "chords" in band:
        for a, b in itertools.pairwise([*bar.beats[:-1:2], bar.beats[-1]]):
            for note, pan in zip(bar.chord, (0.2, 0.8, 0.6), strict=True):
                stage.add("keys", a, (b - a) * 0.9, note, 0.13 * gain, pan)
    if band & {"pad", "full"}:
        up = 12 * ("full" in band)
        for note, pan in zip(bar.chord, (0.1, 0.9, 0.5), strict=True):
            stage.add("pad", start, end - start, note + up, 0.10 * gain, pan)
    if "arp" in band:
        loud = 0.15 * gain * (bar.swell if "build" in band else 1.0)
        for k, (a, b) in enumerate(_halves(bar)):
            stage.add("keys", a, b - a, bar.chord[k % 3] + 12, loud, 0.7)


def _drums(stage: _Stage, band: set[str], bar: _Bar, rng: np.random.Generator) -> None:
    if not band & {"drums", "full", "soft", "four", "build"}:
        return
    waltz = len(bar.spans) == 3
    gain = bar.gain * (1.0 if "full" in band else 0.75)
    for beat, (a, b) in enumerate(bar.spans):
        late = a + 0.004 * float(rng.standard_normal())
        if "build" in band:  # a roll that grows and doubles
            for k in range(4 if bar.swell > 0.5 else 2):
                stage.add("snare", a + k * (b - a) / 4, 0.1, 0, 0.35 * bar.gain * bar.swell)
            continue
        if "soft" in band:
            stage.add("hat", late, 0.05, 0, 0.10 * bar.gain, 0.6)
            if beat == 0:
                stage.add("kick", a, 0.3, 0, 0.4 * bar.gain)
            continue
        if beat == 0 or (not waltz and (beat % 2 == 0 or "four" in band)):
            stage.add("kick", late, 0.3, 0, 0.9 * gain)
        if (waltz and beat > 0) or (not waltz and beat % 2 == 1):
            stage.add("snare", late, 0.2, 0, 0.5 * gain)
        stage.add("hat", a, 0.05, 0, 0.16 * gain, 0.6)
        stage.add("open" if "full" in band else "hat", (a + b) / 2, 0.05, 0, 0.16 * gain, 0.6)
    if "full" in band and bar.first:
        stage.add("crash", bar.beats[0], 1.5, 0, 0.3 * bar.gain, 0.4)
    if "drums" in band and bar.last and not waltz:  # a fill
        a, b = bar.spans[-1]
        for k in range(4):
            stage.add("snare", a + k * (b - a) / 4, 0.1, 0, 0.3 * bar.gain)


class _Singer:
    """Sings (or plays) a four-bar tune over the chords, in eighths, some of them held."""

    def __init__(self, song: Song, part: Part, own: np.random.Generator) -> None:
        eighths = 2 * song.metre
        tune = np.random.default_rng([song.seed, *part.tune.encode()])
        words = np.random.default_rng([song.seed, *part.text.encode()]) if part.text else own
        self.song, self.part = song, part
        self.steps = tune.integers(-2, 3, size=(4, eighths))
        self.rests = tune.random((4, eighths)) < 0.3
        self.vowels = words.integers(0, len(VOWELS), size=(part.bars, eighths))
        self.attacks = words.random((part.bars, eighths))

    def sing(
        self, stage: _Stage, who: str, bar: _Bar, number: int, rng: np.random.Generator
    ) -> None:
        rests = self.rests[number % 4]
        place = 2 + self.steps[number % 4].cumsum() % 6
        for k, (a, b) in enumerate(_halves(bar)):
            if rests[k] and k:
                continue
            held = k + 1 < len(rests) and bool(rests[k + 1])
            degree = bar.degree + int(place[k])
            stage.add(
                who,
                a + 0.012 * float(rng.standard_normal()),
                (b - a) * (1 + held) * 0.95,
                _pitch(self.song.root, self.song.scale, degree) + 12 * self.part.octave,
                0.34 * bar.gain,
                0.5 if who == "voice" else 0.35,
                vowel=int(self.vowels[number, k]),
                attack=float(self.attacks[number, k]),
            )


def _halves(bar: _Bar) -> list[tuple[float, float]]:
    """The bar's eighths."""
    return [span for a, b in bar.spans for span in ((a, (a + b) / 2), ((a + b) / 2, b))]


def _pitch(root: int, scale: Sequence[int], degree: int) -> int:
    return root + scale[degree % 7] + 12 * (degree // 7)


class _Stage:
    """Where notes are put: stereo samples, with every drum and key struck only once and reused."""

    def __init__(self, length_s: float, seed: int) -> None:
        self.samples = np.zeros((int(length_s * RATE) + RATE, 2), np.float32)
        self.rng = np.random.default_rng(seed)
        self.kept: dict[tuple, NDArray[np.float32]] = {}

    def add(
        self,
        who: str,
        start: float,
        length: float,
        note: int,
        gain: float,
        pan: float = 0.5,
        *,
        vowel: int = 0,
        attack: float = 0.0,
    ) -> None:
        """Play one note: seconds, MIDI pitch (0 for drums), 0 left .. 1 right."""
        length = max(round(float(length) * 50) / 50, 0.04)
        key = (who, length, note, vowel, round(attack, 1) if who == "voice" else 0)
        if key not in self.kept:
            self.kept[key] = _Instrument(length, note, self.rng).play(who, vowel, attack)
        wave = self.kept[key]
        at = max(0, int(start * RATE))
        piece = self.samples[at : at + len(wave)]
        sides = np.array([np.cos(pan * np.pi / 2), np.sin(pan * np.pi / 2)])
        piece += (gain * wave[: len(piece), None] * sides).astype(np.float32)

    def mix(self) -> NDArray[np.float32]:
        """(n, 2): everything in a small room, softly limited."""
        room = np.zeros_like(self.samples)
        echoes = (
            (0.031, 0.2, False),
            (0.047, 0.16, True),
            (0.083, 0.1, False),
            (0.121, 0.07, True),
        )
        for delay_s, gain, swapped in echoes:
            delay = int(delay_s * RATE)
            heard = self.samples[:-delay, ::-1] if swapped else self.samples[:-delay]
            room[delay:] += gain * heard
        out = np.tanh(0.8 * (self.samples + room))
        out += 1e-4 * self.rng.standard_normal(out.shape)
        return out.astype(np.float32)


class _Instrument:
    """One note of one instrument, by adding harmonics or shaping noise."""

    def __init__(self, length: float, note: int, rng: np.random.Generator) -> None:
        self.length, self.rng = length, rng
        self.hz = 440.0 * 2 ** ((note - 69) / 12)

    def play(self, who: str, vowel: int, attack: float) -> NDArray[np.float32]:
        """Mono samples with a peak of 1."""
        tails = {"kick": 0.35, "snare": 0.3, "hat": 0.12, "open": 0.3, "crash": 2.0}
        tails["keys"] = self.length + 0.4
        t = np.arange(int(tails.get(who, self.length + 0.08) * RATE)) / RATE
        fade = np.clip((self.length + 0.07 - t) / 0.07, 0, 1) * np.clip(t / 0.008, 0, 1)
        if who in {"kick", "snare", "hat", "open", "crash"}:
            wave = self._drum(who, t)
        elif who == "voice":
            wave = self._voice(t, vowel, attack) * fade
        elif who == "keys":
            partials = [self._partial(t, k) / k**1.6 * np.exp(-t * (1.5 + k)) for k in range(1, 7)]
            wave = np.sum(partials, axis=0) * np.clip(t / 0.004, 0, 1)
        elif who == "pad":
            partials = [
                self._partial(t, k * spread) / k for k in range(1, 9) for spread in (0.997, 1.003)
            ]
            wave = np.sum(partials, axis=0) * fade * np.clip(t / 0.15, 0, 1)
        else:
            steep, count = (1.5, 7) if who == "bass" else (1.0, 13)
            wave = np.sum([self._partial(t, k) / k**steep for k in range(1, count)], axis=0) * fade
        return (wave / (np.abs(wave).max() + 1e-9)).astype(np.float32)

    def _partial(self, t: NDArray[np.float64], k: float) -> NDArray[np.float64]:
        return np.sin(2 * np.pi * self.hz * k * t)

    def _drum(self, who: str, t: NDArray[np.float64]) -> NDArray[np.float64]:
        if who == "kick":
            return np.sin(2 * np.pi * (48 * t + 5.5 * (1 - np.exp(-t * 30)))) * np.exp(-t * 11)
        noise = self.rng.standard_normal(t.size)
        if who == "snare":
            return (0.7 * noise + 0.6 * np.sin(2 * np.pi * 190 * t)) * np.exp(-t * 20)
        bright = np.diff(noise, n=2, prepend=[0, 0])
        return bright * np.exp(-t * {"hat": 60, "open": 14, "crash": 2.5}[who])

    def _voice(self, t: NDArray[np.float64], vowel: int, attack: float) -> NDArray[np.float64]:
        """Harmonics under three formants with vibrato; a strong attack is a consonant."""
        bend = 0.006 * np.sin(2 * np.pi * 5.5 * t) * np.clip(t / 0.2, 0, 1) - 0.02 * np.exp(-t * 30)
        phase = 2 * np.pi * np.cumsum(self.hz * (1 + bend)) / RATE
        wave = np.zeros_like(t)
        shapes = list(zip(VOWELS[vowel], (90, 120, 160), (1.0, 0.6, 0.35), strict=True))
        for k in range(1, int(min(24, 5000 / self.hz)) + 1):
            gain = sum(a / (1 + ((k * self.hz - f) / w) ** 2) for f, w, a in shapes)
            wave += (gain + 0.04) * np.sin(k * phase)
        if attack > 0.45:
            noise = np.diff(self.rng.standard_normal(t.size), prepend=0)
            wave += 0.8 * attack * noise * np.exp(-t * 45)
        return wave
