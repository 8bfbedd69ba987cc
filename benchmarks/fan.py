"""The page of a hook: how quickly it is drawn under load, and when a slow phone shows it.

The site runs as ``manage.py up`` runs it, its workers idle, with its database and the crowd on the same
cores; nothing keeps a page in front of it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import uvloop

ROOT = Path(__file__).resolve().parent.parent
LOOKS = ("dark", "bright", "red", "sea", "busy")
TRACKS, VISUALS = 20, 3  # of which a crowd asks for every version
ANEW: tuple[tuple[str, dict[str, str]], ...] = (
    ("read anew for each", {"FAN_PAGE_KEPT_S": "0"}),
    ("read and drawn anew for each", {"FAN_PAGE_KEPT_S": "0", "FAN_PAGES_MAX_MB": "0"}),
)
PER_S, WARM, REQUESTS, EVENTS = 100, 300, 1000, 400
_HEADERS = b"Host: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (Android 16; Mobile)\r\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
_VISIT, _VISUAL = rb'data-visit="([^"]+)"', rb'<li data-visual="([^"]+)"'
P95_LIMIT_MS, QUERIES_LIMIT = 100.0, 6
WEIGHT_LIMIT_BYTES, LCP_LIMIT_MS = 100_000, 2500
LOADS = 3
FAST_3G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1.44 * 1024 * 1024 / 8 * 0.9,
    "uploadThroughput": 675 * 1024 / 8 * 0.9,
}  # as in Chromium's own tools
_WATCH = """window.seen = { lcp: 0, cls: 0 };
new PerformanceObserver(list => { for (const one of list.getEntries()) seen.lcp = one.startTime })
  .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.cls += one.value })
  .observe({ type: 'layout-shift', buffered: true });"""


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="casset-benchmark-") as name:
        var = Path(name) / "var"
        with _site(var) as site:
            ready = _prepared(site.environment)
            rows = [_crowd(site, ready["pages"], "as it is"), _events(site, ready["pages"])]
            seen = _seen(site.port, ready["page"])
        for what, environment in ANEW:
            with _site(var, **environment) as site:
                rows.append(_crowd(site, ready["pages"], what))
        return [*rows, _queries(ready["queries"]), *seen]


@contextmanager
def _site(var: Path, **environment: str) -> Iterator[Any]:
    from tests.running import Site

    site = Site(var, LOG_LEVEL="WARNING", **environment)
    site.start()
    try:
        yield site
    finally:
        site.stop()


def _crowd(site: Any, pages: list[str], what: str) -> dict[str, Any]:
    """The pages, each as often as chance has it."""
    _asked(site, [_page(path) for path in random.Random(6).choices(pages, k=WARM)])
    asked = [_page(path) for path in random.Random(7).choices(pages, k=REQUESTS)]
    figures = _asked(site, asked)[0]
    limits = {"limit": P95_LIMIT_MS, "kept": figures["p95 ms"] <= P95_LIMIT_MS}
    return {"what": f"{len(pages)} pages, {PER_S} requests a second, {what}"} | figures | limits


def _events(site: Any, pages: list[str]) -> dict[str, Any]:
    """What each page tells once it was looked at for two seconds."""
    # More of them from one address in a minute would be refused.
    asked = [_page(path) for path in random.Random(8).choices(pages, k=EVENTS)]
    told = [_impression(page) for page in _asked(site, asked)[1]]
    time.sleep(2)
    return {"what": f"what pages tell, {PER_S} events a second"} | _asked(site, told)[0]


def _page(path: str) -> bytes:
    return b"GET %s HTTP/1.1\r\n%s\r\n" % (path.encode(), _HEADERS)


def _impression(page: bytes) -> bytes:
    visit, visual = (re.search(mark, page) for mark in (_VISIT, _VISUAL))
    assert visit
    assert visual
    body = json.dumps({"type": "impression", "visit": visit[1].decode()}).encode()
    kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
    return b"POST /api/visuals/%s/event HTTP/1.1\r\n%s%s\r\n%s" % (
        visual[1], _HEADERS, kind, body,
    )  # fmt: skip


def _asked(site: Any, requests: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Figures of these requests, and the answers' bodies."""
    servers = [psutil.Process(pid) for pid in site.processes("casset.web.server")]
    before, mine, began = _cpu_s(servers), time.process_time(), time.monotonic()
    took, bodies = uvloop.run(_load(site.port, requests))
    cpu_s, mine = _cpu_s(servers) - before, time.process_time() - mine
    return {
        "requests": len(took),
        "p50 ms": 1000 * statistics.median(took),
        "p95 ms": 1000 * sorted(took)[max(0, round(0.95 * len(took)) - 1)],
        "server, cpu ms each": 1000 * cpu_s / len(took),
        "crowd, share of a core": mine / (time.monotonic() - began),
    }, bodies


def _cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _queries(count: int) -> dict[str, Any]:
    return {
        "what": "database queries of the page",
        "queries": count,
        "limit": QUERIES_LIMIT,
        "kept": count <= QUERIES_LIMIT,
    }


async def _load(port: int, requests: list[bytes]) -> tuple[list[float], list[bytes]]:
    """Seconds each request took from the moment it was due, however late the ones before it are; the answers.

    They are due as a crowd comes: at random moments, ``PER_S`` a second in the mean.
    """
    lot = random.Random(5)
    free: list[_Line] = []
    took: list[float] = []
    loop = asyncio.get_running_loop()

    async def one(due: float, request: bytes) -> bytes:
        line = free.pop() if free else (await loop.create_connection(_Line, "127.0.0.1", port))[1]
        body = await line.ask(request)
        took.append(loop.time() - due)
        free.append(line)
        return body

    due = loop.time()
    asked = []
    for request in requests:
        due += lot.expovariate(PER_S)
        await asyncio.sleep(max(0.0, due - loop.time()))
        asked.append(asyncio.create_task(one(due, request)))
    bodies = await asyncio.gather(*asked)
    for line in free:
        line.close()
    return took, bodies


class _Line(asyncio.Protocol):
    """One connection of a browser that reads whole answers; it costs little itself."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._answer: asyncio.Future[bytes] | None = None
        self._got = b""

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        self._answer = asyncio.get_running_loop().create_future()
        self._got = b""
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if self._answer is None or not found:
            return
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 20") or length is None:
            self._answer.set_exception(RuntimeError(head.decode("latin-1")))
        elif len(body) == int(length[1]):
            self._answer.set_result(body)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("The server closed the connection."))

    def close(self) -> None:
        self._transport.close()


def _seen(port: int, path: str) -> list[dict[str, Any]]:
    """What a slow phone shows when, and what scripts and styles weigh as they are sent."""
    from tests.chromium import launched

    painted, moved, weights = [], [], []
    with launched() as browser:
        for _ in range(LOADS):
            context = browser.new_context(
                viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True,
                has_touch=True,
            )  # fmt: skip
            page = context.new_page()
            cdp = context.new_cdp_session(page)
            cdp.send("Network.enable")
            cdp.send("Network.emulateNetworkConditions", FAST_3G)
            cdp.send("Emulation.setCPUThrottlingRate", {"rate": 4})
            page.add_init_script(_WATCH)
            got: dict[str, int] = {}

            def weigh(answer: Any, got: dict[str, int] = got) -> None:
                if answer.request.resource_type in {"script", "stylesheet"}:
                    got[urlsplit(answer.url).path] = len(gzip.compress(answer.body(), 6))

            page.on("response", weigh)
            page.goto(f"http://127.0.0.1:{port}{path}")
            page.wait_for_timeout(5000)
            seen = page.evaluate("seen")
            painted.append(seen["lcp"])
            moved.append(seen["cls"])
            weights.append(sum(got.values()))
            context.close()
    weight, paint, shift = max(weights), statistics.median(painted), max(moved)
    return [
        {
            "what": "scripts and styles of the page, gzip",
            "bytes": weight,
            "limit": WEIGHT_LIMIT_BYTES,
            "kept": weight <= WEIGHT_LIMIT_BYTES,
        },
        {
            "what": "largest paint, 4x slower processor, fast 3G",
            "ms": paint,
            "limit": LCP_LIMIT_MS,
            "kept": paint <= LCP_LIMIT_MS,
        },
        {"what": "layout shift meanwhile", "score": shift, "limit": 0, "kept": shift == 0},
    ]


def _prepared(environment: dict[str, str]) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.fan"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    ready: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return ready


def _prepare() -> None:
    """In the site's own environment: the tracks; prints their pages and the queries of one.

    What links show of them counts as made, so that the workers have nothing to do.
    """
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "casset.settings"  # noqa: TID251 - a process of its own
    import django

    django.setup()
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from audience.models import LinkPreview
    from tests.audience import factories
    from visuals.models import VisualAsset

    pages = []
    with transaction.atomic():
        by = factories.artist()
        track = factories.track(by, looks=LOOKS)
        for number in range(TRACKS):
            one = factories.track(by, looks=LOOKS[number % 3 :][:VISUALS], title=f"Song {number}")
            pages += [f"/t/{one.pk}?v={visual.pk}" for visual in one.visuals.in_order()]
        for visual in VisualAsset.objects.all():
            made = LinkPreview(track_id=visual.track_id, visual=visual, film_s=6.0)
            made.card, made.film = (
                f"{made.prefix}/a/{name}" for name in ("card.jpg", "preview.mp4")
            )
            made.save(force_insert=True)
    page = f"/t/{track.pk}"
    # In a transaction, so that the page asks over this connection and not over a reader's.
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        assert Client(SERVER_NAME="localhost").get(page).status_code == 200
    print(json.dumps({"page": page, "pages": pages, "queries": len(seen)}))


if __name__ == "__main__":
    _prepare()
