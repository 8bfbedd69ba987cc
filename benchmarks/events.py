"""Server-sent events: from publishing to the client, and what a client costs the server.

Publisher, web server and clients are processes of their own; PostgreSQL and Redis are the
embedded ones. All clients watch one channel over loopback.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import uvicorn
import uvloop

from casset.servers import embedded, places
from casset.servers.postgres import Postgres
from casset.servers.redis import Redis

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = (1, 200, 1000)
EVENTS = 50
EVERY_S = 0.1
CHANNEL = "bench-1"
P95_LIMIT_MS = 250
KB_LIMIT = 15


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        var.chmod(0o755)  # the servers' user has to enter it
        with embedded.running([Postgres(var), Redis(var)], holder="a benchmark"):
            _child(var, "prepare", wait=True)
            return [_measure(var, clients) for clients in CLIENTS]


def _measure(var: Path, clients: int) -> dict[str, Any]:
    token = (var / "token").read_text()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with _running(var, "serve", str(port)) as server:
        _wait_for(port)
        with _running(var, "listen", str(port), token, "20") as warm:
            assert warm.stdout
            warm.stdout.readline()  # the first clients pay for imports, threads and connections
        time.sleep(1)
        process = psutil.Process(server.pid)
        before_kb = process.memory_info().rss / 1024
        with _running(var, "listen", str(port), token, str(clients)) as listeners:
            assert listeners.stdout
            listeners.stdout.readline()  # all are connected
            time.sleep(1)
            after_kb = process.memory_info().rss / 1024
            threads = process.num_threads()
            cpu_before, began = sum(process.cpu_times()[:2]), time.monotonic()
            published = json.loads(_child(var, "publish", wait=True))
            cpu = (sum(process.cpu_times()[:2]) - cpu_before) / (time.monotonic() - began)
            connections = published["server_connections"]
            heard = json.loads(listeners.stdout.readline())
    row = {
        "clients": clients,
        "p50 ms": heard["p50"],
        "p95 ms": heard["p95"],
        "max ms": heard["max"],
        "lost": clients * EVENTS - heard["events"],
        "threads": threads,
        "db connections": connections,
        "core": round(cpu, 2),
        "load": round(os.getloadavg()[0], 1),  # of the whole machine, meanwhile
        "publish ms": published["p50"],
        "publish p95 ms": published["p95"],
    }
    if clients > 1:
        row["KB a client"] = round((after_kb - before_kb) / clients, 1)
        row["kept"] = row["p95 ms"] <= P95_LIMIT_MS and row["KB a client"] <= KB_LIMIT
    return row


def _spread(seconds: list[float]) -> dict[str, float]:
    marks = statistics.quantiles(seconds, n=20) if len(seconds) > 1 else seconds * 20
    return {
        "p50": round(statistics.median(seconds) * 1000, 1),
        "p95": round(marks[18] * 1000, 1),
        "max": round(max(seconds) * 1000, 1),
    }


# -- the other processes -------------------------------------------------------------------------


def _start(var: Path, *role: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.events", *role],
        cwd=ROOT,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "CASSET_VAR": str(var),
            "EVENTS_PER_USER": "100000",
            "PYTHONWARNINGS": "ignore",  # no static files are collected here
            "DJANGO_SETTINGS_MODULE": "casset.settings",
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def _child(var: Path, *role: str, wait: bool) -> str:
    done = _start(var, *role)
    said, _ = done.communicate()
    if done.returncode:
        raise SystemExit(f"benchmarks.events {role[0]} failed.")
    return said


@contextmanager
def _running(var: Path, *role: str) -> Iterator[subprocess.Popen[str]]:
    process = _start(var, *role)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("The web server did not start.")


def prepare(var: str) -> None:
    """Make the tables, and somebody with a token."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.auth import get_user_model
    from knox.models import get_token_model

    user = get_user_model().objects.create_user("bench@example.com")
    Path(var, "token").write_text(get_token_model().objects.create(user)[1])


def serve(port: str) -> None:
    """The site as it is, with one more kind of channel."""
    from casset.asgi import application
    from casset.web import events
    from casset.web.server import options

    events.allow("bench", lambda user, id_: True)
    uvicorn.run(application, port=int(port), **options())


def publish() -> None:
    """Publish as a worker does, and say what it cost and who was connected."""
    import django

    django.setup()
    from django.db import connection

    from casset.web import events

    events.publish(CHANNEL, "message", {"warm": True})
    took = []
    for n in range(EVENTS):
        began = time.monotonic()
        events.publish(CHANNEL, "progress", {"at": began, "progress": n, "text": "x" * 100})
        took.append(time.monotonic() - began)
        time.sleep(max(0.0, EVERY_S - took[-1]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = %s", (places.DATABASE,)
        )
        (others,) = cursor.fetchone()
    sys.stdout.write(json.dumps({**_spread(took), "server_connections": others}) + "\n")


class Client(asyncio.Protocol):
    """One listener that only notes how old each event is when it arrives."""

    def __init__(self, request: bytes, delays: list[float], opened: asyncio.Event) -> None:
        self._request = request
        self._delays = delays
        self._opened = opened
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self._opened.is_set():
            if not data.startswith(b"HTTP/1.1 200"):
                raise SystemExit(data.decode())
            self._opened.set()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b'data: {"at":'):
                self._delays.append(now - float(line[12 : line.index(b",")]))


async def _listen(port: int, token: str, clients: int) -> None:
    loop = asyncio.get_running_loop()
    request = (
        f"GET /events/?channel={CHANNEL} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()
    delays: list[float] = []
    for _ in range(clients):
        opened = asyncio.Event()
        await loop.create_connection(
            lambda opened=opened: Client(request, delays, opened), "127.0.0.1", port
        )
        await opened.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    end = time.monotonic() + EVENTS * EVERY_S + 20
    while len(delays) < clients * EVENTS and time.monotonic() < end:
        await asyncio.sleep(0.2)
    sys.stdout.write(json.dumps({**_spread(delays), "events": len(delays)}) + "\n")
    sys.stdout.flush()
    await asyncio.sleep(60)  # until ended


def listen(port: str, token: str, clients: str) -> None:
    uvloop.run(_listen(int(port), token, int(clients)))


if __name__ == "__main__":
    _role, *_arguments = sys.argv[1:]
    if _role == "prepare":
        from casset.settings import VAR_DIR

        prepare(str(VAR_DIR))
    else:
        {"serve": serve, "publish": publish, "listen": listen}[_role](*_arguments)
