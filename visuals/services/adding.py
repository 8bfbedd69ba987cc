"""How visuals come into a track's library: uploaded, drawn, made from a sentence, reused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from casset.lib.errors import InvalidTransition, NotAllowed, ValidationError
from casset.tracks.models import Hook, Track
from visuals import events, files, flags, generators, making, recipes, tags, titles
from visuals.models import VisualAsset, VisualFingerprint, VisualTag
from visuals.services import shelf

SEED_MOST = 1_000_000
SENTENCE_LEAST, SENTENCE_MOST = 12, 500  # characters

_Kind, _Origin, _Status = VisualAsset.Kind, VisualAsset.Origin, VisualAsset.Status


@dataclass(frozen=True)
class Incoming:
    """An upload that is complete and kept: its stored name, the SHA-256 of its bytes, and what it was called."""

    stored: str
    sha256: str
    bytes: int
    name: str


@dataclass(frozen=True)
class Added:
    """The visual, whether it is a new one, and where it is not, a sentence that says so."""

    visual: VisualAsset
    is_new: bool = True
    note: str = ""


def add_upload(
    *,
    track: Track,
    owner: Any,
    upload: Incoming,
    title: str = "",
    join: str = VisualAsset.Join.CUT,
    tags: Iterable[str] = (),
) -> Added:
    """Take an uploaded video into the library; it is looked at and transcoded by a worker.

    The same file again gives the visual that is there already, taken from the archive if it was in
    it. Raises ``ValidationError`` for a title, tag or join that cannot be used and for a full library.
    """
    slugs = check(title=title, join=join, tags=tags)
    named = titles.checked(title) if title.strip() else titles.of_file(upload.name)
    with transaction.atomic():
        held = shelf.locked(track.pk)
        twin = same_file(held, upload.sha256)
        if twin is not None:
            return _there_already(held, twin)
        shelf.check_room(held)
        visual = VisualAsset.objects.create(
            track=held,
            title=named,
            uploader=owner,
            origin=_Origin.UPLOAD,
            source=upload.stored,
            source_sha256=upload.sha256,
            source_bytes=upload.bytes,
            join=join,
            position=shelf.next_position(held),
        )
        files.kept(upload.stored)
        _begin(visual, slugs, owner)
    return Added(visual)


def check(*, title: str, join: str, tags: Iterable[str]) -> list[str]:
    """Raises ``ValidationError`` for what ``add_upload`` would refuse. Returns the slugs of the tags."""
    if join not in VisualAsset.Join.values:
        raise ValidationError(f"The ends meet by {', '.join(VisualAsset.Join.values)}.")
    if title.strip():
        titles.checked(title)
    return _slugs(tags)


def same_file(track: Track, sha256: str) -> VisualAsset | None:
    """The track's visual of the same upload: a usable one before one that failed."""
    rows = VisualAsset.objects.filter(track=track, source_sha256=sha256).exclude(source_sha256="")
    return rows.order_by("-status", "created_at").first()


def draw(
    *,
    track: Track,
    owner: Any,
    recipe: dict[str, Any],
    title: str = "",
    tags: Iterable[str] = (),
) -> Added:
    """Have a treatment of cover or still, or a scene, drawn with the hook's own music.

    The same recipe for the same hook gives the visual that is there already. Raises
    ``ValidationError`` for a recipe that cannot be drawn, ``InvalidTransition`` without a hook.
    """
    slugs = _slugs(tags)
    with transaction.atomic():
        held = shelf.locked(track.pk)
        checked = recipes.checked(recipe, track=held)
        hook = _hook_of(held)
        wanted = recipes.with_hook(checked, hook)
        twin = _live(held).filter(recipe=wanted).exclude(status=_Status.FAILED).first()
        if twin is not None:
            return Added(twin, is_new=False, note=f"“{twin.title}” is drawn just so already.")
        shelf.check_room(held)
        visual = VisualAsset.objects.create(
            track=held,
            title=titles.checked(title) if title.strip() else recipes.title_of(checked),
            uploader=owner,
            origin=recipes.origin_of(checked),
            recipe=wanted,
            position=shelf.next_position(held),
        )
        _begin(visual, slugs or recipes.tags_of(checked["recipe"]), owner)
    return Added(visual)


def redraw(*, visual: VisualAsset) -> VisualAsset:
    """Draw it anew with the hook as it is now; the old one stays in use until the new one is there.

    Raises ``InvalidTransition`` for one that was not drawn, and without a hook.
    """
    with transaction.atomic():
        making.hold(visual)
        track = shelf.locked(visual.track_id)
        row = shelf.current(visual)
        if not row.recipe:
            raise InvalidTransition("Only what was drawn here can be drawn anew.")
        if row.status not in (_Status.READY, _Status.FAILED):
            raise InvalidTransition("This visual is not ready. Wait for it or restore it first.")
        recipe = recipes.with_hook(row.recipe, _hook_of(track))
        VisualAsset.objects.filter(pk=row.pk).update(
            recipe=recipe, error="", error_code="", updated_at=timezone.now()
        )
        if row.status == _Status.FAILED:
            row.move(_Status.PROCESSING)
        making.ask(row, owner=row.uploader)
        events.visual_update(row)
    row.refresh_from_db()
    return row


def generate(*, track: Track, owner: Any, prompt: str, seed: int = 1, title: str = "") -> Added:
    """Have a short loop made from a sentence (flag ``visual_generation``).

    The same sentence and seed give the visual that is there already. Raises ``NotAllowed`` where the
    flag is off, ``ValidationError`` for a sentence too short or long or where nothing can make it,
    ``InvalidTransition`` without a hook.
    """
    if not flags.is_on(flags.GENERATION, owner):
        raise NotAllowed("Making visuals from a sentence is not open to you yet.")
    sentence = " ".join(prompt.split())
    if not SENTENCE_LEAST <= len(sentence) <= SENTENCE_MOST:
        raise ValidationError(
            f"Say in {SENTENCE_LEAST} to {SENTENCE_MOST} characters what is to be seen: where, when, "
            f"in what light. This has {len(sentence)}."
        )
    if not 0 <= seed <= SEED_MOST:
        raise ValidationError(f"The take is a whole number from 0 to {SEED_MOST}.")
    maker = generators.first()
    digest = hashlib.sha256(sentence.encode()).hexdigest()
    with transaction.atomic():
        held = shelf.locked(track.pk)
        _hook_of(held)
        same = _live(held).filter(source_prompt_hash=digest, source_seed=seed)
        twin = same.exclude(status=_Status.FAILED).first()
        if twin is not None:
            return Added(twin, is_new=False, note=f"“{twin.title}” was made from this already.")
        shelf.check_room(held)
        visual = VisualAsset.objects.create(
            track=held,
            title=titles.checked(title) if title.strip() else titles.shortened(sentence),
            uploader=owner,
            kind=_Kind.AI,
            origin=_Origin.PROMPT,
            source_model=maker,
            source_prompt_text=sentence,
            source_prompt_hash=digest,
            source_seed=seed,
            position=shelf.next_position(held),
        )
        _begin(visual, [], owner)
    return Added(visual)


def reuse(*, visual: VisualAsset, track: Track, owner: Any) -> Added:
    """Put a visual of one track into the library of another track of the same artist: same files, own row.

    Raises ``ValidationError`` for another artist's, ``InvalidTransition`` for one not ready.
    """
    with transaction.atomic():
        held = shelf.locked(track.pk)
        first = shelf.current(visual)
        if first.track.artist_id != held.artist_id:
            raise ValidationError("You can reuse your own visuals only.")
        if first.status not in (_Status.READY, _Status.ARCHIVED):
            raise InvalidTransition("This visual is not ready yet. Reuse it when it is.")
        twin = VisualAsset.objects.filter(track=held, stored=first.stored).first()
        if twin is not None:
            return _there_already(held, twin)
        shelf.check_room(held)
        copied = {name: getattr(first, name) for name in _COPIED}
        again = VisualAsset.objects.create(
            track=held,
            uploader=owner,
            status=_Status.READY,
            origin=_Origin.REUSED,
            position=shelf.next_position(held),
            **copied,
        )
        again.tags.set(first.tags.all())
        for mark in VisualFingerprint.objects.filter(visual=first):
            VisualFingerprint.objects.create(visual=again, hashes=mark.hashes, version=mark.version)
        events.visual_update(again)
    return Added(again)


# A still belongs to its track, so what was drawn of one is reused as it is: without its recipe.
_COPIED = (
    "title", "kind", "source", "source_sha256", "source_bytes", "join", "source_model",
    "source_prompt_hash", "source_seed", "stored", "duration_s", "width_px", "height_px", "fps",
    "bytes", "facts", "bpm_min", "bpm_max",
)  # fmt: skip


def _begin(visual: VisualAsset, slugs: Iterable[str], owner: Any) -> None:
    visual.tags.set(_rows(slugs))
    making.ask(visual, owner=owner)
    events.visual_update(visual)


def _live(track: Track) -> Any:
    return VisualAsset.objects.filter(track=track).kept()


def _there_already(track: Track, twin: VisualAsset) -> Added:
    """The visual that is there, usable again where it can be, and the sentence that says so."""
    if twin.status == _Status.ARCHIVED:
        shelf.check_room(track)
        twin.move(_Status.READY, position=shelf.next_position(track))
        events.visual_update(twin)
        return Added(twin, is_new=False, note=f"“{twin.title}” was in the archive. It is back.")
    if twin.status == _Status.FAILED:
        note = f"This file was tried before and could not be used: {twin.error}"
        return Added(twin, is_new=False, note=note)
    return Added(twin, is_new=False, note=f"This file is in the library already: “{twin.title}”.")


def _hook_of(track: Track) -> Hook:
    hook = Hook.objects.filter(track=track).first()
    if hook is None:
        raise InvalidTransition("Choose the hook first: the visual is drawn with its music.")
    return hook


def _slugs(texts: Iterable[str]) -> list[str]:
    return tags.chosen(texts)


def _rows(slugs: Iterable[str]) -> list[VisualTag]:
    return tags.rows(slugs)
