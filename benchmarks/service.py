"""The site while it works: what running a film as a job adds, and pages while a film is drawn.

The site runs as ``manage.py up`` runs it, with real workers and servers of its own.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.pipeline.conftest import write_song
from tests.running import Site

USERS = 20
SECONDS = 10.0
OVERHEAD_LIMIT_S = 2.0
CUT_LIMIT_S = 10.0
PAGES = ("home", "list", "job", "api job")


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="casset-benchmark-") as name:
        folder = Path(name)
        site = Site(folder / "var", FILM_SHORT_SIDE_PX="1080", LOG_LEVEL="WARNING")
        site.start()
        try:
            return [*_jobs(site, folder), *_pages(site, folder), *_queries(site)]
        finally:
            site.stop()


def _jobs(site: Site, folder: Path) -> list[dict[str, Any]]:
    """Three films one after the other: the time in which nobody worked on them is what jobs cost."""
    song = write_song(folder / "song.wav", 12.0)
    for count in (1, 2, 3):
        site.drive("ask", "1", "1", str(song))
        _until(site, count)
    jobs = site.drive("timings")["jobs"]
    overhead = statistics.median(job["overhead_s"] for job in jobs)
    cut = statistics.median(job["cut_s"] for job in jobs)
    return [
        {
            "what": "orchestration a job: time in which nobody works on it",
            "s": overhead,
            "of s": statistics.median(job["whole_s"] for job in jobs),
            "limit": OVERHEAD_LIMIT_S,
            "kept": overhead <= OVERHEAD_LIMIT_S,
        },
        {
            "what": "from the last clip to the finished film",
            "s": cut,
            "of s": statistics.median(job["whole_s"] for job in jobs),
            "limit": CUT_LIMIT_S,
            "kept": cut <= CUT_LIMIT_S,
        },
    ]


def _pages(site: Site, folder: Path) -> list[dict[str, Any]]:
    """Pages asked for by twenty people at once, first at rest, then while a film is drawn."""
    cookies = site.drive("people", str(USERS))["cookies"]
    song = write_song(folder / "long.wav", 50.0)
    at_rest = asyncio.run(_load(site.port, cookies, _job_of(site)))
    done = site.drive("report")["ended"]
    site.drive("ask", "1", "1", str(song))
    _until_drawing(site)
    drawing = asyncio.run(_load(site.port, cookies, _job_of(site)))
    still = site.drive("report")["ended"] == done
    rows = []
    for page in PAGES:
        rest, busy = at_rest[page], drawing[page]
        rows.append(
            {
                "what": f"{page}, {USERS} people at once",
                "requests": len(busy),
                "p50 ms": statistics.median(busy) * 1000,
                "p95 ms": _p95(busy) * 1000,
                "p95 ms at rest": _p95(rest) * 1000,
                "ratio": _p95(busy) / _p95(rest),
                "kept": still,  # the film was being drawn all the while
            }
        )
    return rows


def _queries(site: Site) -> list[dict[str, Any]]:
    return [
        {"what": f"database queries of {page}", "queries": count}
        for page, count in site.drive("queries")["queries"].items()
    ]


async def _load(port: int, cookies: list[str], job: str) -> dict[str, list[float]]:
    """Seconds a page, by name; every person asks for one page after the other."""
    paths = {
        "home": "/",
        "list": "/studio/",
        "job": f"/studio/{job}/",
        "api job": f"/api/v1/jobs/{job}",
    }
    took: dict[str, list[float]] = {page: [] for page in PAGES}
    end = time.monotonic() + SECONDS

    async def person(cookie: str, first: bool) -> None:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", cookies={"sessionid": cookie}, timeout=30
        ) as client:
            while time.monotonic() < end:
                for page, path in paths.items():
                    if not first and page in ("job", "api job"):
                        continue  # somebody else's
                    began = time.monotonic()
                    answer = await client.get(path)
                    took[page].append(time.monotonic() - began)
                    answer.raise_for_status()
                    await asyncio.sleep(0.2)

    await asyncio.gather(*(person(cookie, n == 0) for n, cookie in enumerate(cookies)))
    return took


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def _job_of(site: Site) -> str:
    """The newest job."""
    return str(next(iter(site.drive("report")["status"])))


def _until(site: Site, ended: int, patience_s: float = 300) -> None:
    deadline = time.monotonic() + patience_s
    while site.drive("report")["ended"] < ended:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ended within {patience_s:.0f} s")
        time.sleep(1)


def _until_drawing(site: Site, patience_s: float = 120) -> None:
    deadline = time.monotonic() + patience_s
    while not site.drive("report")["clips_running"]:
        if time.monotonic() > deadline:
            raise TimeoutError("no clip is being drawn")
        time.sleep(1)
