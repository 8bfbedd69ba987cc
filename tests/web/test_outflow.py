"""One address may receive only so many answers at once, against a real server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from casset.web import storage
from tests.audience import factories
from tests.web.serving import Site

LARGE_BYTES = 24 * 2**20  # more than what sockets hold


@pytest.fixture
def site(transactional_db: None, cache: object, settings: Any, tmp_path: Path) -> Iterator[Site]:
    settings.ANSWERS_PER_ADDRESS = 3
    track = factories.track(looks=(), files=False)
    with Site() as site:
        visual = factories.visual(track, files=False)
        storage.keep_bytes(f"{visual.stored}/loop.mp4", b"\0" * LARGE_BYTES)
        site.path = f"/{visual.stored}/loop.mp4"  # type: ignore[attr-defined]
        yield site


def ask(site: Site, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return connection


def status(connection: socket.socket) -> int:
    return int(connection.recv(12).split()[1])


def test_films_nobody_reads_do_not_keep_others_out_and_room_comes_back(site: Site) -> None:
    with ExitStack() as stack:
        path: str = site.path  # type: ignore[attr-defined]
        slow = [stack.enter_context(ask(site, path)) for _ in range(3)]
        assert [status(one) for one in slow] == [200, 200, 200]
        refused = stack.enter_context(ask(site, "/healthz"))
        assert status(refused) == 429
        slow[0].close()
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            with ask(site, "/healthz") as again:
                if status(again) == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the room did not come back")
