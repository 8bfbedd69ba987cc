"""What falls on a supposed beat and not between: what tells beats from off-beats, and their level.

Reggae, ska and polka put their strongest chords between the beats, and the decoder follows them.
What tells the two apart is less how strong a pulse is than how it changes: the chop of an off-beat
guitar or hat is the same all through the bar, while kick, bass notes and changes of chord, which
follow the bar, fall on beats. Each figure is a logarithm or a share, so that in the difference of two
readings of a song its loudness and density cancel.
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
BANDS = {"lower": slice(0, 2), "middle": slice(2, 4), "treble": slice(4, 7)}  # of cues.bands


def placing(beats: Floats, heard: cues.Cues) -> dict[str, float]:
    """Figures of one reading of the beat (n,) s, by name.

    ``change``: how much bass or harmony changes, at the place of a bar of four where it is greatest;
    ``strength``: of the onsets on the beats; ``in bars``: share of the variance of the strokes that
    the place in a bar of four explains; ``in pairs``: how much every other stroke is stronger.
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
    for name, rows in BANDS.items():
        strokes = heard.bands[:, rows].sum(axis=1)
        mean = float(strokes.mean()) + 1e-6
        strokes = cues.around(strokes, cues.FLUX_FPS, beats, 0.03, 0.03)
        log = np.log(strokes + 0.1)
        told[f"{name} strength"] = float(np.log(strokes.mean() / mean + 0.1))
        told[f"{name} in bars"] = _told_by_bar(log)
        told[f"{name} in pairs"] = _told_by_pair(log)
    return told


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
