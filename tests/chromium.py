"""Chromium for tests: one launch, the same for all, closed at the end of each test module.

Playwright's loop runs in the main thread while a browser is open, so it must not outlive the
module: tests that run a loop of their own would be refused theirs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

PLACES = (
    "/usr/bin/chromium",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# WebGL2 is drawn on the processor, so that every machine draws the same.
ARGS = (
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--no-first-run", "--disable-background-networking",
)  # fmt: skip


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser. Fails the test with what to install where there is none."""
    program = next((place for place in PLACES if Path(place).exists()), None)
    if program is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    with _database_beside_playwright(), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(ARGS))
        yield browser
        browser.close()


@contextmanager
def _database_beside_playwright() -> Iterator[None]:
    """Let tests use the database between Playwright's calls; Django sees only a running loop."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # noqa: TID251
    try:
        yield
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]  # noqa: TID251
