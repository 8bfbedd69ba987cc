"""A song's key: its pitch classes against three families of key profiles, the bass deciding what they leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import Key
from casset.media.audio.features import Spectra

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

# Major and minor, from the tonic up: Krumhansl & Kessler 1982 (how well a tone fits, as rated by listeners),
# Temperley 2001 (found in scores), and the bare triad with its scale.
PROFILES = (
    (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    (
        (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
        (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    ),
    (
        (1.0, 0.05, 0.3, 0.05, 0.7, 0.3, 0.05, 0.85, 0.05, 0.35, 0.05, 0.2),
        (1.0, 0.05, 0.3, 0.7, 0.05, 0.3, 0.05, 0.85, 0.3, 0.05, 0.25, 0.12),
    ),
)
BASS_WEIGHT = 0.06
LAST_CHORD_WEIGHT = 0.04
SURE_MARGIN = 0.33  # a lead over the second-best key that leaves no doubt


@dataclass(frozen=True)
class KeyReading:
    """The key, and how much more major than minor the song sounds (-1..1, 0 undecided)."""

    key: Key | None
    major: float


def find(spectra: Spectra) -> KeyReading:
    """The song's key with its confidence, or no key where nothing has a pitch (drums, noise, silence)."""
    chroma = spectra.chroma
    strength = chroma.sum(0)
    heard = strength > 0.05 * max(float(np.percentile(strength, 95)), 1e-9)
    if not heard.any() or float(np.percentile(strength, 95)) < 1e-6:
        return KeyReading(None, 0.0)
    tones = _peaked(chroma[:, heard], 2)
    bass = _peaked(spectra.bass_chroma, 3)
    frames = spectra.bass_chroma.shape[1]
    ending = spectra.bass_chroma[:, int(0.94 * frames) : int(0.99 * frames) + 1]
    scores = np.zeros((2, 12))
    for family in PROFILES:
        for mode, profile in enumerate(family):
            for tonic in range(12):
                scores[mode, tonic] += np.corrcoef(np.roll(profile, tonic), tones)[0, 1] / 3
    scores = np.nan_to_num(scores)
    scores += BASS_WEIGHT * _z(bass) + LAST_CHORD_WEIGHT * _z(_peaked(ending, 2))
    best_mode, best_tonic = divmod(int(scores.argmax()), 12)
    first, second = np.sort(scores.ravel())[::-1][:2]
    clear = float(np.clip(_contrast(tones) / 0.35, 0, 1))  # flat pitch classes are noise, not a key
    confidence = float(np.clip((first - second) / SURE_MARGIN, 0, 1)) * clear
    if clear < 0.25:
        return KeyReading(None, 0.0)
    major = float(np.clip((scores[0].max() - scores[1].max()) / 0.3, -1, 1)) * clear
    return KeyReading(
        Key(
            tonic=NAMES[best_tonic],
            mode="minor" if best_mode else "major",
            confidence=round(confidence, 3),
        ),
        major,
    )


def _peaked(chroma: NDArray, power: int) -> NDArray[np.float64]:
    """(12,) mean over frames of chroma scaled to its strongest tone and sharpened."""
    if not chroma.shape[1]:
        return np.zeros(12)
    return ((chroma / (chroma.max(0) + 1e-9)) ** power).mean(1)


def _contrast(tones: NDArray) -> float:
    return float(tones.std() / (tones.mean() + 1e-9))


def _z(values: NDArray) -> NDArray[np.float64]:
    return (values - values.mean()) / (values.std() + 1e-9)
