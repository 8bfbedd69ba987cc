"""Loops drawn for the tests: pictures with a known motion, and files as someone else would make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

Picture = np.ndarray  # (h, w, 3) uint8 sRGB
PORTRAIT = (180, 320)


def waves(n: float, period: float, size: tuple[int, int] = PORTRAIT, *, kind: int = 0) -> Picture:
    """Coloured waves that come back to where they were after ``period`` frames. ``kind`` picks them."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    rng = np.random.default_rng(kind)
    picture = np.zeros((height, width, 3), np.float32)
    for _ in range(6):
        across, down = rng.integers(-5, 6, 2)
        turns = int(rng.choice([-1, 1]))
        angle = 2 * np.pi * (across * x / width + down * y / height + turns * n / period)
        picture += np.cos(angle + rng.uniform(0, 6))[..., None] * rng.uniform(-28, 28, 3)
    return np.clip(picture + rng.uniform(90, 150, 3), 0, 255).astype(np.uint8)


def flat(colour: Sequence[int], size: tuple[int, int] = PORTRAIT) -> Picture:
    return np.full((size[1], size[0], 3), colour, np.uint8)


def write(
    path: Path,
    pictures: Iterable[Picture | av.VideoFrame],
    *,
    rate: int = 30,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    mux: dict[str, str] | None = None,
    rotation: int = 0,
    shape: Fraction | None = None,
    tags: dict[str, str] | None = None,
    sound_s: float = 0.0,
    colour: tuple[int, int, int] | None = None,
) -> Path:
    """A video file. ``colour`` is (primaries, transfer, matrix) as H.273 numbers them."""
    pictures = list(pictures)
    first = pictures[0]
    with av.open(str(path), "w", options=mux or {}) as container:
        container.metadata.update(tags or {})
        given = {"preset": "ultrafast", "crf": "16"} if codec == "libx264" else {}
        stream = container.add_stream(codec, rate=rate, options=options or given)
        height, width = (
            first.shape[:2] if isinstance(first, np.ndarray) else (first.height, first.width)
        )
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        context = stream.codec_context
        if shape:
            context.sample_aspect_ratio = shape
        if colour:
            context.color_primaries, context.color_trc, context.colorspace = colour
        if rotation:
            stream.set_display_rotation(rotation)
        speech = container.add_stream("aac", rate=48_000, layout="mono") if sound_s else None
        for number, picture in enumerate(pictures):
            frame = picture
            if isinstance(picture, np.ndarray):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            if colour:
                frame.color_primaries, frame.color_trc, frame.colorspace = colour
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if speech is not None:
            _hum(container, speech, sound_s)
    return path


def write_sound(path: Path, length_s: float) -> Path:
    """A file that holds sound and nothing else."""
    with av.open(str(path), "w", format="mp4") as container:
        _hum(container, container.add_stream("aac", rate=48_000, layout="mono"), length_s)
    return path


def shown(path: Path) -> list[Picture]:
    """Every frame of a BT.709 limited range video as sRGB."""
    with av.open(str(path)) as container:
        return [
            frame.to_ndarray(format="rgb24", src_colorspace="ITU709")
            for frame in container.decode(video=0)
        ]


def patched(path: Path, box: bytes, offset: int, value: int, *, every: bool = True) -> Path:
    """The file with a 32-bit number ``offset`` bytes after the name of its boxes ``box`` changed."""
    content = bytearray(path.read_bytes())
    at = content.find(box)
    assert at > 0
    while at > 0:
        content[at + offset : at + offset + 4] = value.to_bytes(4, "big")
        at = content.find(box, at + 4) if every else -1
    path.write_bytes(bytes(content))
    return path


def _hum(container: av.container.OutputContainer, stream: av.AudioStream, length_s: float) -> None:
    tone = np.sin(np.arange(round(length_s * 48_000)) / 20).astype(np.float32)[None] * 0.1
    frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
    frame.sample_rate = 48_000
    fifo = av.AudioFifo()
    fifo.write(frame)
    while (piece := fifo.read(1024, partial=True)) is not None:
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))
