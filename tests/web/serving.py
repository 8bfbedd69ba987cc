"""A real web server on a free loopback port, and people who listen to it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Self

import uvicorn
from django.db import connection
from django.urls import get_resolver

from casset.web import handler
from casset.web.events.app import Events
from casset.web.front import Front
from casset.web.intake import Intake
from casset.web.outflow import Outflow
from casset.web.server import options


class Site:
    """The site of this test run, served by uvicorn in a thread of this process."""

    def __init__(self) -> None:
        _ = get_resolver().url_patterns  # as casset.asgi does
        self._underway = 0
        self.events = Events(self._counted(handler.application()))
        self.intake = Intake(Outflow(self.events))
        config = uvicorn.Config(Front(self.intake), **options(), port=0)
        self._server = uvicorn.Server(config)
        self._socket = config.bind_socket()
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self._server.started)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.events._hub is not None
        self.events._hub.end_streams()  # what a signal does where the server has the main thread
        self._server.should_exit = True
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _counted(self, application: Any) -> Any:
        async def counted(scope: Any, receive: Any, send: Any) -> None:
            self._underway += 1
            try:
                await application(scope, receive, send)
            finally:
                self._underway -= 1

        return counted

    def rest(self) -> None:
        """Wait until no page is being made and no thread of ours asks the database anything.

        A browser that is closed leaves requests behind; Django cancels those, but what a thread has
        begun for them goes on. Emptying the database meanwhile would fail, or fail them.
        """
        quiet = 0
        ends = time.monotonic() + 60
        while quiet < 2:
            assert time.monotonic() < ends, "requests of a closed browser do not end"
            time.sleep(0.02)
            quiet = quiet + 1 if not self._underway and not _asked_by_others() else 0

    def hung_up(self) -> None:
        """Wait until a closed browser has hung up: then no request of it comes any more."""
        until(lambda: not self._server.server_state.connections, 30)

    @contextmanager
    def connection(self) -> Any:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            yield connection


def _asked_by_others() -> int:
    """How many of this database's other connections are in the middle of something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Heard:
    """One event as a browser would hand it to a page."""

    id: str
    type: str
    data: Any


class Listener:
    """A client of one stream. Every wait ends after ``patience_s`` with ``TimeoutError``."""

    def __init__(
        self,
        site: Site | SimpleNamespace,
        query: str,
        *,
        path: str = "/events/",
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        patience_s: float = 30,
        receive_buffer: int | None = None,
    ) -> None:
        self._socket = socket.socket()
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(patience_s)
        self._socket.connect(("127.0.0.1", site.port))
        lines = [f"{method} {path}?{query} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._stream = self._socket.makefile("rb")
        self.status = int(self._stream.readline().split()[1])
        self.headers: dict[str, str] = {}
        while line := self._stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self.comments = 0
        self.last_id = ""
        self._rest = b""
        if self.status == 200:
            self._block()  # the opening

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def error(self) -> dict[str, Any]:
        """The error of a refusal, in the one shape errors have."""
        length = int(self.headers["content-length"])
        error: dict[str, Any] = json.loads(self._stream.read(length))["error"]
        assert set(error) == {"code", "message", "retryable"}
        return error

    def _chunk(self) -> bytes:
        size = int(self._stream.readline() or b"0", 16)
        chunk = self._stream.read(size)
        self._stream.readline()
        return chunk

    def _block(self) -> dict[str, str] | None:
        """The fields of the next block; None at the end of the stream."""
        while b"\n\n" not in self._rest:
            chunk = self._chunk()
            if not chunk:
                return None
            self._rest += chunk
        block, self._rest = self._rest.split(b"\n\n", 1)
        fields = dict(
            line.split(": ", 1) for line in block.decode().split("\n") if not line.startswith(":")
        )
        self.comments += block.startswith(b":")
        self.last_id = fields.get("id", self.last_id)
        return fields

    def next(self) -> Heard | None:
        """The next event; None when the stream ends."""
        while (fields := self._block()) is not None:
            if "data" in fields:
                return Heard(self.last_id, fields.get("event", ""), json.loads(fields["data"]))
        return None

    def take(self, count: int) -> list[Heard]:
        heard = [self.next() for _ in range(count)]
        return [event for event in heard if event is not None]

    def wait_for_comment(self) -> None:
        before = self.comments
        while self.comments == before:
            self._block()


def until(is_so: Any, within_s: float = 30) -> None:
    """Wait until ``is_so()``; fails after ``within_s``."""
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
