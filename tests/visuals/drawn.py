"""Real loops for pages that show them: small, drawn once a run, kept in storage for each visual."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import av
import numpy as np
from PIL import Image

from casset.tracks.models import Track
from casset.web import storage
from tests.visuals import factories
from visuals.models import VisualAsset

WIDTH, HEIGHT, FPS, SECONDS = 90, 160, 10, 2
CAPTIONS = """WEBVTT

1
00:00.500 --> 00:04.000
Hold <00:01.200>the <00:01.600>night
"""


def loop_of(
    track: Track, title: str = "Wet ink", colour: str = "#2a7f78", **more: Any
) -> VisualAsset:
    """A ready visual with files: a bar that wanders over ``colour``."""
    facts = {
        "colours": {"accent": colour, "mean": colour},
        "luminance": {"lyric_p90": 0.2},
    } | more.pop("facts", {})
    visual = factories.visual(track, title=title, duration_s=float(SECONDS), facts=facts, **more)
    for name, (data, kind) in _files(colour).items():
        storage.keep_bytes(visual.file(name), data, content_type=kind)
    return visual


def clip(colour: str = "#25406e") -> bytes:
    """The bytes of a small loop, as somebody would send it."""
    return _files(colour)["loop.mp4"][0]


@cache
def _files(colour: str) -> dict[str, tuple[bytes, str]]:
    frames = [_frame(colour, number / (FPS * SECONDS)) for number in range(FPS * SECONDS)]
    still = io.BytesIO()
    frames[0].save(still, "JPEG", quality=85)
    jpg, mp4 = (still.getvalue(), "image/jpeg"), (_mp4(frames), "video/mp4")
    return {"poster.jpg": jpg, "small.jpg": jpg, "loop.mp4": mp4, "small.mp4": mp4}


def _frame(colour: str, share: float) -> Image.Image:
    pixels = np.array(Image.new("RGB", (WIDTH, HEIGHT), colour))
    at = int(share * (HEIGHT - 20))
    pixels[at : at + 20] = 255 - pixels[at : at + 20]
    return Image.fromarray(pixels)


def _mp4(frames: list[Image.Image]) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode(None))
    return out.getvalue()
