"""Which pulse is the beat: the half, double or triple of a tempo fits the sound nearly as well.

The decoder offers one path for each octave of tempo. ``candidates`` keeps the different ones and
adds readings it cannot find by itself: the off-beats, every second and third beat, twice as many, and
two dotted beats in a bar of three. ``choose`` gives each a score, a weighted sum of what it is like (tempo, how well the
activations at each speed fit it, its metrical profile), by weights learnt from songs whose beat is
known (``level_weights``). The lead of the best over the next in nats is the margin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from casset.media.audio import bar_dbn, cues, metrical_profile, musical, placing, tempo
from casset.media.audio.level_weights import WEIGHTS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Origin = Literal["decoded", "shifted", "half", "double", "third", "dotted", "turned"]

WINDOWS_BPM = ((38, 76), (48, 96), (60, 120), (75, 150), (90, 180), (110, 220), (125, 250))
PATH_METRES = (3, 4)
SAME_TEMPO = 0.06  # octaves within which two tempi are the same
SAME_BEAT_S = 0.05  # within which two beats are the same
STRAYING = 0.15  # of the tempo: rubato of 8 % stays inside
STRAYING_GAIN = 1.2  # nats a second
SURE = 0.5  # activation at a beat that is no guess
GRID_REACH_S, GRID_SHARE = 0.035, 0.85  # how near a machine's grid how many sure beats must lie
SLOWEST_BPM, FASTEST_BPM = 45, 225  # of a beat that people would tap

SHIFTED_BPM = (50, 185)  # of paths whose off-beats are weighed too
HALF_BPM = (100, 250)  # of paths whose halves are weighed
DOUBLED_BPM = 112
TURNED_BPM = (45, 140)  # of paths that may lie a third of a beat off
THIRD_BPM = (135, 330)  # of paths whose thirds are weighed
PARTS: tuple[tuple[Origin, int, tuple[int, int]], ...] = (
    ("half", 2, HALF_BPM),
    ("third", 3, THIRD_BPM),
)
DOTTED_BPM = (75, 190)  # of bars of three that may be 6/8

REFERENCE_BPM = 110.0
FAST_OCTAVES, SLOW_OCTAVES = 0.55, 0.45  # from the reference: above 161, below 81 BPM

# Mean activation on the beats: nothing below, sure above. White noise reaches 0.23, a tone 0.20,
# rendered songs 0.30 and more, half of them 0.6. Wind (0.45) and crackle (0.7) are told by ``musical``.
FLOOR, CERTAIN = 0.28, 0.65


@dataclass(frozen=True)
class Candidate:
    """One reading of the beat: its times ``beats`` (s), its tempo and how it came about."""

    beats: Floats
    bpm: float
    origin: Origin = "decoded"


@dataclass(frozen=True)
class Choice:
    """The reading chosen, its lead over the best other one in nats, and that one's tempo."""

    best: Candidate
    margin: float
    other_bpm: float
    candidates: tuple[Candidate, ...]


def candidates(heard: cues.Cues) -> tuple[Candidate, ...]:
    """All readings worth weighing; about 2 CPU s for three minutes."""
    mean = heard.mean_activation
    paths = [
        bar_dbn.decode(mean, cues.GRID_FPS, metre, window)
        for window in WINDOWS_BPM
        for metre in PATH_METRES
    ]
    likeliest = max(paths, key=lambda path: path.log_likelihood)
    steady = _steadied(likeliest, heard)
    paths = [steady if path is likeliest else path for path in paths]
    found: list[Candidate] = []
    bars_of_three: list[tuple[Candidate, Ints]] = []
    for path in sorted(paths, key=lambda p: -p.log_likelihood):
        one = Candidate(path.times, tempo.regression_bpm(path.times))
        if len(one.beats) >= metrical_profile.FEWEST_BEATS and all(
            _octaves(one.bpm, other.bpm) > SAME_TEMPO for other in found
        ):
            found.append(one)
            if path.metre == 3:
                bars_of_three.append((one, path.numbers))
    derived = [*_shifted(found), *_parts(found), *_doubled(found), *_turned(found)]
    derived += [dotted for one, numbers in bars_of_three for dotted in _dotted(one, numbers)]
    for one in derived:
        if len(one.beats) >= metrical_profile.FEWEST_BEATS and not any(
            _same(one, other) for other in found
        ):
            found.append(one)
    return tuple(one for one in found if SLOWEST_BPM <= one.bpm <= FASTEST_BPM)


def choose(found: tuple[Candidate, ...], heard: cues.Cues) -> Choice:
    """Weigh the readings against each other."""
    scores = np.array([_score(values) for values in features(found, heard)])
    order = np.argsort(-scores)
    best = found[order[0]]
    for rival in order[1:]:
        if _octaves(found[rival].bpm, best.bpm) > SAME_TEMPO:
            lead = float(scores[order[0]] - scores[rival])
            return Choice(best, lead, found[rival].bpm, found)
    return Choice(best, 0.0, 0.0, found)


def features(found: tuple[Candidate, ...], heard: cues.Cues) -> list[dict[str, float]]:
    """What ``level_weights`` weighs, by name, of each reading; the decoder's likeliest comes first."""
    curves = metrical_profile.curves(heard)
    return [
        _tempo_features(one, heard)
        | {
            "strange": float(not _octave_related(one, found[0])),
            "likeliest": float(one is found[0]),
        }
        | metrical_profile.profile(one.beats, curves)
        | placing.placing(one.beats, heard)
        for one in found
    ]


def _tempo_features(one: Candidate, heard: cues.Cues) -> dict[str, float]:
    octaves = float(np.log2(one.bpm / REFERENCE_BPM))
    values = {
        "octaves": octaves,
        "octaves_squared": octaves**2,
        "fast": max(octaves - FAST_OCTAVES, 0.0),
        "slow": max(-SLOW_OCTAVES - octaves, 0.0),
    }
    values |= {origin: float(one.origin == origin) for origin in get_args(Origin)[1:]}
    for speed, activation in zip(cues.SPEEDS, heard.activations, strict=True):
        values[f"gain {speed}"] = _gain(one, activation.max(axis=1), heard.duration)
    values["gain"] = _gain(one, heard.mean_activation.max(axis=1), heard.duration)
    return values


def overruled(choice: Choice, heard: cues.Cues, level: Literal["half", "double"]) -> Candidate:
    """The reading at half or double the chosen tempo: a decoded one if there is one, else derived."""
    target = choice.best.bpm * (0.5 if level == "half" else 2.0)
    for one in choice.candidates:
        if _octaves(one.bpm, target) < SAME_TEMPO and one.origin == "decoded":
            return one
    beats = choice.best.beats
    if level == "double":
        return Candidate(tempo.doubled(beats), target)
    peaks = cues.around(heard.mean_activation, cues.GRID_FPS, beats, 0.04, 0.04)
    return Candidate(tempo.halved(beats, peaks[:, 1] + 0.3 * peaks.max(axis=1)), target)


def confidence(beats: NDArray[np.floating], heard: cues.Cues) -> float:
    """0..1 by how sure the networks are at the beats; 0 means that there is no beat to be heard."""
    if len(beats) < 4:
        return 0.0
    peaks = cues.around(heard.mean_activation.max(axis=1), cues.GRID_FPS, beats, 0.04, 0.04)
    sure = float(np.clip((peaks.mean() - FLOOR) / (CERTAIN - FLOOR), 0, 1))
    return sure * musical.evidence(beats, heard)


def _octave_related(one: Candidate, likeliest: Candidate) -> bool:
    """Whether the tempi are equal or octaves apart."""
    octaves = _octaves(one.bpm, likeliest.bpm)
    return abs(octaves - round(octaves)) < SAME_TEMPO


def _score(values: dict[str, float]) -> float:
    return sum(weight * (values[name] - mean) for name, (mean, weight) in WEIGHTS.items())


def _gain(one: Candidate, chance: Floats, duration: float) -> float:
    """Log likelihood that the beats add to silence, nats a second, as the decoder counts it."""
    wide = max(1, round(cues.GRID_FPS * 60 / one.bpm / bar_dbn.OBSERVATION_LAMBDA))
    frames = np.round(one.beats * cues.GRID_FPS).astype(int)
    offsets = np.arange(-(wide // 2), wide - wide // 2)
    at = chance[np.clip(frames[:, None] + offsets, 0, len(chance) - 1)]
    neither = (1 - np.minimum(at, 0.999)) / (bar_dbn.OBSERVATION_LAMBDA - 1)
    return float((np.log(at + 1e-4) - np.log(neither)).sum() / duration / 3)


def _octaves(a: float, b: float) -> float:
    """Distance of two tempi; far when either is unknown."""
    return abs(float(np.log2(a / b))) if a > 0 and b > 0 else 0.0


def _steadied(path: bar_dbn.BarPath, heard: cues.Cues) -> bar_dbn.BarPath:
    """The path held near its commonest tempo, if it strays far and that costs little likelihood.

    Without drums, in a break, the decoder wanders off at hardly any gain; a true change of tempo
    gains several nats a second.
    """
    if len(path.times) < metrical_profile.FEWEST_BEATS:
        return path
    lengths = (path.times[4:] - path.times[:-4]) / 4
    common = max(lengths, key=lambda length: int((np.abs(lengths / length - 1) < 0.04).sum()))
    if np.mean(np.abs(lengths / common - 1) < STRAYING) > 0.95:
        return path
    bpm = 60 / common
    near = (bpm / (1 + STRAYING), bpm * (1 + STRAYING))
    mean = heard.mean_activation
    held = [bar_dbn.decode(mean, cues.GRID_FPS, metre, near) for metre in PATH_METRES]
    best = max(held, key=lambda one: one.log_likelihood)
    loss = (path.log_likelihood - best.log_likelihood) / heard.duration
    if loss >= STRAYING_GAIN:
        return path
    times = _machine_grid(best.times, common, mean.max(axis=1))
    if times is None:
        times = best.times
    numbers = np.arange(len(times)) % best.metre + 1
    return bar_dbn.BarPath(times, numbers, best.metre, path.log_likelihood)


def _machine_grid(beats: Floats, length_s: float, chance: Floats) -> Floats | None:
    """The one even grid through the beats that the networks are sure of, if a machine keeps time."""
    sure = beats[cues.around(chance, cues.GRID_FPS, beats, 0.03, 0.03) > SURE]
    if len(sure) < max(metrical_profile.FEWEST_BEATS, 0.25 * len(beats)):
        return None
    lengths = length_s * (1 + np.arange(-0.01, 0.01, 2e-5))
    turns = np.exp(2j * np.pi * sure[None, :] / lengths[:, None]).mean(axis=1)
    best = int(np.argmax(np.abs(turns)))
    length = float(lengths[best])
    first = float(np.angle(turns[best]) / (2 * np.pi) % 1) * length
    away = np.abs((sure - first + length / 2) % length - length / 2)
    if np.mean(away < GRID_REACH_S) < GRID_SHARE:
        return None
    return np.arange(first, beats[-1] + length / 2, length)


def _shifted(found: list[Candidate]) -> Iterator[Candidate]:
    """The off-beats: reggae and ska are strong where the beat is not."""
    for one in found:
        if SHIFTED_BPM[0] <= one.bpm <= SHIFTED_BPM[1]:
            yield Candidate((one.beats[1:] + one.beats[:-1]) / 2, one.bpm, "shifted")


def _turned(found: list[Candidate]) -> Iterator[Candidate]:
    """A third of a beat later and earlier: a jig whose beat was taken for its up-beat."""
    for one in found:
        if TURNED_BPM[0] <= one.bpm <= TURNED_BPM[1]:
            for part in (1 / 3, 2 / 3):
                between = one.beats[:-1] + part * np.diff(one.beats)
                yield Candidate(between, one.bpm, "turned")


def _parts(found: list[Candidate]) -> Iterator[Candidate]:
    """Every second or third beat, from each of the first: where the decoder went by the off-beats of
    the slower pulse, or heard a jig in eighths."""
    for one in found:
        for origin, step, between in PARTS:
            if between[0] <= one.bpm <= between[1]:
                for first in range(step):
                    yield Candidate(one.beats[first::step], one.bpm / step, origin)


def _doubled(found: list[Candidate]) -> Iterator[Candidate]:
    """Twice as many beats, where the decoder strayed at the quicker pulse."""
    for one in found:
        if one.bpm <= DOUBLED_BPM:
            yield Candidate(tempo.doubled(one.beats), one.bpm * 2, "double")


def _dotted(one: Candidate, numbers: Ints) -> Iterator[Candidate]:
    """The opening and the middle of each bar of three: 6/8 heard as 3/4."""
    first = np.nonzero(numbers == 1)[0]
    first = first[first + 3 < len(one.beats)]
    if len(first) > 4 and DOTTED_BPM[0] <= one.bpm <= DOTTED_BPM[1]:
        opens = one.beats[first]
        middles = (opens + one.beats[first + 3]) / 2
        yield Candidate(np.unique(np.concatenate([opens, middles])), one.bpm * 2 / 3, "dotted")


def _same(one: Candidate, other: Candidate) -> bool:
    """Whether most of the beats of ``one`` are beats of ``other``, at the same tempo."""
    if _octaves(one.bpm, other.bpm) >= SAME_TEMPO:
        return False
    near = np.searchsorted(other.beats, one.beats).clip(1, len(other.beats) - 1)
    distance = np.minimum(
        np.abs(other.beats[near] - one.beats), np.abs(other.beats[near - 1] - one.beats)
    )
    return bool(np.mean(distance < SAME_BEAT_S) > 0.7)
