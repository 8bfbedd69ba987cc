"""What the studio offers to draw: treatments of a cover or still, and scenes; each a look of this song.

A recipe says what is drawn. ``palette_of`` and ``look_of`` give it the song's own colours, pace and
light, so that one tap makes something that belongs to the track.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from casset.lib.errors import NotFound
from casset.media.audio.analysis import Mood
from casset.media.colour import covers, roles
from casset.media.colour.covers import Patch
from casset.media.colour.roles import Palette
from casset.media.shaders import catalogue
from casset.media.shaders.look import Look
from casset.media.shaders.openings import OPENINGS
from casset.media.shaders.renderer import ARTWORK

Kind = Literal["treatment", "scene"]
Image = Literal["wanted", "optional", "none"]
SEEDS = 1_000_001
GREY_HUES = (255.0, 75.0)  # the cool and the warm of a black-and-white print
PALE = 0.78  # mean lightness of a cover whose colours are pastels
NEON_CHROMA, NEON_SHARE = 0.2, 0.35


class Recipe(BaseModel):
    """One thing to draw. ``source`` is the scene's or treatment's file; ``settings`` are fields of ``Look``.

    ``image``: a picture is ``wanted`` (without one a record sleeve is drawn), ``optional``, or
    ``none`` is shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    kind: Kind
    line: str  # what it shows and what of the music moves it, for a person
    image: Image
    source: str
    settings: Mapping[str, Any]


# Named by eye: title, treatment, what it shows, and the look that makes it so.
TREATMENTS: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    ("clean", "Clean", "slow_zoom", "Your picture as a print; the light over it moves with the bars.",
     {"move": "drift", "move_amount": 0.35}),
    ("close-up", "Close-up", "slow_zoom", "The middle of your picture, edge to edge; light passes over it.",
     {"move": "push_in", "move_amount": 0.5, "zoom": 2.25}),
    ("halation", "Halation", "halation", "Film at night: lights bleed red into the dark with the beat.",
     {"move": "drift", "move_amount": 0.4, "speed": 0.8}),
    ("tape-warble", "Tape warble", "tape", "A worn cassette: the bass bends the picture, attacks tear it.",
     {"move": "static"}),
    ("16-mm", "16 mm", "halation", "A hand-held reel: weave, dust and burnt edges.",
     {"move": "handheld", "move_amount": 0.45, "speed": 1.3, "zoom": 1.12, "exposure": -0.15}),
    ("depth", "Depth", "parallax", "Bright parts stand nearer, and a camera moves past them.",
     {"move": "orbit", "move_amount": 0.55}),
    ("liquid", "Liquid", "displace", "Your picture on slow water; every beat sends a ring out.",
     {"move": "drift", "move_amount": 0.3}),
    ("two-inks", "Two inks", "duotone", "A two-colour print; the dots swell with the beat.",
     {"move": "static"}),
    ("night-tape", "Night tape", "tape", "The cassette found years later: darker, nearer, never still.",
     {"move": "handheld", "move_amount": 0.35, "zoom": 1.2, "exposure": -0.35, "speed": 0.85}),
)  # fmt: skip


@cache
def recipes() -> tuple[Recipe, ...]:
    """Everything the studio offers: treatments first, then scenes by title."""
    treated = (
        Recipe(
            id=name, title=title, kind="treatment", line=line, image="wanted", source=source,
            settings=settings,
        )
        for name, title, source, line, settings in TREATMENTS
    )  # fmt: skip
    scenes = sorted(catalogue.families().values(), key=lambda family: family.title)
    return (*treated, *(_scene(family) for family in scenes))


def recipe(name: str) -> Recipe:
    """The recipe with that id. Raises ``NotFound``."""
    for known in recipes():
        if known.id == name:
            return known
    raise NotFound("There is no such look. Choose one of those in the studio.")


def look_of(
    chosen: Recipe, *, palette: Palette, mood: Mood | None = None, seed: int = 1, image: str = ""
) -> Look:
    """The look of a recipe for one song: its colours, its pace, its light.

    Lively songs move faster and further, dark ones get less light. ``image`` is a file's path; a
    scene that shows no picture ignores it.
    """
    arousal, valence = (mood.arousal, mood.valence) if mood else (0.0, 0.0)
    settings: dict[str, Any] = {
        "speed": 1.0,
        "exposure": 0.0,
        "move_amount": 0.5,
        **chosen.settings,
    }
    settings["speed"] = round(settings["speed"] * (1 + 0.25 * arousal), 3)
    settings["exposure"] = round(settings["exposure"] + 0.15 * valence, 3)
    settings["move_amount"] = round(min(1.0, settings["move_amount"] * (1 + 0.3 * arousal)), 3)
    if chosen.kind == "treatment":
        settings |= {"scene": ARTWORK, "treatment": chosen.source}
    else:
        settings["scene"] = chosen.source
    return Look(
        palette=palette,
        seed=seed % SEEDS,
        image=image if image and chosen.image != "none" else None,
        **settings,
    )


def palette_of(cover: NDArray[np.uint8] | None, mood: Mood | None = None) -> Palette:
    """Five colours by role: a cover's own, sRGB (h, w, 3); without one, those the music feels like.

    Grey covers give black-and-white film, pale ones pastels, glaring ones neon.
    """
    arousal, valence = (mood.arousal, mood.valence) if mood else (0.0, 0.0)
    lightness = 0.03 * valence
    if cover is None:
        deep, glow = roles.feeling(valence, arousal)
        glow = roles.apart(deep, glow)
        return roles.laid_out("plain", deep, glow, None, lightness, 1 + 0.2 * arousal).hex()
    pixels = covers.sampled(cover)
    scheme = _scheme(covers.patches(pixels))
    own = covers.colours_of(pixels)
    deep, glow = GREY_HUES if scheme == "noir" else (own.deep, roles.apart(own.deep, own.glow))
    return roles.laid_out(scheme, deep, glow, None, lightness, max(own.vividness, 0.6)).hex()


def _scheme(found: tuple[Patch, ...]) -> str:
    if not any(patch.weight for patch in found):
        return "noir"
    light = sum(patch.share * patch.colour.lightness for patch in found)
    glaring = sum(patch.share for patch in found if patch.colour.chroma > NEON_CHROMA)
    if glaring > NEON_SHARE:
        return "neon"
    return "pastel" if light > PALE else "plain"


def _scene(family: catalogue.Family) -> Recipe:
    settings: dict[str, Any] = {"tod": sum(family.tod) / 2, **OPENINGS.get(family.name, {})}
    settings.pop("palette", None)
    if family.figure == "always":
        settings["figure"] = 1.0
    return Recipe(
        id=family.name,
        title=family.title,
        kind="scene",
        line=family.about,
        image=family.image,
        source=family.name,
        settings=settings,
    )
