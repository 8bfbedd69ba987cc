"""What can be measured of a finished film: figures for its report, none of them an opinion.

Cuts are compared with beats as the literature does: the hit rate and what chance would give
(kappa), and the beat alignment score, mean of exp(-d^2 / 2 s^2) with s = 50 ms, from cuts to beats
and from downbeats to cuts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from casset.media.compose import flash, grid
from casset.media.compose.encoder import FPS

STILL_CHANGE = 0.0004  # of full range, mean over the picture; less is a frozen frame
BLACK_LEVEL = 6 / 255
HIT_S = 0.070
BAS_SIGMA_S = 0.050
CUT_STANDS_OUT = 3.0  # times the usual change around it

Figures = dict[str, float | int | bool | list[float]]


def figures(
    film: grid.Grid,
    *,
    cuts: Sequence[int],
    shot_starts: Sequence[int],
    beats: Sequence[float],
    downbeats: Sequence[float] = (),
) -> Figures:
    """All figures of a film's small frames (``Composition.grid``); about 0.5 ms a frame.

    ``cuts`` are the frames at which the picture changes at once, ``shot_starts`` the first frames
    of all shots, ``beats`` and ``downbeats`` the song's, seconds.
    """
    change = frame_changes(film)
    flashes = flash.measure(film)
    starts = sorted({0, *(n for n in shot_starts if 0 < n < len(film))})
    lengths = np.diff([*starts, len(film)]) / FPS
    return {
        "frames": len(film),
        "length_s": len(film) / FPS,
        "flashes_in_worst_second": flashes.general,
        "red_flashes_in_worst_second": flashes.red,
        "flash_safe": flashes.safe,
        "longest_frozen_s": longest_run(change < STILL_CHANGE) / FPS,
        "black_share": float(black_frames(film).mean()),
        "longest_black_frames": longest_run(black_frames(film)),
        "mean_change": float(change.mean()) if len(change) else 0.0,
        "shots": len(starts),
        "mean_shot_s": float(lengths.mean()),
        "median_shot_s": float(np.median(lengths)),
        "shortest_shot_s": float(lengths.min()),
        "longest_shot_s": float(lengths.max()),
        "hard_cuts": len(cuts),
        "cuts_seen_share": _seen(change, cuts),
        **beat_alignment([n / FPS for n in cuts], beats, downbeats),
        "beat_visibility": beat_visibility(change, beats, cuts),
    }


def frame_changes(film: grid.Grid) -> NDArray[np.float32]:
    """(frames - 1,) mean absolute change of R'G'B' from each frame to the next, 0..1."""
    changes = np.empty(max(0, len(film) - 1), np.float32)
    before = grid.rgb(film[0])
    for i, cells in enumerate(film[1:]):
        now = grid.rgb(cells)
        changes[i] = np.abs(now - before).mean()
        before = now
    return changes


def black_frames(film: grid.Grid) -> NDArray[np.bool_]:
    """(frames,) true where nearly nothing can be seen."""
    return np.array([grid.rgb(cells).mean() < BLACK_LEVEL for cells in film], bool)


def longest_run(flags: NDArray[np.bool_]) -> int:
    """Length of the longest stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def beat_alignment(
    cuts: Sequence[float], beats: Sequence[float], downbeats: Sequence[float] = ()
) -> Figures:
    """How well cuts lie on beats, all times in seconds. Empty where there is nothing to compare."""
    if not len(cuts) or len(beats) < 2:
        return {}
    at, grid_s = np.asarray(cuts, float), np.sort(np.asarray(beats, float))
    offsets = _offsets(at, grid_s)
    hit = float(np.mean(np.abs(offsets) <= HIT_S))
    chance = min(1.0, 2 * HIT_S / float(np.mean(np.diff(grid_s))))
    found: Figures = {
        "cuts_on_beat_1_frame": float(np.mean(np.abs(offsets) <= 1 / FPS + 1e-9)),
        "cuts_on_beat_50_ms": float(np.mean(np.abs(offsets) <= 0.050)),
        "cuts_on_beat_70_ms": hit,
        "chance_70_ms": chance,
        "kappa_70_ms": (hit - chance) / (1 - chance) if chance < 1 else 0.0,
        "cut_offset_median_ms": float(np.median(offsets) * 1000),
        "bas_cuts_to_beats": _bas(offsets),
    }
    if len(downbeats):
        bars = np.asarray(downbeats, float)
        found["bas_downbeats_to_cuts"] = _bas(_offsets(bars, np.sort(at)))
    return found


def beat_visibility(
    change: NDArray[np.float32], beats: Sequence[float], cuts: Sequence[int]
) -> float:
    """How much more the picture moves in the 100 ms from a beat on than elsewhere, cuts left out; 1 = no more."""
    near = np.zeros(len(change), bool)
    for beat in beats:
        first = round(beat * FPS)
        near[max(0, first - 1) : max(0, first + 2)] = True
    kept = np.ones(len(change), bool)
    for cut in cuts:
        kept[max(0, cut - 2) : cut + 1] = False
    on, off = change[near & kept], change[~near & kept]
    return float(on.mean() / off.mean()) if on.size and off.size and off.mean() > 0 else 1.0


def _offsets(times: NDArray[np.float64], references: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed distance of each time from the nearest reference."""
    after = np.clip(np.searchsorted(references, times), 1, max(1, len(references) - 1))
    lower, upper = references[after - 1], references[np.minimum(after, len(references) - 1)]
    nearest = np.where(times - lower <= upper - times, lower, upper)
    return np.asarray(times - nearest, np.float64)


def _bas(offsets: NDArray[np.float64]) -> float:
    return float(np.mean(np.exp(-(offsets**2) / (2 * BAS_SIGMA_S**2))))


def _seen(change: NDArray[np.float32], cuts: Sequence[int]) -> float:
    """Share of the cuts at which the picture visibly jumps."""
    seen = []
    for cut in cuts:
        if 0 < cut <= len(change):
            around = np.concatenate([change[max(0, cut - 9) : cut - 1], change[cut : cut + 8]])
            usual = float(np.median(around)) if around.size else 0.0
            seen.append(change[cut - 1] > CUT_STANDS_OUT * usual + 2 / 255)
    return float(np.mean(seen)) if seen else 1.0
