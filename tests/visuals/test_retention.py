"""What is kept how long."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from casset.tracks.services import delete_track
from casset.web import storage
from casset.work.models import Item
from tests.visuals import factories
from visuals import files, making, retention, services
from visuals.models import Leftover, Still, VisualAsset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cache")]
Status = VisualAsset.Status


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    def run():
        with django_capture_on_commit_callbacks(execute=True):
            return retention.clean_up()

    return run


def aged(visual, days, **more):
    then = timezone.now() - timedelta(days=days)
    VisualAsset.objects.filter(pk=visual.pk).update(updated_at=then, **more)
    return visual


def test_failed_visuals_go_after_a_week_with_what_was_uploaded(committed):
    old = aged(factories.visual(status=Status.FAILED, source="visuals/sources/a.mp4"), 8)
    new = aged(factories.visual(status=Status.FAILED, source="visuals/sources/b.mp4"), 6)
    storage.keep_bytes(old.source, b"a")
    storage.keep_bytes(new.source, b"b")
    assert committed().failed == 1
    assert list(VisualAsset.objects.all()) == [new]
    assert (storage.exists(old.source), storage.exists(new.source)) == (False, True)


def test_uploads_of_archived_visuals_go_after_thirty_days_but_not_one_that_is_used_elsewhere(
    committed,
):
    visual = factories.visual(source="visuals/sources/a.mp4")
    storage.keep_bytes(visual.source, b"a")
    other = factories.track(visual.track.artist)
    twin = services.reuse(visual=visual, track=other, owner=None).visual
    services.archive(visual=visual)
    aged(visual, 31, archived_at=timezone.now() - timedelta(days=31))
    assert committed().sources == 1
    assert storage.exists(twin.source)
    services.archive(visual=twin)
    assert committed().sources == 0  # archived just now
    aged(twin, 31, archived_at=timezone.now() - timedelta(days=31))
    assert committed().sources == 1
    assert not storage.exists("visuals/sources/a.mp4")
    visual.refresh_from_db()
    assert services.restore(visual=visual).status == Status.READY


def test_a_visual_nobody_works_at_any_more_is_said_to_have_failed(committed):
    stuck = aged(factories.visual(status=Status.PROCESSING), 1)
    waiting = aged(factories.visual(status=Status.PROCESSING, source="visuals/s.mp4"), 1)
    making.ask(waiting, owner=None)
    assert committed().stuck == 1
    stuck.refresh_from_db()
    assert (stuck.status, stuck.error_code) == (Status.FAILED, "STOPPED")


def test_files_a_killed_worker_left_are_found_and_those_in_use_are_not(committed):
    orphan = files.new_prefix("x" * 14)
    storage.keep_bytes(f"{orphan}/loop.mp4", b"a")
    used = factories.visual()
    storage.keep_bytes(used.file("loop.mp4"), b"b")
    Leftover.objects.create(name=used.stored, is_folder=True)
    assert committed().leftovers == 0  # may still be being written
    Leftover.objects.update(created_at=timezone.now() - timedelta(hours=4))
    assert committed().leftovers == 2
    assert not storage.exists(f"{orphan}/loop.mp4")
    assert storage.exists(used.file("loop.mp4"))
    assert not Leftover.objects.exists()


@pytest.mark.parametrize("kept_in", ["WORK_DIR", "CACHE_DIR"])
def test_old_work_folders_and_pieces_of_drawings_go(committed, settings, tmp_path, kept_in):
    settings.WORK_DIR, settings.CACHE_DIR = tmp_path / "none", tmp_path / "none"
    setattr(settings, kept_in, tmp_path)
    old, new = tmp_path / files.ROOT / "old", tmp_path / files.ROOT / "new"
    for folder in (old, new):
        folder.mkdir(parents=True)
    then = timezone.now().timestamp() - 2 * 86_400
    os.utime(old, (then, then))
    assert committed().benches == 1
    assert [path.name for path in (tmp_path / files.ROOT).iterdir()] == ["new"]


def test_a_deleted_track_takes_its_visuals_files_and_work_along(django_capture_on_commit_callbacks):
    track = factories.track()
    visual = factories.visual(track, source="visuals/sources/a.mp4")
    making.ask(visual, owner=None)
    storage.keep_bytes(visual.file("loop.mp4"), b"a")
    storage.keep_bytes(visual.source, b"b")
    with django_capture_on_commit_callbacks(execute=True):
        delete_track(track=track)
    assert not VisualAsset.objects.exists()
    assert not Item.objects.filter(subject=visual.pk).exists()
    assert not storage.exists(visual.file("loop.mp4"))
    assert not storage.exists(visual.source)


# -- stills ----------------------------------------------------------------------------------------
def picture() -> BytesIO:
    sink = BytesIO()
    shown = Image.new("RGB", (300, 400), "#b4462d")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (48.0, 12.0, 30.0)}  # where it was taken
    shown.save(sink, "JPEG", exif=exif)
    sink.seek(0)
    sink.name = "cover.jpg"
    return sink


def test_a_still_is_kept_without_the_place_it_was_taken_at_and_only_its_artist_sees_it():
    track = factories.track(published=True)
    client = Client()
    client.force_login(track.artist.user)
    url = client.post("/api/upload/media", {"file": picture()}).json()["url"]
    where = f"/api/tracks/{track.pk}/stills"
    answer = client.post(where, {"imageUrl": url}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["widthPx"], body["heightPx"]) == (300, 400)
    still = Still.objects.get()
    with storage.local(f"{still.stored}/large.jpg") as path, Image.open(Path(path)) as kept:
        assert not kept.getexif()
    assert client.get(body["smallImageUrl"]).status_code == 200
    assert Client().get(body["smallImageUrl"]).status_code == 404
    assert Client().get(where).status_code == 401
    drawn = services.draw(
        track=track, owner=None, recipe={"recipe": "halation", "image": f"still:{still.pk}"}
    )
    assert drawn.visual.recipe["image"] == f"still:{still.pk}"
    assert client.delete(f"{where}/{still.pk}").status_code == 204
    assert client.get(where).json() == []


def test_a_video_is_no_still():
    track = factories.track()
    client = Client()
    client.force_login(track.artist.user)
    file = BytesIO(b"\0\0\0\x18ftypmp42" + b"\0" * 5000)
    file.name = "loop.mp4"
    url = client.post("/api/upload/media", {"file": file}).json()["url"]
    where = f"/api/tracks/{track.pk}/stills"
    answer = client.post(where, {"imageUrl": url}, content_type="application/json")
    assert answer.status_code == 400
    assert not Still.objects.exists()
