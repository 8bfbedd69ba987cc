"""A contact sheet: one frame of every shot on one picture, so that a film can be judged at a glance."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw, ImageFont

from casset.lib.errors import MediaError
from casset.media import files
from casset.media.compose.encoder import FPS, TIME_BASE
from casset.media.ffmpeg import source_url
from casset.media.picture import BT709, BT709_OFFSET

MAX_BYTES = 1_500_000
WIDTH_PX = 2000
MARGIN_PX, GAP_PX = 40, 14
BACKGROUND, BRIGHT, QUIET = (16, 16, 19), (236, 233, 226), (142, 140, 136)
FACE = Path(__file__).parent / "fonts" / "Archivo-WideBold.ttf"
# Where in a shot to look: past a transition or a flash on its first beat, before its end.
LOOK_AT = 0.45


@dataclass(frozen=True)
class Tile:
    """One shot: its span in frames of the film, and what to say of it beside its time."""

    start_frame: int
    end_frame: int
    caption: str = ""

    @property
    def wanted(self) -> int:
        return self.start_frame + int(LOOK_AT * (self.end_frame - self.start_frame))


def contact_sheet(film: Path, tiles: Sequence[Tile], out: Path, *, title: str = "") -> Path:
    """Write the sheet as a JPEG of at most 1.5 MB; about 2 CPU-s for a three-minute film.

    Shots are shown by the key frame nearest their middle; the film is only decoded where a shot
    has none. Raises ``MediaError`` when the film cannot be read.
    """
    if not tiles:
        raise ValueError("a contact sheet needs at least one shot")
    pictures = _pick(film, tiles)
    sheet = _lay_out(pictures, tiles, title)
    data = b""
    for quality in (88, 82, 75, 65, 50):
        sink = io.BytesIO()
        sheet.save(sink, "JPEG", quality=quality, optimize=True, progressive=True)
        data = sink.getvalue()
        if len(data) <= MAX_BYTES:
            break
    with files.published(out) as part:
        part.write_bytes(data)
    return out


def still(film: Path, frame: int, out: Path, *, width: int) -> Path:
    """Write one frame of a film or clip as a JPEG of ``width`` pixels. Raises ``MediaError``."""
    try:
        found = _frame_at(film, frame)
        if found is None:
            raise MediaError(f"{film.name} has no pictures. Make it again.")
        picture = _small(found, min(width, found.width))
    except (av.error.FFmpegError, OSError, IndexError) as fault:
        raise MediaError(f"{film.name} cannot be read. Make it again.") from fault
    with files.published(out) as part:
        picture.save(part, "JPEG", quality=84, optimize=True, progressive=True)
    return out


def columns_for(count: int, shape: float) -> int:
    """How many pictures of ``shape`` (width / height) to set side by side for a page of about 4:3."""
    return max(2, min(10, round(math.sqrt(count * 4 / 3 / shape)))) if count > 1 else 1


def _pick(film: Path, tiles: Sequence[Tile]) -> list[Image.Image]:
    """A small picture of every shot, from key frames where possible."""
    best: dict[int, tuple[int, Image.Image]] = {}
    try:
        size = _size(film)
        width = _tile_width(len(tiles), size[0] / size[1])
        for number, frame in _key_frames(film):
            for i, tile in enumerate(tiles):
                if not tile.start_frame <= number < tile.end_frame:
                    continue
                distance = abs(number - tile.wanted)
                if i not in best or distance < best[i][0]:
                    best[i] = (distance, _small(frame, width))
        for i, tile in enumerate(tiles):
            length = tile.end_frame - tile.start_frame
            if i not in best or best[i][0] > 0.4 * length:
                exact = _frame_at(film, tile.wanted)
                if exact is not None:
                    best[i] = (0, _small(exact, width))
    except (av.error.FFmpegError, OSError, IndexError) as fault:
        raise MediaError(
            f"{film.name} cannot be read for its contact sheet. Compose it again."
        ) from fault
    height = round(width * size[1] / size[0])
    missing = Image.new("RGB", (width, height), BACKGROUND)
    return [best[i][1] if i in best else missing for i in range(len(tiles))]


def _key_frames(film: Path) -> Iterator[tuple[int, VideoFrame]]:
    with av.open(source_url(film)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        stream.thread_count = 1
        for frame in container.decode(stream):
            number = _number(frame)
            if number is not None:
                yield number, frame


def _frame_at(film: Path, wanted: int) -> VideoFrame | None:
    with av.open(source_url(film)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        tick = stream.time_base or TIME_BASE
        container.seek(round(wanted * TIME_BASE / tick), stream=stream, backward=True)
        last = None
        for frame in container.decode(stream):
            last = frame
            number = _number(frame)
            if number is not None and number >= wanted:
                break
        return last


def _number(frame: VideoFrame) -> int | None:
    return None if frame.time is None else round(frame.time * FPS)


def _size(film: Path) -> tuple[int, int]:
    with av.open(source_url(film)) as container:
        context = container.streams.video[0].codec_context
        return context.width, context.height


def _small(frame: VideoFrame, width: int) -> Image.Image:
    """A frame as a small sRGB picture."""
    height = round(width * frame.height / frame.width)
    planes = frame.reformat(format="yuv420p").to_ndarray()
    y = planes[: frame.height]
    chroma = planes[frame.height :].reshape(2, frame.height // 2, frame.width // 2)
    coded = np.dstack(
        [cv2.resize(p, (width, height), interpolation=cv2.INTER_AREA) for p in (y, *chroma)]
    )
    rgb = (coded.astype(np.float32) - BT709_OFFSET) @ np.linalg.inv(BT709).T.astype(np.float32)
    return Image.fromarray((np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8))


def _tile_width(count: int, shape: float) -> int:
    columns = columns_for(count, shape)
    width = (WIDTH_PX - 2 * MARGIN_PX - (columns - 1) * GAP_PX) // columns
    return min(width, 900)


def _lay_out(pictures: Sequence[Image.Image], tiles: Sequence[Tile], title: str) -> Image.Image:
    width, height = pictures[0].size
    columns = columns_for(len(tiles), width / height)
    text_px = max(13, min(22, width // 16))
    line_px = round(text_px * 2.1)
    head_px = 76 if title else MARGIN_PX
    rows = math.ceil(len(tiles) / columns)
    page_width = 2 * MARGIN_PX + columns * width + (columns - 1) * GAP_PX
    page_height = head_px + rows * (height + line_px + GAP_PX // 2) + MARGIN_PX // 2
    page = Image.new("RGB", (page_width, page_height), BACKGROUND)
    pen = ImageDraw.Draw(page)
    if title:
        face = _face(24)
        room = page_width - 2 * MARGIN_PX
        pen.text((MARGIN_PX, 46), _shortened(title, face, room), BRIGHT, face, anchor="ls")
    face = _face(text_px)
    for i, (picture, tile) in enumerate(zip(pictures, tiles, strict=True)):
        left = MARGIN_PX + (i % columns) * (width + GAP_PX)
        top = head_px + (i // columns) * (height + line_px + GAP_PX // 2)
        page.paste(picture, (left, top))
        base = top + height + round(text_px * 1.45)
        time = _clock(tile.start_frame)
        pen.text((left, base), time, BRIGHT, face, anchor="ls")
        after = left + round(face.getlength(time) + 0.8 * text_px)
        said = _shortened(tile.caption, face, left + width - after)
        pen.text((after, base), said, QUIET, face, anchor="ls")
    return page


def _clock(frame: int) -> str:
    tenths = round(frame * 10 / FPS)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _shortened(text: str, face: ImageFont.FreeTypeFont, room_px: int) -> str:
    text = " ".join(text.split())
    if face.getlength(text) <= room_px:
        return text
    while text and face.getlength(text + "…") > room_px:
        text = text[:-1]
    return text.rstrip(" ,·") + "…" if text else ""


def _face(size_px: int) -> ImageFont.FreeTypeFont:
    """The product's display face, or Pillow's own where it is not installed."""
    try:
        return ImageFont.truetype(str(FACE), size_px)
    except OSError:
        fallback = ImageFont.load_default(size_px)
        if not isinstance(fallback, ImageFont.FreeTypeFont):
            raise
        return fallback
