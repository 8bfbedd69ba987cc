"""The operator's page: the founding document's success metrics, from what really happened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audience import success, tallies
from casset.tracks.models import Track
from tests.accounts.factories import UserFactory
from tests.audience import factories
from tests.audience.counted import Fan
from visuals.models import HookExport

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/audience/hookshare/success/"


@pytest.fixture
def clock(cache: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-01 12:00:00+00:00", tick=False) as clock:
        yield clock


def rates() -> dict[str, tuple[int, int]]:
    return {rate.what: (rate.hits, rate.tries) for rate in success.figures().rates}


def export(track: Track, key: str, status: str, *, visual: str | None = "v") -> None:
    order = {"kind": "video", "visual": {"id": visual} if visual else None}
    done = timezone.now() if status in ("ready", "failed") else None
    HookExport.objects.create(track=track, key=key, status=status, order=order, finished_at=done)


def test_each_metric_counts_what_it_says(clock: time_machine.Traveller) -> None:
    track = factories.track(files=False)
    factories.track(factories.artist("bare"), looks=(), files=False)
    first, second = track.visuals.in_order()[:2]
    for number, status in enumerate(("ready", "ready", "failed", "queued")):
        export(track, f"with {number}", status)
    export(track, "cover", "ready", visual=None)
    sharer = Fan(clock)
    sharer.open(f"/t/{track.pk}")
    sharer.tells(first.pk, "impression", after_s=3)
    made = sharer.shares(track.pk, second.pk, "tiktok")
    sharer.shares(track.pk, second.pk, "download")
    for swipes in (False, True, False):
        fan = Fan(clock)
        fan.open(f"/s/{made['id']}")
        fan.tells(second.pk, "impression", after_s=3)
        if swipes:
            fan.tells(first.pk, "swipe", after_s=3)
    assert rates() == {
        "Artists with a visual": (1, 2),
        "Exports completed, with a visual": (2, 3),  # one is still being made
        "Exports completed, cover only": (1, 1),
        "Share-through of exported videos": (1, 2),
        "Listeners who use the switcher": (1, 4),
        "Recipients who stay with the shared visual": (2, 3),
    }
    clock.shift(2 * 3600)
    assert rates()["Exports completed, with a visual"] == (2, 4)
    assert dict(success.figures().visuals_a_track) == {"0": 1, "1": 0, "2": 0, "3": 1, "4": 0, "5 or more": 0}  # fmt: skip
    clock.shift(40 * 24 * 3600)
    assert rates()["Listeners who use the switcher"] == (0, 0)


def test_what_was_left_out_stands_there_with_its_reason(clock: time_machine.Traveller) -> None:
    track = factories.track(files=False)
    fan = Fan(clock, agent="curl/8.5")
    fan.open(f"/t/{track.pk}")
    pk = track.visuals.in_order()[0].pk
    fan.tells(pk, "impression", after_s=3)
    fan.note = "nonsense"
    for _ in range(3):
        fan.tells(pk, "impression")
    tallies.catch_up()
    assert dict(success.figures().left_out) == {"bot": 1, "forged": 3}


def test_only_staff_with_the_right_see_the_page(client: Client, cache: object) -> None:
    assert client.get(ADDRESS).status_code == 302
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(UserFactory(is_staff=True), backend=backend)
    assert client.get(ADDRESS).status_code == 403
    client.force_login(UserFactory(is_staff=True, is_superuser=True), backend=backend)
    page = client.get(ADDRESS).content.decode()
    assert "Recipients who stay with the shared visual" in page
    assert "nothing to count yet" in page
    for name in ("hookshare", "leftout"):
        assert client.get(f"/admin/audience/{name}/").status_code == 200
    assert ADDRESS in client.get("/admin/").content.decode()
