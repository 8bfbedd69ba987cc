"""How loud a song is: integrated loudness, loudness range and true peak, as ITU-R BS.1770-4 and EBU R 128 count them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from casset.media.audio.decode import Sound

OFFSET = -0.691  # BS.1770-4: makes a 997 Hz sine read its own level
ABSOLUTE_GATE = -70.0
BLOCK_S = 0.4
STEP_S = 0.1
CHUNK_S = 10.0


@dataclass(frozen=True)
class Loudness:
    """``integrated`` LUFS, ``true_peak`` dBTP, ``range`` LU (EBU Tech 3342). None in silence."""

    integrated: float | None
    true_peak: float | None
    range: float | None


def measure(sound: Sound) -> Loudness:
    """Loudness of a whole song, both channels counted as left and right. About 1 CPU second for three minutes."""
    steps = _step_powers(sound)
    blocks = _gated(_running(steps, round(BLOCK_S / STEP_S)), relative=-10.0)
    integrated = _lufs(float(blocks.mean())) if blocks.size else None
    return Loudness(
        integrated=integrated,
        true_peak=true_peak(sound.samples, sound.rate),
        range=_range(steps) if integrated is not None else None,
    )


def weighting(rate: int) -> NDArray[np.float64]:
    """(2, 6) second-order sections of the K filter at any rate: a shelf for the head, a high pass for the ear.

    Analogue values that give BS.1770-4's table at 48 kHz, found by Brecht De Man (2018).
    """
    head, gain, head_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * head / rate)
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    norm = 1 + k / head_q + k * k
    shelf = [
        (high + band * k / head_q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / head_q + k * k) / norm,
        1.0,
        2 * (k * k - 1) / norm,
        (1 - k / head_q + k * k) / norm,
    ]
    ear, ear_q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * ear / rate)
    norm = 1 + k / ear_q + k * k
    cut = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / norm, (1 - k / ear_q + k * k) / norm]
    return np.array([shelf, cut])


def true_peak(samples: NDArray[np.float32], rate: int) -> float | None:
    """dBTP: the highest value between the samples, seen by four times oversampling; None in silence.

    Only stretches that come within 6 dB of the sample peak are looked at.
    """
    peak = float(np.abs(samples).max()) if samples.size else 0.0
    if peak < 1e-6:
        return None
    size, margin = 4096, 32
    times = max(1, round(4 * 48_000 / rate)) if rate < 96_000 else 2
    for start in range(0, len(samples), size):
        if np.abs(samples[start : start + size]).max() < 0.5 * peak:
            continue
        first = max(0, start - margin)
        finer = signal.resample_poly(samples[first : start + size + margin], times, 1, axis=0)
        inner = finer[(start - first) * times :][
            : size * times
        ]  # a cut's own ringing does not count
        peak = max(peak, float(np.abs(inner).max()))
    return 20 * float(np.log10(peak))


def _step_powers(sound: Sound) -> NDArray[np.float64]:
    """(steps,) mean square of the K-weighted channels, summed, in steps of 100 ms."""
    sections = weighting(sound.rate)
    step = round(STEP_S * sound.rate)
    chunk = step * round(CHUNK_S / STEP_S)
    memory = np.zeros((len(sections), 2, sound.samples.shape[1]))
    powers = []
    for start in range(0, len(sound.samples), chunk):
        heard, memory = signal.sosfilt(
            sections, sound.samples[start : start + chunk].astype(np.float64), axis=0, zi=memory
        )
        whole = len(heard) // step
        squares = np.square(heard[: whole * step]).reshape(whole, step, heard.shape[1])
        powers.append(squares.mean(axis=1).sum(axis=1))
    found = np.concatenate(powers) if powers else np.zeros(0)
    if not found.size and len(sound.samples):
        found = np.array([np.square(sound.samples).mean(axis=0).sum()])
    return found


def _running(steps: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Mean power of every stretch of ``count`` steps; of all of them where there are fewer."""
    if not steps.size:
        return steps
    count = min(count, steps.size)
    return np.convolve(steps, np.ones(count) / count, "valid")


def _gated(powers: NDArray[np.float64], relative: float) -> NDArray[np.float64]:
    """The powers louder than -70 LUFS and than the mean of those plus ``relative`` LU."""
    loud = powers[powers > _power(ABSOLUTE_GATE)]
    if not loud.size:
        return loud
    return loud[loud > loud.mean() * 10 ** (relative / 10)]


def _range(steps: NDArray[np.float64]) -> float:
    """Loudness range, LU: from the 10th to the 95th percentile of 3 s loudness, gated at -20 LU."""
    short = _gated(_running(steps, 30), relative=-20.0)
    if not short.size:
        return 0.0
    low, high = np.percentile(10 * np.log10(short), [10, 95])
    return float(high - low)


def _lufs(power: float) -> float:
    return OFFSET + 10 * float(np.log10(power))


def _power(lufs: float) -> float:
    return 10 ** ((lufs - OFFSET) / 10)
