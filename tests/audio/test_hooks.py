"""Hooks: windows worth sharing, and why."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from casset.media.audio import hooks, structure
from casset.media.audio.analysis import Hook
from tests.audio import listening


def hooks_of(name: str) -> tuple[Hook, ...]:
    bars = listening.bars(name)
    return hooks.find(bars, structure.find(bars))


@pytest.mark.parametrize("name", listening.SONGS)
def test_hooks_are_short_apart_and_begin_on_downbeats(name: str) -> None:
    made, found = listening.song(name), hooks_of(name)
    assert 1 <= len(found) <= 3
    downbeats = made.beats[made.numbers == 1]
    for hook in found:
        assert 10.0 < hook.end - hook.start <= 30.0
        assert np.abs(downbeats - hook.start).min() < 1e-6
        assert hook.end <= made.sound.duration
    ordered = sorted(found, key=lambda hook: hook.start)
    for before, after in itertools.pairwise(ordered):
        assert before.end <= after.start
    assert [hook.score for hook in found] == sorted((hook.score for hook in found), reverse=True)


@pytest.mark.parametrize("name", ["verse and chorus", "build and drop"])
def test_the_best_hook_lies_in_a_chorus(name: str) -> None:
    best = hooks_of(name)[0]
    choruses = [(a, b) for a, b, kind in listening.song(name).sections if kind == "chorus"]
    shared = sum(max(0.0, min(b, best.end) - max(a, best.start)) for a, b in choruses)
    assert shared / (best.end - best.start) > 0.8


def test_reasons_are_sentences_that_their_figures_bear_out() -> None:
    best = hooks_of("verse and chorus")[0]
    assert all(reason.endswith(".") and reason[0].isupper() for reason in best.reasons)
    assert any("chorus" in reason for reason in best.reasons)
    assert best.parts["chorus"] > 0.5
    louder = [reason for reason in best.reasons if "louder" in reason]
    assert not louder or best.parts["level"] > 0
