"""From decoded beats to what is heard: onto the onsets, and none where there is nothing to hear."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import cues

Floats = NDArray[np.floating]

REACH_S = 0.04  # how far a beat may move to an onset
NEARNESS_S = 0.02  # spread of the preference for near onsets
NEIGHBOURS = 3  # beats to each side in the local regression
FAINTEST = 0.05  # activation below which the head and tail of a song count as silent


def refine(beats: Floats, onset: Floats) -> NDArray[np.float64]:
    """Move beats (n,) to the strongest onset within 40 ms, half way towards a 7-beat regression.

    Brings the mean error on rendered songs from 7.7 to 5 ms.
    """
    reach = int(REACH_S * cues.FLUX_FPS)
    offsets = np.arange(-reach, reach + 1)
    centre = np.round(beats * cues.FLUX_FPS).astype(int)
    near = onset[np.clip(centre[:, None] + offsets, 0, len(onset) - 1)]
    near = near * np.exp(-0.5 * (offsets / cues.FLUX_FPS / NEARNESS_S) ** 2)
    strongest = near.max(axis=1)
    moved = (centre + np.where(strongest > 0, offsets[near.argmax(axis=1)], 0)) / cues.FLUX_FPS
    weight = np.sqrt(strongest + 1e-3)
    refined = moved.copy()
    for k in range(len(beats)):
        first, last = max(0, k - NEIGHBOURS), min(len(beats), k + NEIGHBOURS + 1)
        if last - first < 3:
            continue
        line = _line_at(np.arange(first, last) - k, moved[first:last], weight[first:last])
        if abs(line - moved[k]) < 0.03:
            refined[k] = 0.5 * (moved[k] + line)
    return np.maximum.accumulate(np.maximum(refined, 0.0))


def _line_at(x: NDArray[np.int_], y: Floats, weight: Floats) -> float:
    """Value at 0 of the weighted straight line through (x, y)."""
    w = weight**2
    total = w.sum()
    mean_x, mean_y = (w * x).sum() / total, (w * y).sum() / total
    spread = (w * (x - mean_x) ** 2).sum()
    slope = (w * (x - mean_x) * (y - mean_y)).sum() / spread if spread > 0 else 0.0
    return float(mean_y - slope * mean_x)


def audible(beats: Floats, heard: cues.Cues) -> Floats:
    """Only the beats between the first and the last sign of a beat."""
    strong = np.nonzero(heard.mean_activation.max(axis=1) >= FAINTEST)[0] / cues.GRID_FPS
    if not len(strong):
        return beats[:0]
    return beats[(beats > strong[0] - 0.5) & (beats < strong[-1] + 0.1)]
