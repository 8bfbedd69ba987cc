"""Who may use what: flags that an operator turns."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.test import RequestFactory
from waffle.models import Flag

from tests.accounts.factories import UserFactory
from visuals import flags

pytestmark = pytest.mark.django_db


def turned(**values):
    Flag.objects.filter(name=flags.MARKETPLACE).update(**values)
    return Flag.objects.get(name=flags.MARKETPLACE)


def test_pairing_is_on_for_everybody_and_the_marketplace_for_nobody_at_first():
    nobody, somebody = AnonymousUser(), UserFactory()
    for who in (nobody, somebody):
        assert [flags.is_on(name, who) for name in (flags.V1, flags.V2)] == [True, True]
        assert not flags.is_on(flags.MARKETPLACE, who)
    assert flags.is_on(flags.GENERATION, somebody)


def test_a_flag_can_be_on_for_one_person_and_for_a_group():
    chosen, member, other = UserFactory(), UserFactory(), UserFactory()
    group = Group.objects.create(name="launch partners")
    member.groups.add(group)
    flag = turned()
    flag.users.add(chosen)
    flag.groups.add(group)
    assert [flags.is_on(flags.MARKETPLACE, who) for who in (chosen, member, other)] == [
        True, True, False,
    ]  # fmt: skip


def test_off_for_everybody_is_off_for_the_chosen_too():
    chosen = UserFactory()
    turned(everyone=False).users.add(chosen)
    assert not flags.is_on(flags.MARKETPLACE, chosen)


def test_a_percentage_lets_in_about_so_many_and_always_the_same():
    turned(percent=30)
    people = UserFactory.create_batch(200)
    first = [flags.is_on(flags.MARKETPLACE, person) for person in people]
    assert 30 <= sum(first) <= 90
    assert [flags.is_on(flags.MARKETPLACE, person) for person in people] == first
    turned(percent=99.9)
    more = [flags.is_on(flags.MARKETPLACE, person) for person in people]
    assert all(now for now, before in zip(more, first, strict=True) if before)


def test_a_request_says_the_same_as_its_person():
    chosen = UserFactory()
    turned().users.add(chosen)
    request = RequestFactory().get("/")
    request.user = chosen
    assert flags.is_on(flags.MARKETPLACE, request)
    request.user = AnonymousUser()
    assert not flags.is_on(flags.MARKETPLACE, request)


def test_an_unknown_flag_is_off_and_what_an_operator_turned_stays():
    assert not flags.is_on("no_such_flag", UserFactory())
    Flag.objects.filter(name=flags.V1).update(everyone=False)
    flags.sync()
    assert not flags.is_on(flags.V1, UserFactory())
