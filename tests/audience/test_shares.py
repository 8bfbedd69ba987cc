"""Links people pass on: they open with the version that was shared, and say kindly when it is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from audience import sharing, visitors
from audience.models import HookShare, Referral, VisualEvent
from casset.tracks.models import Track
from casset.web import rates
from tests.accounts.factories import PASSWORD, UserFactory
from tests.audience import factories
from tests.audience.counted import Fan
from tests.audience.test_pages import shown
from visuals import services

pytestmark = pytest.mark.django_db
CRAWLERS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "WhatsApp/2.23.20.0",
)


@pytest.fixture
def clock(cache: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 12:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def track(clock: object) -> Track:
    return factories.track(files=False)


def names(track: Track) -> list[str]:
    return list(track.visuals.in_order().values_list("pk", flat=True))


def path_of(made: dict[str, Any]) -> str:
    return str(made["url"]).removeprefix("http://127.0.0.1:8000")


def test_a_link_opens_with_the_version_that_was_shared(
    clock: time_machine.Traveller, track: Track
) -> None:
    second = names(track)[1]
    fan = Fan(clock)
    fan.open(f"/t/{track.pk}")
    made = fan.shares(track.pk, second)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/s/[a-z0-9]{14}", made["url"])
    assert made["hook"] == {"hookStartSec": 4.0, "hookDurationSec": factories.SOUND_S}
    page = Fan(clock).open(path_of(made))
    assert shown(page)[0] == second
    assert f'og:url" content="http://127.0.0.1:8000/t/{track.pk}?v={second}"' in page
    assert f'rel="canonical" href="http://127.0.0.1:8000/t/{track.pk}"' in page
    third = names(track)[2]
    assert shown(Fan(clock).open(f"{path_of(made)}?v={third}"))[0] == third


@pytest.mark.parametrize("agent", CRAWLERS)
def test_crawlers_are_served_what_people_are_and_no_cookie(
    clock: time_machine.Traveller, track: Track, agent: str
) -> None:
    fan = Fan(clock)
    fan.open(f"/t/{track.pk}")
    made = fan.shares(track.pk, names(track)[2])
    crawler = Fan(clock, agent=agent)
    page = crawler.open(path_of(made))
    assert not crawler.client.cookies
    mine = Fan(clock).open(path_of(made))

    def plain(text: str) -> str:
        return re.sub(r'data-visit="[^"]+"', "", text)

    assert plain(page) == plain(mine)
    assert 'property="og:image"' in page


def test_the_same_person_gets_the_same_link_for_a_day_and_others_another(
    clock: time_machine.Traveller, track: Track
) -> None:
    first, second = names(track)[:2]
    fan, other = Fan(clock), Fan(clock)
    fan.open(f"/t/{track.pk}")
    made = fan.shares(track.pk, first)
    assert fan.shares(track.pk, first)["id"] == made["id"]
    assert fan.shares(track.pk, second)["id"] != made["id"]
    assert fan.shares(track.pk, first, "tiktok")["id"] != made["id"]
    assert other.shares(track.pk, first)["id"] != made["id"]
    clock.shift(25 * 3600)
    assert fan.shares(track.pk, first)["id"] != made["id"]
    assert VisualEvent.objects.filter(type="share", left_out="").count() == 2  # one a visual


def test_a_share_without_a_page_works_and_does_not_count(
    clock: time_machine.Traveller, track: Track
) -> None:
    made = Fan(clock).shares(track.pk, names(track)[0])
    assert HookShare.objects.filter(pk=made["id"]).exists()
    assert VisualEvent.objects.get().left_out == "unsigned"


def test_a_visual_of_another_track_or_archived_is_left_out_of_the_link(
    clock: time_machine.Traveller, track: Track
) -> None:
    other = factories.track(factories.artist("other"), files=False)
    foreign = names(other)[0]
    assert Fan(clock).shares(track.pk, foreign)["visualId"] is None
    assert Fan(clock).shares(track.pk, "nothing")["visualId"] is None
    second = track.visuals.in_order()[1]
    made = Fan(clock).shares(track.pk, second.pk)
    services.archive(visual=second)
    assert shown(Fan(clock).open(path_of(made)))[0] == names(track)[0]  # the active one


def test_a_track_that_was_deleted_or_hidden_says_so_kindly(
    clock: time_machine.Traveller, track: Track, client: Client
) -> None:
    made = Fan(clock).shares(track.pk, names(track)[0])
    Track.objects.filter(pk=track.pk).update(published_at=None)
    assert client.get(path_of(made)).status_code == 404
    pk = track.pk
    track.delete()
    answer = client.get(path_of(made))
    assert answer.status_code == 404
    assert "the artist has taken the track down" in answer.content.decode()
    assert Fan(clock).posts("/api/shares", {"trackId": pk, "channel": "x"})[0] == 404


def test_guessed_links_are_not_found_and_then_slowed_down(
    clock: time_machine.Traveller, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "GUESSES", rates.Rate("three", 3, 60, "Too many."))
    found = [client.get(f"/s/{'a' * 12}{number:02}").status_code for number in range(22, 27)]
    assert found == [404, 404, 404, 429, 429]


def test_other_sites_may_embed_a_shared_version(
    clock: time_machine.Traveller, client: Client, track: Track
) -> None:
    made = Fan(clock).shares(track.pk, names(track)[1])
    answer = client.get("/oembed", {"url": made["url"]})
    assert answer.status_code == 200
    assert f"/t/{track.pk}/embed?v={names(track)[1]}" in answer.json()["html"]
    assert client.get("/oembed", {"url": f"{made['url'][:-1]}"}).status_code == 404


@pytest.mark.parametrize("wish", ["x", "..", "%00", "a" * 500, "'; drop table", "<script>"])
def test_what_is_no_link_of_ours_is_not_found(
    clock: time_machine.Traveller, client: Client, wish: str
) -> None:
    assert client.get(f"/s/{wish}").status_code == 404


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "{}", '{"trackId": "a"}', '{"trackId": "a", "channel": "pigeon"}',
     '{"trackId": ["a"], "channel": "x"}', '{"trackId": "aaaaaaaaaaaaaaaaaaaaaaa", "channel": "x"}'],
)  # fmt: skip
def test_a_wish_that_cannot_be_read_is_refused(clock: time_machine.Traveller, body: str) -> None:
    assert Fan(clock).posts("/api/shares", body)[0] == 400


def test_another_site_cannot_share_for_somebody(client: Client, track: Track) -> None:
    wish = {"trackId": track.pk, "channel": "x"}
    assert client.post("/api/shares", wish).status_code == 415
    text = json.dumps(wish)
    assert client.post("/api/shares", text, content_type="text/plain").status_code == 415


# -- who came by whose link --------------------------------------------------------------------------
def arrive(clock: time_machine.Traveller, made: dict[str, Any], fan: Fan | None = None) -> Fan:
    """Somebody opens a link and looks for three seconds."""
    fan = fan or Fan(clock)
    fan.open(path_of(made))
    fan.tells(made["visualId"], "impression", after_s=3)
    return fan


def test_the_first_link_wins_for_thirty_days_then_the_next(
    clock: time_machine.Traveller, track: Track
) -> None:
    one, two = (Fan(clock).shares(track.pk, names(track)[0]) for _ in range(2))
    fan = arrive(clock, one)
    arrive(clock, two, fan)
    assert list(Referral.objects.values_list("share", flat=True)) == [one["id"]]
    clock.shift(31 * 24 * 3600)
    three = Fan(clock).shares(track.pk, names(track)[1])
    arrive(clock, three, fan)
    found = Referral.objects.order_by("pk").values_list("share", "is_open")
    assert [row for row in found if row[0] == three["id"]] == [(three["id"], True)]


def test_the_cookie_is_signed_and_hidden_and_lives_thirty_days(
    clock: time_machine.Traveller, track: Track
) -> None:
    made = Fan(clock).shares(track.pk, names(track)[0])
    fan = arrive(clock, made)
    cookie = fan.client.cookies[visitors.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 2592000)
    first = cookie.value
    fan.open(path_of(made))
    assert fan.client.cookies[visitors.COOKIE].value == first
    fan.client.cookies[visitors.COOKIE] = "aaaaaaaaaaaaaa:forged"
    fan.open(path_of(made))
    assert fan.client.cookies[visitors.COOKIE].value not in (first, "aaaaaaaaaaaaaa:forged")


def test_one_s_own_link_is_no_referral(clock: time_machine.Traveller, track: Track) -> None:
    fan = Fan(clock)
    fan.open(f"/t/{track.pk}")
    arrive(clock, fan.shares(track.pk, names(track)[0]), fan)
    person = UserFactory()
    known = Fan(clock, user=person)
    made = known.shares(track.pk, names(track)[0])
    arrive(clock, made, Fan(clock, user=person))
    assert not Referral.objects.exists()
    arrive(clock, made)
    assert Referral.objects.get().share_id == made["id"]


def test_without_cookies_a_link_is_credited_for_each_visit(
    clock: time_machine.Traveller, track: Track
) -> None:
    made = Fan(clock).shares(track.pk, names(track)[0])
    fan = Fan(clock)
    fan.open(path_of(made))
    fan.client.cookies.clear()
    fan.tells(names(track)[0], "impression", after_s=3)
    assert Referral.objects.get().share_id == made["id"]
    quiet = Client(HTTP_USER_AGENT=fan.client.defaults["HTTP_USER_AGENT"], HTTP_SEC_GPC="1")
    assert not quiet.get(path_of(made)).cookies  # who asks not to be known gets none


def test_only_who_looked_is_a_referral(clock: time_machine.Traveller, track: Track) -> None:
    made = Fan(clock).shares(track.pk, names(track)[0])
    Fan(clock).open(path_of(made))
    too_soon = Fan(clock)
    too_soon.open(path_of(made))
    too_soon.tells(names(track)[0], "impression", after_s=0.1)
    assert not Referral.objects.exists()
    event = VisualEvent.objects.get(type="impression")
    assert (event.share, event.how) == (made["id"], "shared")


def test_who_signs_in_later_keeps_whose_link_they_came_by(
    clock: time_machine.Traveller, track: Track
) -> None:
    person = UserFactory()
    fan = arrive(clock, Fan(clock).shares(track.pk, names(track)[0]))
    answer = fan.client.post(
        reverse("accounts:login"), {"username": person.email, "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert Referral.objects.get().user == person


def test_hostile_referrers_reach_neither_page_nor_rows(
    clock: time_machine.Traveller, track: Track
) -> None:
    made = Fan(clock).shares(track.pk, names(track)[0])
    fan = Fan(clock)
    bad = "https://evil.example/<script>alert(1)</script>"
    answer = fan.client.get(path_of(made), HTTP_REFERER=bad)
    assert answer.status_code == 200
    assert b"evil.example" not in answer.content
