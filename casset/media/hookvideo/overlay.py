"""What stands still on a hook video: the artist's picture and name, the title, watermark and attribution."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from casset.lib.errors import MediaError
from casset.media.compose import type_faces, type_paint
from casset.media.compose.type_faces import ASCENT
from casset.media.compose.type_paint import Box
from casset.media.hookvideo import words
from casset.media.hookvideo.glaze import Glaze
from casset.media.hookvideo.layout import Item, Place, boxes, numbers
from casset.media.hookvideo.video import HookVideo, Theme
from casset.media.hookvideo.words import SetText
from casset.media.picture import Planes, colour_yuv, planes_of_rgb
from casset.media.shaders import images

U8 = NDArray[np.uint8]
GLYPH_EM, GLYPH_GAP_EM = 1.12, 0.42  # the mark before the address
TEXTS = ("artist", "handle", "title", "watermark", "attribution")


@dataclass(frozen=True)
class _Ink:
    box: Box
    alpha: U8
    half: U8
    colour: tuple[int, int, int]

    def lay(self, glaze: Glaze) -> None:
        glaze.lay_ink(self.box, self.alpha, self.half, self.colour)


@dataclass(frozen=True)
class _Portrait:
    box: Box
    alpha: U8
    half: U8
    planes: Planes


class Still:
    """Everything that does not move, laid out once. ``items`` are all the parts' places.

    ``places`` has each text's own rectangle in pixels, ``notes`` what could not be set.
    """

    def __init__(self, video: HookVideo, size: tuple[int, int], *, lyrics: bool) -> None:
        self._size, self._short, self._theme = size, min(size), video.theme
        said = {
            "artist": words.plain(video.artist_name),
            "handle": _handle(video.handle),
            "title": words.plain(video.title),
            "watermark": words.short_address(video.share_url) or "casset",
            "attribution": words.plain(video.attribution or ""),
        }
        everything = boxes(video.aspect, title_rows=2)
        self.set: dict[str, SetText] = {
            name: self._set(name, text, everything[name]) for name, text in said.items()
        }
        rows = {name: len(found.rows) for name, found in self.set.items()}
        self.items = boxes(
            video.aspect, title_rows=rows["title"], attribution=rows["attribution"] > 0,
            lyrics=lyrics, handle=rows["handle"] > 0,
        )  # fmt: skip
        if not rows["artist"]:
            self.items.pop("artist")
        self.places = {n: self._extent(n) for n in TEXTS if n in self.items and rows[n]}
        self.notes = tuple(
            f"Some letters of the {name} are of a script that no typeface here has; they were left out."
            for name, found in self.set.items()
            if found.omitted
        )
        self.ink = colour_yuv(type_paint.hex_rgb(video.theme.ink))
        self._end_px = numbers()["aspects"][video.aspect]["artist"]["end"] * self._short
        self._portrait = self._drawn_portrait(video.avatar, said["artist"])

    def lay(self, glaze: Glaze, opacities: dict[str, float], strength: float) -> None:
        """Set all of it: the pill at its strength, the portrait, the texts each at its opacity."""
        for ink in self._drawn_pill(strength):
            ink.lay(glaze)
        if self._portrait is not None:
            part = self._portrait
            glaze.lay_picture(part.box, part.alpha, part.half, part.planes)
        for name in self.places:
            opacity = opacities.get(name, self.items[name].opacity)
            for ink in self._drawn_text(name, opacity):
                ink.lay(glaze)

    def _set(self, name: str, text: str, item: Item) -> SetText:
        width = item.place.width * self._short - 2
        em = item.size * self._short
        if name == "watermark":
            width -= (GLYPH_EM + GLYPH_GAP_EM) * em
        return words.set_text(text, item.weight, em, width, rows=item.rows)

    def _extent(self, name: str) -> Place:
        """A text's rectangle as it stands, pixels."""
        place = self.items[name].place.px(self._short)
        found = self.set[name]
        more = (GLYPH_EM + GLYPH_GAP_EM) * found.em_px if name == "watermark" else 0.0
        return Place(
            place.left,
            place.top,
            min(place.right, place.left + found.width_px() + more),
            place.bottom,
        )

    def _drawn_text(self, name: str, opacity: float) -> list[_Ink]:
        item, found = self.items[name], self.set[name]
        place, em = item.place.px(self._short), found.em_px
        leading = item.leading * item.size * self._short
        left = place.left
        out: list[_Ink] = []
        if name == "watermark":
            side = GLYPH_EM * em
            mark = type_paint.faded(_reel(round(side)), opacity)
            out.append(self._ink_of(mark, left, place.top + (leading - side) / 2))
            left += (GLYPH_EM + GLYPH_GAP_EM) * em
        for row in range(len(found.rows)):
            middle = place.top + row * leading + (leading - em) / 2
            top = middle + (numbers()["baseline"] - ASCENT) * em
            out.append(self._ink_of(type_paint.faded(found.mask(row), opacity), left, top))
        return out

    def _ink_of(self, mask: U8, left: float, top: float) -> _Ink:
        x, y = round(left), round(top)
        box = type_paint.box_within(x, y, x + mask.shape[1], y + mask.shape[0], self._size)
        alpha = np.zeros(box.shape, np.uint8)
        type_paint.stamp(alpha, mask, x - box.x0, y - box.y0)
        return _Ink(box, alpha, type_paint.halved(alpha), self.ink)

    def _drawn_pill(self, strength: float) -> list[_Ink]:
        """Dark glass behind the artist, with a fine border, ending after the longer of the names."""
        short, glass = self._short, numbers()["glass"]
        place, avatar = self.items["glass"].place.px(short), self.items["avatar"].place.px(short)
        ends = [self.places[name].right for name in ("artist", "handle") if name in self.places]
        air = avatar.left - place.left
        right = max(ends) + self._end_px if ends else avatar.right + air
        box = type_paint.box_within(
            2 * np.ceil(place.left / 2), 2 * np.ceil(place.top / 2),
            2 * np.floor(right / 2), 2 * np.floor(place.bottom / 2), self._size,
        )  # fmt: skip
        rows, columns = box.shape
        radius = rows / 2
        x = np.arange(columns) + 0.5
        dx = np.maximum(np.maximum(radius - x, x - (columns - radius)), 0)[None, :]
        away = np.hypot(dx, (np.arange(rows) + 0.5 - radius)[:, None])
        inside = np.clip(radius - away, 0, 1)
        line = inside * np.clip(away - (radius - glass["border"] * short) + 0.5, 0, 1)
        parts = ((strength * inside, (16, 128, 128)), (glass["border_opacity"] * line, self.ink))
        alphas = [(np.round(255 * share).astype(np.uint8), colour) for share, colour in parts]
        return [_Ink(box, alpha, type_paint.halved(alpha), colour) for alpha, colour in alphas]

    def _drawn_portrait(self, path: Path | None, name: str) -> _Portrait | None:
        """The round picture with a fine ring; an initial on the accent where there is no picture."""
        place = self.items["avatar"].place.px(self._short)
        side = max(2, 2 * round(place.width / 2))
        rgb: U8 | None = None
        if path is not None:
            try:
                rgb = _middle(images.load(path, max_side=4 * side), side)
            except MediaError:
                rgb = None
        if rgb is None:
            rgb = _monogram(name, side, self._theme)
        ring = numbers()["avatar"]
        width = max(1.0, ring["ring"] * self._short)
        at = np.arange(side) + 0.5 - side / 2
        away = np.hypot(at[:, None], at[None, :])
        line = np.clip(away - (side / 2 - width) + 0.5, 0, 1)[..., None] * ring["ring_opacity"]
        rgb = np.round(rgb * (1 - line) + 255 * line).astype(np.uint8)
        alpha = np.round(255 * np.clip(side / 2 - away, 0, 1)).astype(np.uint8)
        x, y = (2 * int(np.ceil(edge / 2)) for edge in (place.left, place.top))
        box = Box(x, y, x + side, y + side)
        return _Portrait(box, alpha, type_paint.halved(alpha), planes_of_rgb(rgb))


def _handle(handle: str) -> str:
    plain = words.plain(handle).lstrip("@")
    return f"@{plain}" if plain else ""


def _middle(rgb: U8, side: int) -> U8:
    height, width = rgb.shape[:2]
    least = min(height, width)
    y, x = (height - least) // 2, (width - least) // 2
    cut = rgb[y : y + least, x : x + least]
    return np.asarray(cv2.resize(cut, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _monogram(name: str, side: int, theme: Theme) -> U8:
    """The name's first letter, dark on the accent colour."""
    accent = np.array(type_paint.hex_rgb(theme.accent))
    picture = np.ones((side, side, 3)) * accent * np.linspace(1.0, 0.82, side)[:, None, None]
    letter = next((c for c in name if c.isalnum() and type_faces.settable(c)), "")
    if letter:
        em = 0.5 * side
        mask = type_faces.mask(letter.upper(), "bold", em)
        canvas = np.zeros((side, side), np.uint8)
        x = round((side - mask.shape[1]) / 2)
        y = round(side / 2 + type_faces.CAP_HEIGHT * em / 2 - ASCENT * em)
        type_paint.stamp(canvas, mask, x, y)
        share = canvas[..., None] / 255
        picture = picture * (1 - share) + np.array(type_paint.hex_rgb(theme.ground)) * share
    return np.round(255 * picture).astype(np.uint8)


def _reel(side: int) -> U8:
    """Casset's mark, a cassette in outline, as coverage; drawn as the site's icon is (24 x 24)."""
    fine = 8
    canvas = Image.new("L", (side * fine, side * fine), 0)
    pen, unit = ImageDraw.Draw(canvas), side * fine / 24

    def at(*numbers_: float) -> list[float]:
        return [number * unit for number in numbers_]

    line = round(1.9 * unit)
    pen.rounded_rectangle(at(1.6, 4.1, 22.4, 19.9), radius=4.4 * unit, outline=255, width=line)
    for x in (8.3, 15.7):
        pen.ellipse(at(x - 2.9, 8.1, x + 2.9, 13.9), outline=255, width=line)
    pen.line(at(7.5, 19, 8.9, 16.2, 15.1, 16.2, 16.5, 19), fill=255, width=line, joint="curve")
    return np.asarray(canvas.resize((side, side), Image.Resampling.BOX), np.uint8)
