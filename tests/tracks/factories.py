"""The smallest valid artists, tracks and hooks; songs to send."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from casset.accounts.models import Artist, User
from casset.tracks.models import Hook, Track
from casset.work import running
from tests.accounts.factories import UserFactory


def artist(user: User | None = None, **more: Any) -> Artist:
    person = user or UserFactory()
    values = {"handle": f"artist{person.pk}", "name": "Mara Vell"} | more
    return Artist.objects.create(user=person, **values)


def track(of: Artist | None = None, **more: Any) -> Track:
    """A track that was heard: a minute long, without files."""
    made = of or artist()
    values = {
        "title": "Slow Burn",
        "status": Track.Status.READY,
        "audio_sha256": "",
        "duration_s": 60.0,
        "bpm": 118.0,
    } | more
    row = Track(artist=made, **values)
    row.audio = row.audio or f"{row.prefix}/take/song.wav"
    row.save(force_insert=True)
    return row


def hook(of: Track, **more: Any) -> Hook:
    """A hook that was cut; its file is not there."""
    values = {
        "start_s": 10.0,
        "end_s": 25.0,
        "status": Hook.Status.READY,
        "cut_version": 1,
        "sound": f"{of.prefix}/hook/1-x.m4a",
        "sound_s": 15.0,
    } | more
    return Hook.objects.create(track=of, **values)


def sent(path: Path, name: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name or path.name, path.read_bytes())


def picture(
    name: str = "cover.png", side: int = 400, colour: str = "#b4462d"
) -> SimpleUploadedFile:
    sink = BytesIO()
    Image.new("RGB", (side, side), colour).save(sink, "PNG")
    return SimpleUploadedFile(name, sink.getvalue(), "image/png")


def do_all_work(most: int = 20) -> int:
    """Do what waits, as a worker would; how many pieces that were."""
    for done in range(most):
        if not running.run_one("render"):
            return done
    raise AssertionError("the work does not end")
