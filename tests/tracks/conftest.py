"""A song to make tracks of, and a folder of files that is empty before each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from casset.tracks import services
from casset.tracks.models import Hook, Track, TrackFeatures
from tests.pipeline.conftest import write_song
from tests.tracks import factories


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four seconds at 120 BPM."""
    return write_song(tmp_path_factory.mktemp("tracks") / "Night_walk.wav", 24.0)


@pytest.fixture
def small_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds: for tests that need a file, not its music."""
    return write_song(tmp_path_factory.mktemp("small") / "short.wav", 8.0)


@pytest.fixture(autouse=True)
def no_files(cache: object) -> Iterator[None]:
    yield
    for folder in ("tracks", "artists"):
        shutil.rmtree(django_settings.FILES_DIR / folder, ignore_errors=True)


_once: dict[str, Any] = {}  # what a worker made of the song, to be had again without listening


@pytest.fixture
def heard(song: Path, transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Track:
    """A track as it is when its worker is done: heard, its hook chosen and cut."""
    artist = factories.artist()
    if not _once:
        made = services.create_track(artist=artist, audio=factories.sent(song))
        factories.do_all_work()
        _once["files"] = tmp_path_factory.mktemp("heard") / "files"
        shutil.copytree(django_settings.FILES_DIR / made.prefix, _once["files"])
        for model in (Track, TrackFeatures, Hook):
            _once[model.__name__] = model.objects.filter(pk=made.pk).values().get()
        return Track.objects.get()
    rows = {name: dict(row) for name, row in _once.items() if name != "files"}
    track = Track.objects.create(**rows["Track"] | {"artist_id": artist.pk})
    TrackFeatures.objects.create(**rows["TrackFeatures"])
    Hook.objects.create(**rows["Hook"])
    shutil.copytree(_once["files"], django_settings.FILES_DIR / track.prefix)
    return Track.objects.get()
