"""The numbers of matching: a versioned table of weights, and what is usual for each figure.

``WEIGHTS`` and the mixes began as those proposed for phase 2, and give a tenth to what is known before
a song was heard (its cover, what is on its wall): music and colour are linked mostly by emotion
(Palmer, Schloss, Xu & Prado-Leon, PNAS 2013; Whiteford et al., i-Perception 2018), so both sides are
brought to arousal and valence, beside two direct pairs. They are hand-set, not learned: change
``VERSION`` with any of them, it is kept with every answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

VERSION = "2026-11b"
WEIGHTS = {
    "tags": 0.42, "affect": 0.22, "direct": 0.09, "quality": 0.10, "cover": 0.06, "variety": 0.04,
    "recency": 0.03, "text": 0.04,
}  # fmt: skip
NEUTRAL = 0.5  # of affect, direct, cover and variety, where nothing is known
PROVEN_SHARE = 0.7  # of quality; the rest is the loop's seam
TAG_PULL = 0.45  # of the way to 1 that one matching tag takes the tags' component

# Middle and half the usual span (5th to 95th percentile) of each figure; beyond that counts as that.
# Songs: casset.media.audio.figures. Pictures: casset.media.loops.facts.Descriptors. Covers: Theme.light.
USUAL: dict[str, tuple[float, float]] = {
    "bpm_folded": (105.0, 35.0),
    "rms_db": (-15.0, 9.0),
    "onsets_per_s": (3.5, 3.0),
    "centroid_hz": (2200.0, 1500.0),
    "motion": (0.03, 0.03),
    "chroma": (0.25, 0.20),
    "edges": (0.08, 0.08),
    "brightness": (0.38, 0.28),
    "warmth": (0.05, 0.25),
    "cover_light": (0.45, 0.28),
}
AROUSAL_OF_SONG = {"bpm_folded": 0.40, "rms_db": 0.35, "onsets_per_s": 0.25}
VALENCE_OF_SONG = {"mode": 0.50, "centroid_hz": 0.25, "bpm_folded": 0.25}
AROUSAL_OF_PICTURE = {"motion": 0.50, "chroma": 0.25, "edges": 0.25}
VALENCE_OF_PICTURE = {"brightness": 0.50, "chroma": 0.25, "warmth": 0.25}


def placed(name: str, value: float) -> float:
    """How far a figure is from the middle, -1..1."""
    middle, span = USUAL[name]
    return max(-1.0, min(1.0, (value - middle) / span))


def mixed(weights: Mapping[str, float], places: Mapping[str, float]) -> float | None:
    """The weighted mean of what is known; None when that is less than half of the weight."""
    known = {name: weight for name, weight in weights.items() if name in places}
    total = sum(known.values())
    if total < 0.5 * sum(weights.values()):
        return None
    return sum(weight * places[name] for name, weight in known.items()) / total


def nearness(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Of two places (arousal, valence) in -1..1: 1 the same, 0 as far as can be."""
    return 1 - math.sqrt(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / 8)
