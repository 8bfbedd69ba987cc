"""Many at once, from one address: sound and pictures for all of them, and pages meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from django.db import connection

from casset.web.readers import readers
from tests.audience import factories
from tests.web.serving import Site

STREAMS = 300


async def fetched(port: int, path: str, held: asyncio.Event | None = None) -> bytes:
    """The first line of an answer; the rest is read when ``held`` says so."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        line = await reader.readline()
        if held is not None:
            await held.wait()
        return line
    finally:
        writer.close()


@pytest.mark.django_db(transaction=True)
def test_three_hundred_open_streams_neither_fail_nor_hold_a_page_up_nor_hold_connections(
    cache: object,
) -> None:
    track = factories.track(looks=("dark",))
    visual = track.visuals.get()
    sound, loop = f"/t/{track.pk}/hook.m4a", f"/{visual.stored}/loop.mp4"

    async def crowd(port: int) -> tuple[list[bytes], bytes, int]:
        held = asyncio.Event()
        open_ones = [
            asyncio.create_task(fetched(port, loop if n % 2 else sound, held))
            for n in range(STREAMS)
        ]
        page = await fetched(port, f"/t/{track.pk}")
        busy = await asyncio.to_thread(connections)
        held.set()
        return await asyncio.gather(*open_ones), page, busy

    with Site() as site:
        lines, page, busy = asyncio.run(crowd(site.port))
    readers.close()
    assert Counter(lines) == {b"HTTP/1.1 200 OK\r\n": STREAMS}
    assert page == b"HTTP/1.1 200 OK\r\n"
    assert busy <= 40


def connections() -> int:
    """How many the database has open."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            )
            return int(cursor.fetchone()[0])
    finally:
        connection.close()
