"""Which visual a track is seen with."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from casset.lib.errors import InvalidTransition, ValidationError
from casset.web.models import Event
from tests.visuals import factories
from visuals import listing, services
from visuals.models import ActivePeriod, VisualAsset

pytestmark = pytest.mark.django_db
Status = VisualAsset.Status


def active_of(track):
    return list(track.visuals.filter(is_active=True).values_list("pk", flat=True))


def test_using_one_visual_puts_the_other_out_of_use_but_fans_still_see_both():
    track = factories.track()
    first, second = factories.visual(track), factories.visual(track)
    services.use(visual=first)
    used = services.use(visual=second)
    assert active_of(track) == [second.pk]
    assert used.is_active
    assert {one.pk for one in listing.fans(track)} == {first.pk, second.pk}


def test_using_the_same_twice_counts_one_pairing_and_tells_once():
    visual = factories.visual()
    services.use(visual=visual)
    services.use(visual=visual)
    visual.refresh_from_db()
    assert visual.pairings == 1
    assert Event.objects.filter(channel__name=visual.track.channel).count() == 1


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.FAILED, Status.ARCHIVED])
def test_only_a_ready_visual_can_be_used(status):
    visual = factories.visual(status=status)
    with pytest.raises(InvalidTransition):
        services.use(visual=visual)
    assert active_of(visual.track) == []


def test_a_visual_deleted_in_another_tab_cannot_be_used():
    visual = factories.visual()
    VisualAsset.objects.all().delete()
    with pytest.raises(Exception, match="deleted"):
        services.use(visual=visual)


def test_archiving_the_one_in_use_leaves_the_cover_and_hiding_it_is_refused():
    visual = services.use(visual=factories.visual())
    with pytest.raises(InvalidTransition, match="Use another one"):
        services.hide(visual=visual)
    services.archive(visual=visual)
    assert listing.active_visual(visual.track) is None


def test_an_archived_visual_comes_back_as_the_last_and_not_in_use():
    track = factories.track()
    first, second = factories.visual(track), factories.visual(track)
    services.use(visual=first)
    services.archive(visual=first)
    services.restore(visual=first)
    assert [one.pk for one in listing.library(track)] == [second.pk, first.pk]
    assert active_of(track) == []


def test_the_database_refuses_two_active_visuals_of_a_track():
    track = factories.track()
    now = timezone.now()
    factories.visual(track, is_active=True, shown_at=now)
    with pytest.raises(IntegrityError):
        factories.visual(track, is_active=True, shown_at=now)


@pytest.mark.django_db(transaction=True)
def test_twelve_tabs_that_use_different_visuals_at_once_end_with_exactly_one_in_use():
    track = factories.track()
    made = [factories.visual(track) for _ in range(12)]
    start, faults = threading.Barrier(12), []

    def press(visual):
        try:
            start.wait(10)
            for _ in range(3):
                services.use(visual=visual)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test shows it
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(visual,)) for visual in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    assert len(active_of(track)) == 1


@pytest.mark.django_db(transaction=True)
def test_archiving_and_using_one_visual_at_once_never_leaves_an_archived_one_in_use():
    for _ in range(5):
        visual = factories.visual()
        start, outcomes = threading.Barrier(2), []

        def press(deed, visual=visual, start=start, outcomes=outcomes):
            try:
                start.wait(10)
                deed(visual=visual)
            except InvalidTransition:
                outcomes.append("refused")
            except Exception as fault:  # noqa: BLE001
                outcomes.append(repr(fault))
            finally:
                connection.close()

        threads = [
            threading.Thread(target=press, args=(deed,))
            for deed in (services.use, services.archive)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        visual.refresh_from_db()
        assert outcomes in ([], ["refused"])
        assert (visual.status, visual.is_active) == (Status.ARCHIVED, False)


# -- dates -----------------------------------------------------------------------------------
def in_days(days):
    return timezone.now() + timedelta(days=days)


def test_a_dated_visual_is_the_active_one_during_its_time_only():
    track = factories.track()
    usual = services.use(visual=factories.visual(track))
    dated = factories.visual(track)
    services.schedule(visual=dated, starts_at=in_days(1), ends_at=in_days(3))
    seen = [listing.active_visual(track, at=in_days(days)) for days in (0, 2, 3.1)]
    assert [one.pk for one in seen] == [usual.pk, dated.pk, usual.pk]
    assert dated not in VisualAsset.objects.shown()
    assert dated in VisualAsset.objects.shown(in_days(2))


def test_a_dated_visual_that_was_put_away_is_not_seen():
    dated = factories.visual()
    services.schedule(visual=dated, starts_at=in_days(-1), ends_at=in_days(1))
    assert listing.active_visual(dated.track).pk == dated.pk
    services.archive(visual=dated)
    assert listing.active_visual(dated.track) is None


def test_two_dates_may_touch_but_not_overlap_and_the_sentence_names_the_other():
    track = factories.track()
    first = factories.visual(track, title="Snow")
    second = factories.visual(track)
    middle = in_days(2)
    services.schedule(visual=first, starts_at=in_days(1), ends_at=middle)
    services.schedule(visual=second, starts_at=middle, ends_at=in_days(3))
    with pytest.raises(InvalidTransition, match="“Snow” is dated from"):
        services.schedule(visual=second, starts_at=in_days(1.5), ends_at=in_days(1.6))
    assert ActivePeriod.objects.filter(track=track).count() == 2


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [(2, 1, "after the start"), (-3, -1, "is over"), (0, 500, "more than a year")],
)
def test_a_date_that_makes_no_sense_is_refused(starts, ends, said):
    with pytest.raises(ValidationError, match=said):
        services.schedule(
            visual=factories.visual(), starts_at=in_days(starts), ends_at=in_days(ends)
        )


def test_removing_a_date_twice_is_harmless():
    period = services.schedule(visual=factories.visual(), starts_at=in_days(1), ends_at=in_days(2))
    services.unschedule(period=period)
    period.pk = period.id = 999
    services.unschedule(period=period)
    assert not ActivePeriod.objects.exists()
