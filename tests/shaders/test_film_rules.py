"""What every scene must do on screen, measured on small frames with the music of one made-up song.

A chorus at 118 BPM, a verse and a pause. Figures are means over pixels of sRGB codes in 0..1.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from casset.media.compose.flash import FlashMeter
from casset.media.shaders import catalogue, gl, preview

pytestmark = pytest.mark.media

SIZE = (192, 108)
GRID = (64, 36)  # cells of the flash rule
FPS, BPM = 30, 118.0
LOOKS = [*catalogue.scene_names(), *catalogue.treatment_names()]
LEVEL = {"chorus": 1.0, "verse": 0.4, "pause": 0.0}


def music(seconds: float, part: str) -> dict[str, float]:
    """The curves that ``MusicCurves`` makes of four on the floor."""
    level = LEVEL[part]
    beat, sounding = seconds * BPM / 60, float(level > 0)
    phase = beat % 1.0
    since, left = phase * 60 / BPM, (1 - phase) * 60 / BPM
    pulse = min((since + 0.03) / 0.06, 1.0) * math.exp(-4.2 * max(phase - 0.06, 0))
    pulse = max(pulse, (0.03 - left) / 0.06)
    return {
        "uBeat": phase * sounding,
        "uPulse": pulse * (0.65 + 0.35 * level) * sounding,
        "uBar": beat / 4 % 1.0,
        "uEnergy": (0.35 + 0.5 * level) * sounding,
        "uBass": (0.3 + 0.6 * pulse) * (0.5 + 0.5 * level) * sounding,
        "uMid": (0.4 + 0.25 * math.sin(0.8 * beat) * level) * sounding,
        "uTreb": (0.3 + 0.4 * math.exp(-7 * (2 * beat % 1.0))) * sounding,
        "uOnset": math.exp(-7 * phase) * (int(beat) % 2) * sounding,
        "uLevel": level,
    }


@lru_cache(maxsize=1)
def artwork() -> NDArray[np.uint8]:
    blots = np.random.default_rng(3).integers(0, 255, (8, 8, 3), np.uint8)
    return np.asarray(cv2.resize(blots, (256, 256), interpolation=cv2.INTER_CUBIC), np.uint8)


@lru_cache(maxsize=6)
def shot(name: str, part: str, seconds: float) -> NDArray[np.uint8]:
    """(frames, h, w, 3) Y'CbCr of a shot that begins 9 s into the scene, at dusk."""
    frames = []
    for frame in range(round(seconds * FPS)):
        time = frame / FPS
        values: dict[str, Any] = preview.uniforms(preview.PALETTES["ember"], 9.0 + time)
        values.update(music(time, part), uYuv=1.0)
        image = ("blots", artwork()) if catalogue.is_treatment(name) else None
        frames.append(gl.canvas().draw(name, SIZE, values, image=image))
    return np.stack(frames)


def light(film: NDArray[np.uint8]) -> NDArray[np.float32]:
    return (film[..., 0].astype(np.float32) - 16) / 219


def activity(film: NDArray[np.uint8]) -> float:
    """How much changes from frame to frame."""
    return float(np.abs(np.diff(light(film), axis=0)).mean())


@pytest.mark.parametrize("name", LOOKS)
def test_a_scene_keeps_the_rules_of_film(name: str) -> None:
    chorus, verse = shot(name, "chorus", 3.0), shot(name, "verse", 1.1)
    pause = shot(name, "pause", 1.1)
    meter = FlashMeter()
    for frame in chorus:
        meter.feed(cv2.resize(frame, GRID, interpolation=cv2.INTER_AREA))
    assert meter.flashes.safe, f"flashes: {meter.flashes}"

    bright = light(chorus)
    assert bright.mean() > 0.10, "it is near black"
    assert np.percentile(bright, 99) > 0.45, "nothing in it is light"
    assert np.abs(bright[60] - bright[0]).mean() > 0.005, "it stands still over two seconds"

    # The beat is visible: somewhere a tenth of the picture changes by six codes of 255 with it.
    tiles = np.stack([cv2.resize(frame, (16, 9), interpolation=cv2.INTER_AREA) for frame in bright])
    phase = np.arange(len(tiles)) / FPS * BPM / 60 % 1.0
    swing = np.abs(tiles[(phase > 0.02) & (phase < 0.2)].mean(0) - tiles[phase > 0.6].mean(0))
    assert np.sort(swing.ravel())[-14:].mean() > 6 / 255, "the beat does not show"

    bigger = light(chorus[:33]).mean() / light(verse).mean()
    livelier = activity(chorus[:33]) / activity(verse)
    assert bigger > 0.99, f"a chorus is darker than a verse: {bigger:.3f}"
    assert bigger > 1.02 or livelier > 1.05, "a chorus looks like a verse"
    assert activity(pause) < 0.85 * activity(chorus), "it does not rest in silence"
