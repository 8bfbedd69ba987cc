"""A served site and people with rights, for tests of what happens between browser and server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import DjangoDbBlocker

from casset.web import events
from casset.web.events import bell
from tests.web.serving import Site, until


@pytest.fixture
def owned() -> dict[str, Any]:
    """Who owns which ``test-…`` channel: id to primary key."""
    return {}


@pytest.fixture(scope="module")
def served(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    # A request that ends between two tests must be able to give its connection back.
    with django_db_blocker.unblock(), Site() as site:
        yield site


@pytest.fixture
def site(
    served: Site,
    transactional_db: None,
    owned: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """The site, with channels ``test-<id>`` that only their owner may watch."""
    monkeypatch.setattr(bell, "breaker", bell.Breaker())
    events.allow("test", lambda user, id_: owned.get(id_) == user.pk)
    yield served
    until(lambda: events.open_streams() == 0)
    served.rest()


@pytest.fixture
def person(transactional_db: None) -> Callable[[str], Any]:
    """Makes people."""
    return lambda name: get_user_model().objects.create_user(f"{name}@example.com", "a long secret")


@pytest.fixture
def cookie() -> Callable[[Any], dict[str, str]]:
    """Signs a person in and gives the header that says so."""

    def sign_in(user: Any) -> dict[str, str]:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}

    return sign_in
