"""Beats: ours against librosa, and against madmom and Beat This! where they are installed.

``python -m benchmarks.beats [--songs FOLDER] [--beat-this CHECKPOINT] [--blind [--soundfont FILE]]``: a folder of ``.ogg`` with
``.beats`` files (time and number in the bar on each line); without one, songs drawn with numpy.
Judged as is usual in the field: mir_eval, the first two seconds left out.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np

from benchmarks import beat_sets, beat_songs, beat_styles_blind
from benchmarks.beat_songs import DrawnSong
from casset.lib.errors import MissingCapability
from casset.media.audio import beats, decode, tempo

ENGINES: tuple[beats.Engine, ...] = ("beatnet", "librosa", "madmom", "beat_this")
SKIPPED_S = 2.0
COLUMNS = ("engine", "songs", "F50", "F70", "heard90", "bpm2", "downbeat_F70", "cpu_s_per_min")


def run(
    songs: Path | None = None, beat_this_checkpoint: Path | None = None
) -> list[dict[str, Any]]:
    """One row an engine: mean F at 50 and 70 ms, share of songs with 90 % of beats within 50 ms and
    with the tempo within 2 BPM, mean downbeat F at 70 ms, CPU seconds a minute of sound."""
    chosen = list(folder_songs(songs)) if songs else beat_songs.drawn_songs()
    beats.track(chosen[0].sound)  # so that compiling is not counted
    rows = []
    for engine in ENGINES:
        judged = list(_judge_all(chosen, engine, beat_this_checkpoint))
        if judged:
            means = {
                name: round(float(np.mean([j[name] for j in judged])), 3) for name in judged[0]
            }
            rows.append({"engine": engine, "songs": len(judged), **means})
    return rows


def folder_songs(folder: Path) -> Iterator[DrawnSong]:
    """Every ``.ogg`` of a folder that has a ``.beats`` beside it."""
    for path in sorted(folder.glob("*.ogg")):
        truth = path.with_suffix(".beats")
        if truth.exists():
            times, numbers = np.loadtxt(truth).T
            bpm = tempo.regression_bpm(times)
            yield DrawnSong(path.stem, decode.decode(path), times, numbers.astype(np.int64), bpm)


def judge(song: DrawnSong, grid: beats.BeatGrid) -> dict[str, float]:
    """All figures of one song."""
    true, found = later(song.beats), later(grid.beats)
    true_bars, found_bars = later(song.beats[song.numbers == 1]), later(grid.downbeats)
    near = [np.min(np.abs(found - t), initial=np.inf) <= 0.05 for t in true]
    return {
        "F50": f_measure(true, found, 0.05),
        "F70": f_measure(true, found, 0.07),
        "heard90": float(np.mean(near) >= 0.9),
        "bpm2": float(abs(grid.tempo.bpm - tempo.regression_bpm(song.beats)) <= 2),
        "downbeat_F70": f_measure(true_bars, found_bars, 0.07),
    }


def _judge_all(
    songs: Iterable[DrawnSong], engine: beats.Engine, checkpoint: Path | None
) -> Iterator[dict[str, float]]:
    """Nothing at all when the engine is not installed."""
    for song in songs:
        began = time.process_time()
        try:
            grid = beats.track(song.sound, engine=engine, beat_this_checkpoint=checkpoint)
        except MissingCapability:
            return
        if grid.fallbacks:
            return
        cpu_s = time.process_time() - began
        yield {**judge(song, grid), "cpu_s_per_min": 60 * cpu_s / song.sound.duration}


def later(times: np.ndarray) -> np.ndarray:
    """Without the two seconds that are not judged."""
    return times[times >= SKIPPED_S]


def f_measure(true: np.ndarray, found: np.ndarray, window_s: float) -> float:
    """F of the times found, 0..1; 0 where there are none."""
    if not len(true) or not len(found):
        return 0.0
    return float(mir_eval.beat.f_measure(true, found, window_s))


def judge_blind(soundfont: Path | None) -> Iterator[dict[str, Any]]:
    """One row of means for all songs kept for judging, then one a family: single songs stay unseen."""
    judged: dict[str, list[dict[str, float]]] = {}
    for written in beat_sets.blind_set(soundfont):
        song = written.song()
        judged.setdefault(written.style, []).append(judge(song, beats.track(song.sound)))
    for family, styles in {"all": tuple(judged), **beat_styles_blind.FAMILIES}.items():
        rows = [one for style in styles for one in judged[style]]
        means = {name: round(float(np.mean([row[name] for row in rows])), 3) for name in rows[0]}
        yield {"family": family, "songs": len(rows), **means}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=Path, help="folder of .ogg and .beats")
    parser.add_argument("--beat-this", type=Path, help="checkpoint of Beat This!")
    parser.add_argument("--each", action="store_true", help="also a line for each song, ours only")
    parser.add_argument("--blind", action="store_true", help="ours on the songs kept for judging")
    parser.add_argument("--soundfont", type=Path, help="plays three of four of those")
    options = parser.parse_args(arguments)
    if options.blind:
        for row in judge_blind(options.soundfont):
            print("  ".join(f"{name} {value}" for name, value in row.items()))
        return
    if options.each:
        for song in folder_songs(options.songs) if options.songs else beat_songs.drawn_songs():
            grid = beats.track(song.sound)
            figures = "  ".join(f"{k} {v:.2f}" for k, v in judge(song, grid).items())
            about = f"{song.bpm:6.1f} heard {grid.tempo.bpm:6.1f} or {grid.tempo.other_bpm:6.1f}"
            print(f"{song.name:28} {figures}  {about}  margin {grid.tempo.margin:.2f}")
    print("  ".join(f"{name:>13}" for name in COLUMNS))
    for row in run(options.songs, options.beat_this):
        print("  ".join(f"{row[name]:>13}" for name in COLUMNS))


if __name__ == "__main__":
    main(sys.argv[1:])
