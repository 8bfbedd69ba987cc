"""The hook's waveform as one path of upright strokes, the way every page draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BARS = 46
PITCH = 5  # viewBox units from one stroke to the next
WIDTH, HEIGHT = BARS * PITCH, 38
_LEAST = 1.2  # half a stroke's height where there is silence
_MIDDLE = HEIGHT / 2


def path_of(peaks: Mapping[str, Any]) -> str:
    """The ``d`` of an SVG path in a viewBox ``WIDTH`` by ``HEIGHT``; a calm line without peaks.

    ``peaks`` is audiowaveform's JSON, version 2: pairs of least and greatest in ``data``.
    """
    halves = [
        max(_LEAST, share * (_MIDDLE - 1)) for share in heights_of(peaks, BARS) or [0.0] * BARS
    ]
    return "".join(
        f"M{at * PITCH + PITCH / 2:g} {_MIDDLE - half:.1f}v{2 * half:.1f}"
        for at, half in enumerate(halves)
    )


def heights_of(peaks: Mapping[str, Any], count: int) -> list[float]:
    """Heights 0..1 of ``count`` strokes, the loudest 1; none where there are no peaks."""
    data: Sequence[int] = peaks.get("data") or ()
    outer = [max(-low, high) for low, high in zip(data[::2], data[1::2], strict=False)]
    if not outer or max(outer) <= 0:
        return []
    loudest = max(outer)
    heights = []
    for stroke in range(count):
        first = stroke * len(outer) // count
        last = max(first + 1, (stroke + 1) * len(outer) // count)
        heights.append(max(outer[first:last]) / loudest)
    return heights
