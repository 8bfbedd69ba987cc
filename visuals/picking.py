"""What the picker of treatments and scenes shows of a track: each look in the track's own colours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.templatetags.static import static
from django.urls import reverse

from casset.media.audio.analysis import Mood
from casset.media.loops import recipes as studio
from casset.tracks.models import Hook, Track, TrackFeatures
from visuals import gallery, gallery_views, music, places, recipes
from visuals.models import Still, VisualAsset

GROUPS = (
    ("treatment", "Treatments", "of your cover and stills"),
    ("scene", "Scenes", "drawn from nothing but your hook"),
)


@dataclass(frozen=True)
class Choice:
    """A look as a small tile that can be tried."""

    name: str
    title: str
    line: str
    still: str  # address of a picture of it
    live: str  # JSON for the drawing modules


@dataclass(frozen=True)
class Group:
    label: str
    line: str
    entries: list[Choice]


@dataclass(frozen=True)
class Picture:
    """A picture of the track's that treatments can be made of."""

    value: str
    label: str
    small: str
    large: str
    is_on: bool


def groups(track: Track) -> list[Group]:
    """Treatments first: they are the artist's own. Reads the cover and what was heard; about 60 ms."""
    cover, mood = recipes.cover_of(track), _mood_of(track)
    palette = studio.palette_of(cover, mood)
    made: dict[str, list[Choice]] = {}
    for known in studio.recipes():
        look = studio.look_of(known, palette=palette, mood=mood)
        drawn = gallery_views.live(gallery.by_name()[known.source]) | {
            "look": look.model_dump(exclude={"scene", "treatment", "image"})
        }
        choice = Choice(known.id, known.title, known.line, still_of(known.id), json.dumps(drawn))
        made.setdefault(known.kind, []).append(choice)
    return [Group(label, line, made.get(kind, [])) for kind, label, line in GROUPS]


def _mood_of(track: Track) -> Mood | None:
    heard = (
        TrackFeatures.objects.filter(track=track).values_list("analysis__mood", flat=True).first()
    )
    return Mood.model_validate(heard) if heard else None


def still_of(recipe_id: str) -> str:
    """The address of a picture of a look; empty for one that is no more."""
    known = next((one for one in studio.recipes() if one.id == recipe_id), None)
    entry = gallery.by_name().get(known.source) if known else None
    return static(entry.still) if entry else ""


def picture_of(visual: VisualAsset) -> str:
    """What a drawn visual is drawn from: the picture it treats, else its scene; empty for others."""
    recipe = visual.recipe or {}
    image = recipe.get("image", "")
    if image == recipes.COVER and visual.track.cover:
        return places.cover(visual.track, "small")
    if image.startswith(recipes.STILL):
        return reverse("visuals:still", args=(image.removeprefix(recipes.STILL), "small"))
    return still_of(recipe["recipe"]) if recipe.get("recipe") else ""


def pictures(track: Track, wanted: str = "") -> list[Picture]:
    """The cover and the stills of a track; the wanted one, or else the first, is chosen."""
    found = []
    small, large = (places.cover(track, size) for size in ("small", "large"))
    if large:
        found.append(("cover", "Cover", small, large))
    for still in Still.objects.filter(track=track):
        small, large = (
            reverse("visuals:still", args=(still.pk, name)) for name in ("small", "large")
        )
        found.append((f"still:{still.pk}", "Still", small, large))
    values = [value for value, *_ in found]
    chosen = wanted if wanted in values else next(iter(values), "")
    return [Picture(*one, is_on=one[0] == chosen) for one in found]


def song_of(track: Track) -> dict[str, Any]:
    """Where the hook's own curves are, in place of the gallery's sample song; nothing before they are."""
    hook = Hook.objects.select_related("track").filter(track=track).first()
    if hook is None or not music.is_there(hook):
        return {}
    return {"song": song_at(track, music.version_of(hook))}


def song_at(track: Track, version: str) -> dict[str, str]:
    """The addresses of a hook's music."""
    return {
        name: reverse("visuals:music", args=(track.pk, version, file))
        for name, file in (("facts", "song.json"), ("curves", "curves.f32"))
    }
