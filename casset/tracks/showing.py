"""What the pages show of a track: rows turned into plain values for templates. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from casset.tracks import entitlement, sound_keys, words
from casset.tracks.models import HOOK_LONGEST_S, HOOK_SHORTEST_S, Hook, Track, TrackFeatures
from casset.web import events, navigation, pictures

STATES = {
    Track.Status.PROCESSING: ("Listening", "work"),
    Track.Status.READY: ("Ready", ""),
    Track.Status.FAILED: ("Did not work", "bad"),
}
FAN_PAGE = "audience:hook"


@dataclass(frozen=True)
class Offer:
    """A window to choose with one press."""

    start_s: float
    end_s: float
    label: str
    why: str
    is_chosen: bool


class HookSection:
    """The waveform with its window, on whatever page it stands."""

    shortest_s, longest_s = HOOK_SHORTEST_S, HOOK_LONGEST_S

    def __init__(self, track: Track, request: HttpRequest | None = None) -> None:
        self.track = track
        self._request = request

    @cached_property
    def hook(self) -> Hook | None:
        return Hook.objects.defer("captions", "peaks").filter(track=self.track).first()

    @cached_property
    def _offers(self) -> dict[str, Any]:
        rows = TrackFeatures.objects.filter(track=self.track)
        return rows.values_list("offers", flat=True).first() or {}

    @property
    def is_there(self) -> bool:
        return self.hook is not None and bool(self._offers)

    @cached_property
    def offers(self) -> list[Offer]:
        hook = self.hook
        return [
            Offer(
                one["start_s"],
                one["end_s"],
                one["label"],
                " ".join(one["reasons"]),
                hook is not None
                and abs(hook.start_s - one["start_s"]) < 0.05
                and abs(hook.end_s - one["end_s"]) < 0.05,
            )
            for one in self._offers.get("suggestions", ())
        ]

    @property
    def why(self) -> str:
        """Why this window, where it is one of those suggested."""
        return next((offer.why for offer in self.offers if offer.is_chosen), "")

    @property
    def has_bars(self) -> bool:
        return len(self._offers.get("bars", ())) > 1

    @property
    def state(self) -> str:
        """What is being done with the window, in words; empty when all is well."""
        if self.hook is None:
            return ""
        return {
            Hook.Status.CUTTING: "Cutting the hook…",
            Hook.Status.FAILED: self.hook.error or "The hook could not be cut. Move the window.",
        }.get(Hook.Status(self.hook.status), "")

    @property
    def peaks(self) -> str:
        """Address of the song's outline; its own for each recording."""
        mark = self.track.audio_sha256[:12]
        return f"{reverse('tracks:peaks', args=(self.track.pk,))}?v={mark}"

    @property
    def sound(self) -> str:
        """An address of the whole song that is good for a minute, for whoever may hear it."""
        if self._request is None or not entitlement.entitled(self._request.user, self.track):
            return ""
        return sound_keys.address(self._request, self.track)


class TrackCard:
    """A track in the list."""

    def __init__(self, track: Track) -> None:
        self.track = track
        self.cover = cover_address(track, "small")
        self.is_published = track.published_at is not None
        word, self.tag = STATES[Track.Status(track.status)]
        if track.status == Track.Status.READY and self.is_published:
            word, self.tag = "Shared", "live"
        self.state = word
        self.is_active = track.status == Track.Status.PROCESSING


class TrackPage:
    """One track's page. ``since`` is the newest event it knows of."""

    small_bytes = settings.UPLOAD_MAX_BYTES  # a larger recording goes in pieces

    def __init__(self, track: Track) -> None:
        # First, so that what happens while the rest is read is told again, not lost.
        self.since = events.latest(track.channel)
        self.track = track

    @property
    def is_heard(self) -> bool:
        return self.track.status == Track.Status.READY

    @cached_property
    def heard(self) -> list[tuple[str, str]]:
        """Name and words for some of what was heard."""
        rows = TrackFeatures.objects.filter(track=self.track)
        found = rows.values_list(
            "analysis__mood__primary", "analysis__mood__secondary", "figures__lufs"
        ).first()
        if found is None:
            return []
        primary, secondary, lufs = found
        told = [("Mood", f"{primary}, {secondary}".strip(", "))]
        if isinstance(lufs, float | int) and lufs > -69:
            told.append(("Loudness", f"{lufs:.1f} LUFS"))
        return told


def cover_address(track: Track, size: str = "small") -> str:
    """Where the track's cover is, ``small`` or ``large``; empty without one."""
    if not track.cover:
        return ""
    place = reverse("tracks:cover", args=(track.pk, size))
    return f"{place}?v={pictures.version(track.cover)}"


def share_link(track: Track) -> str:
    """The whole address of the track's page for fans; empty where it has none or is not shared."""
    page = navigation.address_of(FAN_PAGE, args=(track.pk,))
    return f"{settings.SITE_URL}{page}" if page and track.published_at else ""


@dataclass(frozen=True)
class WordShown:
    text: str
    start: float | None


@dataclass(frozen=True)
class LineShown:
    """A line as the tab Lyrics shows it; without times before it was placed."""

    text: str
    start: float | None
    end: float
    words: tuple[WordShown, ...]


class Words:
    """The words of a track as the tab Lyrics shows them."""

    def __init__(self, track: Track) -> None:
        self.track = track

    @property
    def is_timed(self) -> bool:
        return bool(self.track.lines)

    @cached_property
    def lines(self) -> list[LineShown]:
        """The lines with their times; as they were given while they are not placed."""
        if self.is_timed:
            return [
                LineShown(
                    line["text"],
                    line["timestamp"],
                    line["end"],
                    tuple(WordShown(word["text"], word["start"]) for word in line["words"]),
                )
                for line in self.track.lines
            ]
        if not self.track.lyrics_text.strip():
            return []
        sheet = words.sheet_of(self.track.lyrics_text)
        return [LineShown(line.text, None, 0.0, ()) for line in sheet.lines]

    @property
    def source(self) -> str:
        """Where the times are from, in words."""
        return {
            Track.Lyrics.PLAIN: "Placed by ear",
            Track.Lyrics.LRC: "Times from your LRC",
            Track.Lyrics.WEBVTT: "Times from your subtitles",
            Track.Lyrics.TAPPED: "Tapped by you",
        }.get(Track.Lyrics(self.track.lyrics_kind), "")

    @property
    def is_placing(self) -> bool:
        """Whether the words wait for being placed."""
        return not self.is_timed and not self.track.error

    @cached_property
    def warnings(self) -> list[str]:
        rows = TrackFeatures.objects.filter(track=self.track)
        offers = rows.values_list("offers", flat=True).first() or {}
        return list(offers.get("warnings", ())) if self.is_timed else []
