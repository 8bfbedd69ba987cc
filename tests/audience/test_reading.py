"""Words, outlines, tints and scrims: what pages are drawn from, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience import outline, tints, words
from casset.media.colour.oklch import Lch, contrast
from casset.media.colour.theme import theme_between
from tests.audience import factories


def test_lines_come_with_the_moment_each_word_is_sung() -> None:
    first, second, third = words.lines_of(factories.WORDS)
    assert first.text == "Hold the night"
    assert [word.begins_s for word in first.words] == [0.4, 1.0, 1.6]
    assert second.text == "Ash & smoke"
    assert (third.begins_s, third.ends_s) == (8.0, 11.5)


@pytest.mark.parametrize(
    "captions",
    ["", "WEBVTT", "WEBVTT\n\nNOTE x", "nonsense --> nonsense\nx", "00:01.000 --> 00:00.500\nx",
     "00:01.000 --> 00:02.000\n<v Mara></v>"],
)  # fmt: skip
def test_captions_without_words_have_no_lines(captions: str) -> None:
    assert words.lines_of(captions) == ()


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_captions_break_the_reader(text: str) -> None:
    words.lines_of(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n\n{text}")


def test_the_loudest_stroke_fills_the_box_and_silence_is_a_line() -> None:
    path = outline.path_of({"data": [-10, 10] * 60 + [-127, 120] + [0, 0] * 59})
    heights = [float(part.partition("v")[2]) for part in path.split("M")[1:]]
    assert len(heights) == outline.BARS
    assert max(heights) == pytest.approx(outline.HEIGHT - 2)
    assert min(heights) == pytest.approx(2.4)
    assert outline.path_of({}) == outline.path_of({"data": [0, 0]})


@settings(deadline=None, max_examples=60)
@given(
    st.floats(0, 360), st.floats(0.72, 0.95), st.floats(0, 0.2), st.floats(0, 360), st.floats(0, 0.03)
)  # fmt: skip
def test_a_tints_accent_reads_on_every_ground(
    hue: float, lightness: float, chroma: float, accent_hue: float, ground: float
) -> None:
    theme = theme_between(hue, Lch(lightness, chroma, accent_hue), ground)
    name = tints.of_theme(theme.model_dump(mode="json"))
    assert tints.css([name]).startswith("@layer tokens{[data-tint=")
    accent = tints.colours(name)[2].to_hex()
    assert contrast(accent, theme.raised.hex) >= 4.5
    assert contrast(accent, theme.on_accent.hex) >= 4.5


def test_what_has_no_colours_wears_the_houses() -> None:
    assert tints.of_theme({}) == tints.HOUSE
    assert tints.of_visual({}) == tints.HOUSE
    assert tints.of_visual({"colours": {"accent": "red; }", "mean": None}}) == tints.HOUSE


def test_the_scrim_grows_with_the_light_behind_the_words_and_is_enough_for_white() -> None:
    levels = [tints.scrim({"luminance": {"lyric_p90": n / 20}}) for n in range(21)]
    assert levels[0] == 0
    assert levels == sorted(levels)
    assert levels[-1] == tints.scrim({}) == len(tints.STRENGTHS) - 1
    left = 255 * (1 - tints.STRENGTHS[-1]) + 16 * tints.STRENGTHS[-1]
    assert left <= tints.GROUND_LEVEL
