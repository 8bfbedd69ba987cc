"""What the music does to the picture: one value a film frame for every musical uniform.

All curves are 0..1 and normalised within the song, so that a quiet song moves as much as a loud
one and silence rests. Frame ``n`` is what is heard at ``n / fps`` seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import AudioAnalysis, Section
from casset.media.audio.decode import Sound

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

GRID = 60.0  # envelope points a second
WINDOW = 2048  # samples of one spectrum, 46 ms at 44.1 kHz
BANDS_HZ = {"energy": (40, 12_000), "bass": (30, 150), "mid": (200, 2_500), "treb": (4_000, 14_000)}
ATTACK_S, RELEASE_S = 0.030, 0.200
ONSET_DECAY_S = 0.065  # down to a tenth in 150 ms
SILENCE_DB = -62.0  # below this nothing moves, whatever the song's own range
PULSE_ATTACK_S = 0.060  # centred on the beat; nothing may pop, WCAG 2.3.1 counts fast changes
PULSE_DECAY = 4.2
FASTEST_BPM = 180.0  # above it every second beat pulses, so that flashes stay under 3 a second
LEVEL_SLEW_S = 1.2
LEVELS = {
    "intro": 0.3, "verse": 0.4, "chorus": 1.0, "bridge": 0.55, "outro": 0.3, "instrumental": 0.7,
}  # fmt: skip
UNIFORMS = {
    "beat": "uBeat", "pulse": "uPulse", "bar": "uBar", "energy": "uEnergy", "bass": "uBass",
    "mid": "uMid", "treb": "uTreb", "onset": "uOnset", "level": "uLevel", "progress": "uProg",
}  # fmt: skip
SUDDEN = ("uPulse", "uOnset", "uBass", "uTreb", "uEnergy")
# How much calmer the light gets, step by step, in what flashes too often.
CALM_STEPS = (0.5, 0.8, 1.0)


@dataclass(frozen=True, eq=False)
class MusicCurves:
    """The musical uniforms, each (frames,) float32 in 0..1."""

    beat: F32  # phase in the beat
    pulse: F32  # up within 60 ms of the beat, then decaying, by how strong the beat is
    bar: F32  # phase in the bar
    energy: F32
    bass: F32
    mid: F32
    treb: F32
    onset: F32  # attack of a note or drum, decaying in 150 ms
    level: F32  # of the section: verse .4, chorus 1
    progress: F32  # through the song

    def __len__(self) -> int:
        return len(self.beat)

    def at(self, frame: int) -> dict[str, float]:
        """Uniform values of one film frame by their GLSL names; the ends hold beyond the song."""
        index = min(max(frame, 0), len(self) - 1)
        return {uniform: float(getattr(self, name)[index]) for name, uniform in UNIFORMS.items()}

    def save(self, path: Path) -> None:
        """Write an .npz file."""
        np.savez_compressed(
            path, **{field.name: getattr(self, field.name) for field in fields(self)}
        )

    @classmethod
    def load(cls, path: Path) -> MusicCurves:
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(**{field.name: stored[field.name] for field in fields(cls)})

    def part(self, first: int, count: int) -> MusicCurves:
        """``count`` frames from ``first`` on, which become frame 0 and the following; the ends hold."""
        rows = np.clip(np.arange(first, first + count), 0, len(self) - 1)
        return MusicCurves(
            **{field.name: getattr(self, field.name)[rows] for field in fields(self)}
        )

    @classmethod
    def from_song(
        cls, sound: Sound, analysis: AudioAnalysis, fps: float = 30.0, *, late_s: float = 0.0
    ) -> MusicCurves:
        """Measure a song; about a third of a CPU second a minute.

        Frame 0 is what is heard at ``late_s``, which is less than a frame: for a hook that begins
        between two frames of the song.
        """
        count = max(int(np.ceil((sound.duration - late_s) * fps)), 1)
        times = late_s + np.arange(count) / fps
        bands, flux = _spectra(sound)
        curves = {name: _sample(_follow(_normalise(db)), times) for name, db in bands.items()}
        onset = _sample(_decay(_peaks(flux)), times)
        sounding = np.clip(curves["energy"] / 0.12, 0, 1)
        slow = _smooth(sounding, 0.5 * fps)
        beats = np.asarray(analysis.beat_timestamps, np.float64)
        if len(beats) >= 2:
            beat, pulse, bar = _beat_curves(times, beats, analysis)
        else:  # no beat to show: the attacks move the picture, and a slow bar keeps walkers walking
            beat, pulse, bar = np.zeros(count), 0.6 * onset, np.mod(times / 2.4, 1.0)
        if analysis.song_structure:
            level = _section_level(times, analysis.song_structure, sound.duration)
        else:
            level = 0.25 + 0.6 * _smooth(curves["energy"], 4 * fps)
        return cls(
            beat=_unit(beat),
            pulse=_unit(pulse * sounding),
            bar=_unit(bar),
            energy=_unit(curves["energy"]),
            bass=_unit(curves["bass"]),
            mid=_unit(curves["mid"]),
            treb=_unit(curves["treb"]),
            onset=_unit(onset * sounding),
            level=_unit(level * slow),
            progress=_unit(times / max(sound.duration, 1e-6)),
        )


def softened(music: Mapping[str, float], calm: float) -> Mapping[str, float]:
    """The music with its sudden moves taken back: all of them at ``calm`` 1, none at 0."""
    if not calm:
        return music
    keep = 1.0 - calm
    return dict(music) | {name: music[name] * keep for name in SUDDEN}


def next_calm(calm: float) -> float | None:
    """The next step of calmer light after ``calm``; None when it cannot get calmer."""
    return next((step for step in CALM_STEPS if step > calm), None)


def _unit(curve: NDArray) -> F32:
    return np.clip(curve, 0, 1).astype(np.float32)


def _spectra(sound: Sound) -> tuple[dict[str, F64], F64]:
    """Band levels in dB and spectral flux, both (points,) on the envelope grid."""
    hop = sound.rate / GRID
    count = max(int(np.ceil(sound.duration * GRID)), 1)
    padded = np.pad(sound.mono, (WINDOW // 2, WINDOW))
    window = np.hanning(WINDOW).astype(np.float32)
    hz = np.fft.rfftfreq(WINDOW, 1 / sound.rate)
    # A full-scale sine has a power of 1 summed over its bins.
    scale = 2 / (np.sum(window**2) * WINDOW / 2)
    masks = {name: (hz >= low) & (hz < high) for name, (low, high) in BANDS_HZ.items()}
    edges = np.searchsorted(hz, np.geomspace(80, 14_000, 25))
    levels = {name: np.empty(count) for name in masks}
    tilted = np.empty((count, len(edges) - 1), np.float32)
    for first in range(0, count, 1024):
        last = min(first + 1024, count)
        starts = np.round(np.arange(first, last) * hop).astype(np.int64)
        frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[starts] * window
        power = np.abs(np.fft.rfft(frames, axis=1)) ** 2 * scale
        for name, mask in masks.items():
            levels[name][first:last] = power[:, mask].sum(axis=1)
        tilted[first:last] = np.add.reduceat(power, edges, axis=1)[:, : len(edges) - 1]
    bands = {name: 10 * np.log10(level + 1e-12) for name, level in levels.items()}
    compressed = np.log10(tilted + 10 ** (SILENCE_DB / 10))
    flux = np.maximum(np.diff(compressed, axis=0, prepend=compressed[:1]), 0).mean(axis=1)
    return bands, flux


def _normalise(db: F64) -> F64:
    """dB to 0..1: the song's loud parts near .9, what lies a range below at 0, silence at 0."""
    heard = db[db > SILENCE_DB]
    if len(heard) < 4:
        return np.zeros_like(db)
    low, top = np.percentile(heard, [10, 95])
    reach = np.clip(top - low, 14.0, 32.0)
    return np.clip(0.9 * (db - (top - reach)) / reach, 0, 1) * (db > SILENCE_DB)


def _follow(curve: F64) -> F64:
    """An envelope follower: up with ``ATTACK_S``, down with ``RELEASE_S``."""
    up = 1 - np.exp(-1 / (GRID * ATTACK_S))
    down = 1 - np.exp(-1 / (GRID * RELEASE_S))
    value, out = 0.0, []
    for target in curve.tolist():
        value += (target - value) * (up if target > value else down)
        out.append(value)
    return np.asarray(out)


def _peaks(flux: F64) -> F64:
    """Spectral flux as 0..1: what stands out of its surroundings of a second."""
    surplus = np.maximum(flux - 1.3 * _smooth(flux, GRID), 0)
    strong = surplus[surplus > 0]
    if len(strong) == 0:
        return np.zeros_like(flux)
    return np.clip(surplus / max(float(np.percentile(strong, 90)), 0.02), 0, 1)


def _decay(hits: F64) -> F64:
    """Hits that ring out; the rise is spread over two points (33 ms)."""
    keep = float(np.exp(-1 / (GRID * ONSET_DECAY_S)))
    value, out = 0.0, []
    for hit in hits.tolist():
        value = max(hit, value * keep)
        out.append(value)
    ringing = np.asarray(out)
    return 0.5 * (ringing + np.concatenate([[0.0], ringing[:-1]]))


def _smooth(curve: NDArray, width: float) -> F64:
    """Centred moving average over ``width`` points."""
    size = max(round(width), 1)
    padded = np.pad(np.asarray(curve, np.float64), (size // 2, size - 1 - size // 2), mode="edge")
    sums = np.cumsum(np.concatenate([[0.0], padded]))
    return (sums[size:] - sums[:-size]) / size


def _sample(curve: F64, times: F64) -> F64:
    return np.interp(times * GRID, np.arange(len(curve)), curve)


def _beat_curves(times: F64, beats: F64, analysis: AudioAnalysis) -> tuple[F64, F64, F64]:
    """Beat phase, pulse and bar phase at ``times``."""
    numbers = _numbers(len(beats), analysis)
    period = float(np.median(np.diff(beats)))
    strong = _strength(len(beats), numbers, analysis)
    shown = _shown_beats(beats, numbers, analysis.metre)
    index, phase, _ = _phase(times, beats[shown], period)
    beat = np.where((index < 0) | (phase >= 1), 0.0, phase)
    # The attack begins half its length early, so that the picture is half way up on the beat.
    index, phase, since = _phase(times, beats[shown] - PULSE_ATTACK_S / 2, period)
    attack = np.clip(since / PULSE_ATTACK_S, 0, 1)
    falling = np.maximum(phase * (1 - PULSE_ATTACK_S / np.maximum(since, 1e-6)), 0)
    pulse = strong[shown][np.maximum(index, 0)] * attack * np.exp(-PULSE_DECAY * falling)
    pulse = np.where((index < 0) | (phase >= 1), 0.0, pulse)
    return beat, pulse, _bar_phase(times, beats, numbers, analysis.metre, period)


def _numbers(count: int, analysis: AudioAnalysis) -> NDArray[np.int64]:
    """Position in the bar of each beat, 1 = downbeat; counted off where the parser gave none."""
    if len(analysis.beat_numbers) == count:
        return np.asarray(analysis.beat_numbers, np.int64)
    return np.arange(count) % max(analysis.metre, 1) + 1


def _strength(count: int, numbers: NDArray[np.int64], analysis: AudioAnalysis) -> F64:
    """How far the picture moves on each beat, .45..1."""
    features = analysis.beat_features
    strong = np.full(count, 0.85)
    if len(features.energy) == count:
        energy = np.asarray(features.energy)
        attack = np.asarray(features.onset) if len(features.onset) == count else energy
        strong = 0.5 + 0.35 * energy + 0.15 * attack
    return np.clip(strong * np.where(numbers == 1, 1.0, 0.9), 0.45, 1.0)


def _shown_beats(beats: F64, numbers: NDArray[np.int64], metre: int) -> NDArray[np.int64]:
    """Indices of the beats that pulse: all, or every second one where they come too fast."""
    gaps = np.diff(beats, append=2 * beats[-1] - beats[-2])
    shown: list[int] = []
    for i in range(len(beats)):
        fast = float(np.median(gaps[max(i - 4, 0) : i + 5])) < 60 / FASTEST_BPM
        after_shown = bool(shown) and shown[-1] == i - 1
        weak_start = not shown and metre % 2 == 0 and numbers[i] % 2 == 0
        if fast and (after_shown or weak_start):
            continue
        shown.append(i)
    return np.asarray(shown or [0], np.int64)


def _phase(times: F64, beats: F64, period: float) -> tuple[NDArray[np.int64], F64, F64]:
    """For each time the last beat's index (-1 before the first), the phase after it and seconds
    since it. A gap of more than two periods counts as a beat and then a rest (phase 1)."""
    index = np.searchsorted(beats, times + 1e-9, side="right") - 1
    gaps = np.append(np.diff(beats), period)
    gaps = np.where(gaps > 2.2 * max(period, float(np.median(gaps))), period, gaps)
    at = np.maximum(index, 0)
    since = np.maximum(times - beats[at], 0.0)
    return index, np.minimum(since / gaps[at], 1.0), since


def _bar_phase(
    times: F64, beats: F64, numbers: NDArray[np.int64], metre: int, period: float
) -> F64:
    """Phase in the bar, rising evenly from each downbeat to the next whatever the metre."""
    bars = beats[numbers == 1]
    if len(bars) < 2:
        return np.mod((times - beats[0]) / (period * max(metre, 1)), 1.0)
    bar = float(np.median(np.diff(bars)))
    before = np.arange(1, int(bars[0] / bar) + 3)[::-1]
    after = np.arange(1, int((max(times[-1], bars[-1]) - bars[-1]) / bar) + 3)
    grid = np.concatenate([bars[0] - before * bar, bars, bars[-1] + after * bar])
    return np.mod(np.interp(times, grid, np.arange(len(grid))), 1.0)


def _section_level(times: F64, sections: tuple[Section, ...], duration: float) -> F64:
    """Section level, slewed over ``LEVEL_SLEW_S``, most of it after the boundary."""
    step = np.full(len(times), 0.4)
    for section in sections:
        inside = (times >= section.start) & (times < section.end)
        step[inside] = 0.7 * LEVELS[section.type] + 0.3 * section.energy_value
    spacing = times[1] - times[0] if len(times) > 1 else 1.0
    width = LEVEL_SLEW_S / spacing
    smooth = _smooth(_smooth(step, width), width)
    late = min(int(0.3 / spacing), len(times) - 1)
    return np.concatenate([np.full(late, smooth[0]), smooth[: len(smooth) - late]])
