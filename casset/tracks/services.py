"""What an artist can do with their tracks. Views, API and admin call these and nothing below them.

Rows are locked in one order, here and by the workers: the work (``asking``), the track, its hook,
the channel of its events. So work is asked for first, and told of last.
"""

from __future__ import annotations

import hashlib
import logging
import math
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.db.models.functions import Now

from casset.accounts.models import Artist
from casset.lib.errors import CassetError, InvalidTransition, MediaError, ValidationError
from casset.lib.ids import new_id
from casset.lib.text import one_line, title_of_file
from casset.media import probe
from casset.tracks import colours, signals, words
from casset.tracks.models import HOOK_LONGEST_S, HOOK_SHORTEST_S, Hook, Track
from casset.web import events, pictures, rates, storage, uploads
from casset.work import asking, removing

log = logging.getLogger(__name__)

HEAR, CUT = "tracks.hear", "tracks.cut_hook"
UPLOAD = "track"  # what songs that come in pieces are sent for (casset.web.uploads)
TITLE_MOST, GENRE_MOST, LABEL_MOST = 120, 40, 60  # characters
SLACK_S = 0.05  # a window may reach so far past the end: players round
ENDINGS = frozenset(
    {".mp3", ".wav", ".aif", ".aiff", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".mp4"}
)
TYPES = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".flac": "audio/flac"}


class Upload(Protocol):
    """A file a person sent: Django's ``UploadedFile``, or anything like it."""

    name: str | None
    size: int | None

    def chunks(self) -> Any: ...


class Sent:
    """A song that came in pieces, as an ``Upload``."""

    def __init__(self, taken: uploads.Taken) -> None:
        self.name: str | None = taken.name
        self.size: int | None = taken.size_bytes
        self._path = taken.path

    def chunks(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while block := file.read(2**20):
                yield block


class SameSong(InvalidTransition):
    """The artist has a track of these very bytes: ``track``."""

    code = "SAME_SONG"

    def __init__(self, track: Track) -> None:
        super().__init__(f"You have this song already: it is “{track.title}”.")
        self.track = track


# -- the song --------------------------------------------------------------------------------------
def create_track(*, artist: Artist, audio: Upload, title: str = "", genre: str = "") -> Track:
    """Take in a song and have it heard; its hook is chosen and cut without another word.

    Raises ``SameSong`` where the artist has it already, ``MediaError`` for what is no song that can
    be used, ``ValidationError`` and ``QuotaExceeded``; nothing is kept then.
    """
    rates.take(_per_hour(), str(artist.user_id))
    shown = checked_title(title) if title.strip() else title_of_file(audio.name, most=TITLE_MOST)
    kind = checked_genre(genre)
    with _received(audio, artist) as song:
        _refuse_known(artist, song.sha256)
        track = Track(artist=artist, title=shown, genre=kind)
        _take(track, song)
        try:
            with transaction.atomic():
                track.save(force_insert=True)
                asking.ask(HEAR, track.pk, owner=artist.user)
        except BaseException as fault:
            storage.remove(track.audio)
            if isinstance(fault, IntegrityError):
                _refuse_known(artist, song.sha256)
            raise
    return track


def replace_audio(*, track: Track, audio: Upload) -> None:
    """Put another recording in the track's place. The hook goes on playing until the new one is cut.

    The same bytes again change nothing. Raises as ``create_track`` does.
    """
    rates.take(_per_hour(), str(track.artist.user_id))
    with _received(audio, track.artist) as song:
        if song.sha256 == track.audio_sha256 and track.status != Track.Status.FAILED:
            return
        if song.sha256 != track.audio_sha256:
            _refuse_known(track.artist, song.sha256)
        fresh = Track(pk=track.pk, artist=track.artist)
        _take(fresh, song)
        try:
            with transaction.atomic():
                asking.ask(HEAR, track.pk, owner=track.artist.user)
                locked = Track.objects.select_for_update().get(pk=track.pk)
                before = locked.audio
                Track.objects.filter(pk=track.pk).update(
                    audio=fresh.audio,
                    audio_sha256=fresh.audio_sha256,
                    audio_bytes=fresh.audio_bytes,
                    duration_s=fresh.duration_s,
                    status=Track.Status.PROCESSING,
                    error="",
                    updated_at=Now(),
                )
                Hook.objects.filter(track=track).update(
                    version=F("version") + 1, status=Hook.Status.CUTTING, error=""
                )
                transaction.on_commit(lambda: forget_take(before))
                tell(track, "track_update", status=Track.Status.PROCESSING)
        except BaseException as fault:
            storage.remove(fresh.audio)
            if isinstance(fault, IntegrityError):
                _refuse_known(track.artist, song.sha256)
            raise
    track.refresh_from_db()


def hear_again(*, track: Track) -> None:
    """Listen once more to a track that failed, or whose hearing got stuck. Raises ``InvalidTransition``."""
    with transaction.atomic():
        asking.ask(HEAR, track.pk, owner=track.artist.user)
        again = Track.objects.filter(pk=track.pk, status=Track.Status.FAILED).exclude(audio="")
        if not again.update(status=Track.Status.PROCESSING, error=""):
            raise InvalidTransition("This track needs no second hearing.")
        tell(track, "track_update", status=Track.Status.PROCESSING)


def edit_track(*, track: Track, title: str | None = None, genre: str | None = None) -> None:
    """Change title or genre. Raises ``ValidationError``."""
    changes: dict[str, Any] = {}
    if title is not None:
        changes["title"] = checked_title(title)
    if genre is not None:
        changes["genre"] = checked_genre(genre)
    _change(track, **changes)


def keep_cover(*, track: Track, cover: Upload) -> None:
    """Give the track a cover, whose colours its pages take. Raises ``MediaError``."""
    before = track.cover
    prefix = pictures.keep(cover, f"{track.prefix}/cover", what="cover")
    _change(track, cover=prefix, theme=colours.of_cover(prefix))
    if before and before != prefix:
        storage.remove_all(before)


def delete_track(*, track: Track) -> None:
    """Remove a track with all that belongs to it; work on it is called off.

    Its files go at once where storage is there, and by a worker where it is not.
    """
    with transaction.atomic():
        if not _take_out(track):
            return
    events.forget(track.channel)
    try:
        storage.remove_all(track.prefix)
    except CassetError as fault:
        log.warning("not removed yet: %s (%s)", track.prefix, fault)


def take_out_those_of(user: Any) -> None:
    """The person is being deleted: so are their tracks. Call it in that transaction."""
    for track in Track.objects.filter(artist__user=user).order_by("pk"):
        if _take_out(track):
            events.forget(track.channel)


def _take_out(track: Track) -> bool:
    """Delete the rows and have the files removed; False where it has gone."""
    for kind in (HEAR, CUT):
        asking.call_off(kind, track.pk)
    locked = Track.objects.select_for_update().filter(pk=track.pk).first()
    if locked is None:
        return False
    signals.track_deleted.send(Track, track=locked)
    removing.ask(track.prefix)
    locked.delete()
    return True


# -- the hook --------------------------------------------------------------------------------------
def choose_hook(*, track: Track, start_s: float, end_s: float, label: str = "") -> Hook:
    """Make this window the hook and have it cut; the newest choice wins, whatever overtakes it.

    The window that is there already changes nothing. Raises ``ValidationError`` for one that is no
    part of the song or not 3 to 30 s long, ``InvalidTransition`` before the song was heard.
    """
    start_s, end_s = _checked_window(track, start_s, end_s)
    named = one_line(label)[:LABEL_MOST]
    there = Hook.objects.filter(track_id=track.pk).first()
    if there is not None and _is_same(there, start_s, end_s):
        if named != there.label:
            Hook.objects.filter(pk=there.pk, version=there.version).update(label=named)
            there.label = named
        return there
    with transaction.atomic():
        asking.ask(CUT, track.pk, owner=track.artist.user)
        row = Track.objects.select_for_update().get(pk=track.pk)
        if row.status != Track.Status.READY:
            raise InvalidTransition("The song is being listened to. Choose the hook in a moment.")
        window = {"start_s": start_s, "end_s": end_s, "label": named}
        hook, is_new = Hook.objects.select_for_update().get_or_create(track=row, defaults=window)
        if not is_new:
            Hook.objects.filter(pk=hook.pk).update(
                **window,
                version=F("version") + 1,
                status=Hook.Status.CUTTING,
                error="",
                updated_at=Now(),
            )
            hook.refresh_from_db()
        tell(track, "hook_update", version=hook.version, status=hook.status)
    return hook


def publish(*, track: Track) -> None:
    """Let everybody hear the hook. Publishing twice is one publishing. Raises ``InvalidTransition``."""
    ready = Track.objects.filter(pk=track.pk, hook__cut_version__gt=0)
    if not ready.exists():
        raise InvalidTransition("The hook is not cut yet. Share it in a moment.")
    Track.objects.filter(pk=track.pk, published_at=None).update(published_at=Now())
    track.refresh_from_db()
    tell(track, "track_update", published=True)


def unpublish(*, track: Track) -> None:
    """Take the hook back: its link leads nowhere until it is shared again."""
    Track.objects.filter(pk=track.pk).update(published_at=None)
    track.refresh_from_db()
    tell(track, "track_update", published=False)


# -- the words -------------------------------------------------------------------------------------
def set_lyrics(*, track: Track, text: str) -> None:
    """Keep the words as pasted (plain, LRC, WebVTT, SRT) and have them placed; none takes them away.

    Raises ``ValidationError`` for what is no lyric.
    """
    if not text.strip():
        with transaction.atomic():
            _write(track, lyrics_text="", lyrics_kind=Track.Lyrics.NONE, lines=[])
            caption_again(track)
            tell(track, "track_update")
        return
    sheet = words.sheet_of(text)
    with transaction.atomic():
        if track.audio:
            asking.ask(HEAR, track.pk, owner=track.artist.user)
        _write(track, lyrics_text=text, lyrics_kind=words.kind_of(sheet), lines=[], error="")
        caption_again(track)
        tell(track, "track_update")


def save_tapped(*, track: Track, lines: Iterable[Any]) -> None:
    """Keep the times an artist tapped; they stand above whatever was found by ear.

    Raises ``ValidationError`` (see ``words.tapped``).
    """
    kept = words.tapped(lines, duration_s=track.duration_s)
    text = track.lyrics_text or "\n".join(line["text"] for line in kept)
    with transaction.atomic():
        _write(track, lines=kept, lyrics_kind=Track.Lyrics.TAPPED, lyrics_text=text)
        caption_again(track)
        tell(track, "track_update")


def set_offset(*, track: Track, offset_s: float) -> None:
    """Move all words, later where positive; at most 2 s either way. Raises ``ValidationError``."""
    if not math.isfinite(offset_s) or abs(offset_s) > words.OFFSET_MOST_S + 1e-6:
        raise ValidationError(f"The words can be moved by {words.OFFSET_MOST_S:.0f} s at most.")
    with transaction.atomic():
        _write(track, lyrics_offset_s=round(offset_s, 3))
        caption_again(track)
        tell(track, "track_update")


# -- what is asked often ---------------------------------------------------------------------------
def may_watch(user: Any, track_id: str) -> bool:
    """Whether the person may follow what happens to the track: its artist may."""
    return Track.objects.owned_by(user).filter(pk=track_id).exists()


def tell(track: Track, type_: str, **data: Any) -> None:
    """Say on the track's channel that something of it changed."""
    events.publish(track.channel, type_, {"id": track.pk, **data})


def checked_title(title: str) -> str:
    shown = one_line(title)
    if not shown:
        raise ValidationError("Give the track a title.")
    if len(shown) > TITLE_MOST:
        raise ValidationError(f"The title has {len(shown)} characters; at most {TITLE_MOST} fit.")
    return shown


def checked_genre(genre: str) -> str:
    shown = one_line(genre)
    if len(shown) > GENRE_MOST:
        raise ValidationError(f"The genre has {len(shown)} characters; at most {GENRE_MOST} fit.")
    return shown


# -- inside ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Song:
    """A song on this machine, looked at from outside."""

    path: Path
    ending: str
    sha256: str
    size_bytes: int
    duration_s: float


@contextmanager
def _received(audio: Upload, artist: Artist) -> Iterator[_Song]:
    """Write what is sent to a place of its own, and look at it before anything else is done with it."""
    _check_storage(artist)
    ending = PurePath((audio.name or "").replace("\\", "/")).suffix.lower()
    if ending not in ENDINGS:
        kinds = ", ".join(sorted(e[1:].upper() for e in ENDINGS))
        raise MediaError(f"A song of this kind cannot be read here. Use one of {kinds}.")
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="track-", dir=settings.WORK_DIR) as place:
        path = Path(place) / f"song{ending}"
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as sink:
            for block in audio.chunks():
                size += len(block)
                if size > settings.TRACK_MAX_BYTES:
                    raise MediaError(
                        f"The song has more than {settings.TRACK_MAX_BYTES // 2**20} MB, the most "
                        "that can be kept. Send it as FLAC.",
                        code="FILE_TOO_LARGE",
                    )
                digest.update(block)
                sink.write(block)
        if not size:
            raise MediaError("The song is empty (0 bytes). Choose the file again.")
        facts = probe.sound(path, max_bytes=settings.TRACK_MAX_BYTES)
        _check_length(facts.duration_s)
        yield _Song(path, ending, digest.hexdigest(), size, facts.duration_s)


def _take(track: Track, song: _Song) -> None:
    """Store the song under a name of its own and note it in the (unsaved) row."""
    track.audio = f"{track.prefix}/{new_id()}/song{song.ending}"
    track.audio_sha256, track.audio_bytes = song.sha256, song.size_bytes
    track.duration_s = song.duration_s
    storage.keep(track.audio, song.path, content_type=TYPES.get(song.ending))


def forget_take(audio: str) -> None:
    """Remove a recording and what was made of it as a whole."""
    if audio:
        storage.remove_all(audio.rpartition("/")[0])


def _check_length(duration_s: float) -> None:
    if duration_s and duration_s < settings.AUDIO_MIN_S:
        raise MediaError(
            f"The song lasts {duration_s:.1f} s; a track needs at least {settings.AUDIO_MIN_S:.0f} s."
        )
    if duration_s > settings.AUDIO_MAX_S:
        raise MediaError(
            f"The song lasts {duration_s / 60:.0f} minutes; at most "
            f"{settings.AUDIO_MAX_S / 60:.0f} can be used. Cut it, then send it again."
        )


def _check_storage(artist: Artist) -> None:
    kept = Track.objects.filter(artist=artist).aggregate(total=Sum("audio_bytes"))["total"] or 0
    if kept > settings.STORAGE_MAX_BYTES:
        raise ValidationError(
            f"Your songs fill the {settings.STORAGE_MAX_BYTES / 2**30:.0f} GB that are yours. "
            "Delete some, then send this one.",
            code="STORAGE_FULL",
        )


def _refuse_known(artist: Artist, sha256: str) -> None:
    twin = Track.objects.filter(artist=artist, audio_sha256=sha256).first()
    if twin is not None:
        raise SameSong(twin)


def _per_hour() -> rates.Rate:
    return rates.Rate(
        "tracks", settings.TRACKS_PER_HOUR, 3600, "That is a lot of songs in one hour."
    )


def _checked_window(track: Track, start_s: float, end_s: float) -> tuple[float, float]:
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        raise ValidationError("A hook's start and end are numbers of seconds. Choose them again.")
    if start_s < 0 or end_s > track.duration_s + SLACK_S:
        raise ValidationError(
            f"The hook lies outside the song, which is {track.duration_s:.1f} s long. Choose a part of it."
        )
    length = end_s - start_s
    if length > HOOK_LONGEST_S + SLACK_S:
        raise ValidationError(f"A hook is at most {HOOK_LONGEST_S:.0f} s long. Make it shorter.")
    if length < HOOK_SHORTEST_S - SLACK_S:
        raise ValidationError(f"A hook is at least {HOOK_SHORTEST_S:.0f} s long. Make it longer.")
    start_s = round(start_s, 3)
    return start_s, round(min(end_s, track.duration_s, start_s + HOOK_LONGEST_S), 3)


def _is_same(hook: Hook, start_s: float, end_s: float) -> bool:
    """Whether the hook is this window already, cut or being cut."""
    near = math.isclose(hook.start_s, start_s, abs_tol=0.0005)
    return (
        near
        and math.isclose(hook.end_s, end_s, abs_tol=0.0005)
        and hook.status != Hook.Status.FAILED
    )


def _change(track: Track, **changes: Any) -> None:
    """Save named fields only, and tell who looks at the track."""
    if changes:
        _write(track, **changes)
        tell(track, "track_update")


def _write(track: Track, **changes: Any) -> None:
    Track.objects.filter(pk=track.pk).update(**changes, updated_at=Now())
    for field, value in changes.items():
        setattr(track, field, value)


def caption_again(track: Track) -> None:
    """Write the hook's captions anew from the words and their offset. Call it in a transaction.

    While a new window is being cut its captions come with it, from the words of then.
    """
    hook = Hook.objects.select_for_update().filter(track_id=track.pk).first()
    if hook is None or hook.cut_version != hook.version:
        return
    captions = words.captions(track, start_s=hook.start_s, end_s=hook.end_s)
    Hook.objects.filter(pk=hook.pk).update(captions=captions, updated_at=Now())
    tell(track, "hook_update", version=hook.version, status=hook.status)
