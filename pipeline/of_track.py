"""What a film takes from a track: its song, its cover and its words, as files a person might send.

The job copies them into its own folder, so that a film stays as it was begun when the track changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casset.lib.errors import NotFound
from casset.media.audio.lyrics import written
from casset.tracks import words
from casset.tracks.models import Track
from casset.web import storage

BLOCK_BYTES = 1 << 20


class OnDisk:
    """A file of this machine, as an ``Upload``."""

    def __init__(self, path: Path) -> None:
        self.name: str | None = path.name
        self.size: int | None = path.stat().st_size
        self._path = path

    def chunks(self) -> Iterator[bytes]:
        with self._path.open("rb") as source:
            while block := source.read(BLOCK_BYTES):
                yield block


class Written:
    """A text, as an ``Upload``."""

    def __init__(self, name: str, text: str) -> None:
        self._bytes = text.encode()
        self.name: str | None = name
        self.size: int | None = len(self._bytes)

    def chunks(self) -> Iterator[bytes]:
        yield self._bytes


@dataclass(frozen=True)
class Material:
    """A track's files. Open while the context of ``material`` is."""

    song: OnDisk
    lyrics: Written | None
    cover: OnDisk | None


def own(owner: Any, track_id: str, *, lock: bool = False) -> Track:
    """The person's own track, heard, and locked on request. Raises ``NotFound`` for any other, as for none."""
    mine = Track.objects.owned_by(owner).filter(status=Track.Status.READY)
    if lock:
        mine = mine.select_for_update(of=("self",))
    found = mine.filter(pk=track_id).first()
    if found is None:
        raise NotFound("There is no such track of yours that is ready for a film.")
    return found


@contextmanager
def material(track: Track) -> Iterator[Material]:
    """The track's files for as long as the context lasts. Raises what ``storage.local`` raises."""
    with ExitStack() as opened:
        song = OnDisk(opened.enter_context(storage.local(track.audio)))
        cover = None
        if track.cover:
            cover = OnDisk(opened.enter_context(storage.local(f"{track.cover}/large.jpg")))
        yield Material(song, lyrics_of(track), cover)


def lyrics_of(track: Track) -> Written | None:
    """The words with the times the artist sees, the offset added; else as they were given."""
    lines = written.enhanced_lrc(words.lines_of(track), offset_s=track.lyrics_offset_s)
    if lines:
        return Written("lyrics.lrc", lines)
    return Written("lyrics.txt", track.lyrics_text) if track.lyrics_text.strip() else None
