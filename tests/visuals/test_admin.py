"""The operators' pages of visuals, tags, dates and flags."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from waffle.models import Flag

from casset.web import storage
from tests.accounts.factories import UserFactory
from tests.visuals import factories
from visuals import flags, services
from visuals.models import ActivePeriod, VisualAsset

pytestmark = pytest.mark.django_db
LIST = "/admin/visuals/visualasset/"


@pytest.fixture
def boss(client):
    made = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(made, backend="django.contrib.auth.backends.ModelBackend")
    return made


def act(client, address, action, *rows):
    chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(address, chosen, follow=True)


def test_one_page_shows_a_visual_with_all_that_is_known_of_it(client, boss):
    visual = factories.visual(
        title="<script>alert(1)</script>",
        facts={"seam": {"verdict": "visible", "distance": 2.5}, "flashes": {"general": 1}},
        source_sha256="ab" * 32,
        recipe={"recipe": "rain"},
    )
    services.use(visual=visual)
    storage.keep_bytes(visual.file("small.jpg"), b"jpeg")
    page = client.get(f"{LIST}{visual.pk}/change/").content.decode()
    for shown in ("in use", "seam visible (2.5)", "abab", "seen with it now", "small.mp4"):
        assert shown in page
    assert "<script>alert(1)" not in page
    assert client.get(f"{LIST}{visual.pk}/file/small.jpg").status_code == 200
    assert client.get(f"{LIST}{visual.pk}/file/source.mp4").status_code == 404


def test_nothing_of_a_visual_can_be_typed_over(client, boss):
    visual = factories.visual()
    client.post(f"{LIST}{visual.pk}/change/", {"title": "Other", "status": "FAILED"})
    visual.refresh_from_db()
    assert (visual.title, visual.status) == ("Night bus", "READY")


def test_the_list_costs_the_same_however_long_it_is(client, boss, django_assert_max_num_queries):
    track = factories.track()
    for _ in range(12):
        factories.visual(track)
    with django_assert_max_num_queries(9):
        assert client.get(LIST).status_code == 200


def test_actions_call_the_services_and_say_what_could_not_be_done(client, boss):
    used = services.use(visual=factories.visual())
    failed = factories.visual(status="FAILED", source="visuals/s.mp4")
    answer = act(client, LIST, "retry", used, failed)
    said = [str(message) for message in answer.context["messages"]]
    assert any("nothing to try again" in one for one in said)
    failed.refresh_from_db()
    assert failed.status == "PROCESSING"
    act(client, LIST, "hide", used)
    used.refresh_from_db()
    assert (used.is_active, used.shown_at) == (False, None)
    act(client, LIST, "archive", used)
    assert VisualAsset.objects.get(pk=used.pk).status == "ARCHIVED"


def test_staff_without_the_right_sees_no_file(client):
    helper = UserFactory(is_staff=True)
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")
    visual = factories.visual()
    assert client.get(f"{LIST}{visual.pk}/file/small.jpg").status_code == 403
    assert client.get(LIST).status_code == 403


def test_tags_and_dates_are_listed_and_a_date_can_be_removed(client, boss):
    visual = factories.visual()
    services.set_tags(visual=visual, tags=["dark"])
    now = timezone.now()
    period = services.schedule(visual=visual, starts_at=now, ends_at=now + timedelta(days=1))
    assert client.get("/admin/visuals/visualtag/?category=mood").status_code == 200
    assert client.get("/admin/visuals/activeperiod/").status_code == 200
    act(client, "/admin/visuals/activeperiod/", "remove", period)
    assert not ActivePeriod.objects.exists()


def test_a_flag_is_turned_for_people_and_groups_that_are_looked_up_by_name(client, boss):
    flag = Flag.objects.get(name=flags.MARKETPLACE)
    page = f"/admin/waffle/flag/{flag.pk}/change/"
    assert "admin-autocomplete" in client.get(page).content.decode()
    group = Group.objects.create(name="Launch partners")
    chosen = UserFactory(email="mara@example.org")
    found = client.get(
        "/admin/autocomplete/?app_label=waffle&model_name=flag&field_name=users&term=mara@"
    ).json()
    assert [one["id"] for one in found["results"]] == [str(chosen.pk)]
    client.post(
        page,
        {"note": flag.note, "everyone": "unknown", "percent": "", "users": [chosen.pk],
         "groups": [group.pk], "superusers": "on"},
    )  # fmt: skip
    assert flags.is_on(flags.MARKETPLACE, chosen)
    other = UserFactory()
    assert not flags.is_on(flags.MARKETPLACE, other)
    other.groups.add(group)
    assert flags.is_on(flags.MARKETPLACE, other)


def test_groups_are_made_and_people_put_into_them(client, boss):
    client.post("/admin/auth/group/add/", {"name": "Launch partners"})
    group = Group.objects.get()
    person = UserFactory()
    client.post(f"/admin/accounts/user/{person.pk}/change/", {"name": "Mara", "groups": [group.pk]})
    assert list(person.groups.all()) == [group]
    assert client.get("/admin/auth/group/").status_code == 200
