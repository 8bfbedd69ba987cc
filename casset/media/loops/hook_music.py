"""A hook as music for pictures: one row of uniforms a frame, the same here and in the browser.

The browser reads ``values`` and ``facts`` (``static/js/shaders/song.js``) and draws live what
``drawn`` draws to a file: frame 0 is what is heard at the hook's first sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import ValidationError
from casset.media.audio import rendition
from casset.media.audio.analysis import AudioAnalysis
from casset.media.audio.decode import Sound
from casset.media.compose.encoder import FPS
from casset.media.shaders.uniforms import UNIFORMS, MusicCurves

STROKES = 132  # of a drawn waveform
LEAST_SECTION_S = 1.0  # of the window a section must have to be named


@dataclass(frozen=True)
class HookMusic:
    """``facts`` is JSON; ``values`` is little-endian float32, one row a frame, one column for each
    name in ``facts["uniforms"]``."""

    facts: dict[str, Any]
    values: bytes

    def curves(self) -> MusicCurves:
        """The rows as the renderer takes them. Raises ``ValidationError`` when they are not whole."""
        return curves_of(self.facts, self.values)


def hook_curves(
    sound: Sound,
    analysis: AudioAnalysis,
    *,
    start_s: float,
    end_s: float,
    curves: MusicCurves | None = None,
) -> HookMusic:
    """The music of a window, for drawing and for the browser; a third of a CPU second a minute of song.

    ``curves`` are the song's own, where they are at hand and the window begins on one of its frames.
    Raises ``ValidationError`` when the window is no part of the song or longer than a hook may be.
    """
    samples = rendition.hook_samples(sound, start_s=start_s, end_s=end_s)
    first = int(start_s * FPS + 1e-6)
    late_s = max(start_s - first / FPS, 0.0)
    if curves is None or late_s > 1e-6:
        curves = MusicCurves.from_song(sound, analysis, FPS, late_s=late_s)
    part = curves.part(first, frames_of(start_s, end_s))
    rows = np.array([list(part.at(frame).values()) for frame in range(len(part))], "<f4")
    facts = {
        "fps": FPS,
        "frames": len(part),
        "first_frame": first,
        "start_s": start_s,
        "bpm": round(analysis.bpm, 1),
        "uniforms": list(UNIFORMS.values()),
        "sections": [
            [max(section.start - start_s, 0.0), section.type]
            for section in analysis.song_structure
            if section.end > start_s + LEAST_SECTION_S and section.start < end_s - LEAST_SECTION_S
        ],
        "peaks": strokes(samples),
    }
    return HookMusic(facts, rows.tobytes())


def curves_of(facts: Mapping[str, Any], values: bytes) -> MusicCurves:
    """The curves that ``hook_curves`` wrote. Raises ``ValidationError`` when they are not whole."""
    names = {uniform: name for name, uniform in UNIFORMS.items()}
    columns, frames = list(facts.get("uniforms", ())), int(facts.get("frames", 0))
    if set(columns) != set(names) or not frames or len(values) != 4 * frames * len(columns):
        raise ValidationError("The hook's music is incomplete. Choose the hook again.")
    table = np.frombuffer(values, "<f4").reshape(frames, len(columns)).astype(np.float32)
    return MusicCurves(
        **{names[uniform]: table[:, column].copy() for column, uniform in enumerate(columns)}
    )


def frames_of(start_s: float, end_s: float) -> int:
    """How many frames show the window; at least one."""
    return max(1, round((end_s - start_s) * FPS))


def strokes(samples: NDArray[np.float32]) -> list[float]:
    """``STROKES`` levels 0..1 of a sound, (n, 2): the outline a page draws."""
    blocks = np.array_split(np.abs(samples).max(axis=1), STROKES)
    loud = np.array([np.sqrt(np.mean(block**2)) if len(block) else 0.0 for block in blocks])
    return [round(float(value), 2) for value in loud / max(float(loud.max()), 1e-9)]
