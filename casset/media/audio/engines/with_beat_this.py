"""Beat This! (F. Foscarin, J. Schlüter, G. Widmer, ISMIR 2024): opt-in, code and weights MIT.

The weights are not part of the package: the user downloads them and says where they are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import MissingCapability
from casset.media.audio.decode import Sound


def beats(sound: Sound, checkpoint: Path | None) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Beat times (s) and positions in the bar; about 14 CPU s for three minutes."""
    if checkpoint is None or not checkpoint.is_file():
        raise MissingCapability(
            "beat_this needs its checkpoint. Download final0.ckpt and say where the file is."
        )
    try:
        from beat_this.inference import Audio2Beats
    except (ImportError, OSError) as error:  # torchaudio fails with OSError beside another torch
        raise MissingCapability("beat_this is not installed. Run: pip install beat-this") from error
    times, downbeats = Audio2Beats(checkpoint_path=str(checkpoint), device="cpu", dbn=False)(
        sound.mono, sound.rate
    )
    times = np.asarray(times, np.float64)
    return times, _numbers(times, np.asarray(downbeats, np.float64))


def _numbers(times: NDArray[np.float64], downbeats: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count from each downbeat to the next; a pick-up counts down to the first."""
    opens = np.zeros(len(times), bool)
    if len(times):
        opens[[int(np.argmin(np.abs(times - t))) for t in downbeats]] = True
    places = np.nonzero(opens)[0]
    numbers = np.arange(len(times)) + 1
    for first, last in zip(places, np.append(places[1:], len(times)), strict=True):
        numbers[first:last] = np.arange(last - first) + 1
    if len(places) > 1:
        metre = int(np.median(np.diff(places)))
        numbers[: places[0]] = (np.arange(-places[0], 0)) % metre + 1
    return numbers.astype(np.int64)
