"""The API of visuals: who may do what, and what is answered."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from casset.web import storage
from casset.work.models import Item
from tests.accounts.factories import UserFactory
from tests.visuals import factories
from visuals import services
from visuals.models import Leftover, VisualAsset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cache")]
MP4 = b"\0\0\0\x18ftypmp42" + b"\0" * 5000


@pytest.fixture
def track():
    return factories.track(published=True)


@pytest.fixture
def artist(track):
    """The artist's browser."""
    client = Client()
    client.force_login(track.artist.user)
    return client


@pytest.fixture
def stranger():
    client = Client()
    client.force_login(UserFactory())
    return client


def of(track, rest=""):
    return f"/api/tracks/{track.pk}/visuals{rest}"


def sent(client, name="night bus.mp4", data=MP4):
    """What the address for files answers."""
    file = BytesIO(data)
    file.name = name
    answer = client.post("/api/upload/media", {"file": file})
    assert answer.status_code < 300, answer.content
    return answer.json()


def posted(client, track, **body):
    return client.post(of(track), body, content_type="application/json")


def patched(client, where, **body):
    return client.patch(where, body, content_type="application/json")


# -- coming in -------------------------------------------------------------------------------------
def test_an_uploaded_video_is_taken_into_the_library_and_what_it_claims_is_not_believed(
    artist, track
):
    answer = posted(
        artist, track, videoUrl=sent(artist)["url"], durationSec=9999, widthPx=1, heightPx=1,
        posterImageUrl="https://elsewhere.example/p.jpg", kind="ARTIST", tagSlugs=["lo-fi"],
    )  # fmt: skip
    assert answer.status_code == 201
    visual = answer.json()["visual"]
    assert (visual["status"], visual["title"]) == ("PROCESSING", "night bus")
    assert (visual["durationSec"], visual["widthPx"], visual["videoUrl"]) == (0, 0, None)
    assert [tag["slug"] for tag in visual["tags"]] == ["lofi"]
    row = VisualAsset.objects.get()
    assert storage.read_bytes(row.source) == MP4
    assert Item.objects.filter(kind="visuals.ingest", subject=row.pk).exists()
    assert not Leftover.objects.exists()


def test_the_same_file_again_answers_with_the_visual_that_is_there(artist, track):
    first = posted(artist, track, videoUrl=sent(artist)["url"]).json()
    answer = posted(artist, track, uploadId=sent(artist)["upload"])
    assert answer.status_code == 200
    assert answer.json()["visual"]["id"] == first["visual"]["id"]
    assert "in the library already" in answer.json()["note"]


def test_one_upload_is_used_once(artist, track):
    url = sent(artist)["url"]
    assert posted(artist, track, videoUrl=url).status_code == 201
    answer = posted(artist, track, videoUrl=url)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "UPLOAD_NOT_FOUND"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/loop.mp4",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "/etc/passwd",
        "//elsewhere.example/api/uploads/{id}",
        "javascript:alert(1)",
        "http://[broken",
        "x" * 2000,
    ],
)
def test_a_video_that_was_not_sent_here_is_refused(artist, track, url):
    upload = sent(artist)["upload"]
    answer = posted(artist, track, videoUrl=url.replace("{id}", upload))
    assert answer.status_code == 400
    assert not VisualAsset.objects.exists()


def test_somebody_elses_upload_cannot_be_taken(artist, stranger, track):
    answer = posted(artist, track, videoUrl=sent(stranger)["url"])
    assert answer.status_code == 400
    assert not VisualAsset.objects.exists()


@pytest.mark.parametrize(
    "data",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 99, b"#EXTM3U\nfile:///etc/passwd\n" * 99],
)
def test_a_picture_or_a_playlist_named_mp4_never_gets_in(artist, data):
    file = BytesIO(data)
    file.name = "loop.mp4"
    answer = artist.post("/api/upload/media", {"file": file})
    assert answer.status_code in (400, 415)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"videoUrl": "/api/uploads/x", "uploadId": "y"},
        {"uploadId": "y", "kind": "COMMUNITY"},
        {"uploadId": "y", "join": "melt"},
        {"uploadId": "y", "tagSlugs": ["qwertz"]},
        {"uploadId": "y", "tagSlugs": "lofi"},
        {"uploadId": "y", "tagSlugs": ["x" * 10_000]},
        {"uploadId": "y", "title": "🌧" * 10_000},
        {"uploadId": ["a"]},
    ],
)
def test_a_body_that_makes_no_sense_is_refused_and_changes_nothing(artist, track, body):
    assert posted(artist, track, **body).status_code == 400
    assert not VisualAsset.objects.exists()


def test_a_file_that_failed_to_be_taken_can_be_tried_again(artist, track):
    url = sent(artist)["url"]
    assert posted(artist, track, videoUrl=url, tagSlugs=["qwertz"]).status_code == 400
    assert posted(artist, track, videoUrl=url).status_code == 201


# -- who may ---------------------------------------------------------------------------------------
WRITES = [
    ("post", ""), ("post", "/drawn"), ("post", "/generated"), ("post", "/reused"),
    ("patch", "/order"), ("patch", "/{v}"), ("delete", "/{v}"), ("patch", "/{v}/active"),
    ("post", "/{v}/retry"), ("post", "/{v}/redraw"), ("post", "/{v}/periods"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "rest"), WRITES)
def test_only_the_tracks_artist_may_change_anything(client, stranger, track, method, rest):
    visual = services.show(visual=factories.visual(track))
    hidden = factories.visual()
    for asker, there, elsewhere in ((client, 401, 401), (stranger, 403, 404)):
        for home, one, expected in ((track, visual, there), (hidden.track, hidden, elsewhere)):
            where = of(home, rest.replace("{v}", one.pk))
            answer = getattr(asker, method)(where, {}, content_type="application/json")
            assert answer.status_code == expected, (where, answer.content)
            assert set(answer.json()["error"]) == {"code", "message", "retryable"}
    assert VisualAsset.objects.filter(title="Night bus", status="READY").count() == 2


@pytest.mark.parametrize(("method", "rest"), [one for one in WRITES if "{v}" in one[1]])
def test_another_tracks_visual_is_not_found_through_ones_own_track(artist, track, method, rest):
    foreign = factories.visual()
    where = of(track, rest.replace("{v}", foreign.pk))
    body = {"active": True, "title": "Mine now"}
    assert getattr(artist, method)(where, body, content_type="application/json").status_code == 404
    foreign.refresh_from_db()
    assert (foreign.title, foreign.is_active) == ("Night bus", False)


def test_a_tracks_visuals_are_read_by_anybody_who_may_see_the_track(client, track):
    assert client.get(of(track)).status_code == 200
    assert client.get(of(factories.track())).status_code == 404


# -- reading ---------------------------------------------------------------------------------------
def test_fans_see_what_was_shown_and_its_artist_what_is_ready(client, artist, track):
    shown = services.show(visual=factories.visual(track, title="Shown"))
    services.set_tags(visual=shown, tags=["dark"])
    factories.visual(track, title="Hidden")
    for status in ("PROCESSING", "FAILED", "ARCHIVED"):
        factories.visual(track, title=status, status=status)

    def titles(asker, query=""):
        return [one["title"] for one in asker.get(of(track) + query).json()["items"]]

    assert titles(client) == ["Shown"]
    assert titles(client, "?status=FAILED") == []
    assert titles(artist) == ["Shown", "Hidden"]
    assert titles(artist, "?status=FAILED") == ["FAILED"]
    assert titles(artist, "?tag=Darkness") == ["Shown"]
    assert titles(artist, "?kind=AI") == []
    [one] = client.get(of(track)).json()["items"]
    assert one["creator"] == {"handle": track.artist.handle, "name": "Mara", "declaration": "none"}
    assert one["metrics"] == {"impressions": 0, "pairings": 0, "exports": 0, "shares": 0}
    assert one["videoUrl"] == f"/visuals/{shown.pk}/{shown.version}/loop.mp4"
    assert one["owner"] is None


def test_pages_join_without_a_gap_though_something_moves_in_between(client, track):
    made = [services.show(visual=factories.visual(track)) for _ in range(7)]
    first = client.get(of(track, "?limit=3")).json()
    assert [one["id"] for one in first["items"]] == [one.pk for one in made[:3]]
    services.archive(visual=made[2])
    factories.visual(track, shown_at=timezone.now())
    second = client.get(of(track, f"?limit=3&cursor={first['nextCursor']}")).json()
    assert [one["id"] for one in second["items"]] == [one.pk for one in made[3:6]]
    third = client.get(of(track, f"?limit=3&cursor={second['nextCursor']}")).json()
    assert third["items"][0]["id"] == made[6].pk
    assert third["nextCursor"] is None


@pytest.mark.parametrize(
    "query",
    ["?cursor=abc", "?cursor=W10", "?cursor=WzEsMiwzXQ", "?limit=0", "?limit=9999", "?kind=X", "?bpm=x",
     "?active=maybe"],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(client, track, query):
    assert client.get(of(track, query)).status_code == 400


def test_the_active_one_is_the_dated_one_while_it_is_dated(client, artist, track):
    usual = services.use(visual=factories.visual(track))
    dated = factories.visual(track)
    now = timezone.now()
    services.schedule(
        visual=dated, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )
    answer = client.get(of(track, "?active=true")).json()
    assert [one["id"] for one in answer["items"]] == [dated.pk]
    answer = client.get(of(track, "?active=false")).json()
    assert [one["id"] for one in answer["items"]] == [usual.pk]


def test_one_visual_comes_with_the_whole_profile_of_who_made_it(client, track):
    track.artist.bio = "Songs from a bus."
    track.artist.save()
    visual = services.show(visual=factories.visual(track))
    answer = client.get(f"/api/visuals/{visual.pk}")
    assert answer.json()["creator"]["bio"] == "Songs from a bus."
    hidden = factories.visual(track)
    assert client.get(f"/api/visuals/{hidden.pk}").status_code == 404


def test_a_page_costs_the_same_whatever_its_length(client, track, django_assert_num_queries):
    for number in range(12):
        visual = services.show(visual=factories.visual(track))
        services.set_tags(visual=visual, tags=["dark", "film"][: number % 3])
    with django_assert_num_queries(4):  # the track, the page, its tags, its dates
        client.get(of(track, "?limit=2"))
    with django_assert_num_queries(4):
        client.get(of(track, "?limit=12"))


# -- changing --------------------------------------------------------------------------------------
def test_a_visual_is_used_and_put_out_of_use(artist, track):
    first, second = factories.visual(track), factories.visual(track)
    for visual in (first, second):
        answer = patched(artist, of(track, f"/{visual.pk}/active"), active=True)
        assert (answer.status_code, answer.json()["isActive"]) == (200, True)
    assert list(track.visuals.filter(is_active=True)) == [second]
    answer = patched(artist, of(track, f"/{second.pk}/active"), active=False)
    assert answer.json()["isActive"] is False
    assert patched(artist, of(track, f"/{second.pk}/active"), active="?").status_code == 400


def test_several_changes_are_made_together_or_not_at_all(artist, track):
    visual = factories.visual(track)
    where = of(track, f"/{visual.pk}")
    answer = patched(artist, where, title="Ring road", tagSlugs=["film"], bpmMin=80, bpmMax=90)
    body = answer.json()
    assert (body["title"], body["bpmMin"], body["bpmMax"]) == ("Ring road", 80, 90)
    answer = patched(artist, where, title="Other", bpmMin=200)
    assert answer.status_code == 400
    visual.refresh_from_db()
    assert visual.title == "Ring road"
    answer = patched(artist, where, isArchived=True)
    assert (answer.json()["status"], answer.json()["owner"]["archivedAt"] is None) == (
        "ARCHIVED", False,
    )  # fmt: skip
    assert patched(artist, where, isShown=True).status_code == 409
    assert patched(artist, where, isArchived=False).json()["status"] == "READY"


def test_order_reuse_date_and_deletion_have_their_addresses(artist, track):
    first, second = factories.visual(track), factories.visual(track)
    answer = patched(artist, of(track, "/order"), ids=[second.pk, first.pk])
    assert answer.status_code == 204
    listed = artist.get(of(track)).json()["items"]
    assert [one["id"] for one in listed] == [second.pk, first.pk]

    other = factories.visual(factories.track(track.artist))
    answer = artist.post(
        of(track, "/reused"), {"visualId": other.pk}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["visual"]["origin"]) == (201, "reused")

    now = timezone.now()
    date = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(days=1)).isoformat()}
    periods = of(track, f"/{first.pk}/periods")
    made = artist.post(periods, date, content_type="application/json")
    assert made.status_code == 201
    assert artist.post(periods, date, content_type="application/json").status_code == 409
    assert artist.delete(f"{periods}/{made.json()['id']}").status_code == 204
    assert artist.delete(f"{periods}/{made.json()['id']}").status_code == 404

    assert artist.delete(of(track, f"/{first.pk}")).status_code == 204
    assert artist.delete(of(track, f"/{first.pk}")).status_code == 404


def test_a_look_is_asked_for_and_its_failure_says_why(artist, track):
    answer = artist.post(
        of(track, "/drawn"),
        {"recipe": {"recipe": "rain", "seed": 3}},
        content_type="application/json",
    )
    assert answer.status_code == 201
    visual = VisualAsset.objects.get()
    visual.move("FAILED", error="It flashes.", error_code="FLASHES")
    body = artist.get(of(track, "?status=FAILED")).json()["items"][0]
    assert body["owner"]["problem"] == {"code": "FLASHES", "message": "It flashes."}
    answer = artist.post(of(track, f"/{visual.pk}/retry"))
    assert answer.json()["status"] == "PROCESSING"
