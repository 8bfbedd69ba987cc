"""One frame of video as YUV planes: what the renderer makes, type is set on, and the encoder takes.

Everything stays in yuv420p, BT.709, limited range (luma 16..235, chroma 16..240 around 128); going
through RGB at full size would cost 7 to 14 ms a frame.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]


class Planes(NamedTuple):
    """``y`` is (h, w), ``u`` and ``v`` are (h/2, w/2), all C-contiguous uint8."""

    y: U8
    u: U8
    v: U8

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.y.shape[1], self.y.shape[0]


# Rows: Y, U, V from R', G', B' in 0..1 (ITU-R BT.709-6, section 3), scaled to 8-bit limited range.
BT709 = np.array(
    [
        [0.2126 * 219, 0.7152 * 219, 0.0722 * 219],
        [-0.2126 / 1.8556 * 224, -0.7152 / 1.8556 * 224, 0.5 * 224],
        [0.5 * 224, -0.7152 / 1.5748 * 224, -0.0722 / 1.5748 * 224],
    ],
    np.float32,
)
BT709_OFFSET = np.array([16.0, 128.0, 128.0], np.float32)


def colour_yuv(rgb: tuple[float, float, float]) -> tuple[int, int, int]:
    """8-bit (Y, U, V) of one sRGB colour given as 0..1 components."""
    y, u, v = BT709 @ np.asarray(rgb, np.float32) + BT709_OFFSET
    return round(float(y)), round(float(u)), round(float(v))


def planes_of_rgb(rgb: NDArray) -> Planes:
    """Planes of an sRGB picture, (h, w, 3) of 0..255 with even sides; rounding is dithered.

    A blurred picture has fewer steps than the eye sees edges between them: half a step of fixed
    noise takes the edges away.
    """
    yuv = rgb.astype(np.float32) / 255 @ BT709.T + BT709_OFFSET
    height, width = yuv.shape[:2]
    quarters = yuv[..., 1:].reshape(height // 2, 2, width // 2, 2, 2).mean(axis=(1, 3))
    noise = np.random.default_rng(5).random((height, width), np.float32)
    y = np.floor(yuv[..., 0] + noise)
    u, v = (np.floor(quarters[..., i] + noise[::2, ::2]) for i in range(2))
    return Planes(*(np.clip(plane, 16, 240).astype(np.uint8) for plane in (y, u, v)))
