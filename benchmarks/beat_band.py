"""Plays the songs of ``beat_scores``: with instruments made of numpy, or with a SoundFont.

The SoundFont needs ``pip install --no-deps tinysoundfont`` and a General MIDI ``.sf2`` file (Debian
has ``timgm6mb-soundfont`` and ``fluid-soundfont-gm``). Room, tone, distortion, noise and level are drawn by lot.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from benchmarks.beat_scores import DRUMS, Note, Score
from benchmarks.beat_songs import DrawnSong
from casset.media.audio.decode import RATE, Sound

Floats = NDArray[np.float64]

DRUM_CHANNEL = 9
CHANNELS = {"bass": 0, "chords": 1, "comp": 2, "lead": 3}
DRUM_GAIN = {
    "hat": 0.5,
    "ride": 0.5,
    "shaker": 0.45,
    "pedal": 0.45,
    "tambourine": 0.45,
    "crash": 0.7,
}


def perform(score: Score, seed: int, soundfont: Path | None = None) -> DrawnSong:
    """The song as sound with its truth; with numpy's instruments where no SoundFont is given."""
    rng = np.random.default_rng([seed, 7])
    dry = _with_soundfont(score, soundfont) if soundfont else _with_numpy(score, rng)
    wet = _mixed(dry / (np.abs(dry).max() + 1e-9), rng)
    sound = Sound(np.repeat(wet.astype(np.float32)[:, None], 2, axis=1))
    return DrawnSong(score.name, sound, score.beats, score.numbers, score.bpm)


@cache
def _synth(soundfont: Path) -> tuple[Any, int]:
    import tinysoundfont

    synth = tinysoundfont.Synth(samplerate=RATE)
    return synth, synth.sfload(str(soundfont))


def _with_soundfont(score: Score, soundfont: Path) -> Floats:
    synth, font = _synth(soundfont)
    synth.sounds_off()
    for voice, channel in CHANNELS.items():
        synth.program_select(channel, font, 0, score.programs[voice])
    synth.program_select(DRUM_CHANNEL, font, 128, 0, True)
    events: list[tuple[int, int, int, int]] = []
    for note in score.notes:
        channel = CHANNELS.get(note.voice, DRUM_CHANNEL)
        velocity = int(np.clip(127 * note.strength * DRUM_GAIN.get(note.voice, 0.85), 8, 127))
        events.append((int(note.start * RATE), channel, note.pitch, velocity))
        events.append((int((note.start + note.length) * RATE), channel, note.pitch, 0))
    out, at = [], 0
    end = int(score.seconds * RATE)
    for when, channel, pitch, velocity in sorted(events, key=lambda e: (e[0], e[3] > 0)):
        if when > end:
            break
        if when > at:
            out.append(_generated(synth, when - at))
            at = when
        if velocity:
            synth.noteon(channel, pitch, velocity)
        else:
            synth.noteoff(channel, pitch)
    out.append(_generated(synth, end - at))
    return np.concatenate(out).astype(float)


def _generated(synth: Any, samples: int) -> NDArray[np.float32]:
    heard = np.frombuffer(bytes(synth.generate(samples)), np.float32)
    return heard.reshape(-1, 2).mean(axis=1)


def _with_numpy(score: Score, rng: np.random.Generator) -> Floats:
    out = np.zeros(int(score.seconds * RATE) + RATE)
    kit, made = _Kit(rng), {}
    for note in score.notes:
        key = (note.voice, note.pitch, round(note.length, 1))
        if key not in made:
            program = score.programs.get(note.voice, 0)
            made[key] = kit.drum(note) if note.voice not in CHANNELS else kit.tone(note, program)
        first = int(note.start * RATE)
        tone = made[key][: max(len(out) - first, 0)]
        out[first : first + len(tone)] += note.strength * tone
    return out[: int(score.seconds * RATE)]


class _Kit:
    """Instruments of one band; their sizes and tunings are drawn by lot."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.kick_hz, self.kick_s = rng.uniform(42, 65), rng.uniform(0.05, 0.16)
        self.snare_hz, self.snare_s = rng.uniform(150, 260), rng.uniform(0.03, 0.1)
        self.hat_s = rng.uniform(0.008, 0.04)
        self.bright = rng.uniform(0.9, 2.0)
        self.gains = {name: rng.uniform(0.6, 1.3) for name in (*DRUMS, *CHANNELS)}

    def drum(self, note: Note) -> Floats:
        return self.gains.get(note.voice, 1.0) * self._drum(note.voice, note.pitch)

    def _drum(self, voice: str, pitch: int) -> Floats:
        if voice == "kick":
            t = _seconds(0.35)
            return 0.9 * np.sin(2 * np.pi * (self.kick_hz * t + 2.5 * (1 - np.exp(-t / 0.025)))) * np.exp(-t / self.kick_s)  # fmt: skip
        if voice in ("snare", "tom") and pitch in (38, 40):
            t = _seconds(0.3)
            return 0.5 * (0.7 * self._noise(t) * np.exp(-t / self.snare_s) + np.sin(2 * np.pi * self.snare_hz * t) * np.exp(-t / 0.04))  # fmt: skip
        if voice in ("tom", "conga"):
            t, hz = _seconds(0.3), 440 * 2 ** ((pitch - 64) / 12) * 0.4
            return (
                0.5
                * np.sin(2 * np.pi * (hz * t + 0.6 * (1 - np.exp(-t / 0.03))))
                * np.exp(-t / 0.09)
            )
        if voice == "clap":
            t = _seconds(0.2)
            return 0.4 * self._noise(t) * np.exp(-(t % 0.011) / 0.006 * (t < 0.033) - t / 0.06)
        if voice in ("rim", "clave", "cowbell"):
            t = _seconds(0.15)
            hz, s = {"rim": (1700, 0.012), "clave": (2500, 0.02), "cowbell": (560, 0.06)}[voice]
            return 0.35 * (np.sin(2 * np.pi * hz * t) + 0.6 * np.sin(2 * np.pi * 1.48 * hz * t)) * np.exp(-t / s)  # fmt: skip
        t = _seconds(1.2 if voice in ("ride", "crash") else 0.15)
        s = {"ride": 0.25, "crash": 0.5, "shaker": 0.03, "tambourine": 0.05}.get(voice, self.hat_s)
        hiss = np.diff(self._noise(t), prepend=0.0) * np.exp(-t / s)
        return 0.2 * hiss * (np.minimum(t / 0.02, 1) if voice == "shaker" else 1.0)

    def tone(self, note: Note, program: int) -> Floats:
        t = _seconds(min(note.length, 4.0) + 0.15)
        hz = 440 * 2 ** ((note.pitch - 69) / 12)
        rise_s, fall_s = _envelope(program)
        out = np.zeros(len(t))
        for k in range(1, 12):
            if k * hz > 9000:
                break
            decay = np.exp(-t * (1 + 0.4 * k) / fall_s) if fall_s else 1.0
            wobble = 0.004 * np.sin(2 * np.pi * 5 * t) if program >= 40 else 0.0
            out += np.sin(2 * np.pi * k * hz * t * (1 + wobble / 40) + k) / k**self.bright * decay
        shape = np.minimum(t / rise_s, 1) * np.clip((note.length + 0.15 - t) / 0.12, 0, 1)
        level = {"bass": 0.4, "chords": 0.13, "comp": 0.1, "lead": 0.22}[note.voice]
        return level * self.gains[note.voice] * out * shape

    def _noise(self, t: Floats) -> Floats:
        return self.rng.normal(0, 0.6, len(t))


def _envelope(program: int) -> tuple[float, float]:
    """(attack s, decay s; 0 sustains) of a General MIDI program, roughly."""
    if program < 16 or 24 <= program < 40 or program == 46:
        return 0.003, 0.7
    if program < 24:
        return 0.012, 0.0
    if 48 <= program < 56 or 88 <= program < 96:
        return 0.12, 0.0
    return 0.03, 0.0


def _seconds(length: float) -> Floats:
    return np.arange(int(length * RATE)) / RATE


def _mixed(dry: Floats, rng: np.random.Generator) -> Floats:
    """Through a room, a tone control, a little distortion and noise, to some level."""
    out = dry
    if rng.random() < 0.7:
        t = _seconds(float(rng.uniform(0.15, 1.2)))
        room = rng.normal(0, 1, len(t)) * np.exp(-6 * t / t[-1])
        out = out + rng.uniform(0.05, 0.3) * scipy.signal.fftconvolve(out, room / np.sqrt((room**2).sum()))[: len(out)]  # fmt: skip
    if rng.random() < 0.5:
        out = scipy.signal.sosfilt(scipy.signal.butter(1, rng.uniform(2500, 12000), fs=RATE, output="sos"), out)  # fmt: skip
    if rng.random() < 0.3:
        out = scipy.signal.sosfilt(scipy.signal.butter(1, rng.uniform(60, 180), "high", fs=RATE, output="sos"), out)  # fmt: skip
    out = out / (np.abs(out).max() + 1e-9)
    if rng.random() < 0.5:
        drive = rng.uniform(1.5, 5)
        out = np.tanh(drive * out) / np.tanh(drive)
    if rng.random() < 0.2:
        out = out + rng.uniform(0.0005, 0.005) * rng.normal(0, 1, len(out))
    return out * rng.uniform(0.25, 0.95) / (np.abs(out).max() + 1e-9)
