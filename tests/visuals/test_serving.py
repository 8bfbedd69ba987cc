"""Who gets a visual's files."""

from __future__ import annotations

import pytest
from django.urls import reverse

from casset.accounts.services import create_token
from casset.web import storage
from tests.accounts.factories import UserFactory
from tests.visuals import factories
from visuals import services

pytestmark = pytest.mark.django_db
LOOP = b"loop" * 100


def address(visual, name="loop.mp4", version=None):
    return reverse("visuals:file", args=(visual.pk, version or visual.version, name))


@pytest.fixture
def published():
    visual = services.show(visual=factories.visual(factories.track(published=True)))
    storage.keep_bytes(visual.file("loop.mp4"), LOOP)
    return visual


def read(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_anybody_gets_what_fans_see_and_may_keep_it_for_ever(client, published):
    answer = client.get(address(published))
    assert (answer.status_code, read(answer)) == (200, LOOP)
    assert answer["Content-Type"] == "video/mp4"
    assert "immutable" in answer["Cache-Control"]


def test_a_part_is_sent_when_a_part_is_asked_for(client, published):
    answer = client.get(address(published), headers={"Range": "bytes=4-7"})
    assert (answer.status_code, read(answer)) == (206, b"loop")
    assert client.get(address(published), headers={"Range": "bytes=900-"}).status_code == 416


@pytest.mark.parametrize("why", ["hidden", "archived", "unpublished"])
def test_what_fans_do_not_see_is_there_for_its_artist_alone(client, published, why):
    owner = published.track.artist.user
    if why == "hidden":
        services.hide(visual=published)
    elif why == "archived":
        services.archive(visual=published)
    else:
        published.track.published_at = None
        published.track.save()
    assert client.get(address(published)).status_code == 404
    client.force_login(UserFactory())
    assert client.get(address(published)).status_code == 404
    client.force_login(owner)
    answer = client.get(address(published))
    assert (answer.status_code, read(answer)) == (200, LOOP)
    assert answer["Cache-Control"].startswith("private")


def test_a_token_of_its_artist_opens_it_too_and_no_other(client, published):
    services.hide(visual=published)
    for person, status in ((published.track.artist.user, 200), (UserFactory(), 404)):
        _, token = create_token(person, name="test")
        answer = client.get(address(published), headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
    wrong = client.get(address(published), headers={"Authorization": "Bearer nonsense"})
    assert wrong.status_code == 404


def test_other_names_and_earlier_makings_are_not_there(client, published):
    for where in (
        address(published, "source.mp4"),
        address(published, version="x" * 14),
        address(published).replace("loop.mp4", "..%2Floop.mp4"),
        "/visuals/nothing/nothing/loop.mp4",
    ):
        assert client.get(where).status_code == 404
    assert client.post(address(published)).status_code in (403, 405)


def test_a_public_file_costs_one_query(client, published, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(address(published))
