"""Loops, sounds and lyrics to make hook videos of, small and drawn here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np

from casset.media.audio import encode
from casset.media.audio.analysis import LyricLine, Word
from casset.media.audio.decode import Sound
from casset.media.compose.encoder import Encoder
from casset.media.compose.segment import SegmentWriter
from casset.media.hookvideo.video import HookVideo
from casset.media.picture import Planes

RATE = 44_100
SMALL = 0.25  # of the full frame: 270 x 480
Paint = Callable[[int, tuple[int, int]], Planes]


def flat(y: int, u: int = 128, v: int = 128) -> Paint:
    def paint(n: int, size: tuple[int, int]) -> Planes:
        width, height = size
        half = (height // 2, width // 2)
        return Planes(
            np.full((height, width), y, np.uint8),
            np.full(half, u, np.uint8),
            np.full(half, v, np.uint8),
        )

    return paint


def busy(n: int, size: tuple[int, int]) -> Planes:
    """Blocks of every brightness that change places."""
    width, height = size
    rng = np.random.default_rng(n // 6)
    y = np.kron(rng.integers(20, 235, (height // 16, width // 16)), np.ones((16, 16)))
    y = np.pad(y, ((0, height - y.shape[0]), (0, width - y.shape[1])), mode="edge").astype(np.uint8)
    half = np.full((height // 2, width // 2), 128, np.uint8)
    return Planes(y, half, half.copy())


def noise(n: int, size: tuple[int, int]) -> Planes:
    """What no encoder can make small."""
    width, height = size
    rng = np.random.default_rng(n)
    half = (height // 2, width // 2)
    return Planes(
        rng.integers(16, 235, (height, width), np.uint8),
        rng.integers(60, 200, half, np.uint8),
        rng.integers(60, 200, half, np.uint8),
    )


def loop(path: Path, paint: Paint, *, size: tuple[int, int] = (270, 480), frames: int = 20) -> Path:
    """A loop in the canonical form."""
    with SegmentWriter(path, size, encoder=Encoder(preset="ultrafast", crf=16)) as writer:
        for n in range(frames):
            writer.write(paint(n, size))
    return path


def sound(path: Path, seconds: float, *, beat: float = 0.0) -> Path:
    """A hook's rendition: a chord, swelling twice a second where ``beat`` is given."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * f * t) for f in (110, 440, 1760, 5200)) * 0.15
    wave = wave * (1 - beat * (t * 2 % 1))
    samples = np.repeat(wave[:, None], 2, axis=1).astype(np.float32)
    return encode.aac(Sound(samples, RATE), path, bit_rate=96_000)


def line(text: str, start: float, each: float = 0.25) -> LyricLine:
    words = text.split()
    timed = tuple(
        Word(text=word, start=start + i * each, end=start + (i + 1) * each)
        for i, word in enumerate(words)
    )
    return LyricLine(text=text, timestamp=start, end=start + each * len(words), words=timed)


def video(folder: Path, seconds: float = 1.0, **changes: object) -> HookVideo:
    """A small hook video of one second without a picture; ``changes`` are its fields."""
    made = sound(folder / "hook.m4a", seconds, beat=0.8)
    given: dict[str, object] = {
        "sound": made, "title": "Slow Burn", "artist_name": "Mara Vell", "scale": SMALL,
        "share_url": "https://casset.example/s/7Kd2pQ", "handle": "maravell", "quality": "standard",
    }  # fmt: skip
    return HookVideo(**{**given, **changes})  # type: ignore[arg-type]


def lumas(path: Path) -> Iterator[np.ndarray]:
    """(h, w) luma of every frame, by a plain decoder."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="yuv420p")[: frame.height].copy()
