"""Palettes as the shaders want them: sRGB hex in, linear RGB out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import ValidationError


def linear_palette(colours: Sequence[str]) -> NDArray[np.float32]:
    """Five sRGB hex colours, dark to light, as linear RGB, (5, 3) float32 in 0..1."""
    try:
        rows = [bytes.fromhex(colour.removeprefix("#")) for colour in colours]
    except ValueError:
        rows = []
    if len(rows) != 5 or any(len(row) != 3 for row in rows):
        raise ValidationError(
            f"A palette is five colours such as #ff8a45, not {', '.join(colours)}."
        )
    coded = np.frombuffer(b"".join(rows), np.uint8).reshape(5, 3) / 255
    # IEC 61966-2-1, the sRGB transfer function.
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).astype("f4")
