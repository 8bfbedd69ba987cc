"""Lyrics as type: readable over any picture, inside safe areas, without pops."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from casset.media.audio.analysis import LyricLine, Word
from casset.media.compose import type_faces, type_layout, type_paint
from casset.media.compose.type import LyricSetter, Treatment
from casset.media.compose.type_paint import measure_contrast
from casset.media.picture import Planes, colour_yuv

SIZES = [(1920, 1080), (1080, 1920), (1080, 1080)]
PALETTE = ("#07090f", "#1b2433", "#4d5a78", "#e08a5b", "#ffd9a0")
TREATMENTS: list[Treatment] = ["line", "karaoke", "stack"]


def line(text: str, start: float, tag: str | None = None, each: float = 0.3) -> LyricLine:
    words = tuple(
        Word(text=word, start=start + i * each, end=start + (i + 0.9) * each)
        for i, word in enumerate(text.split())
    )
    return LyricLine(text=text, timestamp=start, end=words[-1].end, words=words, tag=tag)


LINES = [
    line("Hold the night in frame, let it slow burn", 1.0, "verse"),
    line("On the run,", 6.0, "chorus"),
    line("down a one way street", 8.0, "chorus"),
    line("I have got to leave this place behind me and never look back again", 12.0, "verse", 0.2),
]


def flat(size: tuple[int, int], rgb: tuple[float, float, float]) -> Planes:
    width, height = size
    y, u, v = colour_yuv(rgb)
    half = height // 2, width // 2
    return Planes(
        np.full((height, width), y, np.uint8),
        np.full(half, u, np.uint8),
        np.full(half, v, np.uint8),
    )


def busy(size: tuple[int, int]) -> Planes:
    """Bright and dark patches of 40 px in strong colours, with noise."""
    width, height = size
    rng = np.random.default_rng(5)
    cells = rng.uniform(0, 1, (height // 40 + 1, width // 40 + 1, 3))
    rgb = cells.repeat(40, 0).repeat(40, 1)[:height, :width]
    yuv = rgb.astype(np.float32) @ type_paint.BT709.T + type_paint.BT709_OFFSET
    noise = rng.normal(0, 4, (height, width))
    return Planes(
        np.clip(yuv[..., 0] + noise, 16, 235).astype(np.uint8),
        np.ascontiguousarray(yuv[::2, ::2, 1].clip(16, 240).astype(np.uint8)),
        np.ascontiguousarray(yuv[::2, ::2, 2].clip(16, 240).astype(np.uint8)),
    )


PICTURES: dict[str, Callable[[tuple[int, int]], Planes]] = {
    "white": lambda size: flat(size, (1, 1, 1)),
    "pastel": lambda size: flat(size, (0.98, 0.85, 0.75)),
    "red": lambda size: flat(size, (1, 0.05, 0.05)),
    "black": lambda size: flat(size, (0, 0, 0)),
    "busy": busy,
}


def copy(planes: Planes) -> Planes:
    return Planes(*(plane.copy() for plane in planes))


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize("size", SIZES)
def test_lit_words_have_a_contrast_of_4_5_on_every_picture(
    size: tuple[int, int], treatment: Treatment, picture: str
) -> None:
    setter = LyricSetter(LINES, treatment, size, PALETTE)
    for t in (3.6, 9.6):
        planes = PICTURES[picture](size)
        setter.draw(planes, t)
        mask = setter.ink_mask(t)
        assert mask is not None
        assert measure_contrast(planes, mask) >= 4.5


@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize("size", SIZES)
def test_letters_stay_inside_the_safe_area(size: tuple[int, int], treatment: Treatment) -> None:
    long = line(
        "Extraordinarily uncharacteristically incomprehensible Donaudampfschifffahrtsgesellschaft",
        20.0,
        "chorus",
    )
    setter = LyricSetter([*LINES, long], treatment, size, PALETTE)
    safe = setter.safe
    for t in np.arange(0.5, 23, 0.4):
        extent = setter.extent(float(t))
        if extent is not None:
            left, top, right, bottom = extent
            assert left >= safe.left - 2
            assert top >= safe.top - 2
            assert right <= safe.right + 2
            assert bottom <= safe.bottom + 2


def test_vertical_type_clears_the_buttons_and_captions_of_the_platforms() -> None:
    safe = type_layout.safe_area((1080, 1920))
    assert safe.top >= 220
    assert 1920 - safe.bottom >= 450
    assert 1080 - safe.right >= 120


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_nothing_pops(treatment: Treatment) -> None:
    """Over a still picture the mean change from frame to frame stays small, at both ends of a phrase too."""
    size = (960, 540)
    setter = LyricSetter(LINES[:1], treatment, size, PALETTE)
    still = flat(size, (0.5, 0.5, 0.55))
    before = still.y.astype(np.int16)
    ink = 0.0
    steps = []
    for t in np.arange(0.0, 6.0, 1 / 30):
        planes = copy(still)
        setter.draw(planes, float(t))
        now = planes.y.astype(np.int16)
        steps.append(float(np.abs(now - before).mean()))
        ink = max(ink, float(np.abs(now - still.y).mean()))
        before = now
    assert max(steps) < 0.5 * ink


def test_a_frame_without_words_is_left_alone() -> None:
    setter = LyricSetter(LINES, "karaoke", (640, 360), PALETTE)
    still = busy((640, 360))
    for t in (0.0, 5.2, 40.0):
        planes = copy(still)
        setter.draw(planes, t)
        assert all((a == b).all() for a, b in zip(planes, still, strict=True))


def test_frames_depend_on_their_time_alone() -> None:
    still = busy((640, 360))
    forwards, alone = LyricSetter(LINES, "stack", (640, 360), PALETTE), None
    for t in (2.0, 6.5, 8.7):
        planes = copy(still)
        forwards.draw(planes, t)
    alone = copy(still)
    LyricSetter(LINES, "stack", (640, 360), PALETTE).draw(alone, 8.7)
    assert all((a == b).all() for a, b in zip(planes, alone, strict=True))


def test_karaoke_words_light_up_as_they_are_sung() -> None:
    setter = LyricSetter(LINES[:1], "karaoke", (1280, 720), PALETTE)
    lit = []
    for t in (1.4, 2.2, 3.5):
        planes = flat((1280, 720), (0.05, 0.05, 0.08))
        setter.draw(planes, t)
        lit.append(int((planes.y > 190).sum()))
    assert lit[0] < lit[1] < lit[2]


def test_stacked_words_arrive_as_they_are_sung_and_verses_stay_low() -> None:
    setter = LyricSetter(LINES, "stack", (1920, 1080), PALETTE)
    first, last = setter.ink_mask(8.25), setter.ink_mask(9.7)
    assert first is not None
    assert last is not None
    assert (first > 0).sum() < 0.6 * (last > 0).sum()
    low = setter.extent(2.0)
    assert low is not None
    assert low[1] > 0.7 * 1080


def test_lines_without_word_times_are_lit_as_a_whole() -> None:
    bare = LyricLine(text="So far away", timestamp=1.0, end=3.0)
    setter = LyricSetter([bare], "karaoke", (640, 360), PALETTE)
    planes = flat((640, 360), (0, 0, 0))
    setter.draw(planes, 1.4)
    assert setter.ink_mask(1.4) is not None


def test_emoji_are_left_out_and_unknown_scripts_are_told() -> None:
    assert type_faces.settable("Fire 🔥 in ❤️ me") == "Fire in me"
    assert type_faces.settable("ﬁn de ½") == "fin de ½"
    assert type_faces.settable("愛") is None
    setter = LyricSetter(
        [line("สวัสดี", 1.0), line("愛してる", 3.0), line("hello", 5.0)],
        "line",
        (640, 360),
        PALETTE,
    )
    assert [phrase.words[0].text for phrase in setter.phrases] == ["hello"]
    assert "2 of 3" in setter.warnings[0]
    assert LyricSetter([line("🔥", 1.0)], "stack", (640, 360), PALETTE).phrases == []


@pytest.mark.parametrize("text", ["Łódź çağ ğüş ő", "Việt Nam", "Город и ночь", "Ξέρω πως"])
def test_european_letters_are_drawn_and_no_box_stands_for_them(text: str) -> None:
    assert type_faces.settable(text) == text
    for word in text.split():
        for weight in ("bold", "heavy"):
            assert (type_faces.mask(word, weight, 60.0) > 128).sum() > 100  # type: ignore[arg-type]


def test_rows_are_even_and_break_after_punctuation() -> None:
    words = [
        type_layout.SetWord(w, 0, 1)
        for w in ["Hold", "the", "night", "in", "frame,", "let", "it", "slow", "burn"]
    ]
    rows = type_layout.break_rows(words, 14.0, "bold")
    assert [" ".join(w.text for w in row) for row in rows] == [
        "Hold the night in frame,",
        "let it slow burn",
    ]


def test_a_phrase_never_stands_in_anothers_way() -> None:
    setter = LyricSetter(LINES, "karaoke", (640, 360), PALETTE)
    for before, after in zip(setter.phrases, setter.phrases[1:], strict=False):
        assert before.vanish <= after.appear + 1e-9
        assert after.appear <= after.words[0].start


def test_measured_contrast_is_that_of_wcag() -> None:
    planes, mask = flat((200, 100), (0, 0, 0)), np.zeros((100, 200), np.uint8)
    mask[30:70, 50:150] = 255
    planes.y[30:70, 50:150] = 235
    assert measure_contrast(planes, mask) == pytest.approx(21, abs=0.2)
    assert measure_contrast(planes, np.zeros((100, 200), np.uint8)) == 1.0


@pytest.mark.media
@pytest.mark.parametrize("treatment", TREATMENTS)
def test_setting_costs_4_ms_a_frame_at_full_size(treatment: Treatment) -> None:
    setter = LyricSetter(LINES, treatment, (1920, 1080), PALETTE)
    planes = busy((1920, 1080))
    times = np.arange(0.6, 16, 0.1)
    for t in times:  # layout and masks are made once a phrase
        setter.draw(planes, float(t))
    begin = time.process_time()
    for t in times:
        setter.draw(planes, float(t))
    mean_ms = 1000 * (time.process_time() - begin) / len(times)
    assert mean_ms < 8  # 2 to 3 on an idle core; twice the promise leaves room for a busy one
