"""What artists are told of their visuals: true ranges, nothing said too soon, and turns that are fair."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from audience import odds, rotation, standing, tallies
from audience.models import Exposure, Rotation, VisualDay, VisualEvent
from casset.tracks.models import Track
from tests.accounts.factories import UserFactory
from tests.audience import factories
from tests.audience.counted import Fan
from tests.audience.test_pages import shown
from visuals.models import VisualAsset

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(cache: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 12:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def track(clock: object) -> Track:
    return factories.track(files=False)


def day(visual: VisualAsset, **figures: int) -> VisualDay:
    when = timezone.now().date() - timedelta(days=figures.pop("ago", 0))
    return VisualDay.objects.create(visual=visual, day=when, **figures)


def own(track: Track) -> Client:
    client = Client()
    client.force_login(track.artist.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


# -- how sure one may be -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("hits", "tries", "least", "most"),
    [(0, 0, 0, 1), (0, 50, 0, 0.0713), (5, 50, 0.0435, 0.2136), (50, 50, 0.9287, 1),
     (62, 1000, 0.0487, 0.0787)],
)  # fmt: skip
def test_the_range_is_wilson_s(hits: int, tries: int, least: float, most: float) -> None:
    assert odds.wilson(hits, tries) == pytest.approx((least, most), abs=0.0002)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_the_range_holds_the_true_share_nineteen_times_of_twenty(share: float) -> None:
    lot = random.Random(3)
    held = 0
    for _ in range(800):
        hits = sum(lot.random() < share for _ in range(120))
        least, most = odds.wilson(hits, 120)
        held += least <= share <= most
    assert held / 800 > 0.92


def test_chances_of_being_best_add_up_and_favour_the_better() -> None:
    chances = odds.best([(30, 200), (10, 200), (0, 0)])
    assert sum(chances) == pytest.approx(1)
    assert 0.7 < chances[0] < 0.8
    assert chances[1] < 0.02
    assert odds.best([]) == []


@pytest.mark.parametrize(
    ("where", "words"),
    [((0.041, 0.088), "4 to 9"), ((0.0, 0.004), "fewer than 1"), ((0.0, 0.07), "up to 8"),
     ((0.0, 1.0), "up to 100")],
)  # fmt: skip
def test_ranges_are_said_in_plain_words(where: tuple[float, float], words: str) -> None:
    assert standing.in_words(odds.Range(*where)) == words


# -- the page ----------------------------------------------------------------------------------------
def test_a_clear_lead_an_unclear_one_and_too_little_are_told_apart(track: Track) -> None:
    dark, bright, _ = track.visuals.in_order()
    day(dark, impressions=12, sharers=6)
    board = standing.of_track(track, days=28)
    assert board.verdict.startswith("Too few listeners")
    VisualDay.objects.update(impressions=400, sharers=40, shares=40)
    assert (
        "“Dark” is shared by 7 to 14 of 100 listeners." in standing.of_track(track, days=7).verdict
    )
    other = day(bright, impressions=400, sharers=32, shares=32)
    assert "not yet clear that it beats “Bright”" in standing.of_track(track, days=28).verdict
    VisualDay.objects.filter(pk=other.pk).update(sharers=8)
    assert "“Dark” is shared by 7 to 14 of 100 listeners, more than any other" in (
        standing.of_track(track, days=28).verdict
    )


def test_once_visuals_took_turns_only_the_even_lot_is_compared(track: Track) -> None:
    dark, bright, _ = track.visuals.in_order()
    day(dark, impressions=1000, sharers=200, even_impressions=200, even_sharers=2)
    day(bright, impressions=1000, sharers=10, even_impressions=200, even_sharers=40)
    board = standing.of_track(track, days=28)
    assert board.is_fair
    assert board.verdict.startswith("“Bright” is shared by 15 to 27 of 100")


def test_the_plot_has_a_point_for_each_day_and_leaves_out_what_is_older(track: Track) -> None:
    dark = track.visuals.in_order()[0]
    for ago, seen in ((0, 5), (3, 9), (6, 2), (7, 50)):
        day(dark, impressions=seen, ago=ago)
    board = standing.of_track(track, days=7)
    assert board.visuals[0].days == (2, 0, 0, 9, 0, 0, 5)
    assert board.seen == 16
    assert board.top == 9
    assert board.lines[0].path.count("L") == 6


def test_the_tab_says_everything_and_costs_few_queries(
    track: Track, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number, visual in enumerate(track.visuals.in_order()):
        day(visual, impressions=100, sharers=10 + 5 * number, shares=10 + 5 * number)
    client = own(track)
    with django_assert_max_num_queries(16):
        page = client.get(f"/studio/tracks/{track.pk}/audience/").content.decode()
    assert "Which visual earns shares" in page
    assert page.count('class="range"') == 3
    assert "style=" not in page
    assert client.get(f"/studio/tracks/{track.pk}/audience/?days=7").status_code == 200
    assert client.get(f"/studio/tracks/{track.pk}/audience/?days=drop").status_code == 200


def test_before_anybody_listened_the_page_says_what_to_do(track: Track) -> None:
    page = own(track).get(f"/studio/tracks/{track.pk}/audience/").content.decode()
    assert "Nobody has listened yet" in page
    Track.objects.filter(pk=track.pk).update(published_at=None)
    page = own(track).get(f"/studio/tracks/{track.pk}/audience/").content.decode()
    assert "Share the hook first" in page


def test_the_overview_lists_the_person_s_tracks_and_no_others(track: Track, client: Client) -> None:
    foreign = factories.track(factories.artist("other"), title="Foreign", files=False)
    day(track.visuals.in_order()[0], impressions=7, shares=2)
    day(foreign.visuals.in_order()[0], impressions=99)
    page = own(track).get("/studio/audience/").content.decode()
    assert "Slow Burn" in page
    assert "Foreign" not in page
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert "No tracks yet" in client.get("/studio/audience/").content.decode()


def test_only_the_artist_sees_the_figures_and_turns_the_switch(
    track: Track, client: Client
) -> None:
    address = f"/studio/tracks/{track.pk}/audience/"
    assert client.get(address).status_code == 302
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 404
    assert client.post(f"{address}turns/", {"on": "1"}).status_code == 404
    assert not Rotation.objects.exists()
    assert own(track).post(f"{address}turns/", {"on": "1"}).status_code == 302
    assert Rotation.objects.get().is_on
    assert own(track).post(f"{address}turns/", {"on": "0"}).status_code == 302
    assert not Rotation.objects.get().is_on


# -- turns -------------------------------------------------------------------------------------------
def test_the_same_visitor_always_gets_the_same_and_others_get_others() -> None:
    visuals, arms = ["a", "b", "c"], {"a": [10, 100], "b": [10, 100], "c": [10, 100]}
    first = [rotation.drawn("t", f"v{number}", visuals, arms) for number in range(300)]
    again = [rotation.drawn("t", f"v{number}", visuals[::-1], arms) for number in range(300)]
    assert first == again
    assert min(Counter(first).values()) > 60


def test_what_is_shared_more_is_shown_more_and_the_even_lot_stays_even() -> None:
    arms = {"a": [30, 200], "b": [4, 200]}
    drawn = {f"v{number}": rotation.drawn("t", f"v{number}", ["a", "b"], arms) for number in range(1200)}  # fmt: skip
    even = [seen for who, seen in drawn.items() if rotation._is_even("t", who)]
    led = [seen for who, seen in drawn.items() if not rotation._is_even("t", who)]
    assert len(even) / 1200 == pytest.approx(rotation.EVEN_SHARE, abs=0.05)
    assert even.count("a") / len(even) == pytest.approx(0.5, abs=0.1)
    assert led.count("a") / len(led) > 0.9


def test_a_visual_nobody_has_seen_gets_its_chance() -> None:
    arms = {"old": [50, 1000]}
    drawn = Counter(rotation.drawn("t", f"v{n}", ["old", "new"], arms) for n in range(400))
    assert drawn["new"] > 120


def test_turns_learn_what_earns_shares_while_the_even_lot_estimates_it_truly() -> None:
    """Two visuals with true shares of 12 and 4 of 100, 2,000 visitors, learning every 100."""
    lot, truth = random.Random(2), {"a": 0.12, "b": 0.04}
    arms: dict[str, list[int]] = {"a": [0, 0], "b": [0, 0]}
    even = {"a": [0, 0], "b": [0, 0]}
    known = {name: list(counts) for name, counts in arms.items()}
    for number in range(2000):
        if number % 100 == 0:
            known = {name: list(counts) for name, counts in arms.items()}
        who = f"v{number}"
        seen = rotation.drawn("t", who, ["a", "b"], known)
        did = lot.random() < truth[seen]
        for counts in [arms[seen]] + ([even[seen]] if rotation._is_even("t", who) else []):
            counts[0] += did
            counts[1] += 1
    assert arms["a"][1] > 3 * arms["b"][1]
    for name, share in truth.items():
        least, most = odds.wilson(*even[name])
        assert least <= share <= most


def test_a_new_visitor_keeps_what_fell_to_them_and_it_is_counted_so(
    clock: time_machine.Traveller, track: Track
) -> None:
    rotation.switch(track=track, is_on=True)
    pages = []
    for _ in range(24):
        fan = Fan(clock)
        page = fan.open(f"/t/{track.pk}")
        first = shown(page)[0]
        assert shown(fan.open(f"/t/{track.pk}"))[0] == first
        fan.tells(first, "impression", after_s=3)
        pages.append((fan, first))
    assert len({first for _, first in pages}) == 3
    assert Exposure.objects.count() == 24
    assert set(VisualEvent.objects.values_list("how", flat=True)) == {"even", "lot"}
    fan, first = pages[0]
    Rotation.objects.update(
        arms={visual.pk: [90, 100] for visual in track.visuals.exclude(pk=first)}
    )
    assert shown(fan.open(f"/t/{track.pk}"))[0] == first
    tallies.catch_up()
    arms = Rotation.objects.get().arms
    assert sum(seen for _, seen in arms.values()) == 24


def test_an_asked_for_version_a_crawler_and_who_wants_no_cookie_get_no_turn(
    clock: time_machine.Traveller, track: Track
) -> None:
    rotation.switch(track=track, is_on=True)
    active, second = list(track.visuals.in_order())[:2]
    for _ in range(5):
        fan = Fan(clock)
        assert shown(fan.open(f"/t/{track.pk}?v={second.pk}"))[0] == second.pk
        assert not fan.client.cookies
        crawler = Fan(clock, agent="Twitterbot/1.0")
        assert shown(crawler.open(f"/t/{track.pk}"))[0] == active.pk
        assert not crawler.client.cookies
        quiet = Fan(clock)
        quiet.client.defaults["HTTP_SEC_GPC"] = "1"
        assert shown(quiet.open(f"/t/{track.pk}"))[0] == active.pk


def test_turns_cost_a_query_more_at_most(
    clock: time_machine.Traveller, track: Track, django_assert_max_num_queries: Any
) -> None:
    rotation.switch(track=track, is_on=True)
    with django_assert_max_num_queries(3):
        Fan(clock).open(f"/t/{track.pk}")
