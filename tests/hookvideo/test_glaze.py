"""What lies still over a frame, and ink on parts of one: as mixed by hand, to within a rounding."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from casset.media.compose.segment import blank, views_of
from casset.media.compose.type_paint import Box
from casset.media.hookvideo.glaze import Glaze, Rows
from casset.media.hookvideo.ink import Ink, Pane
from casset.media.picture import Planes

SIZE = (64, 128)
BOX = Box(8, 100, 40, 120)


def picture(seed: int = 3):  # type: ignore[no-untyped-def]
    frame = blank(SIZE)
    random = np.random.default_rng(seed)
    for plane in views_of(frame):
        plane[:] = random.integers(16, 236, plane.shape, np.uint8)
    return frame


def scrim(strength: float) -> tuple[Rows, Rows, Rows]:
    """Stronger and stronger downwards from the middle."""
    made = []
    for rows, zero in ((128, 16), (64, 128), (64, 128)):
        share = np.clip(np.linspace(-strength, strength, rows), 0, 1).astype(np.float32)
        made.append(Rows(1 - share, zero * share))
    return made[0], made[1], made[2]


def test_scrim_ink_and_picture_are_mixed_in_their_order_to_within_a_rounding() -> None:
    random = np.random.default_rng(5)
    alpha, half = (random.integers(0, 256, shape, np.uint8) for shape in ((20, 32), (10, 16)))
    above = Planes(*(random.integers(16, 236, s, np.uint8) for s in ((20, 32), (10, 16), (10, 16))))
    glaze = Glaze(SIZE)
    glaze.lay_rows(scrim(0.7))
    glaze.lay_ink(BOX, alpha, half, (235, 110, 140))
    glaze.lay_picture(BOX, half.repeat(2, 0).repeat(2, 1), half, above)
    for seed in (3, 4):  # the second frame as the first
        frame = picture(seed)
        before = [plane.astype(float) for plane in views_of(frame)]
        merged = views_of(glaze.merged(frame))
        for n, (plane, rows, was) in enumerate(zip(merged, scrim(0.7), before, strict=True)):
            wanted = was * rows.keep[:, None] + rows.add[:, None]
            area = BOX.chroma if n else BOX.luma
            ink = (half if n else alpha) / 255
            over = (half if n else half.repeat(2, 0).repeat(2, 1)) / 255
            part = wanted[area] * (1 - ink) + (235, 110, 140)[n] * ink
            wanted[area] = part * (1 - over) + above[n] * over
            assert np.abs(plane - wanted).max() <= 1.8
            assert abs(float((plane - wanted).mean())) < 0.06, "rounding leans neither way"
            assert (views_of(frame)[n] == before[n]).all(), "the decoder's frame is left alone"


def test_what_nothing_lies_on_and_what_is_covered_wholly_come_out_exactly() -> None:
    glaze = Glaze(SIZE)
    glaze.lay_rows(scrim(0.5))
    glaze.lay_ink(
        BOX, np.full((20, 32), 255, np.uint8), np.full((10, 16), 255, np.uint8), (200, 90, 170)
    )
    frame = picture()
    merged = views_of(glaze.merged(frame))
    for n, (plane, was) in enumerate(zip(merged, views_of(frame), strict=True)):
        assert (plane[: plane.shape[0] // 2 - 1] == was[: plane.shape[0] // 2 - 1]).all()
        assert (plane[BOX.chroma if n else BOX.luma] == (200, 90, 170)[n]).all()


def test_a_long_gradient_over_an_even_picture_shows_no_steps() -> None:
    """From each sixteen rows to the next the mean changes by little; undithered it jumps by a whole step."""
    size = (512, 512)
    ramp = np.linspace(0, 0.06, 512).astype(np.float32)
    half = Rows(np.ones(256, np.float32), np.zeros(256, np.float32))
    glaze = Glaze(size)
    glaze.lay_rows((Rows(1 - ramp, 16 * ramp), half, half))
    frame = blank(size)
    views_of(frame).y[:] = 60
    rows = views_of(glaze.merged(frame)).y.astype(float)
    mean = rows.reshape(32, 16, 512).mean(axis=(1, 2))
    wanted = (60 * (1 - ramp) + 16 * ramp).reshape(32, 16).mean(axis=1)
    assert np.abs(np.diff(mean)).max() < 0.35
    assert np.abs(mean - wanted).max() < 0.4
    assert np.abs(mean - wanted).mean() < 0.1


def test_ink_is_the_exact_mixture_to_within_one() -> None:
    alpha = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (20, 1))
    frame = picture()
    planes = views_of(frame)
    before = planes.y[BOX.luma].astype(float)
    outside = planes.y.copy()
    Ink.of(BOX, alpha, (235, 100, 150)).draw(planes)
    wanted = before * (1 - alpha / 255) + 235 * (alpha / 255)
    assert np.abs(planes.y[BOX.luma] - wanted).max() <= 1.01
    outside[BOX.luma] = planes.y[BOX.luma]
    assert (planes.y == outside).all(), "nothing beside the box is touched"


@pytest.mark.parametrize("edges", ["all", "none", "top"])
def test_a_pane_is_whole_inside_and_soft_at_its_edges(edges: str) -> None:
    line = np.minimum(1, np.minimum(np.arange(1, 33), np.arange(32, 0, -1)) / 8)
    across = line if edges == "all" else np.ones(32)
    down = np.where(np.arange(32) < 16, line, 1) if edges == "top" else across
    alpha = np.round(255 * down[:, None] * across[None]).astype(np.uint8)
    under, above = np.full((32, 32), 40, np.uint8), np.full((32, 32), 200, np.uint8)
    Pane(alpha).lay(under, above)
    assert np.abs(under - (40 + 160 * (alpha / 255))).max() <= 1.01
    assert (under[alpha == 255] == 200).all()


def test_an_export_starts_without_numba() -> None:
    """Its start costs a process a second."""
    asked = "import sys, casset.media.hookvideo.render; print('numba' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
