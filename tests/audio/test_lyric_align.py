"""Setting words to sound: the search on made-up scores, and the ladder around it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from casset.media.audio.decode import RATE, Sound, decode
from casset.media.audio.lyrics import acoustic, align, formats, search
from casset.media.audio.lyrics.acoustic import phone_model
from casset.media.audio.lyrics.phones import phones_of

MEDIA = Path(__file__).parent.parent / "media"
BAD, GOOD = 150.0, 5.0


def made_up(words: list[list[str]], starts: list[float], seconds: float, each: float = 0.4):  # type: ignore[no-untyped-def]
    """(chain, costs, column, filler) in which every word's phones fit well where it is "sung"."""
    lines = [[phones_of(word) for word in row] for row in words]
    chain = search.chain_of(lines, phone_model())
    frames = round(seconds * 100)
    rng = np.random.default_rng(1)
    costs = (BAD + rng.normal(0, 12, (frames, len(chain.owner)))).astype(np.float32)
    for number, start in enumerate(starts):
        states = np.flatnonzero(chain.owner == number)
        edges = np.linspace(start * 100, (start + each) * 100, len(states) + 1).astype(int)
        for state, a, b in zip(states, edges[:-1], edges[1:], strict=True):
            costs[a:b, state] = GOOD
    filler = np.full(frames, 60.0, np.float32)
    return chain, costs, np.arange(len(chain.owner), dtype=np.int32), filler


WORDS = [["hold", "the", "night"], ["let", "it", "burn"]]
STARTS = [1.0, 1.5, 2.0, 5.0, 5.6, 6.1]


def test_words_are_found_where_they_fit() -> None:
    path = search.find(*made_up(WORDS, STARTS, 8.0))
    assert path is not None
    assert path.first / 100 == pytest.approx(STARTS, abs=0.04)
    assert (path.end - path.first) / 100 == pytest.approx([0.4] * 6, abs=0.06)
    assert path.gain.min() > 40


def test_words_never_overlap_or_go_back() -> None:
    rng = np.random.default_rng(3)
    chain, costs, column, filler = made_up(WORDS, STARTS, 8.0)
    path = search.find(chain, rng.uniform(0, 200, costs.shape).astype(np.float32), column, filler)
    assert path is not None
    assert (path.first[1:] >= path.end[:-1]).all()
    assert (path.end > path.first).all()


def test_limits_keep_a_line_inside_them() -> None:
    chain, costs, column, filler = made_up(WORDS, STARTS, 8.0)
    earliest = np.where((chain.line == 1) & (chain.owner >= 0), 660, 0).astype(np.int32)
    latest = np.full(len(chain.owner), 800, np.int32)
    path = search.find(chain, costs, column, filler, earliest, latest)
    assert path is not None
    assert (path.first[3:] >= 660).all()
    assert path.first[:3] / 100 == pytest.approx(STARTS[:3], abs=0.04)


def test_limits_without_a_way_through_give_none() -> None:
    chain, costs, column, filler = made_up(WORDS, STARTS, 8.0)
    earliest = np.where((chain.line == 0) & (chain.owner >= 0), 700, 0).astype(np.int32)
    latest = np.where((chain.line == 1) & (chain.owner >= 0), 300, 800).astype(np.int32)
    assert search.find(chain, costs, column, filler, earliest, latest) is None


def test_the_model_file_gives_every_phone_its_senones() -> None:
    model = phone_model()
    assert model.total == 5126
    assert len(model.single) == 42
    assert model.states("AH", "B", "T", acoustic.INSIDE).shape == (3,)
    assert set(model.silence).isdisjoint(model.speech)


def test_imported_word_times_are_taken_as_they_are() -> None:
    sheet = formats.read(
        "[00:01.00]<00:01.00>So <00:01.50>far <00:02.00>\n[00:03.00]<00:03.00>away\n"
    )
    lines, info = align.align(Sound(np.zeros((RATE * 5, 2), np.float32)), sheet)
    assert info.source == "word-stamps"
    assert [(w.text, w.start) for line in lines for w in line.words] == [
        ("So", 1.0),
        ("far", 1.5),
        ("away", 3.0),
    ]
    assert lines[1].words[0].end <= 5.0


def test_nothing_is_placed_in_silence_and_stamped_lines_keep_their_stamps() -> None:
    silence = Sound(np.zeros((RATE * 8, 2), np.float32))
    lines, info = align.align(silence, formats.read("so far away from home"))
    assert lines == ()
    assert info.source == "none"
    assert info.warnings
    lines, info = align.align(
        silence, formats.read("[00:01.00]so far\n[00:04.00]away\n[00:20.00]gone\n")
    )
    assert [(line.text, line.timestamp, line.words) for line in lines] == [
        ("so far", 1.0, ()),
        ("away", 4.0, ()),
    ]
    assert any("after the song's end" in warning for warning in info.warnings)


@pytest.mark.media
def test_sung_words_lie_inside_their_lines_and_in_order() -> None:
    song = decode(MEDIA / "lets_go_fishin.ogg")
    excerpt = Sound(song.samples[RATE * 10 : RATE * 30])
    text = "[00:02.00]let's go fishing\n[00:08.00]down by the river\n[00:14.00]all day long\n"
    lines, info = align.align(excerpt, formats.read(text), np.full(2000, 0.5), language="en")
    words = [word for line in lines for word in line.words]
    assert len(words) == 10
    assert all(b.start >= a.end - 1e-6 for a, b in itertools.pairwise(words))
    assert all(0 <= w.start < w.end <= 20 and 0 <= w.confidence <= 1 for w in words)
    if info.source == "line-stamps":
        for line, start, end in zip(lines, (2, 8, 14), (8, 14, 20), strict=True):
            assert start - 0.6 <= line.timestamp
            assert line.end <= end + 0.62
    assert info.fit is not None


@pytest.mark.media
def test_words_that_nobody_sings_are_told_by_the_fit() -> None:
    rng = np.random.default_rng(0)
    noise = Sound((0.1 * rng.standard_normal((RATE * 12, 2))).astype(np.float32))
    lines, info = align.align(
        noise, formats.read("so far away from home\nwhere my home is anymore")
    )
    assert info.fit is not None
    assert info.fit < 4
    assert max(line.confidence for line in lines) < 0.1
    assert any("fit this recording weakly" in warning for warning in info.warnings)
