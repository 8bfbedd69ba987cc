"""Songs for the director's tests, written down rather than heard."""

from __future__ import annotations

import numpy as np

from casset.media.audio.analysis import (
    BeatFeatures,
    Key,
    Level,
    LyricLine,
    Mood,
    Section,
    SectionType,
    Tempo,
)
from pipeline.contracts import AudioData
from pipeline.director import boundaries

FORM: tuple[tuple[SectionType, int, float], ...] = (  # section, bars, energy
    ("intro", 4, 0.15),
    ("verse", 12, 0.5),
    ("chorus", 8, 0.95),
    ("verse", 12, 0.55),
    ("chorus", 8, 0.95),
    ("bridge", 6, 0.4),
    ("chorus", 10, 0.98),
    ("outro", 4, 0.12),
)
LEVELS: tuple[tuple[float, Level], ...] = ((0.4, "low"), (0.7, "medium"), (2.0, "high"))


def level_of(energy: float) -> Level:
    return next(name for limit, name in LEVELS if energy < limit)


def song(
    *,
    form: tuple[tuple[SectionType, int, float], ...] = FORM,
    bpm: float = 120.0,
    first_beat_s: float = 0.4,
    tail_s: float = 1.3,
    mood: str = "energetic",
    valence: float = 0.2,
    arousal: float = 0.4,
    mode: str = "major",
    lufs: float = -12.0,
    lines: tuple[LyricLine, ...] = (),
    features: bool = True,
) -> AudioData:
    """A song in 4/4 whose energy follows ``form``; beats from ``first_beat_s`` to its last bar."""
    period = 60 / bpm
    energy = np.repeat([e for _, _, e in form], [4 * bars for _, bars, _ in form])
    beats = first_beat_s + period * np.arange(len(energy))
    duration = float(beats[-1] + period + tail_s)
    edges = np.append(np.cumsum([0, *(4 * bars for _, bars, _ in form[:-1])]), len(energy))
    starts = [0.0, *(float(beats[i]) for i in edges[1:-1]), duration]
    sections = tuple(
        Section(type=kind, start=a, end=b, energy=level_of(e), energy_value=e, likely=False)
        for (kind, _, e), a, b in zip(form, starts[:-1], starts[1:], strict=True)
    )
    numbers = np.arange(len(beats)) % 4 + 1
    onset = np.clip(energy * np.where(numbers == 1, 1.0, np.where(numbers == 3, 0.8, 0.5)), 0, 1)
    data = AudioData(
        job_id="test",
        clip_boundaries=(),
        bpm=bpm,
        duration=duration,
        beat_timestamps=tuple(map(float, beats)),
        beat_numbers=tuple(map(int, numbers)),
        downbeats=tuple(map(float, beats[::4])),
        tempo=Tempo(bpm=bpm, confidence=1.0, stability=1.0),
        key=Key.model_validate({"tonic": "A", "mode": mode, "confidence": 0.9}),
        song_structure=sections,
        lyrics=lines,
        mood=Mood.model_validate(
            {
                "primary": mood, "secondary": "steady", "energy_level": "medium",
                "confidence": 0.8, "valence": valence, "arousal": arousal,
            }
        ),
        loudness_lufs=lufs,
        beat_features=BeatFeatures(
            energy=tuple(map(float, energy)),
            bass=tuple(map(float, energy)),
            mid=tuple(map(float, energy)),
            treble=tuple(map(float, energy)),
            onset=tuple(map(float, onset)),
        )
        if features
        else BeatFeatures(),
    )  # fmt: skip
    return data.model_copy(update={"clip_boundaries": boundaries.choose(data)})


def beatless(duration: float, *, bpm: float = 0.0) -> AudioData:
    """Noise: a length and nothing else."""
    data = AudioData(
        job_id="test",
        clip_boundaries=(),
        bpm=bpm,
        duration=duration,
        beat_timestamps=(),
        tempo=Tempo(bpm=bpm, confidence=0.0, stability=0.0),
        mood=Mood(
            primary="calm",
            secondary="still",
            energy_level="low",
            confidence=0.1,
            valence=0,
            arousal=-0.5,
        ),
    )
    return data.model_copy(update={"clip_boundaries": boundaries.choose(data)})
