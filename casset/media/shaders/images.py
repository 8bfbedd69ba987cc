"""A cover or still as the renderer takes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from casset.media import stills

U8 = NDArray[np.uint8]
MAX_SIDE_PX = 2048
MAX_PIXELS = stills.MAX_PIXELS
MAX_BYTES = stills.MAX_BYTES
MIN_SIDE_PX = stills.MIN_SIDE_PX
FORMATS = stills.FORMATS


def load(
    path: Path | str,
    *,
    max_side: int = MAX_SIDE_PX,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
) -> U8:
    """An image file as sRGB, (h, w, 3) uint8, opened as ``stills.load`` does.

    Raises ``MediaError`` as it does.
    """
    picture = stills.load(Path(path), max_side=max_side, max_pixels=max_pixels, max_bytes=max_bytes)
    return np.ascontiguousarray(picture, np.uint8)
