"""``visuals.music``: the worker's part of working out a hook's music (``visuals.music``)."""

from __future__ import annotations

import json

from django.conf import settings

from casset.media.audio.analysis import AudioAnalysis
from casset.media.audio.decode import decode
from casset.media.loops import hook_music
from casset.tracks.models import Hook, TrackFeatures
from casset.web import storage
from casset.work.running import Claim
from visuals import music


def write(claim: Claim) -> None:
    """Keep the curves of the track's hook as it is now, and say so; about two CPU seconds."""
    hook = Hook.objects.select_related("track").filter(pk=claim.subject).first()
    heard = TrackFeatures.objects.filter(track=claim.subject).first()
    if hook is None or heard is None or not hook.track.audio:
        return
    if not music.is_there(hook):
        with storage.local(hook.track.audio) as path:
            sound = decode(path, max_s=settings.AUDIO_MAX_S, max_bytes=settings.TRACK_MAX_BYTES)
        claim.check()
        made = hook_music.hook_curves(
            sound,
            AudioAnalysis.model_validate(heard.analysis),
            start_s=hook.start_s,
            end_s=min(hook.end_s, len(sound.samples) / sound.rate),
        )
        claim.check()
        place = music.place_of(hook)
        facts = json.dumps(made.facts).encode()
        for name, data in (("curves.f32", made.values), ("song.json", facts)):
            storage.keep_bytes(f"{place}/{name}", data, content_type=music.TYPES[name])
    music.tell(hook)
