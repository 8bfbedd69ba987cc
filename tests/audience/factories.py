"""Hooks with visuals as fans see them, with drawn files; ``files=False`` leaves the files out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
from django.utils import timezone
from PIL import Image

from casset.accounts.models import Artist
from casset.media.audio import encode
from casset.media.audio.decode import Sound
from casset.media.colour.theme import theme_of
from casset.tracks.models import Hook, Track
from casset.web import storage
from tests.accounts.factories import UserFactory
from visuals.models import VisualAsset

SOUND_S = 12.0
RATE = 44_100
WORDS = (
    "WEBVTT\n\n1\n00:00.400 --> 00:03.000\nHold <00:01.000>the <00:01.600>night\n\n"
    "2\n00:03.500 --> 00:07.000\nAsh &amp; <00:04.200>smoke\n\n"
    "3\n00:08.000 --> 00:11.500\nno return\n"
)
PEAKS = {"version": 2, "data": [v for n in range(120) for v in (-(n % 20) * 6, (n % 20) * 6)]}
LOOKS: dict[str, tuple[int, int, int]] = {
    "dark": (14, 10, 30),
    "bright": (252, 250, 240),
    "red": (200, 40, 30),
    "sea": (20, 120, 150),
    "busy": (255, 255, 255),
}


def artist(handle: str = "maravell", **more: Any) -> Artist:
    user = more.pop("user", None) or UserFactory()
    return Artist.objects.create(user=user, handle=handle, **{"name": "Mara Vell"} | more)


def track(
    by: Artist | None = None,
    *,
    looks: Sequence[str] = ("dark", "bright", "red"),
    files: bool = True,
    cover: bool = True,
    words: str = WORDS,
    **more: Any,
) -> Track:
    """A published track with a hook of 12 s and a visual of each look; the first is the active one."""
    values = {"title": "Slow Burn", "status": "ready", "duration_s": 60.0, "audio": "x"}
    row = Track(artist=by or artist(), **values | {"published_at": timezone.now()} | more)
    if cover:
        row.cover = f"{row.prefix}/cover/a"
        row.theme = theme_of(_pixels("red")).model_dump(mode="json")
        for name in ("large.jpg", "small.jpg"):
            if files:
                storage.keep_bytes(f"{row.cover}/{name}", _jpeg("red", 320, 320))
    row.save(force_insert=True)
    sound = f"{row.prefix}/hook/1.m4a"
    if files:
        storage.keep_bytes(sound, _sound())
    Hook.objects.create(
        track=row, start_s=4.0, end_s=4.0 + SOUND_S, status="ready", cut_version=1, sound=sound,
        sound_s=SOUND_S, captions=words, peaks=PEAKS,
    )  # fmt: skip
    for position, look in enumerate(looks):
        visual(row, look, position=position, is_active=position == 0, files=files)
    return row


def visual(of: Track, look: str = "dark", *, files: bool = True, **more: Any) -> VisualAsset:
    """A visual that fans can swipe to."""
    row = VisualAsset(track=of, title=look.capitalize(), uploader=of.artist.user)
    row.stored = f"visuals/{row.pk}/aaaaaaaaaaaaaa"
    row.status, row.shown_at = VisualAsset.Status.READY, timezone.now()
    row.width_px, row.height_px, row.duration_s, row.fps = 270, 480, 2.0, 30
    row.facts = facts(look)
    for name, value in more.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    if files:
        for name, data in _files(look).items():
            storage.keep_bytes(f"{row.stored}/{name}", data)
    return row


def facts(look: str) -> dict[str, Any]:
    """What ingest would have measured on this look."""
    pixels = _pixels(look).astype(float) / 255
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    light = linear @ np.array([0.2126, 0.7152, 0.0722])
    height = len(light)

    def decile(first: float, last: float) -> float:
        return float(np.percentile(light[int(first * height) : int(last * height)], 90))

    mean = "#" + "".join(f"{round(value * 255):02x}" for value in pixels.mean((0, 1)))
    return {
        "luminance": {
            "lyric_p90": decile(0.52, 0.8),
            "top_p90": decile(0, 0.14),
            "bottom_p90": decile(0.8, 1),
            "mean": float(light.mean()),
        },
        "colours": {"accent": mean, "mean": mean, "hue": 0.0, "chroma": 0.0},
    }


@lru_cache
def _pixels(look: str, width: int = 270, height: int = 480) -> np.ndarray:
    plain = np.broadcast_to(np.array(LOOKS[look], np.uint8), (height, width, 3))
    shade = np.linspace(1.0, 0.86, height)[:, None, None]
    if look == "busy":
        squares = (np.indices((height, width)) // 9).sum(0) % 2
        plain = np.where(squares[..., None], plain, np.array([20, 60, 200], np.uint8))
    return np.asarray(plain * shade, np.uint8)


@lru_cache
def _jpeg(look: str, width: int = 270, height: int = 480) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(_pixels(look, width, height)).save(sink, "JPEG", quality=88)
    return sink.getvalue()


@lru_cache
def _files(look: str) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "loop.mp4"
        _draw(look, path)
        video = path.read_bytes()
    return {
        "loop.mp4": video, "small.mp4": video,
        "poster.jpg": _jpeg(look), "small.jpg": _jpeg(look),
    }  # fmt: skip


def _draw(look: str, path: Path) -> None:
    """A loop of 2 s in which the picture rolls once through the frame."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 270, 480, "yuv420p"
        for number in range(60):
            pixels = np.roll(_pixels(look), number * 8, axis=0)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        film.mux(stream.encode(None))


@lru_cache
def _sound() -> bytes:
    at = np.arange(int(SOUND_S * RATE)) / RATE
    tone = (0.2 * np.sin(2 * np.pi * 220 * at)).astype(np.float32)
    with TemporaryDirectory() as folder:
        path = encode.aac(Sound(np.stack([tone, tone], 1), RATE, "0", ()), Path(folder) / "s.m4a")
        return path.read_bytes()
