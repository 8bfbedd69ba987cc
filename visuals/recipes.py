"""What a drawn visual is drawn from: a recipe of the studio, a seed, and the picture it treats.

It is plain JSON, kept with the visual::

    {"recipe": "tape-warble", "seed": 4, "image": "cover"}

``recipe`` is an id of ``casset.media.loops.recipes``. ``image`` is ``cover``, ``still:<id>`` or "" for a
scene without one. Once it is asked for, it also says for which window of the song (``hook``): drawn for
another one it is another visual. Colours, pace and light follow from the track when it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from casset.lib.errors import InvalidTransition, NotFound, ValidationError
from casset.media.audio.analysis import Mood
from casset.media.loops import recipes as studio
from casset.media.shaders import catalogue
from casset.media.shaders.look import Look
from casset.tracks.models import Hook, Track
from casset.web import storage
from visuals import tags
from visuals.models import Still, VisualAsset

COVER = "cover"
STILL = "still:"
SEED_MOST = 1_000_000


def checked(recipe: Any, *, track: Track) -> dict[str, Any]:
    """The recipe as it is kept: a known one, with a picture that is the track's where it shows one.

    Raises ``ValidationError`` for anything else, ``InvalidTransition`` for a treatment of a cover
    that the track has not.
    """
    if not isinstance(recipe, Mapping):
        raise ValidationError("Say which look is to be drawn.")
    try:
        known = studio.recipe(str(recipe.get("recipe", "")))
    except NotFound as fault:
        raise ValidationError(str(fault)) from fault
    seed = recipe.get("seed", 1)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= SEED_MOST:
        raise ValidationError(f"The take is a whole number from 0 to {SEED_MOST}.")
    image = recipe.get("image") or ""
    if known.image == "none":
        image = ""
    elif known.image == "wanted" and not image and track.cover:
        image = COVER  # without one a record sleeve is drawn
    _check_image(image, track)
    return {"recipe": known.id, "seed": seed, "image": image}


def with_hook(recipe: Mapping[str, Any], hook: Hook) -> dict[str, Any]:
    """The recipe for this window of the song."""
    window = {"start_s": round(hook.start_s, 3), "end_s": round(hook.end_s, 3)}
    return {**recipe, "hook": window}


def look_of(
    recipe: Mapping[str, Any], *, cover: NDArray[np.uint8] | None, mood: Mood | None
) -> Look:
    """What is drawn, in the track's colours and pace; the same for the live preview and the file.

    ``cover`` is the track's, from ``cover_of``. The picture it treats is not in it: see ``image_of``.
    Raises ``ValidationError`` for a recipe that is no more.
    """
    try:
        known = studio.recipe(recipe["recipe"])
    except NotFound as fault:
        raise ValidationError("This look is not there any more. Choose another one.") from fault
    palette = studio.palette_of(cover, mood)
    return studio.look_of(known, palette=palette, mood=mood, seed=recipe["seed"])


def cover_of(track: Track) -> NDArray[np.uint8] | None:
    """The track's cover, sRGB (h, w, 3), for its colours; None without one. Reads a small file."""
    if not track.cover:
        return None
    with storage.local(f"{track.cover}/small.jpg") as path, Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def image_of(recipe: Mapping[str, Any], track: Track) -> str | None:
    """The stored name of the picture it treats; None without one. Raises ``ValidationError`` if it is gone."""
    image = str(recipe.get("image") or "")
    if not image:
        return None
    if image == COVER and track.cover:
        return f"{track.cover}/large.jpg"
    still = Still.objects.filter(track=track, pk=image.removeprefix(STILL)).first()
    if still is None:
        raise ValidationError("The picture this treats is gone. Choose another one.")
    return f"{still.stored}/large.jpg"


def title_of(recipe: Mapping[str, Any]) -> str:
    return studio.recipe(recipe["recipe"]).title


def origin_of(recipe: Mapping[str, Any]) -> VisualAsset.Origin:
    kind = studio.recipe(recipe["recipe"]).kind
    return VisualAsset.Origin.TREATMENT if kind == "treatment" else VisualAsset.Origin.SCENE


def words_of(recipe_id: str) -> tuple[str, ...]:
    """The words a scene's file says of itself; none for a treatment, which shows what it treats."""
    family = catalogue.families().get(studio.recipe(recipe_id).source)
    return family.words if family else ()


def tags_of(recipe_id: str) -> list[str]:
    """The tags that a scene's own words say, and that it was made by rules."""
    known = (tags.normalise(word) for word in words_of(recipe_id))
    found = dict.fromkeys(slug for slug in known if slug)
    found.pop("generative", None)
    return [*list(found)[: tags.MOST - 1], "generative"]


def _check_image(image: Any, track: Track) -> None:
    if image == "":
        return
    if image == COVER:
        if not track.cover:
            raise InvalidTransition("This track has no cover yet. Add one, then treat it.")
        return
    known = isinstance(image, str) and image.startswith(STILL)
    if not known or not Still.objects.filter(track=track, pk=image.removeprefix(STILL)).exists():
        raise ValidationError("Choose the cover or one of the track's own stills.")
