"""What a handle may be: the public name in addresses and credits (``visuals by @mara.vell``).

Plain ASCII, so that no letter of another alphabet passes for one of these. Dots and underscores do
not make another name of a reserved word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

from casset.accounts.models import Artist
from casset.lib.errors import ValidationError

LEAST, MOST = 2, 30  # characters
_TIDY = re.compile(Artist.HANDLE, re.ASCII)
_PLAIN = re.compile(r"[a-z0-9_.]+", re.ASCII)
_DOUBLED = re.compile(r"[._]{2}")
_LIGHT = str.maketrans("", "", "._")
# Names that would be taken for the house's, or stand where an address may be needed later.
_RESERVED = frozenset(
    """
    about abuse account accounts admin administrator all anonymous api artist artists assets auth
    billing blog by casset contact creator creators dashboard discover drop drops edit email embed
    events everyone explore export faq feed feeds files following follow help home hook hooks image images
    info legal licence license licences licenses live login logout mail me media moderation moderator
    music new news none null oembed official owner page pages payment payments press privacy profile
    register release releases report robots room rooms root rss rules safety search security settings
    share shop sign signin signout signup site sitemap sound spotify static stats status store studio
    support system team terms test tiktok track tracks trust undefined unknown upload uploads user
    users verified video videos visual visuals webhook webhooks www you youtube
    """.split()  # noqa: SIM905 - fifty quoted words read worse
)


def checked(text: str) -> str:
    """The handle as it is kept: lower case, without ``@``. Raises ``ValidationError``."""
    handle = text.strip().removeprefix("@").lower()
    if not LEAST <= len(handle) <= MOST:
        raise ValidationError(f"A handle has {LEAST} to {MOST} characters.")
    if not _PLAIN.fullmatch(handle):
        raise ValidationError(
            "A handle is made of the letters a to z, digits, dots and underscores: no blanks, no accents."
        )
    if not _TIDY.fullmatch(handle):
        raise ValidationError("A handle begins and ends with a letter or a digit.")
    if _DOUBLED.search(handle):
        raise ValidationError("Put a letter or digit between two dots or underscores.")
    if is_reserved(handle):
        raise ValidationError(f"@{handle} is kept for the site itself. Choose another handle.")
    return handle


def is_reserved(handle: str) -> bool:
    """Whether the handle is the house's own word, or the beginning of one of its addresses."""
    bare = handle.translate(_LIGHT)
    return not bare or bare in _RESERVED or bare in _first_segments() or bare.startswith("casset")


def suggestions(address: str) -> list[str]:
    """Handles made of an e-mail address, the plainest first; each is well formed and not reserved."""
    local = address.partition("@")[0].partition("+")[0]
    letters = unicodedata.normalize("NFKD", local).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[._]{2,}", ".", re.sub(r"[^a-z0-9_.]", "", letters)).strip("._")[:24]
    stem = stem.strip("._")
    found = [stem, f"{stem}.music", f"{stem}.sound", *(f"{stem}{n}" for n in range(2, 40))]
    if len(stem) < LEAST:
        found = [f"artist{stem}{n}" for n in range(11, 50)]
    return [handle for handle in found if _TIDY.fullmatch(handle) and not is_reserved(handle)]


@cache
def _first_segments() -> frozenset[str]:
    """The first part of every address the site has."""
    return frozenset(
        segment.translate(_LIGHT)
        for one in get_resolver().url_patterns
        for segment in _segments(one)
        if segment
    )


def _segments(one: URLPattern | URLResolver) -> list[str]:
    segment = str(one.pattern).lstrip("^").partition("/")[0].lower()
    if not segment and isinstance(one, URLResolver):  # included at the root
        return [found for inner in one.url_patterns for found in _segments(inner)]
    return [segment] if re.fullmatch(r"[a-z0-9_.-]+", segment) else []
