"""The director's knowledge: rules that can be cited, words that are understood, computed colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError as ShapeError

from casset.lib.errors import MediaError
from casset.media.colour.covers import read_cover
from casset.media.colour.oklch import Lch, from_hex, hue_distance
from casset.media.shaders import catalogue
from pipeline.director import palette
from pipeline.director.lexicon import lexicon, metaphors
from pipeline.director.reading import Reading
from pipeline.director.rules import Condition, Rule, rulebook
from pipeline.director.words import tokens_of
from tests.pipeline.songs import song


def read(sentence: str) -> Reading:
    return lexicon().read(sentence)


def colours(sentence: str, **kwargs: object) -> palette.FilmPalette:
    return palette.compute(song(**kwargs), read(sentence), rulebook())  # type: ignore[arg-type]


def lch(colour: str) -> Lch:
    return from_hex(colour)


# -- rules -------------------------------------------------------------------------------------
def test_every_rule_has_a_known_source_and_a_sentence() -> None:
    book = rulebook()
    assert len(book.rules) >= 45
    assert all(rule.text and rule.source for rule in book.rules)


@pytest.mark.parametrize("group", ["band", "story", "cut", "transition", "light", "type"])
def test_some_rule_of_each_deciding_group_always_holds(group: str) -> None:
    facts = {
        "energy": 0.5, "energy_percent": 50.0, "bpm": 120.0, "time": "0:10", "section": "verse",
        "beat_percent": 40.0, "scene": "open sea", "mood": "calm", "lyrics": 3, "arousal": 0.9,
        "occurrence": 1, "cut_kind": "punch_in",
    }  # fmt: skip
    assert rulebook().first(group, facts).reason.text  # type: ignore[arg-type]


def test_a_reason_names_the_songs_own_figures_and_the_source() -> None:
    facts = {"drop": True, "time": "1:04", "before_percent": 40.0, "after_percent": 82.0}
    fired = rulebook().first("transition", facts)
    assert fired.rule.id == "join-drop"
    assert "1:04" in fired.reason.text
    assert "40 to 82 %" in fired.reason.text
    assert fired.reason.source
    assert fired.reason.evidence["after_percent"] == 82.0


def test_a_rule_with_an_unknown_fact_is_refused() -> None:
    with pytest.raises(ShapeError):
        Condition.model_validate({"fact": "__import__", "equals": "os"})
    with pytest.raises(ShapeError, match="unknown facts"):
        Rule(id="a-b", group="cut", text="The moon is {colour_of_the_moon} tonight", source=("S1",))


def test_a_condition_needs_exactly_one_comparison() -> None:
    with pytest.raises(ShapeError):
        Condition(fact="energy", at_least=0.1, below=0.2)


def test_a_fact_nobody_stated_satisfies_no_condition() -> None:
    assert not Condition(fact="energy", below=2.0).holds({})


# -- words -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sentence", "kind", "word"),
    [
        ("a lone figure walks neon streets in the rain", "place", "streets"),
        ("a lone figure walks neon streets in the rain", "weather", "rain"),
        ("a lone figure walks neon streets in the rain", "colour", "neon"),
        ("sunrise over calm sea, pastel", "time", "sunrise"),
        ("sunrise over calm sea, pastel", "colour", "pastel"),
        ("Black & White film noir", "colour", "black and white"),
        ("una mujer baila bajo la lluvia", "weather", "lluvia"),
        ("eine einsame Frau im Wald bei Schnee", "place", "wald"),
        ("la forêt sous la neige", "weather", "neige"),
        ("skateboarding teenagers at golden hour", "time", "golden hour"),
        ("80s synthwave", "style", "synthwave"),
    ],
)
def test_words_are_understood(sentence: str, kind: str, word: str) -> None:
    assert word in read(sentence).public().understood[kind]


def test_a_phrase_wins_over_its_words() -> None:
    understood = read("a blue hour walk").public().understood
    assert understood["time"] == ("blue hour",)
    assert "colour" not in understood


def test_no_and_without_turn_concepts_away() -> None:
    reading = read("mountains in fog, no people or cars, without neon")
    assert reading.public().understood["without"] == ("people", "cars", "neon")
    assert reading.no_people
    assert reading.figure == 0
    assert {m.concept.id for m in reading.wanted} == {"mountain", "fog"}


def test_spanish_sin_is_a_negation_and_english_sin_is_not() -> None:
    assert read("la playa sin gente").refused
    assert not read("a city of sin and neon").refused


def test_words_without_meaning_are_listed_and_stop_words_are_not() -> None:
    reading = read("the quixotic zorblax of a city in 2049 with 7 lamps")
    assert reading.unknown == ("quixotic", "zorblax")


def test_another_script_is_listed_and_asks_for_nothing() -> None:
    reading = read("夜の街を歩く")
    assert reading.wanted == ()
    assert reading.unknown == ("夜の街を歩く",)


def test_refused_people_keep_crowds_and_walkers_out() -> None:
    families = catalogue.families()
    reading = read("a beach, no people")
    people = [f for f in families.values() if f.figure == "always" or "crowd" in f.words]
    assert people
    assert all(reading.pull(family)[0] < 0 for family in people)


def test_words_of_a_scenes_own_header_are_understood() -> None:
    families = catalogue.families()
    word = families["sea"].words[0]
    assert lexicon().read(f"zorblax {word}", families.values()).unknown == ("zorblax",)


def test_sung_words_stand_for_pictures() -> None:
    lonely = next(m for m in metaphors() if m.meaning == "isolation")
    assert lonely.found_in("I am all alone tonight") == "alone"
    assert lonely.found_in("we dance together") == ""


def test_hostile_text_is_only_text() -> None:
    for sentence in ["{energy} %s ${x} <script>", "\x00\x1b[31m" * 20, "-" * 400, "🎵🎶" * 50]:
        read(sentence)
        tokens_of(sentence)


# -- colours -----------------------------------------------------------------------------------
def test_five_roles_rise_from_dark_to_light_in_every_part() -> None:
    for sentence in ["", "neon city", "pastel sea", "film noir", "black and white", "red desert"]:
        for part in colours(sentence).parts.values():
            steps = [lch(colour).lightness for colour in part]
            assert steps == sorted(steps), (sentence, part)


def test_pastel_is_light_and_neon_is_vivid_on_near_black() -> None:
    pastel, neon = colours("pastel sea").parts["verse"], colours("neon city").parts["verse"]
    assert lch(pastel[0]).lightness > 0.45
    assert max(lch(colour).chroma for colour in pastel) < 0.12
    assert lch(neon[0]).lightness < 0.2
    assert max(lch(colour).chroma for colour in neon) > 0.2


def test_black_and_white_has_no_colour() -> None:
    for part in colours("black and white").parts.values():
        assert max(lch(colour).chroma for colour in part) < 0.005


def test_named_colours_are_the_films_colours() -> None:
    _, deep, _, glow, _ = colours("blue and gold").parts["verse"]
    assert hue_distance(lch(deep).hue, 255) < 25
    assert hue_distance(lch(glow).hue, 85) < 25


def test_glow_and_deep_are_never_complements() -> None:
    for sentence in [
        "",
        "teal and red",
        "blue and orange",
        "purple and yellow",
        "green and magenta",
    ]:
        _, deep, _, glow, _ = colours(sentence).parts["verse"]
        assert hue_distance(lch(deep).hue, lch(glow).hue) < 166, sentence


def test_a_happy_fast_major_song_is_lighter_and_yellower_than_a_slow_sad_minor_one() -> None:
    happy = colours("", mode="major", bpm=140.0, valence=0.8, arousal=0.7).parts["verse"]
    sad = colours("", mode="minor", bpm=70.0, valence=-0.8, arousal=-0.7).parts["verse"]
    assert np.mean([lch(c).lightness for c in happy]) > np.mean([lch(c).lightness for c in sad])
    assert hue_distance(lch(happy[3]).hue, 90) < hue_distance(lch(sad[3]).hue, 90)
    assert lch(happy[2]).chroma > lch(sad[2]).chroma


def test_the_palettes_reasons_cite_the_studies() -> None:
    reasons = colours("", mode="minor", bpm=80.0).reasons
    assert any("Palmer" in reason.source for reason in reasons)


def paint(path: Path, draw: Callable[[np.ndarray], None]) -> Path:
    pixels = np.zeros((60, 60, 3), np.uint8)
    draw(pixels)
    Image.fromarray(pixels).save(path)
    return path


def test_a_cover_gives_the_film_its_two_hues(tmp_path: Path) -> None:
    def two(pixels: np.ndarray) -> None:
        pixels[:30], pixels[30:] = (20, 40, 160), (250, 170, 40)

    cover = read_cover(paint(tmp_path / "cover.png", two))
    blue, amber = lch("#1428a0").hue, lch("#faaa28").hue
    assert hue_distance(cover.deep, blue) < 12
    assert hue_distance(cover.glow, amber) < 12
    film = palette.compute(song(), read("a song"), rulebook(), cover=cover)
    assert hue_distance(lch(film.parts["verse"][1]).hue, blue) < 20
    assert any(reason.rule == "colour-cover" for reason in film.reasons)


def test_colours_asked_for_win_over_the_cover(tmp_path: Path) -> None:
    cover = read_cover(
        paint(tmp_path / "c.png", lambda p: p.__setitem__(slice(None), (20, 40, 160)))
    )
    film = palette.compute(song(), read("red"), rulebook(), cover=cover)
    assert hue_distance(lch(film.parts["verse"][2]).hue, 27) < 30


def test_a_grey_cover_is_no_error_and_a_broken_one_is_a_sentence(tmp_path: Path) -> None:
    grey = read_cover(paint(tmp_path / "g.png", lambda p: p.__setitem__(slice(None), 128)))
    assert grey.vividness < 0.3
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not an image")
    with pytest.raises(MediaError):
        read_cover(broken)
