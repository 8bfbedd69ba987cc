"""Analyses kept by the content of song and lyrics: what was heard once is not listened to again."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError as ShapeError

from casset.lib.hashing import fingerprint
from casset.media.audio import beats, parser
from casset.media.audio.analysis import AudioAnalysis
from casset.media.audio.decode import Sound
from casset.media.audio.lyrics.sheet import LyricSheet


@dataclass(frozen=True)
class Listening:
    """How to listen. ``engine`` and ``level`` are those of ``beats.track``; without ``cache_dir``
    nothing is kept."""

    level: beats.Level = "auto"
    engine: beats.Engine = "auto"
    beat_this_checkpoint: str = ""
    cache_dir: Path | None = None

    def place(
        self, sound: Sound, sheet: LyricSheet | None, *, transcriber: str = ""
    ) -> Path | None:
        """Where the analysis of this content is kept. ``transcriber`` names who hears the words."""
        if self.cache_dir is None:
            return None
        key = fingerprint(
            {
                "song": sound.sha256,
                "level": self.level,
                "engine": self.engine,
                "checkpoint": self.beat_this_checkpoint,
                "words": repr(sheet),
                "transcriber": transcriber,
                "version": parser.VERSION,
            }
        )
        return self.cache_dir / "analysis" / f"{key[:40]}.json"

    def analyse(
        self,
        sound: Sound,
        sheet: LyricSheet | None = None,
        *,
        progress: parser.Progress | None = None,
    ) -> AudioAnalysis:
        """The analysis of a song and its words, from the cache where it is there."""
        place = self.place(sound, sheet)
        found = read(place)
        if found is not None:
            metadata = found.metadata.model_copy(update={"cache_hit": True})
            return found.model_copy(update={"metadata": metadata})
        made = parser.analyse(
            sound,
            lyrics=sheet,
            level=self.level,
            engine=self.engine,
            beat_this_checkpoint=self.beat_this_checkpoint,
            progress=progress,
        )
        keep(place, made)
        return made


def read(place: Path | None) -> AudioAnalysis | None:
    """An analysis kept earlier; a damaged or older one counts as none."""
    if place is None:
        return None
    try:
        return AudioAnalysis.model_validate_json(place.read_bytes())
    except (OSError, ShapeError):
        return None


def keep(place: Path | None, analysis: AudioAnalysis) -> None:
    """Write to the cache. A cache that cannot be written costs time later, nothing now."""
    if place is None:
        return
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(f".{os.getpid()}.part")
        part.write_text(analysis.model_dump_json())
        part.replace(place)
