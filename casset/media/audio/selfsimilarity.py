"""How alike the bars of a song are: in sound, in harmony, and in their very words; and where that changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.distance import pdist, squareform

from casset.media.audio.features import BarFeatures

Matrix = NDArray[np.float64]

PHRASE_BARS = 4  # two bars are alike when the bars around them are, too
APART_BARS = 6  # nearer than this, likeness is no repetition
KERNEL_BARS = (4, 8)  # half widths of the checkerboards: phrases and sections
# How much each figure counts in what a bar sounds like; the vocal one decides most.
SOUND_WEIGHTS = {"loudness": 1.5, "bass": 1.0, "treble": 1.0, "onset": 1.2, "vocal": 2.0}


@dataclass(frozen=True)
class Likeness:
    """Bar by bar comparisons of a song of n bars."""

    sound: Matrix  # (n, n) 0..1 likeness of timbre, level, rhythm and singing
    sound_space: Matrix  # (features, n) what `sound` compares
    harmony: Matrix  # (n, n) 0..1 likeness of the bars' chords
    phrases: Matrix  # (n, n) harmony, averaged along the diagonal over a phrase
    words: Matrix  # (n, n) likeness of the vocal band's fine pattern, less what any two bars share
    repeated: NDArray[np.float64]  # (n,) how often this bar's phrase is heard elsewhere
    exact: NDArray[np.float64]  # (n,) how exactly its tune and words return elsewhere
    novelty: NDArray[np.float64]  # (n,) evidence for a border before the bar, from sound
    turning: NDArray[np.float64]  # (n,) the same, from where repetitions of chords begin and end
    recalling: NDArray[np.float64]  # (n,) the same, from where exact returns of tune and words do


def compare(bars: BarFeatures) -> Likeness:
    """All comparisons. Time and memory grow with the square of the bars: 300 bars take 0.1 s."""
    space = _sound_space(bars)
    distances = squareform(pdist(space.T)) if bars.count > 1 else np.zeros((1, 1))
    usual = float(np.median(distances)) or 1.0
    sound = np.exp(-1.2 * (distances / usual) ** 2)
    harmony = _cosines(bars.harmony - bars.harmony.mean(0))
    phrases = _along_diagonals(harmony, PHRASE_BARS)
    words = _cosines(bars.words)
    words = np.maximum(words - np.median(words), 0.0)
    returns = _returns(words)
    return Likeness(
        sound=sound,
        sound_space=space,
        harmony=harmony,
        phrases=phrases,
        repeated=_best_elsewhere(phrases, PHRASE_BARS, 3),
        words=words,
        exact=_best_elsewhere(returns, APART_BARS, 2),
        novelty=_novelty(sound, np.asarray(bars.loudness, float)),
        turning=_turning(phrases),
        recalling=_steps(_best_elsewhere(returns, APART_BARS, 1)),
    )


def _sound_space(bars: BarFeatures) -> Matrix:
    rows = [0.5 * _z(bars.timbre), 0.4 * _z(bars.rhythm)]
    rows += [
        weight * _z(getattr(bars, name)[None], least=0.02 if name == "vocal" else 0.3)
        for name, weight in SOUND_WEIGHTS.items()
    ]
    return np.vstack(rows).astype(np.float64)


def _novelty(sound: Matrix, level: NDArray) -> NDArray[np.float64]:
    """Foote's checkerboard over two widths (2000), sharpened to the bar where the level steps."""
    board = np.mean([_checkerboard(sound, half) for half in KERNEL_BARS], axis=0)
    board = np.maximum(board, 0.0)
    count = len(level)
    step = np.array(
        [
            abs(level[max(0, i - 2) : max(1, i)].mean() - level[i : i + 2].mean())
            for i in range(count)
        ]
    )
    board, step = _scaled(board), _scaled(step)
    local = 0.5 * board + 0.5 * step
    beside = np.maximum(np.append(local[1:], 0), np.append(0, local[:-1]))
    return board + 0.5 * np.maximum(local - 0.5 * beside, -0.3)


def _turning(phrases: Matrix) -> NDArray[np.float64]:
    """Where the pattern of repetitions changes: Serrà's structure features (2014) over the lag matrix."""
    count = len(phrases)
    recurring = phrases * (phrases > np.quantile(phrases, 0.85))
    lags = np.stack([np.roll(recurring[i], -i) for i in range(count)])
    lags = ndimage.gaussian_filter(lags, (1.2, 0.7))
    return _scaled(np.append(0.0, np.linalg.norm(np.diff(lags, axis=0), axis=1)))


def _returns(words: Matrix) -> Matrix:
    """How far each pair of bars belongs to a phrase that returns exactly: its own likeness and that of
    the best phrase around it, as a geometric mean, so that the returning phrase has sharp ends."""
    phrases = np.maximum(_along_diagonals(words, PHRASE_BARS), 0.0)
    return np.sqrt(words * _along_diagonals(phrases, PHRASE_BARS, highest=True))


def _steps(curve: NDArray) -> NDArray[np.float64]:
    """(n,) how much the curve differs between the three bars before and after each border, 1 where it is most."""
    count = len(curve)
    step = np.zeros(count)
    for i in range(2, count - 1):
        step[i] = abs(curve[i : i + 3].mean() - curve[max(0, i - 3) : i].mean())
    peaks = step * (step >= ndimage.maximum_filter1d(step, 3))
    return peaks / max(float(np.quantile(step, 0.95)), 0.06)


def _checkerboard(matrix: Matrix, half: int) -> NDArray[np.float64]:
    places = np.arange(-half + 0.5, half)
    taper = np.exp(-2 * (places / half) ** 2)
    kernel = np.outer(np.sign(places) * taper, np.sign(places) * taper)
    kernel /= np.abs(kernel).sum()
    padded = np.pad(matrix, half, mode="reflect" if len(matrix) > half else "edge")
    return np.array(
        [np.sum(padded[i : i + 2 * half, i : i + 2 * half] * kernel) for i in range(len(matrix))]
    )


def _along_diagonals(matrix: Matrix, length: int, *, highest: bool = False) -> Matrix:
    """Each entry averaged with its neighbours on its own diagonal; or the highest of them."""
    count = len(matrix)
    out = np.zeros_like(matrix)
    passed = ndimage.maximum_filter1d if highest else ndimage.uniform_filter1d
    for lag in range(count):
        line = np.diagonal(matrix, lag)
        smooth = passed(line, min(length, len(line)), mode="nearest")
        at = np.arange(len(line))
        out[at, at + lag] = smooth
        out[at + lag, at] = smooth
    return out


def _best_elsewhere(matrix: Matrix, apart: int, best: int) -> NDArray[np.float64]:
    """(n,) mean of each bar's ``best`` strongest matches at least ``apart`` bars away; 0 where there are none."""
    count = len(matrix)
    places = np.arange(count)
    out = np.zeros(count)
    for i in range(count):
        far = matrix[i][np.abs(places - i) >= apart]
        if len(far) >= best:
            out[i] = np.sort(far)[-best:].mean()
    return out


def _cosines(columns: NDArray) -> Matrix:
    unit = columns / (np.linalg.norm(columns, axis=0) + 1e-9)
    return np.clip(unit.T @ unit, 0.0, 1.0).astype(np.float64)


def _scaled(evidence: NDArray) -> NDArray[np.float64]:
    return evidence / (np.quantile(evidence, 0.95) + 1e-9)


def _z(rows: NDArray, least: float = 0.0) -> Matrix:
    """Rows to zero mean and unit spread; a spread below ``least`` is left small: no change is none."""
    spread = np.maximum(rows.std(-1, keepdims=True), max(least, 1e-6))
    return np.asarray((rows - rows.mean(-1, keepdims=True)) / spread, dtype=np.float64)
