"""A person is deleted: their files go for certain, and other people's pages stay whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casset.accounts import services
from casset.accounts.models import Artist, User
from casset.lib.errors import CassetError
from casset.tracks.models import Track
from casset.web import storage
from casset.work import removing, running
from casset.work.models import Item
from tests.accounts.factories import UserFactory
from tests.pipeline import factories as films
from tests.visuals import factories
from visuals import export_orders, exports
from visuals.models import HookExport, Leftover, VisualAsset

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaver(cache: object) -> Artist:
    """An artist with a file of each kind."""
    artist = factories.artist()
    Artist.objects.filter(pk=artist.pk).update(avatar=f"artists/{artist.pk}/1")
    track = factories.track(artist, published=True)
    visual = factories.visual(track, source="visuals/sources/a.mp4")
    export = HookExport.objects.create(key="k", track=track, order={}, status="queued")
    for name in (
        f"artists/{artist.pk}/1/large.jpg", f"{track.prefix}/song.ogg", visual.file("loop.mp4"),
        visual.source, f"{exports.folder_of(export)}/video.mp4",
    ):  # fmt: skip
        storage.keep_bytes(name, b"x", content_type="video/mp4")
    return artist


def files_of(artist: Artist) -> list[str]:
    track = artist.tracks.get()
    visual, export = track.visuals.get(), track.exports.get()
    return [
        f"artists/{artist.pk}/1/large.jpg", f"{track.prefix}/song.ogg", visual.file("loop.mp4"),
        visual.source, f"{exports.folder_of(export)}/video.mp4",
    ]  # fmt: skip


def work() -> None:
    """What the workers do, once the time for it has come."""
    Item.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    while running.run_one("io"):
        pass


def test_deleting_a_person_removes_every_file_of_theirs(
    leaver: Artist, django_capture_on_commit_callbacks: Any
) -> None:
    names = files_of(leaver)
    assert all(storage.exists(name) for name in names)
    with django_capture_on_commit_callbacks(execute=True):
        services.delete(leaver.user)
        services.delete(leaver.user)
    work()
    assert not [name for name in names if storage.exists(name)]
    assert not Track.objects.exists()
    assert not Leftover.objects.exists()


def test_a_worker_that_was_killed_or_a_bucket_that_was_away_loses_no_removal(
    leaver: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = files_of(leaver)
    services.delete(leaver.user)  # killed before anything that comes after the commit

    def away(prefix: str) -> None:
        raise CassetError("The storage is away.", code="STORAGE", retryable=True)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "remove_all", away)
        work()
    assert set(Item.objects.filter(kind=removing.KIND).values_list("status", flat=True)) == {
        Item.PENDING
    }
    work()
    assert not [name for name in names[:2] if storage.exists(name)]
    left = set(Leftover.objects.values_list("name", flat=True))
    assert {names[2].rpartition("/")[0], names[3], names[4].rpartition("/")[0]} <= left


def test_nobody_s_folder_is_removed_that_holds_more_than_one_record() -> None:
    for prefix in ("tracks", "", "/", "tracks/"):
        with pytest.raises(ValueError, match="folder"):
            removing.ask(prefix)


def test_a_running_film_is_stopped_and_its_folder_goes(
    django_capture_on_commit_callbacks: Any,
) -> None:
    job = films.job(status="processing")
    with django_capture_on_commit_callbacks(execute=True):
        services.delete(job.owner)
    assert not job.folder.exists()
    assert not User.objects.filter(pk=job.owner_id).exists()


def test_what_a_person_made_for_others_stays_on_their_pages_and_keeps_a_credit(
    leaver: Artist,
) -> None:
    other = factories.track(published=True)
    visual = factories.visual(
        other, uploader=leaver.user, kind=VisualAsset.Kind.COMMUNITY,
        is_active=True, shown_at=timezone.now(),
    )  # fmt: skip
    assert f"@{leaver.handle}" in export_orders.attribution_of(other, visual)
    services.delete(leaver.user)
    visual.refresh_from_db()
    page = Client().get(f"/t/{other.pk}")
    assert page.status_code == 200
    text = page.content.decode()
    assert "visuals by a creator on Casset" in text
    assert leaver.handle not in text
    assert export_orders.attribution_of(other, visual) == export_orders.UNKNOWN_CREATOR


def test_the_admin_says_what_goes_and_spares_the_operator(leaver: Artist, client: Client) -> None:
    boss = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    where = f"/admin/accounts/user/{leaver.user_id}/delete/"
    page = client.get(where).content.decode()
    for said in ("1 track, 1 of them shared", "1 visuals and 1 hook videos", f"@{leaver.handle}"):
        assert said in page
    assert (
        client.post(f"/admin/accounts/user/{boss.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    assert client.post(where, {"post": "yes"}).status_code == 302
    assert not Artist.objects.filter(pk=leaver.pk).exists()
    chosen = {"action": "delete_selected", "_selected_action": [boss.pk], "post": "yes"}
    client.post("/admin/accounts/user/", chosen)
    assert User.objects.filter(pk=boss.pk).exists()
