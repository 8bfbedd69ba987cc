"""The song that drives the gallery: an excerpt with the very curves a film of it would be drawn by."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from casset.lib.errors import ValidationError
from casset.media.audio import decode, encode, parser, rendition
from casset.media.audio.analysis import AudioAnalysis
from casset.media.compose.encoder import FPS
from casset.media.loops import hook_music

BARS_BEFORE, BARS = 4, 12  # of the excerpt, the first few lead up to the song's best hook
BIT_RATE = 128_000
SONG_FILE, CURVES_FILE, FACTS_FILE = "song.m4a", "curves.f32", "song.json"


@dataclass(frozen=True)
class Excerpt:
    """Frames ``first`` up to ``last`` of a song's film."""

    first: int
    last: int


def export(song: Path, folder: Path, *, title: str, credit: str) -> Excerpt:
    """Write the excerpt's sound, curves and facts to ``folder``; about 30 CPU seconds.

    ``curves.f32`` holds little-endian float32, one row a film frame, one column for each name in
    ``song.json``'s ``uniforms``. Raises ``ValidationError`` where the song has too few bars.
    """
    sound = decode.decode(song)
    analysis = parser.analyse(sound)
    part = choose(analysis)
    start_s, end_s = part.first / FPS, part.last / FPS
    music = hook_music.hook_curves(sound, analysis, start_s=start_s, end_s=end_s)
    folder.mkdir(parents=True, exist_ok=True)
    samples = rendition.hook_samples(sound, start_s=start_s, end_s=end_s)
    encode.aac(replace(sound, samples=samples), folder / SONG_FILE, bit_rate=BIT_RATE)
    (folder / CURVES_FILE).write_bytes(music.values)
    facts = {"title": title, "credit": credit, **music.facts}
    (folder / FACTS_FILE).write_text(json.dumps(facts) + "\n")
    return part


def choose(analysis: AudioAnalysis) -> Excerpt:
    """Whole bars that lead up to and into the song's best hook, so that they loop."""
    numbered = zip(analysis.beat_timestamps, analysis.beat_numbers, strict=True)
    bars = [time for time, number in numbered if number == 1]
    if len(bars) <= BARS:
        raise ValidationError(f"The sample song needs more than {BARS} bars; it has {len(bars)}.")
    hook = analysis.hooks[0].start if analysis.hooks else bars[len(bars) // 3]
    at = int(np.argmin(np.abs(np.array(bars) - hook))) - BARS_BEFORE
    at = min(max(at, 0), len(bars) - BARS - 1)
    return Excerpt(round(bars[at] * FPS), round(bars[at + BARS] * FPS))
