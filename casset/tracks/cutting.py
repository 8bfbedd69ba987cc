"""What a worker does with a chosen window: cuts the hook's own sound, its outline and its captions.

A window has a version. What was cut for an older one is thrown away; the newer asks for itself.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.db.models.functions import Now

from casset.lib.errors import CassetError
from casset.lib.ids import new_id
from casset.media.audio import decode, peaks, rendition
from casset.media.audio.decode import Sound
from casset.tracks import services, words
from casset.tracks.models import Hook, Track
from casset.web import storage
from casset.work.running import Claim

CONTENT_TYPE = "audio/mp4"


def run(claim: Claim) -> None:
    """Cut the track's hook where its window has no rendition yet. Raises ``CassetError``s of the file."""
    hook = Hook.objects.select_related("track").filter(pk=claim.subject).first()
    if hook is None or hook.cut_version == hook.version or not hook.track.audio:
        return
    if hook.track.status != Track.Status.READY:
        return  # a new recording is being heard, and is cut from then
    with storage.local(hook.track.audio) as path:
        sound = decode.decode(path, max_s=settings.AUDIO_MAX_S, max_bytes=settings.TRACK_MAX_BYTES)
    claim.check()
    cut(claim, hook, sound)


def gave_up(subject: str, error: CassetError) -> None:
    """Say on the hook why it was not cut; what was cut before goes on playing."""
    hook = Hook.objects.select_related("track").filter(pk=subject).first()
    if hook is None or hook.cut_version == hook.version:
        return
    failed = Hook.objects.filter(pk=subject, version=hook.version)
    failed.update(status=Hook.Status.FAILED, error=str(error)[:500], updated_at=Now())
    services.tell(hook.track, "hook_update", version=hook.version, status=Hook.Status.FAILED)


def cut(claim: Claim, hook: Hook, sound: Sound) -> bool:
    """Cut the window of ``hook`` from its decoded song; False where a newer one was chosen meanwhile.

    Raises ``LeaseLost``, and what ``rendition.cut`` raises.
    """
    name = f"{hook.track.prefix}/hook/{hook.version}-{new_id()}.m4a"
    end_s = min(hook.end_s, sound.duration)
    with tempfile.TemporaryDirectory(prefix="casset-hook-") as place:
        path = Path(place) / "hook.m4a"
        facts = rendition.cut(sound, path, start_s=hook.start_s, end_s=end_s)
        storage.keep(name, path, content_type=CONTENT_TYPE)
    outline = peaks.peaks(sound, peaks.HOOK_BUCKETS, start_s=hook.start_s, end_s=end_s)
    is_ours = False
    before = ""
    try:
        with claim.held():
            row = Track.objects.select_for_update().get(pk=hook.pk)
            newest = Hook.objects.select_for_update().get(pk=hook.pk)
            before = newest.sound
            is_ours = bool(
                Hook.objects.filter(pk=hook.pk, version=hook.version).update(
                    status=Hook.Status.READY,
                    error="",
                    cut_version=hook.version,
                    sound=name,
                    sound_s=facts.duration_s,
                    captions=words.captions(row, start_s=hook.start_s, end_s=end_s),
                    peaks=outline,
                    updated_at=Now(),
                )
            )
            if is_ours:
                services.tell(row, "hook_update", version=hook.version, status=Hook.Status.READY)
    except BaseException:
        storage.remove(name)
        raise
    superseded = before if is_ours else name
    if superseded:
        storage.remove(superseded)
    return is_ours
