"""What falls on a supposed beat and between: its figures on curves drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest

from casset.media.audio import cues, placing

BEAT_S, BEATS = 0.6, 40


def _heard(parts: tuple[float, ...], chord_beats: int) -> cues.Cues:
    """Strokes at the parts of every beat; another chord and bass note every so many beats."""
    seconds = (BEATS + 1) * BEAT_S
    onset = np.full(int(seconds * cues.FLUX_FPS), 0.05)
    for beat in range(BEATS):
        for part in parts:
            onset[round((beat + part) * BEAT_S * cues.FLUX_FPS)] = 4.0
    frames = int(seconds * cues.CHROMA_FPS)
    place = (np.arange(frames) / cues.CHROMA_FPS / (chord_beats * BEAT_S)).astype(int)
    chroma = np.eye(12)[place * 5 % 12] + 0.01
    return cues.Cues(
        activations=np.zeros((3, int(seconds * cues.GRID_FPS), 2)),
        onset=onset, low=onset, bands=np.repeat(onset[:, None], 7, axis=1), chords=chroma, bass=chroma,
        duration=seconds,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ((0, 2 / 3), "swung"),
        ((0, 1 / 3, 2 / 3), "in thirds"),
        ((0, 1 / 2), "in halves"),
        ((0, 1 / 4, 3 / 4), "in quarters"),
    ],
)
def test_how_a_beat_is_divided_is_told_from_where_strokes_fall(
    parts: tuple[float, ...], name: str
) -> None:
    beats = np.arange(BEATS) * BEAT_S
    told = placing.placing(beats, _heard(parts, 4))
    kinds = ("swung", "in thirds", "in halves", "in quarters")
    assert told[name] > 2
    assert all(told[kind] < 0.5 for kind in kinds if kind not in {name, "swung"})
    at_half_the_tempo = placing.placing(beats[::2], _heard(parts, 4))
    assert at_half_the_tempo[name] < 0.5 or name == "in halves"


def test_harmony_comes_round_after_as_many_beats_as_a_chord_lasts() -> None:
    told = placing.placing(np.arange(BEATS) * BEAT_S, _heard((0, 1 / 2), 4))
    for voice in ("bass", "harmony"):
        assert told[f"{voice} every 4"] > 0.6
        assert told[f"{voice} every 8"] > 0.4
        assert told[f"{voice} every 3"] < 0.2
