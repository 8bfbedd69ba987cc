"""How strongly a song pulses at multiples and fractions of a supposed beat.

Each curve (activations, onsets, bass, snare, harmony) is read at twelve points a beat along
the supposed beats and Fourier transformed in windows of 24 beats. A backbeat shows as a snare pulse
every second beat; eighth hats at twice the beat; a bar of three at a third. At twice the true tempo
the same song shows its pulses an octave lower, and that is how levels are told apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import cues

Floats = NDArray[np.floating]

POINTS = 12  # a beat
WINDOW = 24  # beats
CYCLES = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 3 / 2, 2, 3, 4)  # per beat; whole in windows of 12 beats
FEWEST_BEATS = 13
HARMONY_REACH = 18  # chroma frames before and after a moment that are compared (0.36 s)

SNARE_BANDS = slice(3, 6)  # of cues.ONSET_EDGES_HZ: 1 to 8 kHz

Curves = dict[str, tuple[Floats, float]]


def curves(heard: cues.Cues) -> Curves:
    """Every curve as (values, values a second)."""
    pulse = np.sqrt(heard.activations.max(axis=2))
    flux = {
        "onset": heard.onset,
        "low": heard.low,
        "snare": heard.bands[:, SNARE_BANDS].sum(axis=1),
    }
    return {
        "a10": (pulse[0], cues.GRID_FPS),
        "a125": (pulse[1], cues.GRID_FPS),
        "a14": (pulse[2], cues.GRID_FPS),
        "down": (np.sqrt(heard.activations[:, :, 1].mean(axis=0)), cues.GRID_FPS),
        **{name: (_smooth(curve), cues.FLUX_FPS) for name, curve in flux.items()},
        "harm": (_harmonic_change(heard), cues.CHROMA_FPS),
    }


def profile(beats: Floats, of: Curves) -> dict[str, float]:
    """Pulse of each curve at each of ``CYCLES`` against its mean, as ``"snare@0.50"``.

    At the beat and its multiples the part in phase with the beats (negative: between them), else the
    size alone, for where a bar begins is not known yet. Two thirds and three halves betray a waltz
    heard at half its tempo and dotted beats heard plain. Needs 13 beats.
    """
    count = len(beats) - 1
    at = np.interp(np.arange(count * POINTS) / POINTS, np.arange(len(beats)), beats)
    window = min(WINDOW, count // 12 * 12)
    starts = range(0, (count - window) * POINTS + 1, window // 2 * POINTS)
    out = {}
    for name, (curve, fps) in of.items():
        read = np.interp(at * fps, np.arange(len(curve)), curve)
        spectra = np.fft.rfft([read[s : s + window * POINTS] for s in starts], axis=1)
        mean = spectra[:, 0].real.sum() + 1e-6
        for cycles in CYCLES:
            line = spectra[:, round(cycles * window)]
            in_phase = cycles in (1, 2, 3, 4)
            strength = line.real.sum() if in_phase else np.abs(line).sum()
            out[f"{name}@{cycles:.2f}"] = float(strength / mean)
    return out


def _smooth(curve: Floats) -> Floats:
    return np.convolve(curve, np.hanning(11) / 5, "same")


def _harmonic_change(heard: cues.Cues) -> Floats:
    """(m,) 1 - cosine of chroma 0.36 s before and after, above its median."""
    log = np.log1p(np.concatenate([heard.chords, heard.bass], axis=1))
    running = np.concatenate([np.zeros((1, log.shape[1])), np.cumsum(log, axis=0)])
    here = np.arange(len(log))
    past = running[here] - running[np.maximum(here - HARMONY_REACH, 0)]
    coming = running[np.minimum(here + HARMONY_REACH, len(log))] - running[here]
    norms = np.linalg.norm(past, axis=1) * np.linalg.norm(coming, axis=1)
    change = 1 - (past * coming).sum(axis=1) / (norms + 1e-6)
    usual = np.median(change)
    change[:HARMONY_REACH] = change[-HARMONY_REACH:] = usual
    return np.maximum(change - usual, 0)
