"""What other sites are told of a link: addresses, sizes and words, for each version of a hook."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from audience.hooks import Hook
from casset.media.previews import card, film

PLAYER = (360, 640)  # of the embed in its full size, as X and others frame it


@dataclass(frozen=True)
class Picture:
    """A picture or film at an absolute address; sizes of 0 are not known."""

    address: str
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True)
class Link:
    """One version of a hook as a link: all addresses are absolute."""

    canonical: str
    address: str
    title: str
    description: str
    image: Picture | None
    image_says: str
    film: Picture | None
    film_s: int
    player: str
    oembed: str


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def of(hook: Hook) -> Link:
    """The link of the version of the hook that comes first."""
    canonical = absolute(reverse("audience:hook", args=[hook.pk]))
    chosen = f"?{urlencode({'v': hook.first.pk})}" if hook.is_chosen and hook.first else ""
    address = canonical + chosen
    by = f" Visuals by @{hook.first.by}." if hook.first and hook.first.by else ""
    made = hook.first.film if hook.first else ""
    return Link(
        canonical=canonical,
        address=address,
        title=f"{hook.title} by {hook.artist.name}",
        description=f"{round(hook.seconds)} seconds to hear and to see.{by}",
        image=_image(hook),
        image_says=_says(hook),
        film=Picture(absolute(made), *film.SIZE) if made else None,
        film_s=math.ceil(hook.first.film_s) if hook.first else 0,
        player=absolute(reverse("audience:embed", args=[hook.pk])) + chosen,
        oembed=absolute(reverse("audience:oembed")) + f"?{urlencode({'url': address})}",
    )


def _image(hook: Hook) -> Picture | None:
    """The card; until it is made, the poster, or the cover where there is no visual."""
    made = hook.first.card if hook.first else hook.cover_card
    if made:
        return Picture(absolute(made), card.WIDTH, card.HEIGHT)
    if hook.first:
        return Picture(absolute(hook.first.poster), hook.first.width_px, hook.first.height_px)
    return Picture(absolute(hook.cover_large)) if hook.cover else None


def _says(hook: Hook) -> str:
    if hook.first is None:
        return f"Cover of {hook.title} by {hook.artist.name}"
    return f"{hook.first.title}, a visual of {hook.title} by {hook.artist.name}"
