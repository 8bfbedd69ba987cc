"""What the studio offers to draw, in the song's own colours."""

from __future__ import annotations

import numpy as np
import pytest

from casset.lib.errors import NotFound
from casset.media.audio.analysis import Mood
from casset.media.colour.oklch import from_hex, hue_distance
from casset.media.loops import recipes
from casset.media.shaders import catalogue
from casset.media.shaders.renderer import program_name


def mood(valence: float = 0.0, arousal: float = 0.0) -> Mood:
    return Mood(
        primary="calm", secondary="", energy_level="low", confidence=1, valence=valence,
        arousal=arousal,
    )  # fmt: skip


def flat(*colours: str) -> np.ndarray:
    """A picture of equal upright stripes."""
    row = np.concatenate([np.tile(list(bytes.fromhex(c[1:])), (40, 1)) for c in colours])
    return np.repeat(row[None], 60, axis=0).astype(np.uint8)


def test_every_scene_and_every_treatment_is_offered_once():
    offered = recipes.recipes()
    assert len({one.id for one in offered}) == len(offered)
    assert {one.source for one in offered if one.kind == "scene"} == set(catalogue.scene_names())
    treated = {one.source for one in offered if one.kind == "treatment"}
    assert treated == set(catalogue.treatment_names())
    assert [one.title for one in offered][:1] == ["Clean"]
    assert {"Halation", "Tape warble", "16 mm"} <= {one.title for one in offered}


def test_every_recipe_gives_a_look_that_draws_its_source():
    palette = recipes.palette_of(None, mood(0.4, 0.2))
    for one in recipes.recipes():
        look = recipes.look_of(one, palette=palette, mood=mood(-1, 1), seed=10**9, image="a.png")
        assert program_name(look) == one.source
        assert (look.image is None) == (one.image == "none")
        assert look.palette == palette
        assert one.line


def test_a_cover_lends_its_hues():
    palette = recipes.palette_of(flat("#0a3450", "#0a3450", "#f0a068"))
    deep, glow = from_hex(palette[1]), from_hex(palette[3])
    assert hue_distance(deep.hue, from_hex("#0a3450").hue) < 15
    assert hue_distance(glow.hue, from_hex("#f0a068").hue) < 15
    lightness = [from_hex(colour).lightness for colour in palette]
    assert lightness == sorted(lightness)


@pytest.mark.parametrize(
    ("cover", "chroma"),
    [
        (flat("#000000"), (0, 0.03)),
        (flat("#ffffff", "#888888"), (0, 0.03)),
        (flat("#ffd0e0", "#cfe8ff"), (0.02, 0.09)),
        (flat("#ff00cc", "#00ffee"), (0.15, 0.35)),
    ],
)
def test_grey_pale_and_glaring_covers_stay_what_they_are(cover, chroma):
    mid = from_hex(recipes.palette_of(cover)[2])
    assert chroma[0] <= mid.chroma <= chroma[1]


def test_without_a_cover_the_music_s_feeling_colours():
    happy, sad = (recipes.palette_of(None, mood(v, a)) for v, a in ((0.9, 0.9), (-0.9, -0.9)))
    assert hue_distance(from_hex(happy[3]).hue, 72) < 30  # yellow-orange light
    assert hue_distance(from_hex(sad[1]).hue, 268) < 30  # indigo ground
    assert recipes.palette_of(None, mood(0.9, 0.9)) == happy


def test_lively_songs_move_faster_and_dark_ones_get_less_light():
    one, palette = recipes.recipe("depth"), recipes.palette_of(None)
    calm, wild = (
        recipes.look_of(one, palette=palette, mood=mood(v, a))
        for v, a in ((-0.8, -0.8), (0.8, 0.8))
    )
    assert calm.speed < 1 < wild.speed
    assert calm.move_amount < wild.move_amount
    assert calm.exposure < 0 < wild.exposure


def test_a_look_nobody_knows_is_not_found():
    with pytest.raises(NotFound):
        recipes.recipe("../etc/passwd")
