"""What falls on a supposed beat and not between: what tells beats from off-beats, and their level.

Reggae, ska and polka put their strongest chords between the beats, and the decoder follows them.
What tells the two apart is less how strong a pulse is than how it changes: the chop of an off-beat
guitar or hat is the same all through the bar, while kick, bass notes and changes of chord, which
follow the bar, fall on beats. How the beat is divided tells its level: swung and triplet music is heard
in three at its true beat and at no other, sixteenths make quarters of it; and harmony comes round after
two or four beats, seldom after three. Each figure is a logarithm or a share, so that in the difference
of two readings of a song its loudness and density cancel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import bars, cues

Floats = NDArray[np.floating]

BAR = 4  # beats over which a stroke repeats; bars of two repeat over four as well
FEWEST_BARS = 3
GAP_S = 0.02  # left out on both sides of a change of harmony
FAINT_CHANGE = 1e-2  # changes of harmony below this tell nothing
PARTS = (
    1 / 6,
    1 / 4,
    1 / 3,
    1 / 2,
    2 / 3,
    3 / 4,
    5 / 6,
)  # of a beat, at which strokes are looked for
NEAR_S = 0.025  # how far from a part
FAINT_STROKE = 0.1  # of the mean of a song
PERIODS = (2, 3, 4, 6, 8)  # beats after which harmony may come round
FEWEST_PAIRS = 4
BANDS = {"lower": slice(0, 2), "middle": slice(2, 4), "treble": slice(4, 7)}  # of cues.bands


def placing(beats: Floats, heard: cues.Cues) -> dict[str, float]:
    """Figures of one reading of the beat (n,) s, by name.

    ``change``: how much bass or harmony changes, at the place of a bar of four where it is greatest;
    ``strength``: of the onsets on the beats; ``in bars``: share of the variance of the strokes that
    the place in a bar of four explains; ``in pairs``: how much every other stroke is stronger;
    ``at 0.33``: strokes a third of a beat late against those on the beat; ``every 4``: how alike the
    changes of harmony are to those four beats on.
    """
    harmony = np.concatenate([heard.bass, heard.chords], axis=1)
    bass = bars.change(heard.bass, beats, 1.0, GAP_S)
    whole = bars.change(harmony, beats, 2.0, GAP_S)
    low = cues.around(heard.low, cues.FLUX_FPS, beats, 0.03, 0.05)
    told = {
        "bass change": _at_its_place(bass),
        "bass change anywhere": float(np.log(bass.mean() + FAINT_CHANGE)),
        "harmony change": _at_its_place(whole),
        "low strength": float(np.log(low.mean() + 0.01)),
        "low in bars": _told_by_bar(np.log(low + 0.1)),
        "low in pairs": _told_by_pair(np.log(low + 0.1)),
        "bass in pairs": _told_by_pair(bass),
    }
    told |= _divided(beats, heard)
    for name, changes in (("harmony", whole), ("bass", bass)):
        told |= {f"{name} every {period}": _comes_round(changes, period) for period in PERIODS}
    for name, rows in BANDS.items():
        strokes = heard.bands[:, rows].sum(axis=1)
        mean = float(strokes.mean()) + 1e-6
        strokes = cues.around(strokes, cues.FLUX_FPS, beats, 0.03, 0.03)
        log = np.log(strokes + 0.1)
        told[f"{name} strength"] = float(np.log(strokes.mean() / mean + 0.1))
        told[f"{name} in bars"] = _told_by_bar(log)
        told[f"{name} in pairs"] = _told_by_pair(log)
    return told


def _divided(beats: Floats, heard: cues.Cues) -> dict[str, float]:
    """Log of the strokes at each of ``PARTS`` of a beat against those on it, and what they add up to."""
    told: dict[str, float] = {}
    for name, curve in (("onset", heard.onset), ("low", heard.low)):
        on = cues.around(curve, cues.FLUX_FPS, beats, 0.03, 0.03).mean() + FAINT_STROKE
        for part in PARTS:
            at = beats[:-1] + part * np.diff(beats)
            strokes = cues.around(curve, cues.FLUX_FPS, at, NEAR_S, NEAR_S).mean() + FAINT_STROKE
            told[f"{name} at {part:.2f}"] = float(np.log(strokes / on))
    quarter, third, half, late_third, late_quarter = (
        told[f"onset at {part:.2f}"] for part in (1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4)
    )
    return told | {
        "swung": late_third - max(half, late_quarter),
        "in thirds": min(third, late_third) - half,
        "in halves": half - max(third, late_third),
        "in quarters": min(quarter, late_quarter) - half,
    }


def _comes_round(changes: Floats, period: int) -> float:
    """Correlation of ``changes`` (beats,) with those ``period`` beats on."""
    pairs = len(changes) - period
    if pairs <= FEWEST_PAIRS:
        return 0.0
    apart = changes - changes.mean()
    return float((apart[:pairs] * apart[period:]).sum() / ((apart**2).sum() + 1e-6))


def _at_its_place(changes: Floats) -> float:
    """Log of the mean change at the place in a bar of four where it is greatest."""
    whole = len(changes) // BAR * BAR
    greatest = float(changes[:whole].reshape(-1, BAR).mean(axis=0).max())
    return float(np.log(greatest + FAINT_CHANGE))


def _told_by_bar(strokes: Floats) -> float:
    """Share of the variance of ``strokes`` (beats,) that the place in a bar of four explains, 0..1."""
    whole = len(strokes) // BAR * BAR
    if whole < FEWEST_BARS * BAR:
        return 0.0
    by_bar = strokes[:whole].reshape(-1, BAR)
    return float(by_bar.mean(axis=0).var() / (by_bar.var() + 1e-9))


def _told_by_pair(strokes: Floats) -> float:
    """Share of the variance of ``strokes`` (beats,) that being even or odd explains, 0..1."""
    whole = len(strokes) // 2 * 2
    by_pair = strokes[:whole].reshape(-1, 2)
    return float(by_pair.mean(axis=0).var() / (by_pair.var() + 1e-9))
