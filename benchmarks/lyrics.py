"""How well words are set to songs whose word times are known.

``python -m benchmarks.lyrics --songs FOLDER`` reads every ``NAME.words.json`` there (a list of
``{"word", "start", "end"}``) with its ``NAME.ogg`` (or flac, wav, mp3, m4a) and aligns ``NAME.txt``
and ``NAME.lrc`` where they exist, else the words of the truth as plain text.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import features
from casset.media.audio.decode import Sound, decode
from casset.media.audio.lyrics import align, formats

SOUNDS = (".ogg", ".flac", ".wav", ".mp3", ".m4a")


def run(songs: Path | str | None = None) -> list[dict[str, Any]]:
    """One row a song and kind of lyric, or one row that says why nothing was measured."""
    folder = Path(songs) if songs else None
    truths = sorted(folder.glob("*.words.json")) if folder and folder.is_dir() else []
    if not truths:
        why = "no songs with word times: give a folder with NAME.words.json by --songs"
        return [{"benchmark": "lyrics", "skipped": why}]
    rows: list[dict[str, Any]] = []
    for path in truths:
        name = path.name.removesuffix(".words.json")
        sound_path = next((f for s in SOUNDS if (f := path.with_name(name + s)).exists()), None)
        if sound_path is None:
            rows.append({"benchmark": "lyrics", "song": name, "skipped": "no sound beside it"})
            continue
        rows += _song(name, decode(sound_path), path)
    return rows


def _song(name: str, sound: Sound, truth_path: Path) -> list[dict[str, Any]]:
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    starts = np.array([word["start"] for word in truth])
    sheets = {
        kind: formats.read_file(path)
        for kind in ("txt", "lrc")
        if (path := truth_path.with_name(f"{name}.{kind}")).exists()
    } or {"truth's words": formats.read(_text(truth))}
    activity = features.analyse(sound)
    curve = _at_100_hz(activity.vocal, sound.duration)
    rows = []
    for kind, sheet in sheets.items():
        begin = time.process_time()
        lines, info = align.align(sound, sheet, curve)
        seconds = time.process_time() - begin
        heard = np.array([word.start for line in lines for word in line.words])
        row = {"benchmark": "lyrics", "song": name, "given": kind, "words": len(starts)}
        if len(heard) != len(starts):
            rows.append(
                {**row, "skipped": f"the text has {len(heard)} words, the truth {len(starts)}"}
            )
            continue
        rows.append(
            {**row, **_figures(np.abs(heard - starts)), "fit": info.fit, "cpu_s": round(seconds, 1)}
        )
    return rows


def _figures(error: NDArray[np.float64]) -> dict[str, float]:
    shares = {
        f"within_{limit}_s": round(float((error <= limit).mean()), 3) for limit in (0.1, 0.3, 1.0)
    }
    return {
        "median_s": round(float(np.median(error)), 3),
        "mean_s": round(float(error.mean()), 3),
        **shares,
    }


def _text(truth: list[dict[str, Any]]) -> str:
    return "".join(("\n" if word.get("new_line") else " ") + word["word"] for word in truth)


def _at_100_hz(curve: NDArray[Any], duration: float) -> NDArray[np.float64]:
    times = np.arange(int(duration * 100) + 1) / 100
    return np.asarray(np.interp(times, np.linspace(0, duration, len(curve)), curve))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", help="folder with NAME.words.json and NAME.ogg")
    for row in run(parser.parse_args().songs):
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
