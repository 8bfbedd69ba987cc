"""Which events count: once each, of people, in the time they take, with a note of ours; and which never do."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from audience import counting, sinks, tallies, visits
from audience.models import LeftOut, VisualDay, VisualEvent
from casset.lib.errors import QuotaExceeded
from casset.tracks.models import Track
from casset.web import rates
from tests.accounts.factories import UserFactory
from tests.audience import factories
from tests.audience.counted import PHONE, Fan
from visuals import services, signals
from visuals.models import HookExport, VisualAsset

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(cache: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 12:00:00+00:00", tick=False) as clock:
        yield clock


@pytest.fixture
def track(clock: object) -> Track:
    return factories.track(files=False)


def visual_of(track: Track, number: int = 0) -> VisualAsset:
    return track.visuals.in_order()[number]


def totals(visual: VisualAsset) -> tuple[int, int, int, int]:
    tallies.catch_up()
    visual.refresh_from_db()
    return visual.impressions, visual.pairings, visual.exports, visual.shares


def reasons() -> dict[str, int]:
    tallies.catch_up()
    rows = VisualEvent.objects.exclude(left_out="").values_list("left_out", flat=True)
    found = {reason: list(rows).count(reason) for reason in set(rows)}
    return found | dict(LeftOut.objects.values_list("reason", "count"))


def test_two_seconds_in_view_count_once_however_often_they_are_told(
    clock: time_machine.Traveller, track: Track
) -> None:
    fan, visual = Fan(clock), visual_of(track)
    fan.open(f"/t/{track.pk}")
    for _ in range(5):
        assert fan.tells(visual.pk, "impression", after_s=2.0) == 202
    assert totals(visual) == (1, 0, 0, 0)
    again = Fan(clock)
    again.open(f"/t/{track.pk}")
    again.tells(visual.pk, "impression", after_s=3)
    assert totals(visual) == (2, 0, 0, 0)


def test_what_came_faster_than_it_can_be_seen_does_not_count_and_later_it_does(
    clock: time_machine.Traveller, track: Track
) -> None:
    fan = Fan(clock)
    first, second = visual_of(track), visual_of(track, 1)
    fan.open(f"/t/{track.pk}")
    fan.tells(first.pk, "impression", after_s=1.0)
    assert totals(first)[0] == 0
    fan.tells(first.pk, "impression", after_s=1.1)
    fan.tells(second.pk, "impression", after_s=0.5)  # two take four seconds
    assert (totals(first)[0], totals(second)[0]) == (1, 0)
    fan.tells(second.pk, "impression", after_s=1.4)
    assert totals(second)[0] == 1
    fan.tells(first.pk, "completion", after_s=5)  # 10 s of a hook of 12
    fan.tells(first.pk, "completion", after_s=3)
    fan.tells(first.pk, "completion", n=1, after_s=1)
    assert VisualDay.objects.filter(visual=first).count() == 1
    totals(first)
    assert VisualDay.objects.get(visual=first).completions == 1
    assert reasons() == {"too_soon": 4}


def test_how_a_visual_came_into_view_is_kept(clock: time_machine.Traveller, track: Track) -> None:
    first, second = visual_of(track), visual_of(track, 1)
    fan = Fan(clock)
    fan.open(f"/t/{track.pk}?v={second.pk}")
    fan.tells(second.pk, "impression", after_s=3)
    fan.tells(first.pk, "swipe", after_s=3)
    fan.tells(first.pk, "impression", after_s=3)
    kept = VisualEvent.objects.order_by("pk").values_list("visual", "type", "how")
    assert list(kept) == [
        (second.pk, "impression", "chosen"),
        (first.pk, "swipe", "swiped"),
        (first.pk, "impression", "swiped"),
    ]


def test_the_artist_and_who_made_the_visual_do_not_count(
    clock: time_machine.Traveller, track: Track
) -> None:
    visual = visual_of(track)
    maker = UserFactory()
    VisualAsset.objects.filter(pk=visual.pk).update(uploader=maker)
    for person in (track.artist.user, maker):
        fan = Fan(clock, user=person)
        fan.open(f"/t/{track.pk}")
        fan.tells(visual.pk, "impression", after_s=3)
        fan.shares(track.pk, visual.pk)
    assert totals(visual) == (0, 0, 0, 0)
    assert reasons() == {"owner": 4}
    other = Fan(clock, user=UserFactory())
    other.open(f"/t/{track.pk}")
    other.tells(visual.pk, "impression", after_s=3)
    assert totals(visual) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "agent",
    [
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/139.0.0.0 Safari/537.36",
        "python-requests/2.32", "curl/8.5", "WhatsApp/2.23.20.0", "Twitterbot/1.0", "",
    ],
)  # fmt: skip
def test_programs_do_not_count(clock: time_machine.Traveller, track: Track, agent: str) -> None:
    fan, visual = Fan(clock, agent=agent), visual_of(track)
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=3)
    fan.shares(track.pk, visual.pk)
    assert totals(visual) == (0, 0, 0, 0)
    assert reasons() == {"bot": 2}


@pytest.mark.parametrize(
    "agent",
    [
        PHONE,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
        "Mozilla/5.0 (Linux; Android 14; Cubot X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36",
    ],
)
def test_people_count(clock: time_machine.Traveller, track: Track, agent: str) -> None:
    fan, visual = Fan(clock, agent=agent), visual_of(track)
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=3)
    assert totals(visual)[0] == 1


def test_a_browser_that_says_it_is_driven_does_not_count(
    clock: time_machine.Traveller, track: Track
) -> None:
    fan, visual = Fan(clock), visual_of(track)
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=3, automated=True)
    assert totals(visual)[0] == 0


def test_what_fans_cannot_see_does_not_count(clock: time_machine.Traveller, track: Track) -> None:
    fan, first, second = Fan(clock), visual_of(track), visual_of(track, 1)
    fan.open(f"/t/{track.pk}")
    services.archive(visual=second)
    fan.tells(second.pk, "impression", after_s=3)
    Track.objects.filter(pk=track.pk).update(published_at=None)
    fan.tells(first.pk, "impression", after_s=3)
    assert reasons() == {"unseen": 2}
    first.delete()
    assert fan.tells(first.pk, "impression", after_s=3) == 202


def test_one_network_can_see_a_visual_only_so_often(
    clock: time_machine.Traveller, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "CROWD", rates.Rate("crowd-of-three", 3, 3600, "Enough."))
    for _ in range(6):
        fan = Fan(clock)
        fan.open(f"/t/{track.pk}")
        fan.tells(visual_of(track).pk, "impression", after_s=2)
    assert totals(visual_of(track))[0] == 3
    assert reasons() == {"crowd": 3}


def test_a_flood_is_told_to_wait(
    clock: time_machine.Traveller, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "UNBELIEVED", rates.Rate("two", 2, 60, "Too many."))
    fan, visual = Fan(clock), visual_of(track)
    fan.note = "nonsense"
    assert [fan.tells(visual.pk, "impression") for _ in range(4)] == [202, 202, 429, 429]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", '{"type": "love"}', '{"type": "impression", "n": -1}', '{"type": {"a": 1}}',
     '{"type": "impression", "n": "many"}', '{"type": "impression", "visit": ["a"]}',
     json.dumps({"type": "impression", "visit": "x" * 5000})],
)  # fmt: skip
def test_what_is_no_event_is_refused(
    clock: time_machine.Traveller, track: Track, body: str
) -> None:
    status, answer = Fan(clock).posts(f"/api/visuals/{visual_of(track).pk}/event", body)
    assert status == 400
    assert answer["error"]["message"]


def test_a_form_of_another_site_cannot_tell_events(client: Client, track: Track) -> None:
    address = f"/api/visuals/{visual_of(track).pk}/event"
    assert client.post(address, {"type": "impression"}).status_code == 415
    text = json.dumps({"type": "impression"})
    assert client.post(address, text, content_type="text/plain").status_code == 415


def test_using_a_visual_and_fetching_its_video_count_where_they_happen(track: Track) -> None:
    second = visual_of(track, 1)
    services.use(visual=second)
    services.use(visual=second)  # it is already
    export = HookExport.objects.create(key="k", track=track, visual=second, order={})
    for user in (None, None, track.artist.user):
        signals.exported.send(HookExport, export=export, user=user)
    VisualAsset.objects.update(pairings=9)
    assert totals(second) == (0, 1, 2, 0)


def test_the_counts_can_be_made_anew_from_the_events(
    clock: time_machine.Traveller, track: Track
) -> None:
    visual = visual_of(track)
    fan = Fan(clock)
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=3)
    fan.shares(track.pk, visual.pk)
    before = totals(visual)
    assert before == (1, 0, 0, 1)
    day = VisualDay.objects.get(visual=visual)
    assert (day.impressions, day.shares, day.sharers) == (1, 1, 1)
    VisualAsset.objects.update(impressions=99, shares=7)
    VisualDay.objects.update(impressions=55)
    call_command("recount_visuals", stdout=io.StringIO())
    assert totals(visual) == before
    assert totals(visual_of(track, 2)) == (0, 0, 0, 0)


def test_a_share_after_midnight_belongs_to_the_day_of_its_impression(
    clock: time_machine.Traveller, track: Track
) -> None:
    visual = visual_of(track)
    clock.move_to("2026-03-01 23:59:00+00:00")
    fan = Fan(clock)
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=30)
    tallies.catch_up()
    clock.shift(600)
    fan.shares(track.pk, visual.pk)
    tallies.catch_up()
    days = VisualDay.objects.order_by("day").values_list("impressions", "sharers", "shares")
    assert list(days) == [(1, 1, 0), (0, 0, 1)]


def test_ten_thousand_forged_repeated_stale_foreign_and_automated_events_change_no_counter(
    clock: time_machine.Traveller, track: Track, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the limits on floods: each event is looked at, and none is believed."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "flags": settings.CACHES["flags"],
    }
    monkeypatch.setattr(rates, "take", lambda rate, subject: None)
    visual, other = visual_of(track), factories.track(factories.artist("other"), files=False)
    fan, stale, elsewhere = Fan(clock), Fan(clock), Fan(clock)
    stale.open(f"/t/{track.pk}")
    clock.shift(visits.HOLDS_S + 1)
    elsewhere.open(f"/t/{other.pk}")
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=3)
    fan.tells(visual.pk, "swipe", after_s=3)
    fan.shares(track.pk, visual.pk)
    counted = totals(visual)
    day = VisualDay.objects.filter(visual=visual).values()
    before = [{k: v for k, v in row.items() if k != "counted_at"} for row in day.all()]
    assert counted == (1, 0, 0, 1)
    lot = random.Random(5)
    kinds = ("impression", "swipe", "share", "export", "pairing")

    def tell(note: str, kind: str = "", *, agent: str = PHONE, n: int = 0) -> None:
        counting.take_in(
            visual.pk, kind or lot.choice(kinds), note, n=n, user=None, visitor="",
            user_agent=agent, network="192.0.2.7",
        )  # fmt: skip

    def forged() -> str:
        at = lot.randrange(len(fan.note))
        return fan.note[:at] + lot.choice("abcXYZ019~:") + fan.note[at + 1 :]

    for number in range(10_000):
        match number % 10:
            case 0 | 1 | 2 | 3:
                tell(forged() + "=")
            case 4:
                tell("".join(lot.choices("abc~:019", k=90)))
            case 5:
                tell(fan.note, lot.choice(("impression", "share", "export", "pairing")))
            case 6:
                tell(stale.note)
            case 7:
                tell(elsewhere.note)
            case 8:  # collected by one browser, sent by another program
                tell(fan.note, agent="python-requests/2.32")
            case _:
                tell(fan.note, "swipe", n=60 + number)
    assert totals(visual) == counted
    after = [{k: v for k, v in row.items() if k != "counted_at"} for row in day.all()]
    assert after == before
    assert VisualEvent.objects.count() < 1100  # of 10,000
    found = reasons()
    assert found["forged"] > 5000
    assert found["stale"] == found["foreign"] == 1000


def test_a_note_holds_for_its_browser_and_two_hours_only(clock: time_machine.Traveller) -> None:
    note = visits.note(
        track="t", hook_s=12.5, first="v", arrival=visits.Arrival("first", "s"), user_agent=PHONE
    )
    read = visits.read(note, user_agent=PHONE)
    assert (read.track, read.hook_s, read.first, read.how, read.share) == ("t", 12.5, "v", "first", "s")  # fmt: skip
    for text, agent, reason in (
        (note, "Other", "forged"), (note + "x", PHONE, "forged"), ("", PHONE, "unsigned"),
        ("~" * 5000, PHONE, "forged"), (note.upper(), PHONE, "forged"),
    ):  # fmt: skip
        with pytest.raises(visits.Unbelievable) as doubt:
            visits.read(text, user_agent=agent)
        assert doubt.value.reason == reason
    clock.shift(visits.HOLDS_S + 1)
    with pytest.raises(visits.Unbelievable, match="stale"):
        visits.read(note, user_agent=PHONE)


def test_events_go_to_the_analytics_file_a_line_each(
    clock: time_machine.Traveller, track: Track, settings: Any, tmp_path: Path
) -> None:
    settings.ANALYTICS_DIR = tmp_path / "analytics"
    settings.ANALYTICS_FILE_MAX_BYTES = 100
    settings.ANALYTICS_KEEP_DAYS = 30
    (tmp_path / "analytics").mkdir()
    old = tmp_path / "analytics" / "events-2026-01-01.jsonl"
    old.write_text("{}\n")
    fan, visual = Fan(clock), visual_of(track)
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=3)
    fan.tells(visual.pk, "completion", after_s=10)
    files = sorted(path.name for path in (tmp_path / "analytics").iterdir())
    assert files == ["events-2026-03-01.1.jsonl", "events-2026-03-01.jsonl"]
    line = json.loads((tmp_path / "analytics" / files[0]).read_text())
    assert (line["type"], line["visual"], line["left_out"]) == ("impression", visual.pk, "")


def test_a_sink_that_fails_costs_no_event(
    clock: time_machine.Traveller, track: Track, settings: Any
) -> None:
    settings.ANALYTICS_SINK = "tests.audience.test_counting.Broken"
    fan, visual = Fan(clock), visual_of(track)
    fan.open(f"/t/{track.pk}")
    fan.tells(visual.pk, "impression", after_s=3)
    assert totals(visual)[0] == 1


class Broken(sinks.Nowhere):
    def send(self, event: Any) -> None:
        raise OSError("the disk is full")


def test_limits_hold_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, cache: object
) -> None:
    monkeypatch.setattr(counting, "BY_ADDRESS", rates.Rate("none", 0, 60, "Too many."))
    with pytest.raises(QuotaExceeded):
        counting.take_in(
            "v", "impression", "", n=0, user=None, visitor="", user_agent=PHONE, network="192.0.2.8"
        )
