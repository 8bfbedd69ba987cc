"""Beats: ours against librosa, and against madmom and Beat This! where they are installed.

``python -m benchmarks.beats [--songs FOLDER] [--beat-this CHECKPOINT]``: a folder of ``.ogg`` with
``.beats`` files (time and number in the bar on each line); without one, songs drawn with numpy.
``--blind [--soundfont FILE] [--kept FOLDER] [--styles] [--one] [--write]``: the songs kept for judging
instead, a row an engine and family (or style); what an engine found is kept in the folder, so that it
hears a song once. ``--one`` takes one song of each style: another engine needs ten minutes for all.
Judged as is usual in the field: mir_eval, the first two seconds left out. ``AMLt`` is the share of
beats followed when the half, the double and the off-beats of the written tempo count as right too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pickle
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np

from benchmarks import beat_sets, beat_songs, beat_styles_blind
from benchmarks.__main__ import RESULTS, machine
from benchmarks.beat_scores import Score
from benchmarks.beat_songs import DrawnSong
from casset.lib.errors import MissingCapability
from casset.media.audio import beats, decode, tempo

ENGINES: tuple[beats.Engine, ...] = ("beatnet", "librosa", "madmom", "beat_this")
SKIPPED_S = 2.0
COLUMNS = (
    "engine",
    "songs",
    "F50",
    "F70",
    "heard90",
    "bpm2",
    "AMLt",
    "downbeat_F70",
    "cpu_s_per_min",
)
AUDIO = Path(beats.__file__).parent


def run(
    songs: Path | None = None, beat_this_checkpoint: Path | None = None
) -> list[dict[str, Any]]:
    """One row an engine: mean F at 50 and 70 ms, share of songs with 90 % of beats within 50 ms and
    with the tempo within 2 BPM, mean AMLt, mean downbeat F at 70 ms, CPU seconds a minute of sound."""
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


def judge(song: DrawnSong | Score, grid: beats.BeatGrid) -> dict[str, float]:
    """All figures of one song."""
    true, found = later(song.beats), later(grid.beats)
    true_bars, found_bars = later(song.beats[song.numbers == 1]), later(grid.downbeats)
    near = [np.min(np.abs(found - t), initial=np.inf) <= 0.05 for t in true]
    return {
        "F50": f_measure(true, found, 0.05),
        "F70": f_measure(true, found, 0.07),
        "heard90": float(np.mean(near) >= 0.9),
        "bpm2": float(abs(grid.tempo.bpm - tempo.regression_bpm(song.beats)) <= 2),
        "AMLt": followed_at_any_level(true, found),
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


def followed_at_any_level(true: np.ndarray, found: np.ndarray) -> float:
    """Share of beats followed, 0..1, where half, double and off-beats are right too (AMLt)."""
    if len(true) < 2 or len(found) < 2:
        return 0.0
    return float(mir_eval.beat.continuity(true, found)[3])


def judge_blind(
    soundfont: Path | None,
    *,
    engines: Iterable[beats.Engine] = ("beatnet", "madmom", "librosa"),
    kept: Path | None = None,
    by_style: bool = False,
    seeds: tuple[int, ...] = beat_sets.BLIND_SEEDS,
) -> Iterator[dict[str, Any]]:
    """Means of all songs kept for judging, then of each family or style; single songs stay unseen.

    One row an engine, the engines below each other; those that are not installed have none.
    """
    songs = [one for one in beat_sets.blind_set(soundfont) if one.seed in seeds]
    judged: dict[str, list[dict[str, float]]] = {}
    for engine in engines:
        heard = takewhile(bool, (judged_once(written, engine, kept) for written in songs))
        figures = [one for one in heard if one is not None]
        if figures:
            judged[engine] = figures
    styles = {name: (name,) for name in beat_styles_blind.STYLES}
    groups = styles if by_style else beat_styles_blind.FAMILIES
    for group, names in {"all": tuple(styles), **groups}.items():
        for engine, figures in judged.items():
            rows = [
                one for written, one in zip(songs, figures, strict=True) if written.style in names
            ]
            means = {
                name: round(float(np.mean([row[name] for row in rows])), 3) for name in rows[0]
            }
            yield {"family": group, "engine": engine, "songs": len(rows), **means}


def judged_once(
    written: beat_sets.Written, engine: beats.Engine, kept: Path | None
) -> dict[str, float] | None:
    """The figures of one song by one engine, heard or read from ``kept``; None: it is not installed.

    Kept by the song and the sources that make it and that hear it.
    """
    ears = AUDIO.rglob("*.py") if engine == "beatnet" else AUDIO.glob(f"engines/with_{engine}.py")
    song = (Path(str(source.__file__)) for source in beat_sets.SONG_SOURCES)
    sources = b"".join(path.read_bytes() for path in (*song, *sorted(ears)))
    name = hashlib.sha256(sources + f"{engine} {written.key}".encode()).hexdigest()[:24]
    file = kept / f"{name}.found" if kept else None
    if file is not None and file.exists():
        grid = pickle.loads(file.read_bytes())  # noqa: S301  written by ourselves below
        return judge(written.score(), grid)
    grid = beats.track(written.song().sound, engine=engine)
    if grid.fallbacks:
        return None
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".part").write_bytes(pickle.dumps(grid))
        file.with_suffix(".part").rename(file)
    return judge(written.score(), grid)


def write(part: str, rows: list[dict[str, Any]]) -> None:
    """Put the rows of a part into ``results.json``, beside those that are there."""
    results = json.loads(RESULTS.read_text())
    results[part] = {**machine(), "rows": rows}
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=Path, help="folder of .ogg and .beats")
    parser.add_argument("--beat-this", type=Path, help="checkpoint of Beat This!")
    parser.add_argument("--each", action="store_true", help="also a line for each song, ours only")
    parser.add_argument("--blind", action="store_true", help="the songs kept for judging")
    parser.add_argument("--soundfont", type=Path, help="plays most of those")
    parser.add_argument("--kept", type=Path, help="folder for what was found in those")
    parser.add_argument("--styles", action="store_true", help="rows by style, not by family")
    parser.add_argument("--one", action="store_true", help="one song of each style, not two")
    parser.add_argument("--write", action="store_true", help="put those rows into results.json")
    options = parser.parse_args(arguments)
    if options.blind:
        seeds = beat_sets.BLIND_SEEDS[:1] if options.one else beat_sets.BLIND_SEEDS
        blind = judge_blind(
            options.soundfont, kept=options.kept, by_style=options.styles, seeds=seeds
        )
        rows = []
        for row in blind:
            print("  ".join(f"{name} {value}" for name, value in row.items()))
            rows.append(row)
        if options.write:
            write(f"beats_blind_{len(seeds)}", rows)
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
