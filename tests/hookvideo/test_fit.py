"""How pictures of every shape are brought onto frames of every shape."""

from __future__ import annotations

import pytest

from casset.media.hookvideo.fit import fit

TALL, SQUARE, WIDE = (1080, 1920), (1080, 1080), (1920, 1080)


@pytest.mark.parametrize(
    ("source", "target", "kept_whole"),
    [
        ((1080, 1920), TALL, False),  # the same shape covers
        ((720, 1280), TALL, False),
        ((1920, 1080), TALL, False),  # wide: the middle
        ((1080, 1080), TALL, False),  # square: the middle
        ((1080, 1350), TALL, True),  # portrait but not 9:16: whole, on its own blur
        ((1080, 1440), TALL, True),
        ((820, 1920), TALL, True),  # narrower still
        ((1080, 1080), SQUARE, False),
        ((1920, 1080), SQUARE, False),
        ((1080, 1350), SQUARE, False),  # loses a fifth: the middle
        ((1080, 1920), SQUARE, True),
        ((1920, 1080), WIDE, False),
        ((1440, 1080), WIDE, False),
        ((1080, 1080), WIDE, True),
        ((1080, 1920), WIDE, True),
    ],
)
def test_a_picture_is_cropped_or_kept_whole_by_its_shape(
    source: tuple[int, int], target: tuple[int, int], kept_whole: bool
) -> None:
    found = fit(source, target)
    assert found.backdrop is kept_whole
    if kept_whole:
        assert (found.sx, found.sy, found.sw, found.sh) == (0, 0, *source)
        assert found.dw == target[0] or found.dh == target[1]
    else:
        assert (found.dx, found.dy, found.dw, found.dh) == (0, 0, *target)
    shape = found.dw / found.dh * found.sh / found.sw
    assert shape == pytest.approx(1, abs=0.02), "nothing is stretched"
    assert 0 <= found.dx <= target[0] - found.dw
    assert 0 <= found.sx <= source[0] - found.sw
    assert not any(edge % 2 for edge in (found.dx, found.dy, found.dw, found.dh))


def test_another_shape_is_cropped_a_little_closer_and_the_same_is_not() -> None:
    assert fit((1080, 1920), TALL).sw == 1080
    closer = fit((1920, 1080), TALL)
    assert closer.sh == pytest.approx(1080 / 1.04, abs=2)
    assert closer.sx == pytest.approx((1920 - closer.sw) / 2, abs=2)


def test_a_pane_stands_in_the_middle_and_at_the_right_of_a_wide_frame() -> None:
    assert fit((1080, 1350), TALL).dy == pytest.approx((1920 - 1350) / 2, abs=2)
    wide = fit((1080, 1920), WIDE)
    assert wide.dx + wide.dw == 1920


@pytest.mark.parametrize("source", [(2, 4000), (4000, 2), (16, 16), (3, 5)])
def test_odd_shapes_give_a_usable_answer(source: tuple[int, int]) -> None:
    for target in (TALL, SQUARE, WIDE):
        found = fit(source, target)
        assert found.dw <= target[0]
        assert found.dh <= target[1]
