"""The words visuals are found by: what a person writes is brought to one of them, or refused with the nearest.

``tags.yaml`` is the truth; the table mirrors it, so that rows can be joined and counted.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casset.lib.errors import ValidationError
from visuals.models import VisualTag

MOST = 12  # of one visual
LONGEST = 60  # characters of what a person may write for one
_FILE = Path(__file__).with_name("tags.yaml")
_EMPTY_ENDINGS = ("music", "aesthetic", "style", "vibe", "beat", "mood", "visual")


@dataclass(frozen=True)
class Word:
    """One tag. ``place`` is a mood's (valence, arousal), -1..1 each, or where most of a genre's songs lie."""

    slug: str
    label: str
    category: str
    place: tuple[float, float] | None = None


@cache
def known() -> dict[str, Word]:
    """Every tag by its slug, in the file's order."""
    words = {}
    for category, entries in _read().items():
        for slug, entry in entries.items():
            place = tuple(entry["place"]) if "place" in entry else None
            words[str(slug)] = Word(str(slug), entry["label"], category, place)
    return words


def normalise(text: str) -> str | None:
    """The slug of what a person wrote ("Lo-Fi", "lo fi beats", "LOFI"), or None for an unknown word."""
    found = _spellings()
    folded = _folded(text[: LONGEST * 2])
    if folded in found:
        return found[folded]
    for ending in _EMPTY_ENDINGS:
        if folded.endswith(ending) and folded.removesuffix(ending) in found:
            return found[folded.removesuffix(ending)]
    return None


def suggestions(text: str, most: int = 3) -> list[str]:
    """Labels of the tags that are written most like it, the nearest first; may be empty."""
    found = _spellings()
    near = difflib.get_close_matches(_folded(text[:LONGEST]), found, n=most * 3, cutoff=0.7)
    slugs = dict.fromkeys(found[spelling] for spelling in near)
    return [known()[slug].label for slug in slugs][:most]


def chosen(texts: Iterable[str]) -> list[str]:
    """The slugs of what a person wrote, each once, in their order.

    Raises ``ValidationError`` naming the first word that is unknown, with the nearest known ones,
    and for more than ``MOST``.
    """
    slugs: dict[str, None] = {}
    for text in texts:
        shown = " ".join(text.split())
        if not shown:
            continue
        slug = normalise(shown) if len(shown) <= LONGEST else None
        if slug is None:
            raise ValidationError(_unknown(shown), code="UNKNOWN_TAG")
        slugs[slug] = None
        if len(slugs) > MOST:
            raise ValidationError(f"A visual can have {MOST} tags. Take the ones that say most.")
    return list(slugs)


def rows(slugs: Iterable[str]) -> list[VisualTag]:
    """The table's rows of these slugs; those that are missing are made. One query when all are there."""
    wanted = list(slugs)
    there = {tag.slug: tag for tag in VisualTag.objects.filter(slug__in=wanted)}
    if missing := [slug for slug in wanted if slug not in there]:
        _write(missing)
        there |= {tag.slug: tag for tag in VisualTag.objects.filter(slug__in=missing)}
    return [there[slug] for slug in wanted]


def sync() -> None:
    """Bring the table to what the file says. Tags the file no longer has stay: visuals may wear them."""
    _write(known())


def _write(slugs: Iterable[str]) -> None:
    words = [known()[slug] for slug in slugs]
    VisualTag.objects.bulk_create(
        [VisualTag(slug=word.slug, label=word.label, category=word.category) for word in words],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["label", "category"],
    )


def _unknown(shown: str) -> str:
    quoted = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
    near = suggestions(shown)
    if near:
        return f"There is no tag “{quoted}”. Did you mean {_either(near)}?"
    return f"There is no tag “{quoted}”. Choose one from the list."


def _either(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}"


def _folded(text: str) -> str:
    """Without case, accents, plural and everything that is not a letter or digit; "&" is "and"."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ")
    words = re.findall(r"[a-z0-9]+", re.sub(r"[’'\u0300-\u036f]", "", plain))
    return "".join(_singular(word) for word in words)


def _singular(word: str) -> str:
    """ "beats" and "cities" without their plural; "jazz", "80s", "bliss" as they are."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word[-2].isalpha():
        return word[:-1]
    return word


@cache
def _spellings() -> dict[str, str]:
    """Slugs by every folded spelling. A tag's own name goes before another's synonym."""
    found: dict[str, str] = {}
    for entries in _read().values():
        for slug, entry in entries.items():
            for spelling in (str(slug), entry["label"]):
                found[_folded(spelling)] = str(slug)
    for entries in _read().values():
        for slug, entry in entries.items():
            for spelling in entry.get("words", ()):
                found.setdefault(_folded(str(spelling)), str(slug))
    return found


@cache
def _read() -> dict[str, dict[str, dict[str, Any]]]:
    content: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
        _FILE.read_text(encoding="utf-8")
    )
    return content
