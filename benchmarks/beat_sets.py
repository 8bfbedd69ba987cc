"""The sets of written songs: one to fit on, one to judge by, and what was heard in them, kept on disk.

Hearing a song costs two CPU seconds, a fit reads each many times: ``hear`` keeps the cues in a
folder, by song and by the sources that make and hear it.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import beat_band, beat_scores, beat_styles, beat_styles_blind
from benchmarks.beat_songs import DrawnSong
from casset.media.audio import beatnet, cues

FITTED_SEEDS = tuple(range(1, 8))
BLIND_SEEDS = (101, 102)
SONG_SOURCES = (beat_scores, beat_band, beat_styles, beat_styles_blind)
SOURCES = (*SONG_SOURCES, beatnet, cues)


@dataclass(frozen=True)
class Written:
    """Which song: a style, a seed and the SoundFont that plays it (none: numpy's instruments)."""

    style: str
    seed: int
    soundfont: Path | None
    blind: bool = False

    def score(self) -> beat_scores.Score:
        """The song on paper, with its true beats: as good as no work."""
        styles = beat_styles_blind.STYLES if self.blind else beat_styles.STYLES
        return beat_scores.compose(self.style, styles[self.style], self.seed)

    def song(self) -> DrawnSong:
        """The song as sound: up to a CPU second."""
        return beat_band.perform(self.score(), self.seed, self.soundfont)

    @property
    def key(self) -> str:
        """What is kept about the song is kept under this name and its sources."""
        return f"{self.style} {self.seed} {self.soundfont and self.soundfont.name} {self.blind}"


@dataclass(frozen=True)
class Heard:
    """A song's truth and what was heard in it."""

    written: Written
    beats: NDArray[np.float64]
    numbers: NDArray[np.int64]
    bpm: float
    cues: cues.Cues


def fitted_set(soundfont: Path | None) -> list[Written]:
    """Seven songs of each style; every third by numpy's instruments, the others by the SoundFont."""
    return [
        Written(style, seed, None if seed % 3 == 0 else soundfont)
        for seed in FITTED_SEEDS
        for style in beat_styles.STYLES
    ]


def blind_set(soundfont: Path | None) -> list[Written]:
    """Two songs of each blind style; one in four by numpy's instruments."""
    return [
        Written(style, seed, None if seed % 2 == 0 and index % 2 else soundfont, blind=True)
        for seed in BLIND_SEEDS
        for index, style in enumerate(beat_styles_blind.STYLES)
    ]


def hear(written: Written, folder: Path) -> Heard:
    """Make and hear one song, or read what was heard before."""
    made_by = b"".join(Path(str(source.__file__)).read_bytes() for source in SOURCES)
    kept = folder / f"{hashlib.sha256(made_by + written.key.encode()).hexdigest()[:24]}.heard"
    if kept.exists():
        return pickle.loads(kept.read_bytes())  # noqa: S301  written by ourselves below
    song = written.song()
    heard = Heard(written, song.beats, song.numbers, song.bpm, cues.listen(song.sound))
    folder.mkdir(parents=True, exist_ok=True)
    kept.with_suffix(".part").write_bytes(pickle.dumps(heard))
    kept.with_suffix(".part").rename(kept)
    return heard


def hear_all(songs: list[Written], folder: Path, processes: int = 2) -> Iterator[Heard]:
    """All songs in their order, heard by several processes."""
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(hear, songs, [folder] * len(songs), chunksize=4)
