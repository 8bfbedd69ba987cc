"""BeatNet's beat and downbeat activations in numpy: no torch, no madmom.

The three networks are those of M. Heydari, F. Cwitkowitz and Z. Duan, "BeatNet: CRNN and Particle
Filtering for Online Joint Beat, Downbeat and Meter Tracking" (ISMIR 2021), weights under CC BY 4.0
(credited in NOTICE). They are read from the files of the installed ``BeatNet`` 1.1.3 wheel, whose
package is never imported. They differ in what they were trained on; their mean is used.

From sound to activations: mono at 22 050 Hz; Hann frames of 1411 samples every 441 (50 a second);
136 triangular bands, 24 to the octave from 30 Hz to 17 kHz, each of area 1; log10(1 + x); beside it
the positive difference to the frame before (272 values a frame); a convolution over ten bands with
ReLU and max pooling; a linear layer; two LSTM layers of 150; softmax over beat, downbeat, neither.
Features equal madmom's to 3e-6 and activations (of up to a minute) torch's to 3e-6.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from casset.lib.errors import MissingCapability
from casset.media.audio import checkpoint

SAMPLE_RATE = 22_050
FRAME = 1411
HOP = 441
FPS = SAMPLE_RATE / HOP  # 50

LANE = 3000  # frames an LSTM lane yields (60 s)
WARM_UP = 500  # frames it hears before (10 s): activations then differ by 1e-4 on average
BLOCK = 2048  # frames transformed at once, to stay in cache

Floats = NDArray[np.float32]


def features(mono: Floats) -> Floats:
    """Return (frames, 272) features of (samples,) mono sound at ``SAMPLE_RATE``, 50 frames a second."""
    bank, window = _filter_bank(), np.hanning(FRAME).astype(np.float32)
    bands = bank.shape[1]
    count = -(-len(mono) // HOP)
    padded = np.concatenate(
        [np.zeros(FRAME // 2, np.float32), mono, np.zeros(FRAME, np.float32)], dtype=np.float32
    )
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:count]
    out = np.zeros((count, 2 * bands), np.float32)
    for first in range(0, count, BLOCK):
        spectrum = np.abs(scipy.fft.rfft(frames[first : first + BLOCK] * window, axis=1))
        out[first : first + BLOCK, :bands] = np.log10(spectrum[:, : FRAME // 2] @ bank + 1.0)
    np.maximum(out[1:, :bands] - out[:-1, :bands], 0, out=out[1:, bands:])
    return out


@cache
def _filter_bank() -> Floats:
    """(705, 136) triangular filters on the FFT bins nearest to 24 frequencies an octave round 440 Hz."""
    bins = FRAME // 2
    steps = np.arange(np.floor(24 * np.log2(30.0 / 440.0)), np.ceil(24 * np.log2(17_000.0 / 440.0)))
    centres = 440.0 * 2.0 ** (steps / 24)
    centres = centres[(centres >= 30.0) & (centres <= 17_000.0)]
    hertz = np.arange(bins) * (SAMPLE_RATE / (2 * bins))
    above = np.clip(np.searchsorted(hertz, centres), 1, bins - 1)
    nearest = np.unique(above - (centres - hertz[above - 1] < hertz[above] - centres))
    bank = np.zeros((bins, len(nearest) - 2), np.float32)
    for band, (start, peak, stop) in enumerate(
        zip(nearest[:-2], nearest[1:-1], nearest[2:], strict=True)
    ):
        if stop - start < 2:
            peak, stop = start, start + 1
        rise = np.linspace(0, 1, peak - start, endpoint=False)
        fall = np.linspace(1, 0, stop - peak, endpoint=False)
        triangle = np.concatenate([rise, fall])
        bank[start:stop, band] = triangle / triangle.sum()
    return bank


class Network:
    """One of the three CRNNs."""

    def __init__(self, path: Path | str):
        weights = {k: v.astype(np.float32) for k, v in checkpoint.read_tensors(path).items()}
        try:
            self.kernel = weights["conv1.weight"][:, 0].T.copy()  # (10 bands, 2 channels)
            self.kernel_bias = weights["conv1.bias"]
            self.narrow = weights["linear0.weight"].T.copy()
            self.narrow_bias = weights["linear0.bias"]
            self.out = weights["linear.weight"].T.copy()
            self.out_bias = weights["linear.bias"]
            self.lstm = [
                (
                    weights[f"lstm.weight_ih_l{layer}"].T.copy(),
                    weights[f"lstm.weight_hh_l{layer}"].T.copy(),
                    weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"],
                )
                for layer in (0, 1)
            ]
        except KeyError as error:
            raise checkpoint.UnsafeCheckpoint(
                f"{path} is not a BeatNet model: {error} is missing. Install BeatNet 1.1.3 anew."
            ) from error

    def activations(self, heard: Sequence[Floats]) -> list[Floats]:
        """Beat and downbeat probabilities (frames, 2) of each (frames, 272) of ``heard``.

        All of them are cut into lanes of 60 s, each with a warm-up of 10 s, and walk through the
        LSTM side by side: one matrix product a step in place of one vector product a frame.
        """
        narrow = [self._convolve(feats) for feats in heard]
        lanes = [(song, at) for song, x in enumerate(narrow) for at in range(0, len(x), LANE)]
        if not lanes:
            return [np.zeros((0, 2), np.float32) for _ in heard]
        steps = min(LANE + WARM_UP, max(len(x) for x in narrow))
        batch = np.zeros((steps, len(lanes), self.narrow.shape[1]), np.float32)
        for lane, (song, at) in enumerate(lanes):
            piece = narrow[song][max(0, at - WARM_UP) : at + LANE]
            batch[: len(piece), lane] = piece
        for w_in, w_back, bias in self.lstm:
            batch = _lstm(batch, w_in, w_back, bias)
        logits = batch @ self.out + self.out_bias
        logits = np.exp(logits - logits.max(axis=2, keepdims=True))
        chances = (logits / logits.sum(axis=2, keepdims=True))[:, :, :2]
        results = [np.zeros((len(x), 2), np.float32) for x in narrow]
        for lane, (song, at) in enumerate(lanes):
            warm = at - max(0, at - WARM_UP)
            length = min(LANE, len(results[song]) - at)
            results[song][at : at + length] = chances[warm : warm + length, lane]
        return results

    def _convolve(self, feats: Floats) -> Floats:
        """(frames, 272) to (frames, 150): convolution along the bands, ReLU, pooling, linear."""
        taps = len(self.kernel)
        out = np.empty((len(feats), self.narrow.shape[1]), np.float32)
        for first in range(0, len(feats), BLOCK // 4):
            block = feats[first : first + BLOCK // 4]
            windows = np.lib.stride_tricks.sliding_window_view(block, taps, axis=1)
            x = windows.reshape(-1, taps) @ self.kernel + self.kernel_bias
            x = np.maximum(x, 0).reshape(len(block), -1, 2)
            pairs = x.shape[1] // 2
            x = np.maximum(x[:, 0 : 2 * pairs : 2], x[:, 1 : 2 * pairs : 2])
            x = x.transpose(0, 2, 1).reshape(len(block), -1)
            out[first : first + len(block)] = x @ self.narrow + self.narrow_bias
        return out


def _lstm(batch: Floats, w_in: Floats, w_back: Floats, bias: Floats) -> Floats:
    """One LSTM layer over (steps, lanes, inputs); gates in torch's order: in, forget, cell, out."""
    steps, lanes, _ = batch.shape
    width = len(w_back)
    # Half of each sigmoid gate's input, for sigmoid(x) = (1 + tanh(x / 2)) / 2: one tanh for all four.
    scale = np.full(4 * width, 0.5, np.float32)
    scale[2 * width : 3 * width] = 1.0
    driven = (batch.reshape(-1, batch.shape[2]) @ (w_in * scale) + bias * scale).reshape(
        steps, lanes, 4 * width
    )
    back = np.ascontiguousarray(w_back * scale)
    hidden = np.zeros((lanes, width), np.float32)
    cell = np.zeros((lanes, width), np.float32)
    out = np.empty((steps, lanes, width), np.float32)
    for step in range(steps):
        gates = hidden @ back
        gates += driven[step]
        np.tanh(gates, out=gates)
        cell *= 0.5 * gates[:, width : 2 * width] + 0.5
        cell += (0.5 * gates[:, :width] + 0.5) * gates[:, 2 * width : 3 * width]
        np.multiply(np.tanh(cell), 0.5 * gates[:, 3 * width :] + 0.5, out=hidden)
        out[step] = hidden
    return out


def model_paths() -> tuple[Path, ...]:
    """The three weight files inside the installed wheel. Raises ``MissingCapability`` without it."""
    spec = importlib.util.find_spec("BeatNet")
    places = list(spec.submodule_search_locations or ()) if spec else []
    paths = (
        tuple(Path(places[0]) / "models" / f"model_{number}_weights.pt" for number in (1, 2, 3))
        if places
        else ()
    )
    if not paths or not all(path.is_file() for path in paths):
        raise MissingCapability(
            "The beat model is not installed. Run: pip install --no-deps BeatNet==1.1.3",
            code="BEATNET_MISSING",
        )
    return paths


@cache
def networks() -> tuple[Network, ...]:
    """The three networks, read once a process (0.1 s)."""
    return tuple(Network(path) for path in model_paths())


def mean_activations(heard: Sequence[Floats]) -> list[Floats]:
    """Mean of the three networks' (frames, 2) probabilities for each (frames, 272) of ``heard``."""
    by_network = [network.activations(heard) for network in networks()]
    return [np.mean(same, axis=0, dtype=np.float32) for same in zip(*by_network, strict=True)]
