"""Fits the weights by which the ear chooses the beat and the bar line.

``python -m benchmarks.fit_beats --soundfont TimGM6mb.sf2 --cache FOLDER [--songs FOLDER] [--write]``: hears the songs of
``beat_sets.fitted_set``, fits, says how well songs of held-out styles are decided, and with ``--write``
puts the weights into ``level_weights.py`` and ``bar_weights.py`` beside the ear. The first run hears 350 songs:
a quarter of an hour of one core; what was heard is kept in the folder. The songs that the benchmark
draws, and those of ``--songs``, have been looked at while this was made, so they are fitted on as well.

Each song is one choice: between the readings of its beat (features of ``levels``), then between the
ways to count the best of them (marks of ``bars``). The weights maximise the expected F at 70 ms and, a
little, the likelihood, with an L2 penalty that draws them to a multiple of ``fit_priors``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

from benchmarks import beat_sets, beat_songs, fit_priors
from benchmarks.beats import f_measure, folder_songs, later
from casset.media.audio import bars, cues, levels, onsets

Floats = NDArray[np.float64]

FOLDS = 5
LOG_SHARE, COST_SHARE = 0.2, 4.8  # of the log loss and of the expected loss of F
RIGHT = 0.05  # readings whose F is that near to the best one's are right
LEVEL_PENALTY, TEMPO_PENALTY, BEFORE_PENALTY = 8.0, 2.0, 0.1
SHARED_PENALTY, OWN_PENALTY, PRIOR_PENALTY, BARS_BEFORE_PENALTY = 10.0, 60.0, 1.0, 0.02
SEEN_COUNT = 3  # how often a song looked at before counts: the written ones are many
UNSURE = 0.3  # songs whose best reading loses more say nothing about bars
BAR_SCALE = 0.25  # sums over a song are brought to the size of the other features
AUDIO = Path(levels.__file__).parent


@dataclass(frozen=True)
class Case:
    """One song to decide: features of each hypothesis (hypotheses, features) and its loss of F."""

    style: str
    rows: Floats
    cost: Floats


def level_case(
    found: tuple[levels.Candidate, ...], heard: beat_sets.Heard
) -> tuple[list[str], Case]:
    """Which reading is the beat; (names of the features, the case)."""
    values = levels.features(found, heard.cues)
    names = list(values[0])
    cost = [1 - f_measure(later(heard.beats), later(one.beats), 0.07) for one in found]
    rows = np.array([[one[name] for name in names] for one in values])
    return names, Case(heard.written.style, rows, np.array(cost))


def fit(cases: list[Case], penalty: Floats) -> Floats:
    """(features,) weights: softmax over each song's hypotheses, log loss and expected loss, L2 penalty."""
    start = np.cumsum([0, *(len(case.cost) for case in cases)])
    rows = np.concatenate([case.rows for case in cases])
    cost = np.concatenate([case.cost for case in cases])
    song = np.repeat(np.arange(len(cases)), np.diff(start))
    right = cost <= np.minimum.reduceat(cost, start[:-1])[song] + RIGHT

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = rows @ weights
        score -= np.maximum.reduceat(score, start[:-1])[song]
        chance = np.exp(score)
        chance /= np.add.reduceat(chance, start[:-1])[song]
        ours = np.add.reduceat(chance * right, start[:-1]) + 1e-12
        expected = np.add.reduceat(chance * cost, start[:-1])
        gradient = LOG_SHARE * (chance - chance * right / ours[song])
        gradient += COST_SHARE * chance * (cost - expected[song])
        total = -LOG_SHARE * np.log(ours).sum() + COST_SHARE * expected.sum()
        total += 0.5 * float(penalty @ weights**2)
        return float(total), rows.T @ gradient + penalty * weights

    begun = np.zeros(rows.shape[1])
    found = scipy.optimize.minimize(
        loss, begun, jac=True, method="L-BFGS-B", options={"maxiter": 500}
    )
    return np.asarray(found.x)


def fit_from(before: Floats, cases: list[Case], penalty: Floats, before_penalty: float) -> Floats:
    """``fit`` with the weights drawn not to nothing but to a multiple of those of before."""
    led = [Case(c.style, np.column_stack([c.rows, c.rows @ before]), c.cost) for c in cases]
    weights = fit(led, np.append(penalty, before_penalty))
    return weights[:-1] + weights[-1] * before


def held_out(cases: list[Case], trained: Callable[[list[Case]], Floats]) -> Floats:
    """(cases,) loss of F of each when its style was held out of the fit."""
    styles = list(dict.fromkeys(case.style for case in cases))
    np.random.default_rng(1).shuffle(styles)
    lost = np.zeros(len(cases))
    for fold in range(FOLDS):
        held = set(styles[fold::FOLDS])
        weights = trained([case for case in cases if case.style not in held])
        for index, case in enumerate(cases):
            if case.style in held:
                lost[index] = case.cost[int(np.argmax(case.rows @ weights))]
    return lost


def bar_case(beats: Floats, heard: beat_sets.Heard) -> Case:
    """Which beats open a bar: one hypothesis for each metre and each first beat."""
    marks = np.array(list(bars.marks(beats, heard.cues).values()))
    compound = bars.is_compound(beats, heard.cues)
    true = later(heard.beats[heard.numbers == 1])
    exact = onsets.refine(beats, heard.cues.onset)
    rows, cost = [], []
    for metre in bars.COMPOUND_METRES if compound else bars.METRES:
        for first in range(metre):
            opens = np.arange(first, len(beats), metre)
            at = [
                marks[:, opens[opens + place < len(beats)] + place].sum(axis=1)
                for place in range(metre)
            ]
            rows.append(_bar_row(metre, np.array(at), compound=compound))
            cost.append(1 - f_measure(true, later(exact[opens]), 0.07))
    return Case(heard.written.style, np.array(rows), np.array(cost))


def _bar_row(metre: int, at: Floats, *, compound: bool) -> Floats:
    """Features of one way to count: marks on the downbeats for all metres, at each place for this one."""
    own = [at.ravel() if other == metre else np.zeros(other * at.shape[1]) for other in bars.METRES]
    priors = [float(other == metre and not compound) for other in bars.METRES]
    priors += [float(other == metre and compound) for other in bars.COMPOUND_METRES]
    return np.concatenate([*(block * BAR_SCALE for block in (at[0], *own)), priors])


def bar_weights(fitted: Floats) -> tuple[dict[int, Floats], dict[int, float], dict[int, float]]:
    """Unpacks what ``_bar_row`` packed: metre: (places, marks), its prior, its prior when compound."""
    priors = len(bars.METRES) + len(bars.COMPOUND_METRES)
    marks = (len(fitted) - priors) // (1 + sum(bars.METRES))
    everywhere, at = fitted[:marks] * BAR_SCALE, marks
    weights = {}
    for metre in bars.METRES:
        weights[metre] = fitted[at : at + metre * marks].reshape(metre, marks) * BAR_SCALE
        weights[metre][0] += everywhere
        at += metre * marks
    plain = dict(zip(bars.METRES, fitted[at : at + len(bars.METRES)], strict=True))
    compound = dict(zip(bars.COMPOUND_METRES, fitted[at + len(bars.METRES) :], strict=True))
    return weights, plain, compound


def bar_penalty(features: int) -> Floats:
    """(features,) L2 penalty: little on what all metres share, more on what each has of its own."""
    priors = len(bars.METRES) + len(bars.COMPOUND_METRES)
    marks = (features - priors) // (1 + sum(bars.METRES))
    own = features - priors - marks
    return np.repeat([SHARED_PENALTY, OWN_PENALTY, PRIOR_PENALTY], [marks, own, priors])


def fit_levels(names: list[str], cases: list[Case]) -> Floats:
    """(features,) weights of the readings, on the features as they are."""
    size = np.concatenate([case.rows for case in cases]).std(axis=0) + 1e-6
    before = np.array([fit_priors.LEVELS.get(name, 0.0) for name in names]) * size
    tempo = set(takewhile(lambda name: "@" not in name, names))  # they stand before the profile
    penalty = np.array([TEMPO_PENALTY if n in tempo else LEVEL_PENALTY for n in names])
    scaled = [Case(case.style, case.rows / size, case.cost) for case in cases]
    return fit_from(before, scaled, penalty, BEFORE_PENALTY) / size


def fit_bars(names: list[str], cases: list[Case]) -> Floats:
    """(features,) weights of the ways to count, as ``_bar_row`` packs them."""
    before = np.zeros(cases[0].rows.shape[1])
    before[: len(names)] = [fit_priors.BARS.get(name, 0.0) for name in names]
    return fit_from(before, cases, bar_penalty(len(before)), BARS_BEFORE_PENALTY)


def decide(heard: beat_sets.Heard) -> tuple[list[str], Case, list[str], Case | None]:
    """Both cases of one song, with the names of their features."""
    found = levels.candidates(heard.cues)
    names, case = level_case(found, heard)
    beats = onsets.audible(found[int(np.argmin(case.cost))].beats, heard.cues)
    marks = list(bars.marks(beats, heard.cues))
    return names, case, marks, bar_case(beats, heard) if case.cost.min() <= UNSURE else None


def decide_written(
    written: beat_sets.Written, folder: Path
) -> tuple[list[str], Case, list[str], Case | None]:
    return decide(beat_sets.hear(written, folder))


def seen(folder: Path | None) -> Iterator[beat_sets.Heard]:
    """The songs that the benchmark draws and those of a folder, each as a style of its own."""
    step = beat_songs.draw(
        "tempo_step", beat_songs.PATTERNS["tempo_step"], 34.0
    )  # as long as its test
    for song in (*beat_songs.drawn_songs(), step, *(folder_songs(folder) if folder else ())):
        about = beat_sets.Written(f"seen: {song.name}", 0, None)
        yield beat_sets.Heard(about, song.beats, song.numbers, song.bpm, cues.listen(song.sound))


def bar_source(names: list[str], fitted: Floats, said: str) -> str:
    """The text of ``bar_weights.py``."""
    weights, plain, compound = bar_weights(fitted)
    lines = [f'"""{said}"""', "", "from __future__ import annotations", ""]
    lines.append("# metre: mark of a bar: weight at each place of the bar, of log odds")
    lines.append("WEIGHTS: dict[int, dict[str, tuple[float, ...]]] = {")
    for metre, rows in weights.items():
        lines.append(f"    {metre}: {{")
        for name, at in zip(names, rows.T, strict=True):
            lines.append(f'        "{name}": ({", ".join(f"{x:.3g}" for x in at)}),')
        lines.append("    },")
    lines.append("}")
    for name, prior in (("PRIOR", plain), ("COMPOUND_PRIOR", compound)):
        inside = ", ".join(f"{metre}: {x:.3g}" for metre, x in prior.items())
        lines.append(f"{name} = {{{inside}}}")
    return "\n".join(lines) + "\n"


def level_source(names: list[str], mean: Floats, weights: Floats, said: str) -> str:
    """The text of ``level_weights.py``."""
    lines = [f'"""{said}"""', "", "from __future__ import annotations", ""]
    lines.append("WEIGHTS: dict[str, tuple[float, float]] = {")
    for name, middle, weight in zip(names, mean, weights, strict=True):
        lines.append(f'    "{name}": ({middle:.4g}, {weight:.4g}),')
    lines.append("}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soundfont", type=Path, help="a General MIDI .sf2; none: numpy alone")
    parser.add_argument("--songs", type=Path, help="a folder of .ogg and .beats looked at before")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what was heard")
    parser.add_argument("--write", action="store_true", help="replace the weights of the ear")
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor() as pool:
        songs = beat_sets.fitted_set(options.soundfont)
        decided = list(pool.map(partial(decide_written, folder=options.cache), songs, chunksize=4))
    decided += [decide(heard) for heard in seen(options.songs)] * SEEN_COUNT
    names, marks = decided[0][0], decided[0][2]
    level_cases = [one[1] for one in decided]
    bar_cases = [one[3] for one in decided if one[3] is not None]
    said = []
    for what, cases, trained in (
        ("beat", level_cases, partial(fit_levels, names)),
        ("bar line", bar_cases, partial(fit_bars, marks)),
    ):
        lost = held_out(cases, trained)
        best = np.array([case.cost.min() for case in cases])
        said.append(
            f"{what}: mean F {1 - lost.mean():.3f} with styles held out, right in {np.mean(lost <= best + RIGHT):.0%} "
            f"of {len(cases)} songs (the best possible {1 - best.mean():.3f})"
        )
        print(said[-1])
    if options.write:
        middle = np.concatenate([case.rows for case in level_cases]).mean(axis=0)
        fitted = fit_levels(names, level_cases)
        text = level_source(names, middle, fitted, LEVELS_SAID.format(said[0]))
        (AUDIO / "level_weights.py").write_text(text)
        text = bar_source(marks, fit_bars(marks, bar_cases), BARS_SAID.format(said[1]))
        (AUDIO / "bar_weights.py").write_text(text)


LEVELS_SAID = """How ``levels.choose`` weighs a reading of the beat: (mean, weight) of each feature.

Written by ``python -m benchmarks.fit_beats``, which says how it is fitted and on what.
Choosing the {}.
"""
BARS_SAID = """How ``bars.number`` weighs the marks of a bar.

Written by ``python -m benchmarks.fit_beats``, which says how it is fitted and on what.
Choosing the {}.
"""

if __name__ == "__main__":
    main(sys.argv[1:])
