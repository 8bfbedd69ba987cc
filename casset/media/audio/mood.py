"""A song's mood: valence and arousal from figures of the sound, and the words for where they lie.

Arousal and valence are the two axes on which listeners place music (Russell 1980). No ratings were
available to fit the weights: it is a documented guess that the artist can change, and says how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from casset.media.audio.analysis import Level, Mood
from casset.media.audio.features import Spectra
from casset.media.audio.key import KeyReading
from casset.media.audio.loudness import Loudness

# Where the four words of the product lie: (valence, arousal).
PLACES = {
    "energetic": (0.2, 0.65),
    "calm": (0.2, -0.6),
    "dark": (-0.6, -0.1),
    "bright": (0.6, 0.1),
}
# Second words, finer: each with its place. Chosen among those that the first word allows.
SHADES = {
    "energetic": {
        "euphoric": (0.6, 0.8),
        "uplifting": (0.55, 0.5),
        "driving": (0.1, 0.55),
        "fierce": (-0.25, 0.85),
        "restless": (-0.3, 0.45),
    },
    "calm": {
        "peaceful": (0.35, -0.75),
        "tender": (0.5, -0.4),
        "dreamy": (0.05, -0.5),
        "wistful": (-0.2, -0.4),
        "still": (0.0, -0.9),
    },
    "dark": {
        "melancholic": (-0.45, -0.5),
        "brooding": (-0.5, -0.15),
        "tense": (-0.5, 0.25),
        "menacing": (-0.8, 0.5),
        "bleak": (-0.85, -0.6),
    },
    "bright": {
        "joyful": (0.8, 0.4),
        "playful": (0.55, 0.2),
        "warm": (0.45, -0.15),
        "hopeful": (0.35, 0.05),
        "sunny": (0.8, 0.0),
    },
}


@dataclass(frozen=True)
class Figures:
    """What the mood is decided from, in plain units."""

    onsets_per_second: float
    flux: float  # mean rise of the spectrum, dB a frame
    brightness_db: float  # above 5 kHz, against the whole
    bass_db: float  # below 150 Hz, against the whole
    level_lufs: float
    crest_db: float  # 95th percentile of loudness over its median
    range_lu: float
    major: float  # -1 minor .. 1 major
    tempo_bpm: float  # folded into 70..140, so that half and double read the same


def read(spectra: Spectra, key: KeyReading, loudness: Loudness, bpm: float = 0.0) -> Mood:
    """The mood of a song. Silence is calm, and says that it is a guess."""
    if loudness.integrated is None:
        return Mood(
            primary="calm",
            secondary="still",
            energy_level="low",
            confidence=0.0,
            valence=0.0,
            arousal=-1.0,
        )
    figures = measure(spectra, key, loudness, bpm)
    arousal = _arousal(figures)
    valence = _valence(figures, arousal)
    distances = {
        name: float(np.hypot((valence - v), (arousal - a))) for name, (v, a) in PLACES.items()
    }
    ordered = sorted(distances, key=distances.__getitem__)
    first, second = distances[ordered[0]], distances[ordered[1]]
    primary = ordered[0]
    known = 1.0 if key.key is not None else 0.6  # without a key, valence is half a guess
    margin = (second - first) / (second + first + 1e-9)
    far = min(1.0, float(np.hypot(valence, arousal)) / 0.5)
    confidence = float(np.clip(0.25 + 0.9 * margin * (0.4 + 0.6 * far), 0, 0.95))
    shades = SHADES[primary]
    secondary = min(
        shades, key=lambda word: np.hypot(valence - shades[word][0], arousal - shades[word][1])
    )
    return Mood.model_validate(
        {
            "primary": primary,
            "secondary": secondary,
            "energy_level": level_of((arousal + 1) / 2),
            "confidence": round(known * confidence, 2),
            "valence": round(valence, 3),
            "arousal": round(arousal, 3),
            "features": {name: round(float(value), 3) for name, value in vars(figures).items()},
        }
    )


def level_of(value: float) -> Level:
    """Low, medium or high from 0..1."""
    return "low" if value < 0.4 else "medium" if value < 0.65 else "high"


def measure(spectra: Spectra, key: KeyReading, loudness: Loudness, bpm: float) -> Figures:
    """The figures behind the mood, over the parts of the song that are not silent."""
    level = spectra.loudness
    heard = level > np.percentile(level, 95) - 40
    peaks, _ = signal.find_peaks(
        spectra.onset, height=1.5, prominence=1.0, distance=max(1, round(0.07 * spectra.fps))
    )
    seconds = max(float(heard.sum()) / spectra.fps, 0.5)
    whole = np.maximum(level, np.maximum(spectra.bass, spectra.mid))
    while bpm > 140:
        bpm /= 2
    while 0 < bpm < 70:
        bpm *= 2
    return Figures(
        onsets_per_second=float(heard[peaks].sum()) / seconds,
        flux=float(spectra.onset[heard].mean()),
        brightness_db=float((spectra.treble - whole)[heard].mean()),
        bass_db=float((spectra.bass - whole)[heard].mean()),
        level_lufs=float(loudness.integrated or -70.0),
        crest_db=float(np.percentile(level[heard], 95) - np.median(level[heard])),
        range_lu=float(loudness.range or 0.0),
        major=key.major * (0.5 + 0.5 * (key.key.confidence if key.key else 0.0)),
        tempo_bpm=bpm,
    )


def _arousal(f: Figures) -> float:
    """How much energy: many onsets a second, a bright and dense sound, little room between loud and usual."""
    value = (
        0.40 * _lean(f.onsets_per_second, 3.6, 1.8)
        + 0.22 * _lean(f.flux, 1.2, 0.5)
        + 0.28 * _lean(f.brightness_db, -26.0, 9.0)
        + 0.14 * _lean(f.level_lufs, -16.0, 6.0)
        - 0.10 * _lean(f.crest_db, 4.5, 3.0)
        - 0.06 * _lean(f.range_lu, 8.0, 5.0)
    )
    if f.tempo_bpm:
        value += 0.08 * _lean(f.tempo_bpm, 105.0, 25.0)
    return float(np.clip(value, -1, 1))


def _valence(f: Figures, arousal: float) -> float:
    """How glad: mode first, but a bright and lively minor song is not sad, and a dull slow major one not sunny."""
    value = (
        0.42 * f.major
        + 0.25 * _lean(f.brightness_db, -26.0, 9.0)
        - 0.15 * _lean(f.bass_db, -4.0, 4.0)
        + 0.20 * arousal
    )
    return float(np.clip(value, -1, 1))


def _lean(value: float, middle: float, width: float) -> float:
    """-1..1: which side of the middle a figure lies on, and how far."""
    return float(np.tanh((value - middle) / width))
