"""A scene without a person is drawn by a shorter program, and looks the same."""

from __future__ import annotations

import numpy as np
import pytest

from casset.media.shaders import catalogue, gl
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import uniforms

PALETTE = ("#0d0a1a", "#2b1b52", "#a8345c", "#ff8a45", "#ffe0ac")


@pytest.mark.parametrize("scene", ["walker", "sea", "street", "city"])
def test_leaving_out_the_person_s_code_changes_no_pixel(scene, monkeypatch):
    canvas = gl.canvas()
    values = uniforms(Look(scene=scene, palette=PALETTE, figure=0), 10, 60, {}) | {"uYuv": 0.0}
    short = canvas.draw_raw(scene, (192, 108), values).copy()
    program = canvas._program
    monkeypatch.setattr(canvas, "_program", lambda name, *, empty: program(name, empty=False))
    whole = canvas.draw_raw(scene, (192, 108), values).copy()
    assert np.array_equal(short, whole)


def test_the_shorter_program_knows_no_person():
    assert "uniform float uFigure" not in catalogue.source("sea", empty=True)
    assert "uniform float uFigure" in catalogue.source("sea")
