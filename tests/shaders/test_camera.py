"""What a look's move does over a shot."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest

from casset.media.shaders.camera import framing
from casset.media.shaders.look import Look, Move

PALETTE = ("#0d0a1a", "#2b1b52", "#a8345c", "#ff8a45", "#ffe0ac")
MOVES = get_args(Move)


def look(move: str, **changes) -> Look:
    return Look(scene="sea", palette=PALETTE, move=move, **{"move_amount": 1.0, **changes})


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("frames", [1, 12, 90, 300])
def test_every_move_stays_within_the_scene(move: str, frames: int) -> None:
    for frame in range(frames):
        cam, shake, _ = framing(look(move), frame, frames)
        assert abs(cam[0]) <= 0.20
        assert abs(cam[1]) <= 0.12
        assert 1.0 <= cam[2] <= 1.30
        assert abs(cam[3]) <= 0.05
        assert max(abs(shake[0]), abs(shake[1])) <= 0.007


@pytest.mark.parametrize("move", [move for move in MOVES if move != "static"])
def test_a_move_never_jumps_and_never_stands_still(move: str) -> None:
    path = [framing(look(move), frame, 120) for frame in range(120)]
    steps = [
        sum(abs(a - b) for a, b in zip(one.cam + one.shake, two.cam + two.shake, strict=True))
        for one, two in pairwise(path)
    ]
    assert max(steps) < 0.015
    assert all(sum(steps[i : i + 10]) > 1e-4 for i in range(110))


def test_pushing_in_comes_closer_and_pulling_out_goes_away() -> None:
    near = [framing(look("push_in"), frame, 100).cam[2] for frame in (0, 50, 99)]
    far = [framing(look("pull_out"), frame, 100).cam[2] for frame in (0, 50, 99)]
    assert near == sorted(near)
    assert far == sorted(far, reverse=True)
    assert near[-1] - near[0] > 0.1


def test_panning_right_and_left_mirror_each_other() -> None:
    right = framing(look("pan_right"), 80, 100).cam[0]
    left = framing(look("pan_left"), 80, 100).cam[0]
    assert right == pytest.approx(-left)
    assert right > 0


def test_a_short_shot_moves_less_than_a_long_one() -> None:
    short = framing(look("push_in"), 29, 30).cam[2]
    long = framing(look("push_in"), 239, 240).cam[2]
    assert short < long


def test_a_static_shot_holds_its_framing() -> None:
    held = look("static", zoom=1.6, x=0.2, y=-0.1, roll=0.05)
    first, last = framing(held, 0, 50), framing(held, 49, 50)
    assert first == last
    assert first.cam == (0.0, 0.0, 1.6, 0.05)
    assert first.centre == (0.2, -0.1)


def test_a_hand_is_never_in_the_same_place_twice() -> None:
    path = [framing(look("handheld"), frame, 600).shake for frame in range(600)]
    assert len(set(path)) == 600
    assert framing(look("handheld", seed=2), 100, 600) != framing(
        look("handheld", seed=3), 100, 600
    )
