"""Form and hooks on rendered songs, through our own beats, and what each stage of the parser costs.

``python -m benchmarks.structure --songs FOLDER`` takes other songs: each an .ogg or .wav beside a .lab
with lines of start, end and section name. Songs and truth are made here otherwise (``rendered_forms``).
HR is the F-measure of borders at 0.5 and 3 s (mir_eval, trimmed), PWF the pairwise F of the grouping,
labels the share of time with the right name, where a pre-chorus counts as verse.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np
from numpy.typing import NDArray

from benchmarks import rendered_forms, rendered_songs
from casset.media.audio import beats, decode, features, hooks, key, loudness, mood, structure
from casset.media.audio.analysis import Hook, Section
from casset.media.audio.decode import Sound

Truth = list[tuple[float, float, str]]
SAME_NAME = {"prechorus": "verse", "pre-chorus": "verse", "build": "verse", "drop": "chorus", "inst": "instrumental", "solo": "instrumental"}  # fmt: skip
KNOWN = {"intro", "verse", "chorus", "bridge", "outro", "instrumental"}


def run(songs: Path | None = None) -> list[dict[str, Any]]:
    """A row for each song and one for their mean."""
    rows = [judge(name, sound, truth) for name, sound, truth in _songs(songs)]
    figures = [name for name in rows[0] if name != "song"]
    mean: dict[str, Any] = {"song": f"mean of {len(rows)}"}
    for name in figures:
        known = [row[name] for row in rows if row[name] != ""]
        mean[name] = float(np.mean(known)) if known else ""
    return [*rows, mean]


def judge(name: str, sound: Sound, truth: Truth) -> dict[str, Any]:
    """Analyse one song and compare it with its truth."""
    clock = _Clock()
    grid = beats.track(sound)
    clock.lap("beats s")
    spectra = features.analyse(sound)
    clock.lap("features s")
    measured = loudness.measure(sound)
    clock.lap("loudness s")
    feeling = mood.read(spectra, key.find(spectra), measured, grid.tempo.bpm)
    bars = features.by_bar(
        spectra, features.bar_edges(grid.beats, grid.numbers, grid.metre, sound.duration)
    )
    form = structure.find(bars, arousal=feeling.arousal)
    best = hooks.find(bars, form)
    clock.lap("form s")
    loudest = _loudest(spectra, 30.0)
    return {
        "song": name,
        **_borders(form.sections, truth),
        "labels": _labels(form.sections, truth),
        "hook in chorus": _inside(best, truth),
        "loudest 30 s in chorus": _inside((loudest,), truth),
        **clock.laps,
    }


class _Clock:
    """CPU seconds between laps."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.last = time.process_time()

    def lap(self, name: str) -> None:
        now = time.process_time()
        self.laps[name] = now - self.last
        self.last = now


def _songs(folder: Path | None) -> Iterator[tuple[str, Sound, Truth]]:
    if folder is None:
        for song in (*rendered_forms.HELD, *rendered_forms.DRAWN):
            made = rendered_songs.render(song)
            yield song.name, made.sound, made.sections
        return
    for lab in sorted(folder.glob("*.lab")):
        audio = next(
            lab.with_suffix(end) for end in (".ogg", ".wav") if lab.with_suffix(end).exists()
        )
        rows = [line.split(None, 2) for line in lab.read_text().splitlines() if line.strip()]
        yield lab.stem, decode.decode(audio), [(float(a), float(b), n.strip()) for a, b, n in rows]


def _borders(sections: tuple[Section, ...], truth: Truth) -> dict[str, float]:
    true_spans = np.array([[a, b] for a, b, _ in truth])
    found = np.array([[s.start, s.end] for s in sections])
    out = {
        f"HR{window:g} F": float(
            mir_eval.segment.detection(true_spans, found, window=window, trim=True)[2]
        )
        for window in (0.5, 3.0)
    }
    true_names = [name for _, _, name in truth]
    names = [s.label for s in sections]
    start, end = true_spans[0, 0], true_spans[-1, 1]
    found, names = mir_eval.util.adjust_intervals(found, names, t_min=start, t_max=end)
    pairwise = mir_eval.segment.pairwise(true_spans - start, true_names, found - start, names)
    out["PW F"] = float(pairwise[2])
    return out


def _labels(sections: tuple[Section, ...], truth: Truth) -> float | str:
    """Share of the song's time with the right name; empty where the truth has no such names."""
    plain = [(a, b, SAME_NAME.get(name, name)) for a, b, name in truth]
    if not {name for _, _, name in plain} <= KNOWN:
        return ""
    at = np.arange(plain[0][0], plain[-1][1], 0.1)
    said = _named(at, [(s.start, s.end, s.type) for s in sections])
    return float((said == _named(at, plain)).mean())


def _named(at: NDArray[np.float64], spans: Truth) -> NDArray[np.str_]:
    names = np.full(len(at), "", dtype="U16")
    for start, end, name in spans:
        names[(at >= start) & (at < end)] = name
    return names


def _inside(found: tuple[Hook, ...], truth: Truth) -> float | str:
    """Share of the best window that lies in a chorus; empty where the song has none."""
    choruses = [(a, b) for a, b, name in truth if SAME_NAME.get(name, name) == "chorus"]
    if not choruses or not found:
        return ""
    hook = found[0]
    shared = sum(max(0.0, min(b, hook.end) - max(a, hook.start)) for a, b in choruses)
    return shared / (hook.end - hook.start)


def _loudest(spectra: features.Spectra, length_s: float) -> Hook:
    """What a simple tool would take: the window with the most energy."""
    power = 10 ** (spectra.loudness / 10)
    frames = min(len(power), int(length_s * spectra.fps))
    start = int(np.argmax(np.convolve(power, np.ones(frames), "valid"))) / spectra.fps
    return Hook(start=start, end=start + frames / spectra.fps, score=0.0, reasons=())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=Path, help="a folder of .ogg or .wav files with .lab files")
    for row in run(parser.parse_args().songs):
        print(", ".join(f"{k} {v:.2f}" if isinstance(v, float) else f"{v}" for k, v in row.items()))


if __name__ == "__main__":
    main()
