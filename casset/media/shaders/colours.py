"""Palettes: a few good ones by name, and all as the shaders want them, sRGB hex in, linear RGB out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import ValidationError

PALETTES = {  # shadow, deep, mid, glow, key
    "ember": ("#0d0a1a", "#2b1b52", "#a8345c", "#ff8a45", "#ffe0ac"),
    "petrol": ("#040d14", "#0a3450", "#2a7c8c", "#f0a068", "#fff0d8"),
    "orchid": ("#0b0a20", "#25206a", "#8a3c9e", "#f27fa8", "#ffe6da"),
    "gold": ("#0d0b0d", "#1c3040", "#80584a", "#e8ac50", "#fff2cc"),
    "ice": ("#070d16", "#16304f", "#54809f", "#b4d3e2", "#ffffff"),
    "acid": ("#080a18", "#16205a", "#1f8a8c", "#c2e066", "#fff9cc"),
    "moss": ("#060d0c", "#12382f", "#3f7f58", "#d8c46a", "#fff5d2"),
    "neon": ("#07060f", "#20135c", "#c9208c", "#38d3e6", "#f0fbff"),
    "pastel": ("#7c6f90", "#a8a4cc", "#e4b6c2", "#f6d0b0", "#fff7e8"),
    "noir": ("#09090b", "#1b1c21", "#5b5d65", "#b5b4b1", "#f5f2ec"),
}


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
