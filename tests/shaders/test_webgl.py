"""One source a scene: what EGL draws offline, Chromium's WebGL2 draws in the browser.

Both compile the same text. A frame's pixels may differ by 2 of 255; where a hard edge, a facet or
a sparkle falls between two pixels, rounding decides, so two in a thousand of its samples may
differ by more (``EDGE_SHARE``), and no frame may differ by a tenth of a step on average.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from casset.media.shaders import catalogue, gl, preview

SIZE = (320, 180)
STEP = 2  # of 255
EDGE_SHARE = 0.002
MEAN_STEP = 0.1

pytestmark = pytest.mark.browser


def artwork() -> np.ndarray:
    """A smooth card, (256, 256, 3)."""
    y, x = np.mgrid[0:256, 0:256] / 255
    disc = np.hypot(x - 0.55, y - 0.42) < 0.27
    card = np.stack([0.2 + 0.7 * disc, 0.15 + 0.5 * y, 0.6 - 0.3 * x + 0.2 * disc], axis=-1)
    return (card * 255).round().astype(np.uint8)


def image_levels() -> list[list[Any]]:
    return [
        [base64.b64encode(level.tobytes()).decode(), level.shape[1], level.shape[0]]
        for level in gl.image_levels(artwork())
    ]


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    page.goto((Path(__file__).parent / "webgl.html").as_uri())
    page.evaluate("levels => setImage(levels)", image_levels())
    yield page
    page.close()


def uniforms(time: float, palette: str, music: str, *, moved: bool) -> dict[str, Any]:
    values = preview.uniforms(preview.PALETTES[palette], time, music=music, moved=moved, seed=3)
    return {**values, "uHasImage": 1.0}


def in_browser(page: Any, name: str, values: dict[str, Any]) -> np.ndarray:
    plain = {
        key: np.asarray(value, np.float32).tolist() if isinstance(value, np.ndarray) else value
        for key, value in values.items()
    }
    text = page.evaluate(
        "([v, f, w, h, u, n]) => draw(v, f, w, h, u, n)",
        [
            catalogue.vertex_source(),
            catalogue.source(name),
            *SIZE,
            plain,
            catalogue.is_treatment(name),
        ],
    )
    pixels = np.frombuffer(base64.b64decode(text), np.uint8)
    return pixels.reshape(SIZE[1], SIZE[0], 4)[::-1, :, :3]


def offline(name: str, values: dict[str, Any]) -> np.ndarray:
    return gl.canvas().draw(name, SIZE, values, image=("test card", artwork()))


@pytest.mark.parametrize("name", [*catalogue.scene_names(), *catalogue.treatment_names()])
def test_a_frame_is_the_same_in_the_browser(page: Any, name: str) -> None:
    values = uniforms(9.4, "ember", "chorus", moved=True)
    there = in_browser(page, name, values).astype(np.int16)
    here = offline(name, values).astype(np.int16)
    apart = np.abs(here - there)
    share = float((apart > STEP).mean())
    assert here.std() > 3, "the frame is flat, so that comparing it would prove nothing"
    assert share <= EDGE_SHARE, f"{share:.2%} of the samples differ by more, up to {apart.max()}"
    assert apart.mean() <= MEAN_STEP
