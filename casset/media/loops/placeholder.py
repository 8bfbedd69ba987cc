"""A picture's blurred stand-in in some 25 bytes: ThumbHash, which a page can draw before anything loads.

The format is Evan Wallace's (https://evanw.github.io/thumbhash/, MIT): the lowest cosine waves of
lightness, yellow-blue and red-green in 4 bits each, so any ThumbHash reader shows it.
"""

from __future__ import annotations

import base64

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE_PX = 64  # waves this low are the same at 100 x 100, the most the format looks at
LIGHT_WAVES = 7


def thumbhash(rgb: NDArray[np.uint8]) -> str:
    """Base64 of the ThumbHash of an opaque sRGB picture, (h, w, 3) uint8; at most 40 characters."""
    scale = SIDE_PX / max(rgb.shape[:2])
    width, height = (max(1, round(side * scale)) for side in (rgb.shape[1], rgb.shape[0]))
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA).astype(np.float64) / 255
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    across = max(1, round(LIGHT_WAVES * width / max(width, height)))
    down = max(1, round(LIGHT_WAVES * height / max(width, height)))
    light, light_waves, light_scale = _waves((red + green + blue) / 3, max(3, across), max(3, down))
    yellow, yellow_waves, yellow_scale = _waves((red + green) / 2 - blue, 3, 3)
    reds, red_waves, red_scale = _waves(red - green, 3, 3)
    landscape = width > height
    first = (
        _level(63, light)
        | _level(31.5, 1 + yellow) << 6
        | _level(31.5, 1 + reds) << 12
        | _level(31, light_scale) << 18
    )
    second = (
        (down if landscape else across)
        | _level(63, yellow_scale) << 3
        | _level(63, red_scale) << 9
        | landscape << 15
    )
    levels = [_level(15, wave) for wave in (*light_waves, *yellow_waves, *red_waves)]
    levels += [0] * (len(levels) % 2)
    packed = bytes(low | high << 4 for low, high in zip(levels[::2], levels[1::2], strict=True))
    hashed = first.to_bytes(3, "little") + second.to_bytes(2, "little") + packed
    return base64.b64encode(hashed).decode()


def _waves(
    channel: NDArray[np.float64], across: int, down: int
) -> tuple[float, list[float], float]:
    """The mean, the waves of the lower triangle as 0..1 around 0.5, and their largest amplitude."""
    height, width = channel.shape
    columns = np.cos(np.pi / width * np.outer(np.arange(across), np.arange(width) + 0.5))
    rows = np.cos(np.pi / height * np.outer(np.arange(down), np.arange(height) + 0.5))
    amplitudes = rows @ channel @ columns.T / (width * height)
    kept = [
        float(amplitudes[cy, cx])
        for cy in range(down)
        for cx in range(across)
        if cx * down < across * (down - cy) and (cx or cy)
    ]
    scale = max(map(abs, kept), default=0.0)
    waves = [0.5 + 0.5 / scale * wave if scale else 0.0 for wave in kept]
    return float(amplitudes[0, 0]), waves, scale


def _level(steps: float, value: float) -> int:
    """``value`` in whole steps, halves upwards as JavaScript rounds."""
    return int(np.floor(steps * value + 0.5))
