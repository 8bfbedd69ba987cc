"""The page's side of events, in Chromium, under the site's own content security policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from casset.web import events
from tests.web.serving import Site, until

pytestmark = [
    pytest.mark.browser,
    # WhiteNoise serves static files so; Django copes.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

WATCH = """async ([channels, since]) => {
  const { watch } = await import("/static/js/events.js");
  window.heard = []; window.states = [];
  window.stop = watch(channels, { progress: ({ n }) => heard.push(n), error: ({ n }) => heard.push(-n) },
    { since, onState: (state, why) => states.push(why ? `${state}: ${why}` : state) });
}"""


def elsewhere(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do ``work`` in a thread: where Playwright runs, Django refuses the database."""

    def alone() -> Any:
        try:
            return work(*arguments)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(alone).result()


@pytest.fixture
def page(
    browser: Any, site: Site, person: Callable[[str], Any], owned: dict[str, Any], cookie: Any
) -> Iterator[Any]:
    """A page of the site, seen by the owner of ``test-1`` and ``test-2``."""
    ada = person("ada")
    owned.update({"1": ada.pk, "2": ada.pk})
    name, _, value = cookie(ada)["Cookie"].partition("=")
    address = f"http://127.0.0.1:{site.port}"
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/no-such-page")
    yield page
    context.close()


def publish(*numbers: int, type_: str = "progress", channel: str = "test-1") -> None:
    for n in numbers:
        events.publish(channel, type_, {"n": n})


def drop_all(site: Site) -> None:
    """End every stream, as a restarting server does."""
    hub = site.events._hub
    assert hub is not None
    for stream in list(hub._streams):
        hub._tasks[0].get_loop().call_soon_threadsafe(stream.end)


def test_a_page_hears_everything_once_across_a_broken_connection(site: Site, page: Any) -> None:
    elsewhere(publish, 1, 2)
    page.evaluate(WATCH, [["test-1"], 1])
    until(lambda: page.evaluate("heard") == [2])
    elsewhere(lambda: publish(3, type_="error"))
    until(lambda: page.evaluate("heard") == [2, -3])
    drop_all(site)
    until(lambda: events.open_streams() == 0)
    elsewhere(publish, 4, 5)
    until(lambda: page.evaluate("heard") == [2, -3, 4, 5])
    until(lambda: page.evaluate("states") == ["live", "reconnecting", "live"])


def test_a_page_that_left_and_came_back_goes_on_where_it_was(site: Site, page: Any) -> None:
    page.evaluate(WATCH, [["test-1", "test-2"], "test-1:0,test-2:0"])
    elsewhere(publish, 1)
    until(lambda: page.evaluate("heard") == [1])
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    until(lambda: events.open_streams() == 0)
    elsewhere(lambda: publish(2, channel="test-2"))
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    until(lambda: page.evaluate("heard") == [1, 2])
    page.evaluate("stop()")
    until(lambda: events.open_streams() == 0)


def test_a_page_whose_session_ended_is_told_so_and_stops_asking(site: Site, page: Any) -> None:
    page.evaluate(WATCH, [["test-1"], ""])
    until(lambda: page.evaluate("states") == ["live"])
    elsewhere(lambda: Session.objects.all().delete())
    drop_all(site)
    until(lambda: "lost: Sign in first" in page.evaluate("states.at(-1)"), within_s=60)
