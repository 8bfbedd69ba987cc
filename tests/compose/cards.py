"""Frames that carry their own number, so that a slip of one frame shows; clips and sounds made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from casset.media.audio.decode import Sound
from casset.media.picture import Planes

SIZE = (320, 180)
BITS = 12
DARK, LIGHT, GROUND = 50, 190, 90


def card(number: int, size: tuple[int, int] = SIZE, *, tint: int = 128) -> Planes:
    """A frame whose lower half is ``number`` in binary, as blocks; the upper half is a flat ground."""
    width, height = size
    y = np.full((height, width), GROUND, np.uint8)
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        y[height // 2 :, left:right] = LIGHT if number >> bit & 1 else DARK
    chroma = np.full((height // 2, width // 2), tint, np.uint8)
    return Planes(y, chroma, np.full_like(chroma, 255 - tint))


def number_of(y: np.ndarray) -> int:
    """The number a frame's luma shows, also where it has been dimmed towards black."""
    height, width = y.shape
    gain = (float(y[: height // 4].mean()) - 16) / (GROUND - 16)
    threshold = 16 + gain * ((DARK + LIGHT) / 2 - 16)
    band = y[height * 5 // 8 : height * 7 // 8]
    number = 0
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        inner = band[:, left + (right - left) // 4 : right - (right - left) // 4]
        number |= (float(inner.mean()) > threshold) << bit
    return number


def luma(frame: av.VideoFrame) -> np.ndarray:
    return frame.to_ndarray(format="yuv420p")[: frame.height]


def decoded(path: Path) -> Iterator[tuple[Fraction, np.ndarray]]:
    """(frame place on the 30 fps grid, luma) of every frame, by a plain decoder."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield Fraction(frame.pts) * frame.time_base * 30, luma(frame)


def av_frame(planes: Planes) -> av.VideoFrame:
    width, height = planes.size
    flat = np.concatenate([plane.reshape(-1) for plane in planes])
    return av.VideoFrame.from_ndarray(flat.reshape(height * 3 // 2, width), format="yuv420p")


def write_clip(
    path: Path,
    pictures: Iterable[Planes],
    *,
    rate: int = 24,
    times_ms: Sequence[int] | None = None,
    options: dict[str, str] | None = None,
    codec: str = "libx264",
    rotation: int = 0,
) -> Path:
    """A clip as someone else would make it. ``times_ms`` gives every frame its own time."""
    pictures = list(pictures)
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(
            codec, rate=rate, options={"preset": "ultrafast"} if codec == "libx264" else {}
        )
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        clock = Fraction(1, 1000) if times_ms else Fraction(1, rate)
        stream.codec_context.time_base = clock
        if rotation:
            stream.set_display_rotation(rotation)
        for i, planes in enumerate(pictures):
            frame = av_frame(planes)
            if codec == "mjpeg":
                frame = frame.reformat(format="yuvj420p")
            frame.time_base = clock
            frame.pts = times_ms[i] if times_ms else i
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def noise(duration_s: float, *, seed: int = 1) -> Sound:
    """Noise that swells and fades, so that every place of it can be told from every other."""
    count = round(duration_s * 44_100)
    rng = np.random.default_rng(seed)
    swell = 0.5 + 0.5 * np.sin(np.arange(count) / 44_100 * 2 * np.pi * 0.7)
    samples = 0.1 * rng.standard_normal((count, 2)) * swell[:, None]
    return Sound(samples.astype(np.float32), 44_100, f"noise-{seed}-{count}")
