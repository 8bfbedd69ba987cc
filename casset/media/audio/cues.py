"""What beats, bars and levels are told from: curves over time, computed once a song.

Activations come from BeatNet on the sound at natural speed and slowed by 1.25 and 1.4 (plain
resampling, so pitch falls too): the networks were trained on few songs above 160 BPM and hear those
better slowed down. Onset strength comes in bands, harmony as chroma of the chords and of the bass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.fft
import soxr
from numpy.typing import NDArray

from casset.media.audio import beatnet
from casset.media.audio.decode import Sound

Floats = NDArray[np.floating]

SPEEDS = (1.0, 1.25, 1.4)  # length factors
GRID_FPS = 100  # activations are laid on this grid; the decoder gains 2 points of F over 50
FLUX_HOP = 105
FLUX_FPS = beatnet.SAMPLE_RATE / FLUX_HOP  # 210
CHROMA_FRAME = 4096
CHROMA_FPS = beatnet.FPS

ONSET_EDGES_HZ = (40, 200, 500, 1000, 2000, 4000, 8000, 11_000)
BASS_EDGES_HZ = (30, 110, 220)
CHORD_RANGE_HZ = (180, 2500)
BASS_RANGE_HZ = (40, 260)

QUIETEST_RMS, LOUDEST_RMS = 0.03, 0.5  # the networks are level dependent: log10(1 + x)


@dataclass(frozen=True)
class Cues:
    """Curves of one song.

    ``activations`` (speeds, frames, 2) beat and downbeat probability at ``GRID_FPS``; ``onset``
    (n,) strength of any onset, ``low`` (n,) of kick and bass, ``bands`` (n, 7) of each of
    ``ONSET_EDGES_HZ``, all at ``FLUX_FPS``, the first two with mean 1; ``chords`` and ``bass``
    (m, 12) chroma at ``CHROMA_FPS``.
    """

    activations: NDArray[np.float64]
    onset: Floats
    low: Floats
    bands: Floats
    chords: Floats
    bass: Floats
    duration: float

    @property
    def mean_activation(self) -> NDArray[np.float64]:
        """(frames, 2) mean over the speeds."""
        return self.activations.mean(axis=0)


def level(mono: Floats) -> float:
    """Root mean square of the sound."""
    return float(np.sqrt(np.mean(np.square(mono, dtype=np.float64)))) if len(mono) else 0.0


def listen(sound: Sound) -> Cues:
    """Compute all curves; about 4 CPU s for three minutes."""
    mono = sound.mono
    rms = level(mono)
    mono = mono * np.float32(np.clip(rms, QUIETEST_RMS, LOUDEST_RMS) / max(rms, 1e-9))
    resampled = soxr.resample(mono, sound.rate, beatnet.SAMPLE_RATE).astype(np.float32)
    onset_bands = _rise(_band_energy(resampled, 512, ONSET_EDGES_HZ), gain=3.0, lag=2)
    onset = np.convolve(onset_bands.sum(axis=1), np.hanning(5) / 2, "same")
    low = _rise(_band_energy(resampled, 1024, BASS_EDGES_HZ), gain=1.0, lag=3)
    chords, bass = _chroma(resampled)
    return Cues(
        activations=_activations(mono, resampled, sound),
        onset=onset / (onset.mean() + 1e-9),
        low=(low / (low.mean(axis=0) + 1e-9)).mean(axis=1),
        bands=onset_bands,
        chords=chords,
        bass=bass,
        duration=sound.duration,
    )


def around(curve: Floats, fps: float, times: Floats, before: float, after: float) -> Floats:
    """Maximum of ``curve`` (n,) or (n, k) from ``before`` s before to ``after`` s after each time."""
    centre = np.round(times * fps).astype(int)
    offsets = range(-int(before * fps), int(after * fps) + 1)
    near = [curve[np.clip(centre + k, 0, len(curve) - 1)] for k in offsets]
    return np.max(near, axis=0)


def _activations(mono: Floats, natural: Floats, sound: Sound) -> NDArray[np.float64]:
    """(speeds, frames, 2) on the grid of ``GRID_FPS``."""
    heard = []
    for speed in SPEEDS:
        slowed = (
            natural
            if speed == 1.0
            else soxr.resample(mono, sound.rate, beatnet.SAMPLE_RATE * speed).astype(np.float32)
        )
        heard.append(beatnet.features(slowed))
    grid = np.arange(int(sound.duration * GRID_FPS)) / GRID_FPS
    out = np.empty((len(SPEEDS), len(grid), 2))
    for row, speed, chances in zip(out, SPEEDS, beatnet.mean_activations(heard), strict=True):
        frames = np.arange(len(chances))
        for kind in (0, 1):
            row[:, kind] = np.interp(grid * speed * beatnet.FPS, frames, chances[:, kind])
    return out


def _magnitudes(
    mono: Floats, size: int, hop: int, reduce: Callable[[Floats], Floats], block: int = 2048
) -> Floats:
    """``reduce`` of the Hann magnitude spectra (frames, size / 2 + 1), block by block."""
    count = -(-len(mono) // hop)
    padded = np.concatenate(
        [np.zeros(size // 2, np.float32), mono, np.zeros(size, np.float32)], dtype=np.float32
    )
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][:count]
    window = np.hanning(size).astype(np.float32)
    return np.concatenate(
        [
            reduce(np.abs(scipy.fft.rfft(frames[first : first + block] * window, axis=1)))
            for first in range(0, count, block)
        ]
    )


def _band_energy(mono: Floats, size: int, edges_hz: tuple[int, ...]) -> Floats:
    """(n, bands) root energy between the edges, 210 a second."""
    hertz = np.fft.rfftfreq(size, 1 / beatnet.SAMPLE_RATE)
    cuts = [int(np.searchsorted(hertz, edge)) for edge in edges_hz]
    return _magnitudes(
        mono,
        size,
        FLUX_HOP,
        lambda spectra: np.sqrt(np.add.reduceat(spectra[:, : cuts[-1]] ** 2, cuts[:-1], axis=1)),
    )


def _rise(energy: Floats, gain: float, lag: int) -> Floats:
    """Positive difference of log(1 + gain x energy) over ``lag`` frames, centred between them."""
    log = np.log1p(gain * energy)
    risen = np.maximum(log[lag:] - log[:-lag], 0)
    return np.pad(risen, ((lag - lag // 2, lag // 2), (0, 0)))[: len(log)]


def _chroma(mono: Floats) -> tuple[Floats, Floats]:
    """(m, 12) of the chords and (m, 12) of the bass, from square roots of magnitudes."""
    hertz = np.fft.rfftfreq(CHROMA_FRAME, 1 / beatnet.SAMPLE_RATE)
    pitch = 12 * np.log2(np.maximum(hertz, 1) / 440) + 69
    nearest = np.round(pitch)
    in_tune = np.maximum(0, 1 - 2 * np.abs(pitch - nearest))
    fold = in_tune[:, None] * (nearest[:, None] % 12 == np.arange(12))
    bank = np.concatenate(
        [
            fold * ((hertz >= low) & (hertz < high))[:, None]
            for low, high in (CHORD_RANGE_HZ, BASS_RANGE_HZ)
        ],
        axis=1,
    ).astype(np.float32)
    both = _magnitudes(mono, CHROMA_FRAME, beatnet.HOP, lambda s: np.sqrt(s) @ bank, 1024)
    return both[:, :12], both[:, 12:]
