"""What a worker does with a song: listens to it, offers hooks, places its words, cuts the first hook.

Runs under a lease (``casset.work``). The row says which recording and which words are meant: what
was heard of another one, replaced meanwhile, is thrown away.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from casset.lib.errors import CassetError
from casset.media.audio import decode, figures, parser, peaks, rendition, windows
from casset.media.audio.analysis import AudioAnalysis
from casset.media.audio.decode import Sound
from casset.media.audio.remembered import Listening
from casset.tracks import colours, cutting, services, words
from casset.tracks.models import Hook, Track, TrackFeatures
from casset.web import storage
from casset.work.running import Claim

DECODED, HEARD, STORED = 0.12, 0.86, 0.92  # shares of the whole
OFFERED = 4  # hooks


def run(claim: Claim) -> None:
    """Hear the track, then make it ready; harmless when run twice. Raises ``CassetError``s of the file."""
    track = Track.objects.select_related("artist").filter(pk=claim.subject).first()
    if track is None or not track.audio:
        return
    _tell(claim, track, 0.0)
    with storage.local(track.audio) as path:
        sound = decode.decode(
            path,
            min_s=settings.AUDIO_MIN_S,
            max_s=settings.AUDIO_MAX_S,
            max_bytes=settings.TRACK_MAX_BYTES,
        )
    _tell(claim, track, DECODED)
    analysis = _listen(claim, track, sound)
    claim.check()
    _keep_whole(track, sound)
    _tell(claim, track, STORED)
    hook = _publish(claim, track, sound, analysis)
    if hook is not None and hook.cut_version != hook.version:
        cutting.cut(claim, hook, sound)


def gave_up(subject: str, error: CassetError) -> None:
    """Say on the track why it could not be heard. One that was heard before stays as it was."""
    track = Track.objects.filter(pk=subject).first()
    if track is None:
        return
    changes: dict[str, Any] = {"error": str(error)[:500]}
    if track.status == Track.Status.PROCESSING:
        changes["status"] = Track.Status.FAILED
    Track.objects.filter(pk=subject).update(**changes, updated_at=Now())
    services.tell(track, "track_update", **{"status": track.status, **changes})
    cutting.gave_up(subject, error)


def _listen(claim: Claim, track: Track, sound: Sound) -> AudioAnalysis:
    def progress(share: float, text: str) -> None:
        _tell(claim, track, DECODED + (HEARD - DECODED) * share)

    how = Listening(
        engine=settings.BEAT_ENGINE,
        beat_this_checkpoint=settings.BEAT_THIS_CHECKPOINT,
        cache_dir=Path(settings.CACHE_DIR),
    )
    if track.lyrics_kind == Track.Lyrics.TAPPED:  # the times are the artist's: nothing to place
        return parser.analyse(
            sound,
            transcript=words.lines_of(track),
            engine=how.engine,
            beat_this_checkpoint=how.beat_this_checkpoint,
            progress=progress,
        )
    sheet = words.sheet_of(track.lyrics_text) if track.lyrics_text.strip() else None
    return how.analyse(sound, sheet, progress=progress)


def _keep_whole(track: Track, sound: Sound) -> None:
    """Store the song as one file on the decoded timeline, which players and rows agree on."""
    if storage.exists(track.whole):
        return
    with tempfile.TemporaryDirectory(prefix="casset-whole-") as place:
        path = Path(place) / "whole.m4a"
        rendition.full(sound, path)
        storage.keep(track.whole, path, content_type="audio/mp4")


def _publish(claim: Claim, track: Track, sound: Sound, analysis: AudioAnalysis) -> Hook | None:
    """Write what was heard; the hook to cut, None where the recording was replaced meanwhile."""
    offers: dict[str, Any] = {
        "suggestions": [
            {
                "start_s": round(one.start_s, 3),
                "end_s": round(one.end_s, 3),
                "label": one.label,
                "reasons": list(one.reasons),
                "score": one.score,
            }
            for one in windows.suggestions(analysis)[:OFFERED]
        ],
        "bars": [round(float(edge), 3) for edge in windows.bar_edges(analysis)],
        "warnings": [*sound.warnings, *analysis.lyrics_info.warnings],
    }
    features = {
        "analysis": analysis.model_dump(mode="json"),
        "peaks": peaks.peaks(sound, peaks.SONG_BUCKETS),
        "figures": figures.figures(sound, analysis),
        "offers": offers,
        "version": parser.VERSION[:12],
        "heard_at": timezone.now(),
    }
    changes = {
        "status": Track.Status.READY,
        "error": "",
        "duration_s": sound.duration,
        "bpm": analysis.bpm if analysis.beat_timestamps else None,
        "key": f"{analysis.key.tonic} {analysis.key.mode}" if analysis.key else "",
    }
    with claim.held():
        row = Track.objects.select_for_update().get(pk=track.pk)
        if row.audio != track.audio:
            transaction.on_commit(lambda: services.forget_take(track.audio))
            return None
        same_words = (row.lyrics_text, row.lyrics_kind) == (track.lyrics_text, track.lyrics_kind)
        if same_words and row.lyrics_kind != Track.Lyrics.TAPPED:
            changes["lines"] = [line.model_dump(mode="json") for line in analysis.lyrics]
        if not row.cover:
            changes["theme"] = colours.of_mood(analysis.mood)
        Track.objects.filter(pk=track.pk).update(**changes, updated_at=Now())
        TrackFeatures.objects.update_or_create(track=row, defaults=features)
        row.refresh_from_db()
        hook = _hook(row, offers["suggestions"][0])
        services.caption_again(row)
        services.tell(row, "track_update", status=row.status, percent=100)
    return hook


def _hook(track: Track, best: dict[str, Any]) -> Hook:
    """The track's hook: the one the artist chose where it is inside the song, else the best offer."""
    first = {"start_s": best["start_s"], "end_s": best["end_s"], "label": best["label"]}
    hook, is_new = Hook.objects.select_for_update().get_or_create(track=track, defaults=first)
    if not is_new and hook.end_s > track.duration_s:
        Hook.objects.filter(pk=hook.pk).update(
            **first, version=hook.version + 1, status=Hook.Status.CUTTING
        )
        hook.refresh_from_db()
    return hook


def _tell(claim: Claim, track: Track, share: float) -> None:
    """Note how far it is and tell who watches. Raises ``LeaseLost``."""
    if claim.at(share):
        services.tell(track, "track_update", status=track.status, percent=round(100 * share))
