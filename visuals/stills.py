"""Posters of the gallery: one finished film frame of each scene, small."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from casset.media.picture import BT709, BT709_OFFSET, Planes
from casset.media.shaders.finish import Finish
from casset.media.shaders.renderer import Renderer
from visuals.gallery import Entry

SIZES = ((640, 360), (480, 270), (400, 225))  # smaller for what glitters
DRAWN = (1280, 720)  # drawn and finished larger, so that the poster is as crisp as the film
MAX_BYTES = 15 * 1024
QUALITIES = (72, 64, 56, 48, 42)
FRAME, SHOT_FRAMES = 96, 300
# A strong beat of a chorus, an eighth after it.
MUSIC = {
    "uBeat": 0.12, "uPulse": 0.7, "uBar": 0.28, "uEnergy": 0.75, "uBass": 0.7, "uMid": 0.6,
    "uTreb": 0.55, "uOnset": 0.35, "uLevel": 0.9, "uProg": 0.4,
}  # fmt: skip


def write(entry: Entry, path: Path) -> tuple[int, int]:
    """Draw one poster as WebP of about ``MAX_BYTES`` at most; returns its width and quality."""
    planes = _renderer().planes(entry.opening, FRAME, SHOT_FRAMES, MUSIC)
    drawn = Image.fromarray(rgb(planes))
    path.parent.mkdir(parents=True, exist_ok=True)
    width, quality = 0, 0
    for (width, height), quality in product(SIZES, QUALITIES):
        picture = drawn.resize((width, height), Image.Resampling.LANCZOS)
        picture.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MAX_BYTES:
            break
    return width, quality


@cache
def _renderer() -> Renderer:
    return Renderer(DRAWN, quality="high", style=Finish(sharpness=0.15, grain=0))


def rgb(planes: Planes) -> NDArray[np.uint8]:
    """A finished frame as sRGB, (h, w, 3)."""
    chroma = [
        cv2.resize(plane, planes.size, interpolation=cv2.INTER_LINEAR)
        for plane in (planes.u, planes.v)
    ]
    yuv = np.dstack([planes.y, *chroma]).astype(np.float32) - BT709_OFFSET
    rgb = yuv @ np.linalg.inv(BT709).T.astype(np.float32)
    return np.asarray((np.clip(rgb, 0, 1) * 255).round(), np.uint8)
