"""The hook's lyrics: the line that is sung large, its words lit in time, its neighbours small."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from casset.media.audio.analysis import LyricLine, Word
from casset.media.compose import type_faces, type_layout, type_paint
from casset.media.compose.type_faces import ASCENT, Weight
from casset.media.compose.type_layout import Phrase, SetWord
from casset.media.compose.type_paint import Box
from casset.media.hookvideo import words
from casset.media.hookvideo.ink import Ink
from casset.media.hookvideo.layout import Item, Place, numbers
from casset.media.picture import Planes

U8 = NDArray[np.uint8]
MOST_LINES, MOST_WORDS, MOST_WORD_LETTERS = 400, 60, 32
KEPT_SCENES = 4
HELD_S = 1.2  # a word held longer is lit through in this time


@dataclass(frozen=True)
class Opacities:
    """0..1 of the ink, raised above the layout's where the picture asks for it."""

    previous: float
    unsung: float
    following: float


@dataclass(frozen=True)
class _Placed:
    word: SetWord
    mask: U8
    x: int
    y: int
    em_px: float


@dataclass(frozen=True)
class _Scene:
    """A phrase with its neighbours, ready to draw; places count from the box's corner."""

    words: tuple[_Placed, ...]
    around: U8 | None  # the neighbours' coverage over the whole box
    by_word: bool
    top: float  # of the first row's line box


class HookLyrics:
    """Draws lyrics on frames of one size. ``items`` are the layout's three lyric places.

    ``opacities`` may be set until the first frame is drawn. ``notes`` tell what could not be set. Frames depend on their time
    alone. About 0.3 ms a frame at full size, 20 ms where a phrase is new.
    """

    def __init__(
        self,
        lines: Sequence[LyricLine],
        items: dict[str, Item],
        size: tuple[int, int],
        ink: tuple[int, int, int],
        *,
        duration_s: float,
    ) -> None:
        rules, short = numbers()["lyrics"], min(size)
        self._now, self._previous = items["lyric_now"], items["lyric_previous"]
        self._next = items["lyric_next"]
        self._rules, self._short, self._ink = rules, short, ink
        self._em = self._now.size * short
        block = Place(
            self._now.place.left, self._previous.place.top,
            self._now.place.right, self._next.place.bottom,
        ).px(short)  # fmt: skip
        self._block = block
        self.box = type_paint.box_within(
            np.ceil(block.left / 2) * 2, np.ceil(block.top / 2) * 2,
            np.floor(block.right / 2) * 2, np.floor(block.bottom / 2) * 2, size,
        )  # fmt: skip
        self.opacities = Opacities(self._previous.opacity, rules["unsung"], self._next.opacity)
        usable = [line for line in map(_usable, lines[:MOST_LINES]) if line is not None]
        found, notes = type_layout.phrases_of(usable, block.width / self._em, pair=False)
        self.phrases: list[Phrase] = [phrase for phrase in found if phrase.appear < duration_s]
        self.notes = tuple(notes)
        self._scenes: OrderedDict[int, _Scene] = OrderedDict()
        self._resting: tuple[object, Ink | None] = (None, None)

    def draw(self, planes: Planes, t: float) -> None:
        """Set what is sung around ``t``, seconds of the hook, on the frame, in place."""
        showing = self._showing(t)
        if len(showing) == 1 and showing[0][1] >= 1 and round(showing[0][2]) == 0:
            for ink in self._settled(showing[0][0], t):
                ink.draw(planes)
            return
        canvas: U8 | None = None
        for number, strength, shift in showing:
            if strength <= 0.004:
                continue
            canvas = np.zeros(self.box.shape, np.uint8) if canvas is None else canvas
            self._draw_scene(canvas, self._scene(number), t, strength, round(shift))
        if canvas is not None and (whole := self._ink_of(canvas)):
            whole.draw(planes)

    def places(self) -> dict[str, Place]:
        """Where each of the three stands at most over the whole hook, pixels; {} without lyrics."""
        found: dict[str, Place] = {}
        for number in range(len(self.phrases)):
            for name, box in self._scene_places(number).items():
                was = found.get(name, box)
                found[name] = Place(
                    min(was.left, box.left), min(was.top, box.top),
                    max(was.right, box.right), max(was.bottom, box.bottom),
                )  # fmt: skip
        return found

    def _scene_places(self, number: int) -> dict[str, Place]:
        scene, short = self._laid_out(number, masks=False), self._short
        left, right = self._block.left, self._block.right
        top = scene.top + self.box.y0
        found = {"lyric_now": Place(left, top, right, self._now.place.bottom * short)}
        if self._has_before(number):
            gap = (self._now.place.top - self._previous.place.bottom) * short
            height = self._previous.place.height * short
            found["lyric_previous"] = Place(left, top - gap - height, right, top - gap)
        if self._has_after(number):
            found["lyric_next"] = self._next.place.px(short)
        return found

    def _showing(self, t: float) -> list[tuple[int, float, float]]:
        """(phrase, strength, shift in pixels) of what stands at ``t``: one, or two that hand over."""
        rules, out = self._rules, []
        rise = rules["rise"] * self._em
        for number, phrase in enumerate(self.phrases):
            follows = (
                number + 1 < len(self.phrases)
                and self.phrases[number + 1].appear - phrase.vanish < 0.05
            )
            if phrase.appear <= t < phrase.vanish:
                arrived = _ease((t - phrase.appear) / rules["enter_s"])
                left = 1.0 if follows else min(1.0, (phrase.vanish - t) / rules["leave_s"])
                out.append((number, arrived * left, (1 - arrived) * rise))
            elif follows and phrase.vanish <= t < phrase.vanish + rules["leave_s"]:
                gone = _ease((t - phrase.vanish) / rules["leave_s"])
                out.append((number, 1 - gone, -gone * rise))
        return out

    def _settled(self, number: int, t: float) -> list[Ink]:
        """A phrase that neither comes nor goes: only the words that are being lit are made anew."""
        scene = self._scene(number)
        phases = tuple(_phase(placed.word, t, by_word=scene.by_word) for placed in scene.words)
        key = (number, phases)
        if self._resting[0] != key:
            still = tuple(p for p, phase in zip(scene.words, phases, strict=True) if phase != "lit")
            canvas = np.zeros(self.box.shape, np.uint8)
            self._draw_scene(canvas, replace(scene, words=still), t, 1.0, 0)
            self._resting = (key, self._ink_of(canvas))
        inks = [self._resting[1]]
        for placed, phase in zip(scene.words, phases, strict=True):
            if phase == "lit":
                inks.append(self._ink_of_word(placed, t, by_word=scene.by_word))
        return [ink for ink in inks if ink is not None]

    def _ink_of(self, canvas: U8) -> Ink | None:
        """What stands on ``canvas``, coverage over ``box``, without the empty space around it."""
        rows, columns = np.flatnonzero(canvas.max(axis=1)), np.flatnonzero(canvas.max(axis=0))
        if not rows.size:
            return None
        top, bottom = rows[0] // 2 * 2, rows[-1] // 2 * 2 + 2
        left, right = columns[0] // 2 * 2, columns[-1] // 2 * 2 + 2
        x, y = self.box.x0, self.box.y0
        box = Box(x + int(left), y + int(top), x + int(right), y + int(bottom))
        return Ink.of(box, np.ascontiguousarray(canvas[top:bottom, left:right]), self._ink)

    def _ink_of_word(self, placed: _Placed, t: float, *, by_word: bool) -> Ink | None:
        mask = self._lit(placed, t, 1.0, by_word=by_word)
        left, top = max(0, placed.x // 2 * 2), max(0, placed.y // 2 * 2)
        right = min(self.box.shape[1], placed.x + mask.shape[1] + 1) // 2 * 2
        bottom = min(self.box.shape[0], placed.y + mask.shape[0] + 1) // 2 * 2
        if right <= left or bottom <= top:
            return None
        alpha = np.zeros((bottom - top, right - left), np.uint8)
        type_paint.stamp(alpha, mask, placed.x - left, placed.y - top)
        x, y = self.box.x0, self.box.y0
        return Ink.of(Box(x + left, y + top, x + right, y + bottom), alpha, self._ink)

    def _draw_scene(self, canvas: U8, scene: _Scene, t: float, strength: float, dy: int) -> None:
        if scene.around is not None:
            around = scene.around
            if strength < 1:
                around = type_paint.faded(around, strength)
            type_paint.stamp(canvas, around, 0, dy)
        for placed in scene.words:
            type_paint.stamp(
                canvas,
                self._lit(placed, t, strength, by_word=scene.by_word),
                placed.x,
                placed.y + dy,
            )

    def _lit(self, placed: _Placed, t: float, strength: float, *, by_word: bool) -> U8:
        word, mask, coming = placed.word, placed.mask, self.opacities.unsung
        phase = _phase(word, t, by_word=by_word)
        if phase == "sung":
            return mask if strength >= 1 else type_paint.faded(mask, strength)
        if phase == "coming":
            return type_paint.faded(mask, coming * strength)
        soft = self._rules["soft_edge"] * placed.em_px
        span = max(0.05, min(word.end, word.start + HELD_S) - word.start)
        edge = (t - word.start) / span * (mask.shape[1] + soft)
        backwards = type_faces.reads_right_to_left(word.text)
        return type_paint.lit(mask, edge, soft, coming, strength, backwards=backwards)

    def _scene(self, number: int) -> _Scene:
        if number in self._scenes:
            self._scenes.move_to_end(number)
            return self._scenes[number]
        scene = self._laid_out(number)
        self._scenes[number] = scene
        while len(self._scenes) > KEPT_SCENES:
            self._scenes.popitem(last=False)
        return scene

    def _laid_out(self, number: int, *, masks: bool = True) -> _Scene:
        """Rows of the phrase from their bottom row upwards, the line before right above them."""
        phrase, weight = self.phrases[number], self._now.weight
        widest = self._block.width / self._em
        rows = type_layout.break_rows(phrase.words, widest, weight, self._now.rows)
        if len(rows) == 1 and len(phrase.words) > 2 and _width(rows[0], weight) > 0.86 * widest:
            rows = type_layout.break_rows(phrase.words, 0.7 * widest, weight, self._now.rows)
        em = self._em * min(1.0, widest / max(_width(row, weight) for row in rows))
        if len(rows) > self._now.rows:
            em *= self._now.rows / len(rows)
        leading = self._now.leading * em
        bottom = self._now.place.bottom * self._short - self.box.y0
        top = bottom - len(rows) * leading
        if not masks:
            return _Scene((), None, phrase.by_word, top)
        placed: list[_Placed] = []
        for place, row in enumerate(rows):
            top_of_box = bottom - (len(rows) - place) * leading
            baseline = top_of_box + numbers()["baseline"] * em + (leading - em) / 2
            placed += self._row(row, em, baseline - ASCENT * em)
        return _Scene(tuple(placed), self._neighbours(number, top), phrase.by_word, top)

    def _row(self, row: Sequence[SetWord], em: float, y: float) -> list[_Placed]:
        texts = [word.text for word in row]
        x = 0.0
        if type_faces.reads_right_to_left(" ".join(texts)):
            x = self._block.width - _width(row, self._now.weight) * em - 4
        out = []
        for place in type_layout.visual_order(texts):
            mask = type_faces.mask(texts[place], self._now.weight, em)
            out.append(_Placed(row[place], mask, round(x), round(y), em))
            x += (type_faces.width_em(texts[place], self._now.weight) + type_layout.SPACE_EM) * em
        return out

    def _has_before(self, number: int) -> bool:
        here = self.phrases[number]
        within: float = self._rules["context_s"]
        return number > 0 and here.appear - self.phrases[number - 1].vanish < within

    def _has_after(self, number: int) -> bool:
        return number + 1 < len(self.phrases) and self._has_before(number + 1)

    def _neighbours(self, number: int, top: float) -> U8 | None:
        """The lines before and after as one mask over the box, at their opacities."""
        canvas = np.zeros(self.box.shape, np.uint8)
        if self._has_before(number):
            height = self._previous.place.height * self._short
            gap = (self._now.place.top - self._previous.place.bottom) * self._short
            at = top - gap - height
            self._small(canvas, number - 1, self._previous, at, self.opacities.previous)
        if self._has_after(number):
            at = self._next.place.top * self._short - self.box.y0
            self._small(canvas, number + 1, self._next, at, self.opacities.following)
        return canvas if canvas.any() else None

    def _small(self, canvas: U8, number: int, item: Item, top: float, opacity: float) -> None:
        em = item.size * self._short
        text = " ".join(word.text for word in self.phrases[number].words)
        found = words.set_text(text, item.weight, em, self._block.width - 4)
        if not found.rows:
            return
        mask = type_paint.faded(found.mask(0), opacity)
        x = 0
        if type_faces.reads_right_to_left(text):
            x = max(0, int(self._block.width) - mask.shape[1])
        y = top + (numbers()["baseline"] - ASCENT) * em + (item.leading - 1) * em / 2
        type_paint.stamp(canvas, mask, x, round(y))


def _usable(line: LyricLine) -> LyricLine | None:
    """The line as far as it can be shown: no control characters, no endless words, times in order."""
    if line.words:
        kept = [
            Word(text=text, start=word.start, end=max(word.end, word.start))
            for word in line.words[:MOST_WORDS]
            if (text := words.plain(word.text, MOST_WORD_LETTERS).replace(" ", "\u00a0"))
        ]
        kept = [word for word in kept if word.end > 0]
        if not kept:
            return None
        text = " ".join(word.text for word in kept)
        return LyricLine(
            text=text, timestamp=kept[0].start, end=kept[-1].end, words=tuple(kept), tag=line.tag
        )
    text = " ".join(words.plain(w, MOST_WORD_LETTERS) for w in line.text.split()[:MOST_WORDS])
    text = " ".join(text.split())
    if not text or line.end <= 0:
        return None
    return LyricLine(
        text=text, timestamp=line.timestamp, end=max(line.end, line.timestamp), tag=line.tag
    )


def _phase(word: SetWord, t: float, *, by_word: bool) -> Literal["coming", "lit", "sung"]:
    if not by_word or t >= word.end + 0.05:
        return "sung"
    return "coming" if t <= word.start else "lit"


def _width(row: Sequence[SetWord], weight: Weight) -> float:
    return type_layout.row_width_em(row, weight)


def _ease(x: float) -> float:
    return 1 - (1 - min(1.0, max(0.0, x))) ** 3
