"""Chromium on the served site: the product's own server, its policy switched on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import Browser, Error, Page
from pytest_django import DjangoDbBlocker

from casset.web.readers import readers
from tests.web.serving import Site

WIDTHS = (390, 1280)
PATIENCE_S = (
    30.0  # a machine that does much else at once is slow; waiting costs nothing when all is well
)
LEFT = ("Execution context was destroyed", "Cannot find context")
STILL = """document.getAnimations().every(one => one.playState !== 'running'
  || one.timeline !== document.timeline || one.effect?.getTiming().iterations === Infinity)"""


@pytest.fixture(scope="module")
def served(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    # A request that ends between two tests must be able to give its connection back.
    with django_db_blocker.unblock(), Site() as site:
        yield site
    readers.close()


@pytest.fixture
def site(served: Site, transactional_db: None, cache: object) -> Iterator[Site]:
    """The served site with an empty database."""
    yield served
    served.hung_up()
    served.rest()


class Visit:
    """One person's browser window. It fails the test where the page logs an error or breaks the
    policy."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.origin + path)
        return self.page

    def until(self, wanted: str | Callable[[], Any], *, patience_s: float = PATIENCE_S) -> Any:
        """Wait until JavaScript is truthy on a page whose scripts have run, or a function is; what it
        was then. (wait_for_function is refused by the policy.)"""
        ends = time.monotonic() + patience_s
        while True:
            if found := self._now(wanted):
                return found
            assert time.monotonic() < ends, f"never true: {wanted}"
            self.page.wait_for_timeout(40)

    def _now(self, wanted: str | Callable[[], Any]) -> Any:
        if callable(wanted):
            return wanted()
        try:
            return self.page.evaluate(f"document.readyState === 'complete' && ({wanted})")
        except Error as error:  # the page was just left for another one
            if not any(said in error.message for said in LEFT):
                raise
            return None

    def still(self) -> None:
        """Wait until nothing fades or glides any more."""
        self.until(STILL)

    def axe(self) -> list[str]:
        """What axe finds wrong with the page when it has come to rest."""
        self.still()
        self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {one['help']} ({json.dumps([node['target'] for node in one['nodes']])})"
            for one in found["violations"]
        ]

    def overflows(self) -> bool:
        """Whether the page can be scrolled sideways."""
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
        )


@pytest.fixture
def visit(browser: Browser, site: Site) -> Callable[..., Any]:
    """Opens windows: ``with visit(width=390, user=somebody) as window``."""

    @contextmanager
    def opened(*, width: int = 1280, user: Any = None, **options: Any) -> Iterator[Visit]:
        origin = f"http://127.0.0.1:{site.port}"
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 800 else 800}, **options
        )
        if user is not None:
            client = Client()
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": origin}]
            )
        window = Visit(context.new_page(), origin)
        try:
            yield window
        finally:
            context.close()
        assert not window.complaints

    return opened
