"""Making what other sites show of a link: asked for by comparing rows, made by workers.

``ask_missing`` looks every few seconds for versions fans can see whose card or film is missing or
was made from something that has changed (the hook was cut anew, the title was corrected). Nobody has
to remember to ask; a lost request is made again.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from audience import outline, tints
from audience.models import LinkPreview
from casset.lib.errors import CassetError
from casset.lib.hashing import fingerprint
from casset.media.previews import card, film
from casset.tracks.models import Track
from casset.web import storage
from casset.work import asking
from casset.work.models import Item
from casset.work.running import Claim
from visuals.models import VisualAsset

log = logging.getLogger(__name__)

CARD, FILM = "audience.card", "audience.preview"
VERSION = 1  # of how they look: a new one has all of them made anew
AT_ONCE = 20  # asked for in one look
_COVER = "cover-"  # subject of a track's own card: "cover-<track>"
_CARD_BARS = 64
_FROM_VISUAL = {
    "visual": F("pk"), "home": F("track_id"), "base": F("stored"), "loop_facts": F("facts"),
    "heading": F("track__title"), "artist_name": F("track__artist__name"),
    "artist_user": F("track__artist__user_id"), "by_user": F("uploader_id"),
    "by": F("uploader__artist__handle"), "cut": F("track__hook__cut_version"),
    "sound": F("track__hook__sound"), "peaks": F("track__hook__peaks"),
    "card_of": F("preview__card_of"), "film_of": F("preview__film_of"), "row": F("preview"),
}  # fmt: skip
_FROM_TRACK = {
    "home": F("pk"), "base": F("cover"), "cover_theme": F("theme"), "heading": F("title"),
    "artist_name": F("artist__name"), "peaks": F("hook__peaks"), "cut": F("hook__cut_version"),
}  # fmt: skip


# -- asking ----------------------------------------------------------------------------------------
def ask_missing() -> int:
    """Ask for up to twenty cards and films that are missing or out of date; how many were asked for."""
    asked = 0
    for kind, subject in islice(_missing(), AT_ONCE):
        asking.ask(kind, subject)
        asked += 1
    return asked


def _missing() -> Iterator[tuple[str, str]]:
    visuals = VisualAsset.objects.shown().filter(track__in=Track.objects.published())
    changed = Greatest(
        "updated_at", "track__updated_at", "track__hook__updated_at", "track__artist__updated_at"
    )
    stale = (
        visuals.annotate(changed=changed)
        .filter(Q(preview=None) | Q(preview__made_at__lt=F("changed")))
        .order_by("pk")
        .values("changed", **_FROM_VISUAL)
    )
    for facts in cast(Iterator[dict[str, Any]], stale.iterator(chunk_size=200)):
        wanted = []
        if facts["card_of"] != card_key(facts):
            wanted.append(CARD)
        if facts["film_of"] != film_key(facts):
            wanted.append(FILM)
        if not wanted:  # something else changed
            LinkPreview.objects.filter(pk=facts["row"]).update(made_at=timezone.now())
        yield from (
            (kind, facts["visual"])
            for kind in wanted
            if _may_ask(kind, facts["visual"], facts["changed"])
        )
    yield from _missing_of_covers()


def _missing_of_covers() -> Iterator[tuple[str, str]]:
    changed = Greatest("updated_at", "hook__updated_at", "artist__updated_at")
    own = LinkPreview.objects.filter(track=OuterRef("pk"), visual=None)
    bare = (
        Track.objects.published()
        .exclude(cover="")
        .exclude(pk__in=VisualAsset.objects.shown().values("track"))
        .annotate(changed=changed, made=Subquery(own.values("made_at")[:1]))
        .filter(Q(made=None) | Q(made__lt=F("changed")))
    )
    for track, when in bare.order_by("pk").values_list("pk", "changed").iterator(chunk_size=200):
        subject = f"{_COVER}{track}"
        if _may_ask(CARD, subject, when):
            yield CARD, subject


def _may_ask(kind: str, subject: str, changed: datetime) -> bool:
    """Whether the work neither waits already nor failed since what it is made from changed."""
    item = asking.state_of(kind, subject)
    if item is None or item.status == Item.DONE:
        return True
    return item.status == Item.FAILED and (item.finished_at or changed) < changed


# -- doing -----------------------------------------------------------------------------------------
def card_key(facts: dict[str, Any]) -> str:
    """What names all that decides a card's pixels."""
    said = [facts["heading"], facts["artist_name"], credit(facts)]
    return fingerprint([VERSION, facts["base"], facts["cut"], *said])


def film_key(facts: dict[str, Any]) -> str:
    """What names all that decides a film's bytes."""
    return fingerprint([VERSION, facts["base"], facts["sound"], facts["cut"]])


def credit(facts: dict[str, Any]) -> str:
    """``visuals by @handle`` where somebody else than the artist made them."""
    by = facts.get("by")
    return f"visuals by @{by}" if by and facts["by_user"] != facts["artist_user"] else ""


def make_card(claim: Claim) -> None:
    """Draw the card of a visual or of a track's cover, and publish it. Nothing for one that has gone."""
    facts = _facts_of(claim.subject)
    if facts is None:
        return
    is_cover = "visual" not in facts
    row = _row_of(facts)
    tint = (
        tints.of_theme(facts["cover_theme"] or {})
        if is_cover
        else tints.of_visual(facts["loop_facts"])
    )
    hue, chroma, accent = tints.colours(tint)
    name = "large.jpg" if is_cover else "poster.jpg"
    with storage.local(f"{facts['base']}/{name}") as picture:
        data = card.card(
            picture,
            card.Words(facts["heading"], facts["artist_name"], credit(facts)),
            hue=hue,
            chroma=chroma,
            accent=accent,
            bars=outline.heights_of(facts["peaks"] or {}, _CARD_BARS),
            is_square=is_cover,
        )
    claim.check()
    key = card_key(facts)
    stored = f"{row.prefix}/{key[:12]}/card.jpg"
    storage.keep_bytes(stored, data, content_type="image/jpeg")
    _publish(claim, row, "card", stored, card_of=key, card_bytes=len(data))


def make_film(claim: Claim) -> None:
    """Cut the short film of a visual and publish it. Nothing for one that has gone."""
    facts = _facts_of(claim.subject)
    if facts is None or "visual" not in facts:
        return
    row = _row_of(facts)
    key = film_key(facts)
    stored = f"{row.prefix}/{key[:12]}/preview.mp4"
    with (
        tempfile.TemporaryDirectory(prefix="casset-preview-") as folder,
        storage.local(f"{facts['base']}/loop.mp4") as loop,
        storage.local(facts["sound"]) as sound,
    ):
        out = Path(folder) / "preview.mp4"
        made = film.film(loop, sound, out, told=claim.at)
        claim.check()
        storage.keep(stored, out, content_type="video/mp4")
    _publish(
        claim, row, "film", stored, film_of=key, film_bytes=made.size_bytes, film_s=made.video_s
    )


def gave_up(subject: str, error: CassetError) -> None:
    """The link goes on showing the poster; what was made before stays."""
    log.warning("no preview of %s: %s", subject, error.code)


def _facts_of(subject: str) -> dict[str, Any] | None:
    """What a card and a film are made from, read now; None where fans cannot see it (any more)."""
    if subject.startswith(_COVER):
        tracks = Track.objects.published().filter(pk=subject.removeprefix(_COVER))
        return _plain(tracks.exclude(cover="").values(**_FROM_TRACK).first())
    visuals = VisualAsset.objects.shown().filter(track__in=Track.objects.published())
    return _plain(visuals.filter(pk=subject).values(**_FROM_VISUAL).first())


def _plain(row: Any) -> dict[str, Any] | None:
    return cast("dict[str, Any] | None", row)


def _row_of(facts: dict[str, Any]) -> LinkPreview:
    row, _ = LinkPreview.objects.get_or_create(
        track_id=facts["home"], visual_id=facts.get("visual")
    )
    return row


def _publish(claim: Claim, row: LinkPreview, what: str, stored: str, **facts: Any) -> None:
    before = getattr(row, what)
    with claim.held():
        changes = {what: stored, "made_at": timezone.now(), **facts}
        is_there = LinkPreview.objects.filter(pk=row.pk).update(**changes)
    if not is_there:  # deleted meanwhile
        storage.remove(stored)
    elif before and before != stored:
        storage.remove(before)
