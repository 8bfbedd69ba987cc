"""A page's colours from any cover: they belong to it, and every text can be read."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from casset.lib.errors import MediaError
from casset.media.colour.oklch import Lch, contrast, from_hex, hue_distance
from casset.media.colour.theme import (
    GROUNDS,
    INKS,
    ON_ACCENT,
    Theme,
    theme_between,
    theme_of,
    theme_of_visual,
)

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
SHADES = ("accent", "on_accent", "bg", "sunk", "surface", "raised", "text", "text2", "text3")


def cover(*areas: tuple[str, float]) -> np.ndarray:
    """A square picture of upright stripes: (colour, share of the width), with a little noise."""
    columns = [
        np.tile(list(bytes.fromhex(colour[1:])), (round(200 * share), 1)) for colour, share in areas
    ]
    flat = np.repeat(np.concatenate(columns)[None], 200, axis=0)
    noise = np.random.default_rng(3).normal(0, 2, flat.shape)
    return np.clip(flat + noise, 0, 255).astype(np.uint8)


COVERS = {
    "black": cover(("#000000", 1)),
    "white": cover(("#ffffff", 1)),
    "grey": cover(("#777777", 0.6), ("#303030", 0.4)),
    "neon": cover(("#00ff66", 0.5), ("#ff00ff", 0.5)),
    "pure blue": cover(("#0000ff", 1)),
    "pure yellow": cover(("#ffff00", 1)),
    "deep red": cover(("#300008", 0.9), ("#ffffff", 0.1)),
    "night with a lamp": cover(("#10182c", 0.92), ("#ff9a40", 0.08)),
    "pale": cover(("#f4e8ee", 0.8), ("#e6eef4", 0.2)),
    "noise": np.random.default_rng(1).integers(0, 256, (120, 90, 3)).astype(np.uint8),
    "one pixel": np.full((1, 1, 3), 90, np.uint8),
}


def assert_reads(theme: Theme) -> None:
    for ground in (theme.bg, theme.surface, theme.raised):
        assert contrast(theme.accent.hex, ground.hex) >= 4.5
        assert contrast(theme.text.hex, ground.hex) >= 7
        assert contrast(theme.text2.hex, ground.hex) >= 4.5
    assert contrast(theme.text2.hex, theme.bg.hex) >= 7
    assert contrast(theme.text3.hex, theme.bg.hex) >= 4.5
    assert contrast(theme.on_accent.hex, theme.accent.hex) >= 4.5


def from_css(css: str) -> Lch:
    lightness, chroma, hue = map(
        float, re.fullmatch(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", css).groups()
    )
    return Lch(lightness / 100, chroma, hue)


@pytest.mark.parametrize("name", COVERS)
def test_every_cover_gives_a_theme_that_can_be_read(name):
    assert_reads(theme_of(COVERS[name]))


@settings(max_examples=150, deadline=None)
@given(
    ground=st.floats(0, 360),
    chroma=st.floats(0, 0.4),
    accent=st.builds(Lch, st.floats(0, 1), st.floats(0, 0.4), st.floats(0, 360)),
)
def test_every_hue_can_be_read(ground, chroma, accent):
    theme = theme_between(ground, accent, chroma)
    assert_reads(theme)
    for name in SHADES:
        shade = getattr(theme, name)
        written = from_css(shade.css)
        assert written.shown() == written  # a browser has nothing to clip
        ours, theirs = (
            np.array(list(bytes.fromhex(colour[1:]))) for colour in (shade.hex, written.to_hex())
        )
        assert np.abs(ours - theirs).max() <= 1


def test_contrast_is_wcag_s():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ff0000", "#0000ff") == pytest.approx(2.15, abs=0.01)


def test_the_ground_is_what_covers_most_and_the_accent_what_shines():
    theme = theme_of(COVERS["night with a lamp"])
    assert hue_distance(theme.hue, from_hex("#10182c").hue) < 8
    assert hue_distance(from_hex(theme.accent.hex).hue, from_hex("#ff9a40").hue) < 8


def test_a_cover_of_one_hue_keeps_it():
    theme = theme_of(COVERS["deep red"])
    assert hue_distance(from_hex(theme.accent.hex).hue, from_hex("#300008").hue) < 20


@pytest.mark.parametrize("name", ["black", "white", "grey", "one pixel"])
def test_a_cover_without_colour_gets_none(name):
    theme = theme_of(COVERS[name])
    assert theme.chroma < 0.01
    assert from_hex(theme.accent.hex).chroma < 0.05


def test_the_grounds_are_those_of_the_house():
    css = TOKENS.read_text()
    for name, (lightness, factor) in GROUNDS.items():
        found = re.search(
            rf"--{name}: oklch\(([\d.]+)% (?:var\(--chroma\)|calc\(var\(--chroma\) \* ([\d.]+)\))",
            css,
        )
        assert float(found[1]) == pytest.approx(100 * lightness)
        assert float(found[2] or 1) == factor
    own = {"text": "text", "text2": "text-2", "text3": "text-3"}
    inks = {own[name]: value for name, value in INKS.items()} | {"on-accent": ON_ACCENT}
    for name, (lightness, chroma) in inks.items():
        found = re.search(rf"--{name}: oklch\(([\d.]+)% ([\d.]+) var\(--hue\)", css)
        assert (float(found[1]), float(found[2])) == pytest.approx((100 * lightness, chroma))


def test_a_theme_is_a_stylesheet_and_survives_being_stored():
    theme = theme_of(COVERS["neon"])
    assert re.fullmatch(
        r":root\{--hue:[\d.]+;--chroma:[\d.]+;--accent:oklch\([^()]+\);--on-accent:oklch\([^()]+\)\}\n",
        theme.css(),
    )
    assert theme.css("[data-theme]").startswith("[data-theme]{")
    assert Theme.model_validate_json(theme.model_dump_json()) == theme


def test_a_theme_knows_how_light_its_picture_was():
    dark, white = np.full((8, 8, 3), 4, np.uint8), np.full((8, 8, 3), 255, np.uint8)
    assert theme_of(dark).light == pytest.approx(0.12, abs=0.08)
    assert theme_of(white).light == pytest.approx(1.0, abs=0.01)


def test_a_file_and_its_pixels_give_the_same_theme(tmp_path):
    Image.fromarray(COVERS["night with a lamp"]).save(tmp_path / "cover.png")
    file, pixels = theme_of(tmp_path / "cover.png"), theme_of(COVERS["night with a lamp"])
    assert hue_distance(file.hue, pixels.hue) < 3
    assert from_hex(file.accent.hex).lightness == pytest.approx(
        from_hex(pixels.accent.hex).lightness, abs=0.02
    )


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "cover.png").write_text("<svg/>")
    with pytest.raises(MediaError, match="not an image"):
        theme_of(tmp_path / "cover.png")


def test_a_moving_picture_s_colours_make_a_theme():
    theme = theme_of_visual(["#10182c", "#ff9a40"], [0.9, 0.1])
    assert_reads(theme)
    assert hue_distance(from_hex(theme.accent.hex).hue, from_hex("#ff9a40").hue) < 8
    assert_reads(theme_of_visual([]))
    assert_reads(theme_of_visual(["#000000", "#ffffff"]))
