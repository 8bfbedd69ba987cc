"""What a hook export is made from, as plain values: all that decides its bytes, so that equal orders are one file."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from casset.accounts.models import Artist
from casset.lib.errors import InvalidTransition, ValidationError
from casset.lib.hashing import fingerprint
from casset.media.audio.analysis import LyricLine
from casset.media.colour.theme import Theme, theme_of_visual
from casset.media.hookvideo import layout
from casset.tracks import words
from casset.tracks.models import Hook, Track
from visuals.models import VisualAsset

VERSION = 1  # of the renderer and the Canvas cut: another one has all exports made anew
VIDEO, CANVAS = "hook", "canvas"
KINDS = (VIDEO, CANVAS)
ASPECTS = ("9:16", "1:1", "16:9")
QUALITIES = ("high", "standard", "low")
FULL_SIDE_PX = 1080
UNKNOWN_CREATOR = "visuals by a creator on Casset"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
# What a watermark may lead to: a hook, a shared version of it, or an artist.
_SHARED = re.compile(r"/(?:[ts]/[A-Za-z0-9_-]{1,40}/?(?:\?v=[a-z0-9]{1,20})?|[A-Za-z0-9_.]{1,40})?")


def of_video(
    track: Track, visual: VisualAsset | None, *, aspect: str, quality: str, share_url: str = ""
) -> dict[str, Any]:
    """The order of a hook video. Raises ``InvalidTransition`` where there is no hook yet, ``ValidationError``."""
    if aspect not in ASPECTS:
        raise ValidationError(f"A hook video is {', '.join(ASPECTS)}; not {aspect[:10]!r}.")
    if quality not in QUALITIES:
        raise ValidationError(f"The qualities are {', '.join(QUALITIES)}; not {quality[:10]!r}.")
    hook = hook_of(track)
    return {
        "kind": VIDEO,
        "version": VERSION,
        "layout": layout.version(),
        "side_px": min(FULL_SIDE_PX, settings.FILM_SHORT_SIDE_PX),
        "aspect": aspect,
        "quality": quality,
        "track": track.pk,
        "title": track.title,
        "artist": track.artist.name,
        "handle": track.artist.handle,
        "avatar": track.artist.avatar,
        "cover": track.cover,
        "theme": theme_of(track, visual),
        "hook": {
            "version": hook.cut_version,
            "start_s": hook.start_s,
            "duration_s": hook.duration_s,
            "sound": hook.sound,
        },
        "lines": [line.model_dump(mode="json") for line in lines_of(track, hook)],
        "captions": hook.captions,
        "visual": visual and {"id": visual.pk, "stored": visual.stored},
        "attribution": attribution_of(track, visual),
        "share_url": share_url or address_of(track),
    }


def of_canvas(track: Track, visual: VisualAsset) -> dict[str, Any]:
    """The order of a Spotify Canvas: the visual alone decides it."""
    return {
        "kind": CANVAS,
        "version": VERSION,
        "track": track.pk,
        "title": track.title,
        "artist": track.artist.name,
        "visual": {"id": visual.pk, "stored": visual.stored},
    }


def key_of(order: dict[str, Any]) -> str:
    """Names all that decides the bytes, and nothing else does."""
    return fingerprint(order)


def hook_of(track: Track) -> Hook:
    """The track's hook with a sound that is its window's. Raises ``InvalidTransition`` with what to wait for."""
    hook = Hook.objects.filter(track=track).first()
    if hook is None or (not hook.sound and hook.status != Hook.Status.CUTTING):
        raise InvalidTransition("Choose the hook first, then export it.", code="NO_HOOK")
    if not hook.sound or hook.cut_version != hook.version:
        raise InvalidTransition(
            "The hook is just being cut. Try again in a few seconds.",
            code="HOOK_NOT_CUT",
            retryable=True,
        )
    return hook


def attribution_of(track: Track, visual: VisualAsset | None) -> str:
    """Who made the visual, for every one that is not the artist's own; nothing switches it off."""
    if visual is None:
        return ""
    is_own = visual.uploader_id == track.artist.user_id
    if is_own and visual.kind == VisualAsset.Kind.ARTIST:
        return ""
    maker = Artist.objects.filter(user=visual.uploader).first() if visual.uploader else None
    said = f"visuals by @{maker.handle}" if maker else UNKNOWN_CREATOR
    return f"{said} with AI" if visual.kind == VisualAsset.Kind.AI else said


def theme_of(track: Track, visual: VisualAsset | None) -> dict[str, str]:
    """Accent, ink and ground in hex: the visual's own colours, else the track's; {} for the renderer's."""
    found = visual.facts.get("colours", {}) if visual else {}
    known = [found[name] for name in ("accent", "mean") if _HEX.fullmatch(str(found.get(name)))]
    try:
        theme = theme_of_visual(known) if known else Theme.model_validate(track.theme)
    except ValueError:  # none, or one that an older version kept
        return {}
    return {"accent": theme.accent.hex, "ink": theme.text.hex, "ground": theme.bg.hex}


def lines_of(track: Track, hook: Hook) -> list[LyricLine]:
    """The words that sound in the hook, in seconds from its start, those outside of it left out."""
    moved_s, found = track.lyrics_offset_s - hook.start_s, []
    for line in words.lines_of(track):
        begins, ends = line.timestamp + moved_s, line.end + moved_s
        if ends <= 0 or begins >= hook.duration_s:
            continue
        sung = [
            word.model_copy(update={"start": word.start + moved_s, "end": word.end + moved_s})
            for word in line.words
        ]
        kept = [word for word in sung if word.end > 0 and word.start < hook.duration_s]
        text = line.text if len(kept) == len(sung) else " ".join(word.text for word in kept)
        if text:
            update = {
                "text": text, "timestamp": max(0.0, begins), "words": tuple(kept),
                "end": min(ends, hook.duration_s),
            }  # fmt: skip
            found.append(line.model_copy(update=update))
    return found


def address_of(track: Track) -> str:
    """Where people find the hook."""
    try:
        return settings.SITE_URL + reverse("audience:hook", args=(track.pk,))
    except NoReverseMatch:
        return str(settings.SITE_URL)


def checked_share(address: str, *, host: str) -> str:
    """The address for the watermark, on this site's own name; empty for none.

    ``host`` is the one the request came to. Raises ``ValidationError`` for another site's, and for
    what is no page of a hook or an artist.
    """
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        at = parts.netloc
    except ValueError:
        parts, at = urlsplit(""), "?"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_ours = (parts.scheme, at) == ("", "") or (
        parts.scheme in ("http", "https") and at in (host, urlsplit(settings.SITE_URL).netloc)
    )
    if not is_ours or parts.fragment or not _SHARED.fullmatch(path):
        raise ValidationError("shareUrl is the address of a hook or an artist on this site.")
    return settings.SITE_URL + path
