"""What a page shows of a hook: plain values, read in few queries, and only what anybody may see.

A visual that is not this track's, was archived or does not exist is never shown: the page falls back
to the active one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists
from django.utils import timezone

from audience import outline, tints, words
from audience.models import LinkPreview
from audience.words import Line
from casset.accounts.models import Artist as ArtistRow
from casset.lib.ids import is_id
from casset.tracks.models import Track
from casset.web import pictures
from casset.web.prepared import Prepared
from visuals.models import ActivePeriod, VisualAsset

MOST_VISUALS = 40  # on one page
COVER_SCRIM = 3  # over a cover, which lies blurred and dimmed behind the words
_SMALL_PX = 960  # long side of a visual's small files
_DECLARED = {"ai": "Uses AI, says the artist", "no_ai": "No AI, says the artist"}
_TRACK = (
    "pk", "title", "cover", "theme", "published_at", "artist_id", "artist__user_id",
    "artist__handle", "artist__name", "artist__avatar", "artist__links", "artist__declaration",
    "hook__cut_version", "hook__sound", "hook__sound_s", "hook__captions", "hook__peaks",
)  # fmt: skip
ARTIST = ("pk", "user_id", "handle", "name", "avatar", "links", "declaration", "bio")
_VISUAL = (
    "pk", "track_id", "title", "kind", "stored", "width_px", "height_px", "duration_s", "facts",
    "is_active", "shown_at", "uploader_id", "uploader__artist__handle",
    "preview__pk", "preview__card", "preview__film", "preview__film_s",
)  # fmt: skip


@dataclass(frozen=True)
class Artist:
    """Who a hook is by."""

    pk: str
    handle: str
    name: str
    avatar: str  # address of the picture, empty without one
    links: tuple[tuple[str, str], ...]  # label, https address
    declared: str  # what the artist says of AI, empty where nothing

    @property
    def initial(self) -> str:
        return self.name[:1].upper()


@dataclass(frozen=True)
class Visual:
    """One picture of a hook; ``by`` is the handle of whoever made it, empty where the artist did.

    ``maker_left``: somebody else made it, and their account is gone.
    """

    pk: str
    title: str
    address: str  # of the page that begins with it
    base: str  # address its files are under
    width_px: int
    height_px: int
    tint: str
    scrim: int
    by: str
    is_ai: bool
    card: str  # address of what other sites show of it; empty until it is made
    film: str
    film_s: float
    maker_left: bool = False

    @property
    def poster(self) -> str:
        return f"{self.base}/poster.jpg"

    @property
    def small_poster(self) -> str:
        return f"{self.base}/small.jpg"

    @property
    def srcset(self) -> str:
        small_px = round(
            self.width_px * min(1.0, _SMALL_PX / max(self.width_px, self.height_px, 1))
        )
        return f"{self.small_poster} {small_px}w, {self.poster} {self.width_px}w"


@dataclass(frozen=True)
class Hook:
    """A track's hook with its visuals: the one to show first, then the others in their order.

    Without visuals ``shown`` is empty and the cover takes their place.
    """

    pk: str
    title: str
    artist: Artist
    owner_id: int
    cover: str  # its address in small, empty without one
    cover_large: str
    cover_tint: str
    sound: str
    seconds: float
    lines: tuple[Line, ...]
    wave: str
    published_at: datetime | None
    shown: tuple[Visual, ...]
    is_chosen: bool = False  # the first one was asked for by name
    # Where visuals take turns: see ``rotation``. No page shows them.
    arms: dict[str, list[int]] | None = field(default=None, compare=False)
    cover_card: str = ""  # address of the card made of the cover, where there is no visual

    @property
    def first(self) -> Visual | None:
        return self.shown[0] if self.shown else None

    @property
    def address(self) -> str:
        return f"/t/{self.pk}"

    @property
    def tint(self) -> str:
        return self.first.tint if self.first else self.cover_tint

    @property
    def scrim(self) -> int:
        return self.first.scrim if self.first else COVER_SCRIM

    @property
    def full_song(self) -> tuple[str, str] | None:
        """Label and address of where the whole song is; None where the artist names none."""
        return self.artist.links[0] if self.artist.links else None

    @property
    def singing(self) -> dict[str, Any]:
        """What the player's module reads: the sound and when which word is sung."""
        return {
            "sound": self.sound,
            "seconds": self.seconds,
            "lines": [
                [line.begins_s, line.ends_s, [list(word) for word in line.words]]
                for line in self.lines
            ],
        }


def _row_of(track: str) -> Any:
    rows = Track.objects.filter(pk=track, hook__cut_version__gt=0).order_by()
    return rows.values("rotation__is_on", "rotation__arms", *_TRACK)


def _ready(now: datetime) -> Any:
    """Visuals that can be used, in their order, and whether they are dated for now."""
    dated = Exists(ActivePeriod.objects.covering(now))
    return VisualAsset.objects.ready().in_order().annotate(dated=dated).values("dated", *_VISUAL)


_ONE = Prepared(_row_of, track="a track")
_VISUALS = Prepared(
    lambda track, now: _ready(now).filter(track=track),
    track="a track", now=datetime(1, 1, 1, tzinfo=UTC),
)  # fmt: skip


def one(track: str, *, chosen: str = "") -> tuple[Hook, bool] | None:
    """The hook of a track and whether it is published; None where there is none to hear. Two queries,
    three where there is no visual.

    ``chosen`` is the visual to begin with, as somebody wrote it into an address.
    """
    if not is_id(track):
        return None
    found = _ONE.rows(track=track)
    if not found:
        return None
    (row,) = found
    now = timezone.now()
    visuals = _seen_of(_VISUALS.rows(track=track, now=now), now)
    hook = _hook(row, visuals)
    if not hook.shown:
        hook = replace(hook, cover_card=_card_of_cover(track))
    return beginning_with(hook, chosen), row["published_at"] is not None


def beginning_with(hook: Hook, chosen: str) -> Hook:
    """The hook with that visual first, as one who asked for it sees it; as it is without that visual."""
    there = [visual.pk for visual in hook.shown]
    if chosen not in there:
        return hook
    at = there.index(chosen)
    return replace(hook, shown=hook.shown[at:] + hook.shown[:at], is_chosen=True)


def of_artist(artist: str) -> list[Hook]:
    """Every published hook of the artist, newest first. Two queries."""
    rows = Track.objects.published().filter(artist_id=artist).order_by("-published_at", "-pk")
    return _with_visuals(list(rows.values(*_TRACK)))


def feed(*, after: tuple[datetime, str] | None = None, count: int) -> list[Hook]:
    """The next ``count`` published hooks, newest first, after the one published then. Two queries."""
    rows = Track.objects.published().order_by("-published_at", "-pk")
    if after is not None:
        when, track = after
        older = rows.filter(published_at__lt=when) | rows.filter(published_at=when, pk__lt=track)
        rows = older.order_by("-published_at", "-pk")
    return _with_visuals(list(rows.values(*_TRACK)[:count]))


def _with_visuals(rows: Sequence[dict[str, Any]]) -> list[Hook]:
    found: dict[str, list[dict[str, Any]]] = {row["pk"]: [] for row in rows}
    now = timezone.now()
    for visual in _ready(now).filter(track_id__in=list(found)):
        found[visual["track_id"]].append(visual)
    return [_hook(row, _seen_of(found[row["pk"]], now)) for row in rows]


def _seen_of(rows: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Of a track's visuals that are ready those fans see, as ``VisualAsset.objects.shown()`` has it."""
    shown = [row for row in rows if row["dated"] or (row["shown_at"] and row["shown_at"] <= now)]
    return shown[:MOST_VISUALS]


def _hook(row: dict[str, Any], rows: list[dict[str, Any]]) -> Hook:
    # As visuals.listing.active_visual: what is dated for now, else what is in use, else the first.
    seen = [at for at, visual in enumerate(rows) if visual["dated"]]
    seen += [at for at, visual in enumerate(rows) if visual["is_active"]]
    begin = next(iter(seen), 0)
    ordered = rows[begin:] + rows[:begin]
    artist = artist_of(
        {"pk": row["artist_id"]} | {name: row.get(f"artist__{name}") for name in ARTIST[1:]}
    )
    return Hook(
        pk=row["pk"],
        title=row["title"],
        artist=artist,
        owner_id=row["artist__user_id"],
        cover=_picture(f"/t/{row['pk']}/cover/small.jpg", row["cover"]),
        cover_large=_picture(f"/t/{row['pk']}/cover/large.jpg", row["cover"]),
        cover_tint=tints.of_theme(row["theme"] or {}),
        sound=f"/t/{row['pk']}/hook.m4a?v={row['hook__cut_version']}",
        seconds=round(row["hook__sound_s"], 3),
        lines=words.lines_of(row["hook__captions"]),
        wave=outline.path_of(row["hook__peaks"] or {}),
        published_at=row["published_at"],
        shown=tuple(_visual(visual, row["artist__user_id"]) for visual in ordered),
        arms=(row["rotation__arms"] or {}) if row.get("rotation__is_on") else None,
    )


def artist_of(row: dict[str, Any]) -> Artist:
    """The artist of a row that has the columns ``ARTIST``."""
    return Artist(
        pk=row["pk"],
        handle=row["handle"],
        name=row["name"],
        avatar=_picture(f"/a/{row['pk']}/small.jpg", row["avatar"]),
        links=safe_links(row["links"]),
        declared=_DECLARED.get(row["declaration"], ""),
    )


def _picture(address: str, stored: str) -> str:
    """The address of this making of a picture; empty without one."""
    return f"{address}?v={pictures.version(stored)}" if stored else ""


def safe_links(links: Any) -> tuple[tuple[str, str], ...]:
    """Label and address of the links that lead to a web page; others are left out."""
    found = []
    for link in links if isinstance(links, list) else []:
        address = str(link.get("url", "")) if isinstance(link, dict) else ""
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.hostname:
            label = str(link.get("label") or parts.hostname.removeprefix("www."))
            found.append((label[:40], address))
    return tuple(found)


def _visual(row: dict[str, Any], artist_user: int) -> Visual:
    others = row["uploader_id"] is not None and row["uploader_id"] != artist_user
    return Visual(
        pk=row["pk"],
        title=row["title"],
        address=f"/t/{row['track_id']}?v={row['pk']}",
        base=f"/{row['stored']}",
        width_px=row["width_px"] or 1080,
        height_px=row["height_px"] or 1920,
        tint=tints.of_visual(row["facts"]),
        scrim=tints.scrim(row["facts"]),
        by=(row["uploader__artist__handle"] or "") if others else "",
        is_ai=row["kind"] == VisualAsset.Kind.AI,
        card=preview_address(row["preview__pk"], row["preview__card"]),
        film=preview_address(row["preview__pk"], row["preview__film"]),
        film_s=row["preview__film_s"] or 0.0,
        maker_left=row["uploader_id"] is None and row["kind"] == VisualAsset.Kind.COMMUNITY,
    )


def preview_address(preview: str | None, stored: str | None) -> str:
    """Where a card or film is served, from its stored name ``…/<key>/<file>``; empty for none."""
    if not preview or not stored:
        return ""
    return f"/previews/{preview}/" + "/".join(stored.split("/")[-2:])


def _card_of_cover(track: str) -> str:
    """Address of the card made from a track's cover; empty until it is made. One query."""
    row = LinkPreview.objects.filter(track_id=track, visual=None).values("pk", "card").first()
    return preview_address(row["pk"], row["card"]) if row else ""


def world(handle: str) -> tuple[dict[str, Any], list[Hook]] | None:
    """The artist's row (``ARTIST``) and every published hook; None where nobody has this handle."""
    row: Any = ArtistRow.objects.filter(handle=handle.lower()).values(*ARTIST).first()
    return (row, of_artist(row["pk"])) if row else None
