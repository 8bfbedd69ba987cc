"""What a fan's eyes and line get: text that reads over every picture, a light page, an early picture."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from tests.audience import factories
from tests.browser.conftest import WIDTHS
from tests.browser.fans import PHONE
from tests.browser.legibility import contrasts

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
LOOKS = ("dark", "bright", "red", "sea", "busy")
TEXTS = (
    ".artist span", ".lyrics .past", ".lyrics .now span:not(.singing)", ".lyrics .next", "h1", ".which",
    ".title .btn", ".player .mono",
)  # fmt: skip
LEAST = 4.5
MOST_BYTES = 100_000


@pytest.mark.parametrize("width", [*WIDTHS, 768])
def test_text_reads_over_five_visuals(visit: Visit, width: int) -> None:
    shop = [{"label": "Shop", "url": "https://x.example/"}]
    track = factories.track(factories.artist(links=shop), looks=LOOKS)
    with visit(width=width, reduced_motion="reduce") as window:
        for visual in track.visuals.in_order():
            page = window.go(f"/t/{track.pk}?v={visual.pk}")
            window.until("document.querySelector('audio').currentTime > 0")
            page.click("[data-play]")
            page.evaluate("document.querySelector('audio').currentTime = 4.5")
            window.until(
                "document.querySelector('.lyrics .past')?.textContent === 'Hold the night'"
                " && document.querySelector('.lyrics .now .singing')?.textContent.trim() === 'smoke'"
            )
            found = contrasts(page, TEXTS)
            assert set(found) == set(TEXTS)
            assert {name: value for name, value in found.items() if value < LEAST} == {}, visual


def test_the_page_takes_little(visit: Visit) -> None:
    track = factories.track(looks=LOOKS)
    got: dict[str, int] = {}
    with visit(**PHONE) as window:

        def weigh(answer: Any) -> None:
            if answer.request.resource_type in {"script", "stylesheet"}:
                got[answer.url] = len(gzip.compress(answer.body(), 6))

        window.page.on("response", weigh)
        page = window.go(f"/t/{track.pk}")
        page.wait_for_load_state("networkidle")
    assert len(got) > 8
    assert sum(got.values()) <= MOST_BYTES, got


def test_the_picture_comes_early_and_nothing_moves_on_a_slow_phone(visit: Visit) -> None:
    """4x slower processor, fast 3G as Chromium's own tools have it; the limit is for a busy
    machine, which may have three tries."""
    track = factories.track(looks=LOOKS)
    with visit(**PHONE) as window:
        cdp = window.page.context.new_cdp_session(window.page)
        cdp.send("Network.enable")
        cdp.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": 562.5, "downloadThroughput": 1.44 * 1024 * 1024 / 8 * 0.9,
            "uploadThroughput": 675 * 1024 / 8 * 0.9,
        })  # fmt: skip
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        window.page.add_init_script(
            """window.seen = { lcp: 0, cls: 0 };
            new PerformanceObserver(list => { for (const one of list.getEntries()) seen.lcp = one.startTime })
              .observe({ type: 'largest-contentful-paint', buffered: true });
            new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.cls += one.value })
              .observe({ type: 'layout-shift', buffered: true });"""
        )
        found = []
        while not found or (
            found[-1] >= 5000 and len(found) < 3
        ):  # the machine may be busy just now
            page = window.go(f"/t/{track.pk}")
            window.until("performance.now() > 4500 && seen.lcp > 0", patience_s=90)
            seen = page.evaluate("seen")
            assert seen["cls"] == 0
            found.append(seen["lcp"])
        assert found[-1] < 5000, "benchmarks.fan measures it on a quiet machine"
