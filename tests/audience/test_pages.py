"""The fan's pages as the server draws them: for everybody, without a cookie, whatever the address says."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from casset.tracks.models import Track
from tests.accounts.factories import UserFactory
from tests.audience import factories
from visuals.models import ActivePeriod, VisualAsset

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str, status: int = 200, **more: Any) -> str:
    answer = client.get(address, **more)
    assert answer.status_code == status, address
    return answer.content.decode()


def shown(page: str) -> list[str]:
    """The visuals in the order of the slides."""
    return re.findall(r'<li data-visual="([a-z0-9]*)"', page)


def names(track: Track) -> list[str]:
    return list(track.visuals.in_order().values_list("pk", flat=True))


@pytest.fixture
def track() -> Track:
    return factories.track(files=False)


def test_the_active_visual_comes_first_and_the_others_follow_in_their_order(
    client: Client, track: Track
) -> None:
    first, second, third = names(track)
    assert shown(text_of(client, f"/t/{track.pk}")) == [first, second, third]
    VisualAsset.objects.filter(pk=first).update(is_active=False)
    VisualAsset.objects.filter(pk=second).update(is_active=True)
    assert shown(text_of(client, f"/t/{track.pk}")) == [second, third, first]


def test_a_visual_dated_for_now_comes_before_the_active_one(client: Client, track: Track) -> None:
    third = names(track)[2]
    now = timezone.now()
    ActivePeriod.objects.create(
        visual_id=third, track=track, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )  # fmt: skip
    assert shown(text_of(client, f"/t/{track.pk}"))[0] == third


def test_the_version_in_the_address_is_first_preloaded_and_gives_its_colours(
    client: Client, track: Track
) -> None:
    third = track.visuals.in_order()[2]
    page = text_of(client, f"/t/{track.pk}?v={third.pk}")
    assert shown(page)[0] == third.pk
    assert f'rel="preload" as="image" href="/{third.stored}/poster.jpg"' in page
    html, article, slide = re.findall(r'data-tint="([\d-]+)"', page)[:3]
    assert html == article == slide
    assert f"/tints/{html}.css" in page
    assert f'og:url" content="http://127.0.0.1:8000/t/{track.pk}?v={third.pk}"' in page
    assert f'rel="canonical" href="http://127.0.0.1:8000/t/{track.pk}"' in page


@pytest.mark.parametrize(
    "wish",
    [
        "",
        "nothing",
        "a" * 5000,
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "%00",
        "' OR 1=1--",
    ],
)
def test_garbage_in_the_address_shows_the_active_visual(
    client: Client, track: Track, wish: str
) -> None:
    page = client.get(f"/t/{track.pk}", {"v": wish})
    assert page.status_code == 200
    assert shown(page.content.decode()) == names(track)
    assert "alert(1)" not in page.content.decode()


def test_a_foreign_an_archived_and_a_hidden_visual_fall_back_to_the_active_one(
    client: Client, track: Track
) -> None:
    foreign = factories.track(factories.artist("other"), files=False).visuals.first()
    archived = factories.visual(track, files=False, position=8)
    archived.move("ARCHIVED")
    hidden = factories.visual(track, files=False, shown_at=None, position=9)
    for visual in (foreign, archived, hidden):
        page = text_of(client, f"/t/{track.pk}?v={visual.pk}")
        assert shown(page) == names(track)[:3]
        assert visual.pk not in page


def test_without_a_visual_the_cover_takes_its_place(client: Client) -> None:
    track = factories.track(looks=(), files=False)
    page = text_of(client, f"/t/{track.pk}")
    assert shown(page) == []
    assert f'class="front" src="/t/{track.pk}/cover/large.jpg?v=a"' in page
    bare = factories.track(factories.artist("bare"), looks=(), cover=False, files=False)
    assert 'class="sleeve"' in text_of(client, f"/t/{bare.pk}")


def test_a_page_takes_at_most_three_queries_and_sets_no_cookie(
    client: Client, track: Track, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for address in (f"/t/{track.pk}", f"/t/{track.pk}/embed", "/maravell", "/discover/"):
        with django_assert_max_num_queries(3):
            answer = client.get(address)
        assert answer.status_code == 200
        assert not answer.cookies, address
        assert "Set-Cookie" not in answer.headers


def test_a_signed_in_fan_costs_no_query_more(
    client: Client, track: Track, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    with django_assert_max_num_queries(3):
        text_of(client, f"/t/{track.pk}")


def test_what_is_not_published_only_its_artist_sees(client: Client) -> None:
    track = factories.track(files=False, published_at=None)
    text_of(client, f"/t/{track.pk}", 404)
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    text_of(client, f"/t/{track.pk}", 404)
    client.force_login(track.artist.user, backend="django.contrib.auth.backends.ModelBackend")
    assert 'name="robots" content="noindex"' in text_of(client, f"/t/{track.pk}")


@pytest.mark.parametrize("track", ["nothing", "a" * 14, "../x", "%00", "é" * 14])
def test_a_track_there_is_not_is_not_found(client: Client, track: str) -> None:
    text_of(client, f"/t/{track}", 404)


def test_words_come_once_for_the_player_and_once_to_read(client: Client, track: Track) -> None:
    page = text_of(client, f"/t/{track.pk}")
    song = json.loads(re.findall(r'application/json">(.*?)</script>', page)[0])
    assert song["lines"][0] == [0.4, 3.0, [[0.4, "Hold "], [1.0, "the "], [1.6, "night"]]]
    assert song["lines"][1][2][0] == [3.5, "Ash & "]
    assert "Hold the night<br>Ash &amp; smoke<br>no return" in page


def test_visuals_of_others_are_credited_wherever_they_are_shown(client: Client) -> None:
    track = factories.track(files=False, looks=("dark",))
    maker = factories.artist("yuki.k")
    theirs = factories.visual(
        track, "red", files=False, position=5, uploader=maker.user, kind="COMMUNITY"
    )
    plain = text_of(client, f"/t/{track.pk}")
    assert f'data-visual="{theirs.pk}" data-title="Red"' in plain
    assert 'data-by="yuki.k"' in plain
    assert re.search(r"data-credit [^>]*hidden>", plain)
    chosen = text_of(client, f"/t/{track.pk}?v={theirs.pk}")
    assert "visuals by @<span data-by>yuki.k</span>" in chosen
    assert not re.search(r"data-credit [^>]*hidden>", chosen)
    assert "visuals by @yuki.k" in text_of(
        client, f"/t/{track.pk}/embed?size=compact&v={theirs.pk}"
    )


def test_only_links_to_web_pages_are_shown(client: Client) -> None:
    links: list[Any] = [
        {"label": "Bad", "url": "javascript:alert(1)"}, {"url": "https://"}, "x", None,
        {"label": "Band<b>camp", "url": "https://mara.example/"}, {"url": "http://[broken"},
    ]  # fmt: skip
    track = factories.track(factories.artist(links=links), files=False)
    page = text_of(client, f"/t/{track.pk}")
    assert "javascript:" not in page
    assert 'href="https://mara.example/"' in page
    assert "Band&lt;b&gt;camp" in page
    assert page.count("Full song") == 1
    track.artist.links = [{"url": "javascript:alert(1)"}]
    track.artist.save()
    assert "Full song" not in text_of(client, f"/t/{track.pk}")


def test_what_the_artist_declares_is_said_as_their_claim(client: Client) -> None:
    track = factories.track(factories.artist(declaration="no_ai"), files=False)
    for address in (f"/t/{track.pk}", "/maravell"):
        assert "No AI, says the artist" in text_of(client, address)


# -- the artist's page -----------------------------------------------------------------------------
def test_an_artists_page_shows_what_is_published_newest_first(client: Client) -> None:
    mara = factories.artist(bio="Slow songs.")
    now = timezone.now()
    old = factories.track(mara, title="Old", files=False, published_at=now - timedelta(days=2))
    new = factories.track(mara, title="New", files=False, published_at=now)
    factories.track(mara, title="Secret", files=False, published_at=None)
    page = text_of(client, "/maravell")
    assert re.findall(r'class="face" href="/t/([a-z0-9]+)"', page) == [new.pk, old.pk]
    assert "Slow songs." in page
    assert "Secret" not in page


def test_a_handle_is_found_whatever_its_case_and_no_address_of_the_site_is_hidden(
    client: Client,
) -> None:
    factories.artist()
    assert client.get("/MaraVell").headers["Location"] == "/maravell"
    assert client.get("/shaders").headers["Location"] == "/shaders/"
    text_of(client, "/nobody", 404)
    text_of(client, "/favicon.ico", 404)


def test_an_artist_without_hooks_has_a_page_that_says_so(client: Client) -> None:
    factories.artist()
    assert "Nothing out yet" in text_of(client, "/maravell")


# -- the feed --------------------------------------------------------------------------------------
def test_the_feed_goes_through_every_hook_once_also_where_new_ones_come_meanwhile(
    client: Client,
) -> None:
    mara = factories.artist()
    same = timezone.now() - timedelta(days=1)  # several published in the same moment
    tracks = [
        factories.track(mara, looks=("dark",), files=False, published_at=same) for _ in range(14)
    ]
    seen: list[str] = []
    address = "/discover/"
    while address:
        page = text_of(client, address)
        seen += re.findall(r'data-hook data-track="([a-z0-9]+)"', page)
        factories.track(mara, looks=(), files=False)
        more = re.search(r'href="(\?after=[^"]+)" data-more', page)
        address = f"/discover/{more[1]}" if more else ""
    assert sorted(seen) == sorted(track.pk for track in tracks)


@pytest.mark.parametrize("place", ["", "x", "nan-aaaaaaaaaaaaaa", "1e999-x", "12", "-1-", "\x00"])
def test_a_place_in_the_feed_that_is_none_begins_at_the_start(
    client: Client, track: Track, place: str
) -> None:
    page = client.get("/discover/", {"after": place})
    assert track.pk in page.content.decode()


def test_an_empty_feed_says_so(client: Client) -> None:
    assert "Nothing out yet" in text_of(client, "/discover/")


# -- tints -----------------------------------------------------------------------------------------
def test_a_tint_says_all_that_is_in_its_stylesheet(client: Client) -> None:
    answer = client.get("/tints/20-21-80-135-58+40-12-79-140-56.css")
    text = answer.content.decode()
    assert (
        '[data-tint="20-21-80-135-58"]{--hue:20;--chroma:0.021;--accent:oklch(80% 0.135 58)}'
        in text
    )
    assert "immutable" in answer["Cache-Control"]
    for bad in ("x", "20-21-80-135-58}body{", "1-2-3", "+".join(["20-21-80-135-58"] * 30)):
        assert client.get(f"/tints/{bad}.css").status_code == 404
