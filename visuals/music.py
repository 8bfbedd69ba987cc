"""The hook's own music for the browser, so that a look tried live moves as it will when it is drawn.

It is worked out once for each window of a recording and kept with the track: ``song.json`` and
``curves.f32``, as ``casset.media.loops.hook_music`` makes them and ``static/js/shaders/song.js`` reads.
"""

from __future__ import annotations

from casset.lib.hashing import fingerprint
from casset.tracks.models import Hook, Track
from casset.web import events, storage
from casset.work import asking

KIND = "visuals.music"
TYPES = {"song.json": "application/json", "curves.f32": "application/octet-stream"}


def version_of(hook: Hook) -> str:
    """Names the window and the recording it is of. Reads the hook's track."""
    window = [round(hook.start_s, 3), round(hook.end_s, 3), hook.track.audio_sha256]
    return fingerprint(window)[:16]


def place_of(hook: Hook) -> str:
    """The folder in storage."""
    return f"{hook.track.prefix}/music/{version_of(hook)}"


def is_there(hook: Hook) -> bool:
    return storage.exists(f"{place_of(hook)}/song.json")  # kept last


def ask(track: Track) -> None:
    """Have the hook's music worked out, once. The track's channel tells when (``hook_music``)."""
    asking.ask(KIND, track.pk, owner=track.artist.user)


def tell(hook: Hook) -> None:
    events.publish(hook.track.channel, "hook_music", {"version": version_of(hook)})
