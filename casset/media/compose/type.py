"""Lyrics as typography, timed by word, drawn in place on finished frames.

Three treatments: "line" sets each phrase quietly and low; "karaoke" lights its words as they are
sung; "stack" fills the frame with the chorus, word by word, and sets the verses as "line".
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import LyricLine
from casset.media.compose import type_blend, type_faces, type_layout, type_paint
from casset.media.compose.type_blend import CELL
from casset.media.compose.type_faces import ASCENT, CAP_HEIGHT, Weight
from casset.media.compose.type_layout import Area, Phrase, SetWord
from casset.media.compose.type_paint import Box
from casset.media.picture import Planes

U8 = NDArray[np.uint8]
Treatment = Literal["none", "line", "karaoke", "stack"]

FADE_S = 0.16
RISE_EM = 0.16  # how far a phrase rises while it appears
SOFT_EDGE_EM = 0.5  # of the light that runs through a word as it is sung
COMING = 0.52  # opacity of words not yet sung; 3:1 (WCAG large text) over the dimmed picture
ENTER_S = 0.20  # a stacked word's arrival, begun ENTER_LEAD_S before it is sung
ENTER_LEAD_S = 0.08
COOL_S = 0.35  # a stacked word's colour fades back to white after it is sung
INK_LUMINANCE, ACCENT_LUMINANCE = 0.86, 0.62
PICTURE_KEEPS = {"line": 0.125, "karaoke": 0.09, "stack": 0.085}  # relative luminance under type
SEAT = 0.14
HALO_EM = 1.1  # how far the dimming reaches around the letters
CACHED_PHRASES = 6

# Size of the em as a share of the picture: of its height when landscape, else of its width.
EM = {
    "line": (0.056, 0.066, 0.062),
    "karaoke": (0.070, 0.086, 0.078),
}  # landscape, vertical, square
ROW_SHARE = (0.66, 1.0, 0.94)  # of the safe width a row may take


@dataclass(frozen=True)
class _PlacedWord:
    """A word's mask and where its top left corner stands at rest, pixels."""

    word: SetWord
    mask: U8
    x: float
    y: float
    em_px: float


@dataclass(frozen=True)
class _Scene:
    """A phrase ready to draw. ``shape`` is the dimming's map over ``box`` in cells of CELL px."""

    placed: tuple[_PlacedWord, ...]
    box: Box
    shape: NDArray[np.float32]
    spread_px: float
    stacked: bool


class LyricSetter:
    """Draws the words of a song on frames of one size.

    ``palette`` are five sRGB hex colours, dark to light; type takes its tint from the last.
    ``warnings`` tell what could not be set. Frames may come in any order: each depends only on its
    picture and its time. Costs 1 to 3 ms a frame at 1080p, 20 to 60 ms when a phrase is new.
    """

    def __init__(
        self,
        lines: Sequence[LyricLine],
        treatment: Treatment,
        size: tuple[int, int],
        palette: Sequence[str],
    ) -> None:
        self.size = size
        self.treatment = treatment
        self.safe: Area = type_layout.safe_area(size)
        quiet = "karaoke" if treatment == "karaoke" else "line"
        form = _form(size)
        short_side = size[1] if form == 0 else size[0]
        self.em_px = EM[quiet][form] * short_side
        self._row_px = ROW_SHARE[form] * self.safe.width
        self.phrases: list[Phrase] = []
        self.warnings: tuple[str, ...] = ()
        if treatment != "none":
            found, warnings = type_layout.phrases_of(
                lines, self._row_px / self.em_px, pair=treatment != "stack"
            )
            self.phrases, self.warnings = found, tuple(warnings)
        has_chorus = any(phrase.chorus for phrase in self.phrases)
        self._stack_all = not has_chorus
        light = type_paint.hex_rgb(palette[-1]) if palette else (1.0, 1.0, 1.0)
        self._ink = type_paint.ink_yuv(type_paint.lightened(light, INK_LUMINANCE))
        self._accent = type_paint.ink_yuv(type_paint.lightened(light, ACCENT_LUMINANCE))
        self._scenes: OrderedDict[int, _Scene] = OrderedDict()

    def draw(self, planes: Planes, t: float) -> None:
        """Set what is sung around ``t`` (seconds of the film) on the frame, in place."""
        for number in self._showing(t):
            phrase, scene = self.phrases[number], self._scene(number)
            strength = _presence(phrase, t)
            if strength <= 0:
                continue
            kind = (
                "stack" if scene.stacked else "karaoke" if self.treatment == "karaoke" else "line"
            )
            shown = strength
            if scene.stacked:  # the frame darkens as the first word arrives, not before it
                shown = strength * _ease((t - phrase.words[0].start + 2 * ENTER_LEAD_S) / ENTER_S)
            type_blend.dim(
                planes, scene.box, scene.shape, PICTURE_KEEPS[kind], SEAT, shown, scene.spread_px
            )
            if scene.stacked:
                self._draw_stack(planes, scene, t, strength)
            else:
                self._draw_rows(planes, scene, phrase, t, strength)

    def ink_mask(self, t: float) -> U8 | None:
        """(h, w) coverage of the fully lit words at ``t``, None if there are none: for measuring."""
        width, height = self.size
        canvas = np.zeros((height, width), np.uint8)
        for number in self._showing(t):
            phrase, scene = self.phrases[number], self._scene(number)
            if _presence(phrase, t) < 1:
                continue
            for placed in scene.placed:
                if self._lit(phrase, scene, placed, t):
                    type_paint.stamp(canvas, placed.mask, round(placed.x), round(placed.y))
        return canvas if canvas.any() else None

    def extent(self, t: float) -> tuple[float, float, float, float] | None:
        """(left, top, right, bottom) of the letters on screen at ``t`` in pixels, None if there are none."""
        edges = [
            (
                p.x,
                p.y + (ASCENT - CAP_HEIGHT) * p.em_px,
                p.x + p.mask.shape[1] - 2,
                p.y + ASCENT * p.em_px,
            )
            for number in self._showing(t)
            for p in self._scene(number).placed
        ]
        if not edges:
            return None
        left, top, right, bottom = zip(*edges, strict=True)
        return min(left), min(top), max(right), max(bottom)

    def _showing(self, t: float) -> list[int]:
        return [i for i, phrase in enumerate(self.phrases) if phrase.appear <= t < phrase.vanish]

    def _lit(self, phrase: Phrase, scene: _Scene, placed: _PlacedWord, t: float) -> bool:
        if scene.stacked:
            return t >= placed.word.start - ENTER_LEAD_S + ENTER_S
        return self.treatment != "karaoke" or not phrase.by_word or t >= placed.word.end

    def _draw_rows(
        self, planes: Planes, scene: _Scene, phrase: Phrase, t: float, strength: float
    ) -> None:
        """Rows of words; in karaoke each word's light runs through it while it is sung."""
        arriving = _ease((t - phrase.appear) / (2 * FADE_S))
        shift = round((1 - arriving) * RISE_EM * self.em_px)
        alpha = np.zeros(scene.box.shape, np.uint8)
        running = self.treatment == "karaoke" and phrase.by_word
        for placed in scene.placed:
            mask = placed.mask
            if running:
                mask = _lit_mask(placed, t, strength)
            elif strength < 1:
                mask = type_paint.faded(mask, strength)
            type_paint.stamp(
                alpha, mask, round(placed.x) - scene.box.x0, round(placed.y) - scene.box.y0 + shift
            )
        type_blend.blend(planes, scene.box, alpha, self._ink)

    def _draw_stack(self, planes: Planes, scene: _Scene, t: float, strength: float) -> None:
        """Big words that land as they are sung, in the accent colour, and cool to white."""
        for placed in scene.placed:
            arrival = (t - placed.word.start + ENTER_LEAD_S) / ENTER_S
            if arrival <= 0:
                continue
            landed = _ease(arrival)
            mask, x, y = placed.mask, placed.x, placed.y
            if landed < 1:
                mask, x, y = _landing(placed, landed)
            shade = strength * min(1.0, landed * 1.4)
            if shade < 1:
                mask = type_paint.faded(mask, shade)
            box = type_paint.box_within(x, y, x + mask.shape[1], y + mask.shape[0], self.size)
            if not all(box.shape):
                continue
            alpha = np.zeros(box.shape, np.uint8)
            type_paint.stamp(alpha, mask, round(x) - box.x0, round(y) - box.y0)
            type_blend.blend(planes, box, alpha, self._cooling(placed.word, t))

    def _cooling(self, word: SetWord, t: float) -> tuple[int, int, int]:
        warmth = 1 - _ease((t - word.end) / COOL_S)
        y, u, v = (
            round(i + (a - i) * warmth) for i, a in zip(self._ink, self._accent, strict=True)
        )
        return y, u, v

    def _scene(self, number: int) -> _Scene:
        """The phrase laid out and drawn to masks; the last few are kept."""
        if number in self._scenes:
            self._scenes.move_to_end(number)
            return self._scenes[number]
        phrase = self.phrases[number]
        stacked = self.treatment == "stack" and (phrase.chorus or self._stack_all)
        placed = self._place_stack(phrase) if stacked else self._place_rows(phrase)
        scene = self._finish_scene(placed, stacked)
        self._scenes[number] = scene
        while len(self._scenes) > CACHED_PHRASES:
            self._scenes.popitem(last=False)
        return scene

    def _place_rows(self, phrase: Phrase) -> tuple[_PlacedWord, ...]:
        """Left-aligned rows that end at the bottom of the safe area."""
        weight: Weight = "bold"
        widest = self._row_px / self.em_px
        rows = [
            row
            for kept in phrase.rows
            for row in type_layout.break_rows(
                kept, widest, weight, 1 if len(phrase.rows) > 1 else type_layout.MOST_ROWS
            )
        ]
        longest = max(type_layout.row_width_em(row, weight) for row in rows)
        em = self.em_px * min(1.0, self._row_px / (longest * self.em_px))
        placed: list[_PlacedWord] = []
        for place, row in enumerate(rows):
            baseline = self.safe.bottom - (len(rows) - 1 - place) * type_layout.LEADING * em
            placed += _place_row(row, weight, em, self.safe.left, baseline)
        return tuple(placed)

    def _place_stack(self, phrase: Phrase) -> tuple[_PlacedWord, ...]:
        """Rows of capitals that fill the width, centred in height."""
        weight: Weight = "heavy"
        form = _form(self.size)
        width = self.safe.width * (0.80, 1.0, 0.96)[form]
        height = self.safe.height * (0.86, 0.62, 0.74)[form]
        words = [SetWord(w.text.upper().strip(",;.:"), w.start, w.end) for w in phrase.words]
        words = [word for word in words if word.text]
        rows = type_layout.stack_rows(words, (width, height), weight)
        total = sum(type_layout.stack_row_height(em) for _, em in rows)
        top = self.safe.top + (self.safe.height - total) / 2
        placed: list[_PlacedWord] = []
        for row, em in rows:
            baseline = top + (CAP_HEIGHT + 0.085) * em
            placed += _place_row(row, weight, em, self.safe.left, baseline)
            top += type_layout.stack_row_height(em)
        return tuple(placed)

    def _finish_scene(self, placed: tuple[_PlacedWord, ...], stacked: bool) -> _Scene:
        """The box around the words and the soft shape in which the picture is dimmed."""
        em = max(p.em_px for p in placed)
        reach = HALO_EM * (min(em, 0.15 * min(self.size)) if stacked else em)
        pad = 3 * reach
        box = type_paint.box_within(
            min(p.x for p in placed) - pad,
            min(p.y for p in placed) - pad,
            max(p.x + p.mask.shape[1] for p in placed) + pad,
            max(p.y + p.mask.shape[0] for p in placed) + pad,
            self.size,
            step=CELL,
        )
        cells = max(1, box.shape[0] // CELL), max(1, box.shape[1] // CELL)
        ink = np.zeros(box.shape, np.uint8)
        for p in placed:
            type_paint.stamp(ink, p.mask, round(p.x) - box.x0, round(p.y) - box.y0)
        coarse = cv2.resize(ink, cells[::-1], interpolation=cv2.INTER_AREA)
        solid = cv2.dilate((coarse > 0).astype(np.float32), np.ones((5, 5), np.uint8))
        radius = max(1, round(0.5 * reach / CELL))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        near = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, kernel)
        near = cv2.dilate(near, kernel)
        wide = cv2.GaussianBlur(
            near, (0, 0), max(1.0, reach / CELL), borderType=cv2.BORDER_REPLICATE
        )
        close = cv2.GaussianBlur(solid, (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE)
        shape = np.clip(np.maximum(1.25 * wide, close), 0, 1).astype(np.float32)
        return _Scene(placed, box, shape, 0.35 * reach, stacked)


def _form(size: tuple[int, int]) -> int:
    """0 landscape, 1 vertical, 2 about square."""
    ratio = size[0] / size[1]
    return 1 if ratio < 0.8 else 2 if ratio < 1.25 else 0


def _place_row(
    row: Sequence[SetWord], weight: Weight, em: float, left: float, baseline: float
) -> list[_PlacedWord]:
    placed: list[_PlacedWord] = []
    x = left
    for place in type_layout.visual_order([word.text for word in row]):
        word = row[place]
        mask = type_faces.mask(word.text, weight, em)
        placed.append(_PlacedWord(word, mask, x, baseline - ASCENT * em, em))
        x += (type_faces.width_em(word.text, weight) + type_layout.SPACE_EM) * em
    return placed


def _presence(phrase: Phrase, t: float) -> float:
    """0..1: fades at both ends of a phrase, shorter where the phrase is short."""
    fade = min(FADE_S, (phrase.vanish - phrase.appear) / 3)
    return float(np.clip(min((t - phrase.appear) / fade, (phrase.vanish - t) / fade), 0, 1))


def _ease(x: float) -> float:
    """0 to 1, quick at first, gently to rest (cubic)."""
    return 1 - (1 - min(1.0, max(0.0, x))) ** 3


def _lit_mask(placed: _PlacedWord, t: float, strength: float) -> U8:
    """A word's mask, bright as far as it is sung and COMING beyond."""
    word, mask = placed.word, placed.mask
    width = mask.shape[1]
    if t >= word.end + 0.05:
        return mask if strength >= 1 else type_paint.faded(mask, strength)
    if t < word.start - 0.02:
        return type_paint.faded(mask, COMING * strength)
    soft = SOFT_EDGE_EM * placed.em_px
    span = min(word.end, word.start + 1.2) - word.start  # a held word is lit soon after it is begun
    edge = (t - word.start) / max(span, 0.05) * (width + soft)
    backwards = type_faces.reads_right_to_left(word.text)
    return type_paint.lit(mask, edge, soft, COMING, strength, backwards=backwards)


def _landing(placed: _PlacedWord, landed: float) -> tuple[U8, float, float]:
    """A stacked word on its way: a little larger and lower, settling into place."""
    scale = 1 + 0.10 * (1 - landed)
    height, width = placed.mask.shape
    size = round(width * scale), round(height * scale)
    mask = np.asarray(cv2.resize(placed.mask, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    x = placed.x - (size[0] - width) / 2
    y = placed.y - (size[1] - height) / 2 + 0.10 * placed.em_px * (1 - landed)
    return mask, x, y
