"""What every test may ask for: PostgreSQL and Redis, started when the first test needs them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from casset.servers import embedded

# Files that take a minute or more begin before the other slow ones: nobody waits for the last of them.
LONG = (
    "test_chaos",
    "test_journey",
    "test_up",
    "test_supervisor",
    "test_film",
    "test_webgl",
    "test_fan",
    "test_gallery_browser",
    "test_visuals_tab",
    "test_tracks",
    "test_studio",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then the longest, then what draws and what needs a browser; else as shuffled."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.path.stem in LONG:
        return 1 + LONG.index(item.path.stem)
    slow = item.get_closest_marker("media") or item.get_closest_marker("browser")
    return 100 if slow else 0


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """Real PostgreSQL and Redis for the whole run; those of the environment where it names any."""
    wanted = embedded.servers(
        settings.VAR_DIR, postgres=settings.EMBEDDED_DATABASE, redis=settings.EMBEDDED_REDIS
    )
    with embedded.running(wanted, holder="a test run"):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """Before pytest-django makes its database there is a server."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """pytest-django's, and a quick way to the same empty tables again."""
    from tests import emptying

    with django_db_blocker.unblock():
        emptying.begin()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium, for the tests of one module."""
    from tests.chromium import launched

    with launched() as browser:
        yield browser


@pytest.fixture
def cache(servers: None) -> Iterator[object]:
    """Django's cache on Redis, empty before and after."""
    from django.core.cache import cache as django_cache

    django_cache.clear()
    yield django_cache
    django_cache.clear()
