"""The shape of what the audio parser knows about a song (module 3 of the brief, and more).

Every time is in seconds on the decoded timeline (``decode.decode``), every level is 0..1 unless
its name carries a unit. All models are frozen; ``model_dump(mode="json")`` is the JSON.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SectionType = Literal["intro", "verse", "chorus", "bridge", "outro", "instrumental"]
Level = Literal["low", "medium", "high"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(Frozen):
    """One span of the song's form. ``likely`` is true where the label is a guess to be shown as one."""

    type: SectionType
    start: float
    end: float
    energy: Level
    energy_value: float = Field(ge=0, le=1)
    label: str = ""  # cluster letter, "A", "B": equal letters are the same music
    confidence: float = Field(default=0.5, ge=0, le=1)
    likely: bool = True
    source: Literal["audio", "lyrics", "tags"] = "audio"


class Word(Frozen):
    text: str
    start: float
    end: float
    confidence: float = Field(default=1.0, ge=0, le=1)


class LyricLine(Frozen):
    """One sung line. ``timestamp`` and ``text`` are the brief's names; ``words`` may be empty."""

    text: str
    timestamp: float
    end: float
    words: tuple[Word, ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1)
    tag: str | None = None  # "chorus", from a [Chorus] tag


class LyricsInfo(Frozen):
    """Where the words came from. ``source`` is the rung of the ladder that gave them."""

    source: Literal[
        "word-stamps", "line-stamps", "aligned", "whisper-api", "whisper-local", "none"
    ] = "none"
    language: str = ""
    fit: float | None = None  # gain over the reversed text, 0.102 nats a frame; below 4 is doubtful
    warnings: tuple[str, ...] = ()


class Mood(Frozen):
    primary: Literal["energetic", "calm", "dark", "bright"]
    secondary: str
    energy_level: Level
    confidence: float = Field(ge=0, le=1)
    valence: float = Field(ge=-1, le=1)
    arousal: float = Field(ge=-1, le=1)
    features: dict[str, float] = {}  # the figures that decided it, by name


class Key(Frozen):
    tonic: str  # "C", "F#", …
    mode: Literal["major", "minor"]
    confidence: float = Field(ge=0, le=1)


class Tempo(Frozen):
    bpm: float
    confidence: float = Field(ge=0, le=1)
    stability: float = Field(ge=0, le=1)  # 1: a machine's grid, 0: no grid at all
    margin: float = 0.0  # nats a second between the chosen beat level and the best other
    other_bpm: float = 0.0  # the other candidate, for a x2 or /2 button
    level: Literal["auto", "half", "double"] = "auto"


class BeatFeatures(Frozen):
    """One value a beat, each 0..1 within the song: how strong the span from this beat to the next is."""

    energy: tuple[float, ...] = ()
    bass: tuple[float, ...] = ()
    mid: tuple[float, ...] = ()
    treble: tuple[float, ...] = ()
    onset: tuple[float, ...] = ()


class Hook(Frozen):
    """A window of at most 30 s worth sharing; ``reasons`` are plain sentences from the figures in ``parts``."""

    start: float
    end: float
    score: float
    reasons: tuple[str, ...]
    parts: dict[str, float] = {}


class AnalysisMetadata(Frozen):
    processing_time: float = 0.0
    cache_hit: bool = False
    beat_detection_confidence: float = 0.0
    fallback_used: bool = False
    fallbacks: tuple[str, ...] = ()  # each named in words
    beat_engine: str = ""
    audio_sha256: str = ""
    engine_version: str = ""


class AudioAnalysis(Frozen):
    """All that is known about a song's sound."""

    bpm: float
    duration: float
    beat_timestamps: tuple[float, ...]
    downbeats: tuple[float, ...] = ()
    beat_numbers: tuple[int, ...] = ()  # position in the bar of each beat, 1 = downbeat
    metre: int = 4
    compound: bool = False  # beats are dotted (6/8 counted in two)
    tempo: Tempo
    key: Key | None = None
    song_structure: tuple[Section, ...] = ()
    lyrics: tuple[LyricLine, ...] = ()
    lyrics_info: LyricsInfo = LyricsInfo()
    mood: Mood
    loudness_lufs: float | None = None
    true_peak_db: float | None = None
    beat_features: BeatFeatures = BeatFeatures()
    hooks: tuple[Hook, ...] = ()
    metadata: AnalysisMetadata = AnalysisMetadata()
