"""Headers, assembled sources and the rules that every source keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from casset.lib.errors import ValidationError
from casset.media.shaders import catalogue, lint
from casset.media.shaders.colours import linear_palette

GOOD = """// title: Neon street
// words: street, city, neon sign
// sizes: EWS WS MS
// energy: 0.3 1.0
// tod: 0.0 1.0
// figure: optional
// image: none
// motion: calm
// weather: rain
// about: Signs blink on the beat.
#include "common.glsl"
void main() {
  outColor = vec4(grade(S3 * uPulse), 1.);
}
"""


@pytest.fixture
def scene(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "street.frag"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_header_tells_what_the_director_must_know(scene) -> None:
    family = catalogue.read_family(scene(GOOD))
    assert family.name == "street"
    assert family.words == ("street", "city", "neon sign")
    assert family.sizes == ("EWS", "WS", "MS")
    assert family.energy == (0.3, 1.0)
    assert (family.figure, family.image, family.weather) == ("optional", "none", "rain")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("// motion: calm", "// motion: slow", "motion"),
        ("// sizes: EWS WS MS", "// sizes: EWS XL", "sizes"),
        ("// energy: 0.3 1.0", "// energy: 0.9 0.3", "energy"),
        ("// energy: 0.3 1.0", "// energy: 0.9", "energy"),
        ("// tod: 0.0 1.0", "// tod: 0 2", "tod"),
        ("// about: Signs blink on the beat.\n", "", "about"),
        ("// weather: rain", "// wether: rain", "wether"),
        ("// words: street,", "// words: Street,", "words"),
        ("// figure: optional", "// figure: optional\n// figure: none", "figure"),
    ],
)
def test_a_wrong_header_is_an_error_that_names_file_and_field(scene, old, new, key) -> None:
    assert old in GOOD
    with pytest.raises(catalogue.CatalogueError, match=rf"street\.frag.*'{key}'"):
        catalogue.read_family(scene(GOOD.replace(old, new)))


def test_an_unknown_scene_is_refused_with_the_known_ones() -> None:
    with pytest.raises(catalogue.CatalogueError, match="vinyl"):
        catalogue.scene_path("../common")


def test_there_are_at_least_thirty_families_and_every_header_is_complete() -> None:
    families = catalogue.families()
    assert len(families) >= 30
    assert len({family.title for family in families.values()}) == len(families)


def test_there_are_six_treatments_of_an_image() -> None:
    assert set(catalogue.treatment_names()) == {
        "displace", "parallax", "halation", "duotone", "tape", "slow_zoom",
    }  # fmt: skip


def test_every_source_keeps_the_rules() -> None:
    assert [str(finding) for finding in lint.check_all()] == []


@pytest.mark.parametrize(
    "line",
    [
        "float x = fract(sin(dot(p, vec2(12.9898, 78.233))) * 43758.5453);",
        "float x = fract(43758.5 * sin(p.x));",
        "float x = fract(sin(p.x) * 91.);",
        "vec3 c = texture(uImage, p).rgb;",
        "float w = fwidth(p.x);",
        "uniform float uMine;",
        "precision mediump float;",
    ],
)
def test_the_rules_catch(line: str) -> None:
    broken = GOOD.replace("void main()", f"  {line}\nvoid main()")
    assert {finding.line for finding in lint.check_source("street.frag", broken)} == {12}


def test_the_rules_let_a_good_scene_pass_and_comments_alone() -> None:
    said = GOOD.replace(
        "void main()", "// not fract(sin(x) * 43758.5453), not texture()\nvoid main()"
    )
    assert lint.check_source("street.frag", said) == []


def test_a_prologue_without_high_precision_integers_is_caught() -> None:
    text = catalogue.COMMON.read_text(encoding="utf-8")
    assert lint.check_prologue(text) == []
    assert lint.check_prologue(text.replace("precision highp int;", ""))


def test_a_palette_becomes_linear_light() -> None:
    rows = linear_palette(("#000000", "#ffffff", "#808080", "#ff0000", "0a0a0a"))
    assert rows.shape == (5, 3)
    assert rows[1].tolist() == [1.0, 1.0, 1.0]
    assert rows[2, 0] == pytest.approx(0.2159, abs=1e-3)
    assert rows[4, 0] == pytest.approx(10 / 255 / 12.92, abs=1e-6)


@pytest.mark.parametrize("palette", [("#000000",) * 4, ("red",) * 5, ("#12345",) * 5])
def test_what_is_no_palette_is_refused(palette) -> None:
    with pytest.raises(ValidationError, match="five colours"):
        linear_palette(palette)
