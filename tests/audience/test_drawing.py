"""Pages for a crowd: read once a second, drawn once, and still everybody's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audience import drawing, rotation, visits
from audience.models import HookShare
from casset.tracks.models import Track
from tests.audience import factories
from visuals.models import VisualAsset

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture(autouse=True)
def keeping(settings: Any) -> Iterator[None]:
    """What strangers see is kept until a test says otherwise."""
    settings.FAN_PAGE_KEPT_S = 3600
    drawing.read.clear()
    drawing.drawn.clear()
    yield
    drawing.read.clear()
    drawing.drawn.clear()


@pytest.fixture
def track() -> Track:
    return factories.track(files=False)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"user-agent": BROWSER})
    assert answer.status_code == status
    return answer.content.decode()


def visit(text: str) -> visits.Visit:
    (note,) = re.findall(r'data-visit="([^"]+)"', text)
    return visits.read(note, user_agent=BROWSER)


def first(text: str) -> str:
    return re.findall(r'<li data-visual="([a-z0-9]*)"', text)[0]


def signed_in(track: Track) -> Client:
    client = Client()
    client.force_login(track.artist.user)
    return client


def test_a_kept_page_asks_the_database_nothing(
    client: Client, track: Track, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page(client, f"/t/{track.pk}")
    visuals = list(track.visuals.in_order())
    with django_assert_num_queries(0):
        for visual in visuals:
            assert first(page(Client(), f"/t/{track.pk}?v={visual.pk}")) == visual.pk
        page(client, f"/t/{track.pk}?v=nothing-of-ours")


def test_the_artist_sees_a_change_at_once_and_strangers_when_what_they_have_is_old(
    client: Client, track: Track, settings: Any
) -> None:
    page(client, f"/t/{track.pk}")
    Track.objects.filter(pk=track.pk).update(title="Another Name")
    assert "Another Name" not in page(client, f"/t/{track.pk}")
    assert "Another Name" in page(signed_in(track), f"/t/{track.pk}")
    assert "Another Name" not in page(client, f"/t/{track.pk}")
    settings.FAN_PAGE_KEPT_S = 1e-9
    assert "Another Name" in page(client, f"/t/{track.pk}")


def test_with_nothing_kept_every_page_is_read_anew(
    client: Client, track: Track, settings: Any
) -> None:
    settings.FAN_PAGE_KEPT_S = 0
    for title in ("One", "Two", "Three"):
        Track.objects.filter(pk=track.pk).update(title=title)
        assert f"<title>{title} by" in page(client, f"/t/{track.pk}")
    assert drawing.read.weight == 0


@pytest.mark.parametrize("change", ["archived", "unpublished", "deleted"])
def test_what_is_gone_disappears_when_the_kept_page_is_old(
    client: Client, track: Track, settings: Any, change: str
) -> None:
    visual = track.visuals.in_order()[1]
    address = f"/t/{track.pk}?v={visual.pk}"
    page(client, address)
    if change == "archived":
        VisualAsset.objects.filter(pk=visual.pk).update(status=VisualAsset.Status.ARCHIVED)
    elif change == "unpublished":
        Track.objects.filter(pk=track.pk).update(published_at=None)
    else:
        track.delete()
    settings.FAN_PAGE_KEPT_S = 1e-9
    text = page(client, address, status=200 if change == "archived" else 404)
    assert visual.pk not in text


def test_what_is_not_published_is_kept_for_nobody_and_seen_when_it_is(
    client: Client, track: Track
) -> None:
    Track.objects.filter(pk=track.pk).update(published_at=None)
    page(client, f"/t/{track.pk}", status=404)
    assert "noindex" in page(signed_in(track), f"/t/{track.pk}")
    assert drawing.read.weight == drawing.drawn.weight == 0
    page(client, f"/t/{track.pk}", status=404)
    Track.objects.filter(pk=track.pk).update(published_at=timezone.now())
    assert "noindex" not in page(client, f"/t/{track.pk}")


def test_each_view_of_a_kept_page_has_a_note_of_its_own(client: Client, track: Track) -> None:
    seen = [page(client, f"/t/{track.pk}") for _ in range(3)]
    assert len({visit(text).id for text in seen}) == 3
    rests = {re.sub(r'data-visit="[^"]+"', "", text) for text in seen}
    assert len(rests) == 1
    chosen = track.visuals.in_order()[2].pk
    assert visit(page(client, f"/t/{track.pk}?v={chosen}")).first == chosen


def test_nothing_an_artist_writes_is_taken_for_the_place_of_the_note(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks: list[str] = []
    real = drawing.secrets.token_hex

    def remembered(count: int) -> str:
        marks.append(real(count))
        return marks[-1]

    monkeypatch.setattr(drawing.secrets, "token_hex", remembered)
    by = factories.artist("first")
    page(client, f"/t/{factories.track(by, files=False).pk}")
    for title in (marks[0], '{{ note }} data-visit="x"', "{% visit_note hook %}"):
        text = page(client, f"/t/{factories.track(by, files=False, title=title).pk}")
        visit(text)  # there is one
        assert text.count(title.replace('"', "&quot;")) > 5
        assert marks[-1] not in text
    assert len(set(marks)) == 4


def test_visitors_for_whom_visuals_take_turns_each_keep_their_own(track: Track) -> None:
    rotation.switch(track=track, is_on=True)
    firsts = set()
    for _ in range(25):
        client = Client()
        text = page(client, f"/t/{track.pk}")
        firsts.add(first(text))
        note = visit(text)
        assert note.first == first(text)
        assert note.how in {"even", "lot"}
        assert note.visitor
        assert first(page(client, f"/t/{track.pk}")) == first(text)
    assert len(firsts) > 1


def test_who_comes_by_a_kept_link_has_the_link_and_an_id_of_their_own(track: Track) -> None:
    visual = track.visuals.in_order()[1]
    share = HookShare.objects.create(track=track, visual=visual, channel="link")
    notes: list[Any] = []
    for _ in range(3):
        client = Client()
        notes.append(visit(page(client, share.address)))
        assert "visitor" in client.cookies
    assert {note.share for note in notes} == {share.pk}
    assert {note.first for note in notes} == {visual.pk}
    assert len({note.visitor for note in notes}) == 3
    assert visit(page(Client(), f"/t/{track.pk}")).share == ""


def test_an_embed_has_no_note_and_is_not_taken_for_the_page(client: Client, track: Track) -> None:
    for kind in ("full", "compact"):
        assert "data-visit" not in page(client, f"/t/{track.pk}/embed?size={kind}")
    visit(page(client, f"/t/{track.pk}"))
    assert "data-visit" not in page(client, f"/t/{track.pk}/embed")


def test_pages_that_are_drawn_take_no_more_memory_than_they_may(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = factories.artist("many")
    tracks = [factories.track(by, files=False, title=f"Song {n}") for n in range(4)]
    page(client, f"/t/{tracks[0].pk}")
    monkeypatch.setattr(drawing.drawn, "_most", 2 * drawing.drawn.weight + 2000)
    for track in tracks:
        assert track.title in page(client, f"/t/{track.pk}")
    assert 0 < drawing.drawn.weight <= drawing.drawn._most
