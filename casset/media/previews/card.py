"""The card of a link: 1200 x 630, the visual beside the title, in the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from casset.media.colour.oklch import Lch
from casset.media.compose import type_faces
from casset.media.compose.type_faces import Weight
from casset.media.shaders import images

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]

WIDTH, HEIGHT = 1200, 630  # Open Graph's
MAX_BYTES = 250_000  # WhatsApp shows no larger ones for sure
QUALITIES = (88, 82, 74, 62)
_EDGE = 64
_PANE = (312, 502, 28)  # of an upright visual: width, height, radius
_SQUARE = (440, 440, 28)  # of a cover
_TITLE_EMS = (92.0, 80.0, 68.0, 58.0, 50.0)
_TITLE_ROWS = 3
_ARTIST_EM = 34.0
_INK, _DIM = (247, 245, 243), (201, 196, 192)
_BAR_PX, _PITCH_PX, _WAVE_PX = 5, 11, 66
_SMOOTH = 4  # times as large, then averaged down: round corners without steps


@dataclass(frozen=True)
class Words:
    """What the card says. Letters that no face of ours has are left out."""

    title: str
    artist: str
    credit: str = ""  # "visuals by @handle"


def card(
    picture: Path,
    words: Words,
    *,
    hue: float,
    chroma: float,
    accent: Lch,
    bars: Sequence[float] = (),
    is_square: bool = False,
) -> bytes:
    """The card as a JPEG below ``MAX_BYTES``; a third of a second.

    ``picture`` is the visual's poster, or the cover with ``is_square``. ``bars`` are heights 0..1 of
    the waveform's strokes. Raises ``MediaError`` where the picture is none.
    """
    pixels = images.load(picture, max_side=1280)
    canvas = _ground(pixels, Lch(0.16, min(0.05, chroma + 0.02), hue))
    pane = _SQUARE if is_square else _PANE
    left = WIDTH - _EDGE - pane[0]
    _lay_pane(canvas, pixels, left, (HEIGHT - pane[1]) // 2, pane)
    _write(canvas, words, width=left - 2 * _EDGE + 8)
    _mark(canvas, accent)
    _wave(canvas, bars, accent, width=left - 2 * _EDGE)
    return _jpeg(canvas)


def _ground(pixels: U8, shade: Lch) -> F32:
    """The picture far out of focus, darkened towards the page's ground from left to right."""
    soft = cv2.GaussianBlur(_covering(pixels, WIDTH // 8, HEIGHT // 8), (0, 0), 9)
    wide = cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    ground = np.array(_rgb(shade), np.float32)
    along = np.linspace(0.86, 0.52, WIDTH, dtype=np.float32)[None, :, None]
    fade = np.clip(np.linspace(0.0, 0.22, HEIGHT, dtype=np.float32), 0, 1)[:, None, None]
    share = np.clip(along + fade, 0, 0.94)
    return np.asarray(wide * (1 - share) + ground * share, np.float32)


def _lay_pane(canvas: F32, pixels: U8, left: int, top: int, pane: tuple[int, int, int]) -> None:
    width, height, radius = pane
    shadow = np.zeros((HEIGHT, WIDTH), np.float32)
    shadow[top + 22 : top + height + 22, left:][:, :width] = 0.55
    shadow = np.asarray(cv2.GaussianBlur(shadow, (0, 0), 30), np.float32)
    canvas *= (1 - shadow)[..., None]
    shape = _rounded(width, height, radius)[..., None]
    inside = canvas[top : top + height, left : left + width]
    inside[:] = inside * (1 - shape) + _covering(pixels, width, height) * shape
    rim = (shape - _rounded(width - 2, height - 2, radius - 1, border=1)[..., None]) * 0.22
    inside[:] = inside * (1 - rim) + 255 * rim


def _rounded(width: int, height: int, radius: int, border: int = 0) -> F32:
    """Coverage 0..1 of a rounded rectangle, inside a frame of ``border`` empty pixels."""
    whole = (width + 2 * border) * _SMOOTH, (height + 2 * border) * _SMOOTH
    drawn = Image.new("L", whole, 0)
    edge = border * _SMOOTH
    corners = (edge, edge, whole[0] - edge - 1, whole[1] - edge - 1)
    ImageDraw.Draw(drawn).rounded_rectangle(corners, radius * _SMOOTH, fill=255)
    small = drawn.resize((width + 2 * border, height + 2 * border), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)


def _write(canvas: F32, words: Words, *, width: int) -> None:
    """Title, artist and credit, from above the waveform upwards."""
    foot = HEIGHT - _EDGE - _WAVE_PX - 34
    if credit := type_faces.settable(words.credit):
        foot -= _row(canvas, credit, "bold", 24.0, foot, _DIM, width)
    if artist := type_faces.settable(words.artist):
        foot -= _row(canvas, artist, "bold", _ARTIST_EM, foot, _DIM, width) + 6
    title = type_faces.settable(words.title)
    if not title:
        return
    em, rows = _fitted(title, width)
    for row in reversed(rows):
        foot -= round(_row(canvas, row, "heavy", em, foot, _INK, width) * 0.83)


def _fitted(title: str, width: int) -> tuple[float, list[str]]:
    """The largest size at which the title fits, and its rows; cut short where none does."""
    for em in _TITLE_EMS:
        rows = _broken(title, width / em)
        if len(rows) <= (_TITLE_ROWS if em < _TITLE_EMS[0] else 2):
            return em, rows
    kept = [row for row in rows if row][:_TITLE_ROWS]
    return em, [*kept[:-1], f"{kept[-1]}…"] if len(rows) > len(kept) else kept


def _broken(text: str, most_em: float) -> list[str]:
    rows: list[str] = []
    for word in text.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and type_faces.width_em(longer, "heavy") <= most_em:
            rows[-1] = longer
        else:
            rows.append(word)
    if any(type_faces.width_em(row, "heavy") > most_em for row in rows):  # one endless word
        rows = [*rows, *[""] * _TITLE_ROWS]
    return rows


def _row(
    canvas: F32,
    text: str,
    weight: Weight,
    em: float,
    foot: int,
    ink: tuple[int, int, int],
    width: int,
) -> int:
    """Write one row that stands on ``foot``; its height."""
    ending = text
    while type_faces.width_em(ending, weight) * em > width and len(text) > 1:
        text = text[:-1].rstrip()
        ending = f"{text}…"
    mask = type_faces.mask(ending, weight, em).astype(np.float32)[..., None] / 255
    mask = mask[:, : WIDTH - _EDGE]
    height = mask.shape[0]
    place = canvas[foot - height : foot, _EDGE : _EDGE + mask.shape[1]]
    if foot >= height:
        place[:] = place * (1 - mask) + np.array(ink, np.float32) * mask
    return height


def _mark(canvas: F32, accent: Lch) -> None:
    """The cassette and the name, top left (static/img/favicon.svg)."""
    side = 46
    unit = side * _SMOOTH / 48
    drawn = Image.new("L", (side * _SMOOTH, side * _SMOOTH), 0)
    pen = ImageDraw.Draw(drawn)
    stroke = round(3.6 * unit)

    def at(*numbers: float) -> list[float]:
        return [(number - 8) * unit for number in numbers]

    pen.rounded_rectangle(at(10, 17, 54, 48), round(8 * unit), outline=255, width=stroke)
    for middle in (23.5, 40.5):
        pen.ellipse(at(middle - 5.5, 25.5, middle + 5.5, 36.5), outline=255, width=stroke)
    pen.line(at(21, 48, 24.2, 41.5, 39.8, 41.5, 43, 48), fill=255, width=stroke, joint="curve")
    mask = np.asarray(drawn.resize((side, side), Image.Resampling.BOX), np.float32)[..., None] / 255
    place = canvas[_EDGE - 14 : _EDGE - 14 + side, _EDGE : _EDGE + side]
    place[:] = place * (1 - mask) + np.array(_rgb(accent), np.float32) * mask
    name = type_faces.mask("Casset", "heavy", 30.0).astype(np.float32)[..., None] / 255
    top = _EDGE - 14 + (side - name.shape[0]) // 2 + 1
    place = canvas[top : top + name.shape[0], _EDGE + side + 14 :][:, : name.shape[1]]
    place[:] = place * (1 - name) + np.array(_INK, np.float32) * name


def _wave(canvas: F32, bars: Sequence[float], accent: Lch, *, width: int) -> None:
    """The hook's outline, its first third in the accent."""
    count = min(len(bars), width // _PITCH_PX)
    if not count:
        return
    drawn = Image.new("L", (width * _SMOOTH, _WAVE_PX * _SMOOTH), 0)
    played = drawn.copy()
    for at in range(count):
        tall = max(_BAR_PX, bars[at * len(bars) // count] * _WAVE_PX) * _SMOOTH
        x, middle = at * _PITCH_PX * _SMOOTH, _WAVE_PX * _SMOOTH / 2
        corners = (x, middle - tall / 2, x + _BAR_PX * _SMOOTH, middle + tall / 2)
        sheet = played if at < count / 3 else drawn
        ImageDraw.Draw(sheet).rounded_rectangle(corners, _BAR_PX * _SMOOTH / 2, fill=255)
    place = canvas[HEIGHT - _EDGE - _WAVE_PX : HEIGHT - _EDGE, _EDGE : _EDGE + width]
    for sheet, ink, strength in ((drawn, (255, 255, 255), 0.36), (played, _rgb(accent), 1.0)):
        small = sheet.resize((width, _WAVE_PX), Image.Resampling.BOX)
        mask = np.asarray(small, np.float32)[..., None] / 255 * strength
        place[:] = place * (1 - mask) + np.array(ink, np.float32) * mask


def _covering(pixels: U8, width: int, height: int) -> U8:
    """The middle of the picture, filling ``width`` by ``height``."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    size = max(width, round(pixels.shape[1] * scale)), max(height, round(pixels.shape[0] * scale))
    whole = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return whole[top : top + height, left : left + width]


def _rgb(colour: Lch) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.to_hex()[1:])
    return red, green, blue


def _jpeg(canvas: F32) -> bytes:
    picture = Image.fromarray(np.clip(np.rint(canvas), 0, 255).astype(np.uint8))
    for quality in QUALITIES:
        sink = BytesIO()
        picture.save(sink, "JPEG", quality=quality, optimize=True, progressive=True)
        if sink.tell() <= MAX_BYTES:
            break
    return sink.getvalue()
