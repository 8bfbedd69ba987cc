"""The web server: uvicorn, made impatient with abuse. ``python -m casset.web.server`` runs the site.

uvicorn itself waits for ever for a request's first line and headers, and takes headers of any
size. ``Connection`` gives both a limit, and lets the kernel close connections whose other end
stopped reading or vanished.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_S = 15.0
HEADERS_MAX_BYTES = 64 * 1024
UNREAD_S = 60  # how long sent bytes may stay unacknowledged or unread


class Connection(HttpToolsProtocol):
    """One client's connection; closed unless each request's headers arrive in time and in size."""

    # Two more keys in the instance's dictionary would cost each connection 1.3 KB.
    __slots__ = ("_head_bytes", "_head_timer")

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._expect_headers()
        line = transport.get_extra_info("socket")
        if (
            line is not None
            and hasattr(socket, "TCP_USER_TIMEOUT")
            and line.family != socket.AF_UNIX
        ):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_S * 1000)

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_headers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEADERS_MAX_BYTES:
                self._give_up()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_headers()

    def on_headers_complete(self) -> None:
        self._have_headers()
        super().on_headers_complete()

    def _expect_headers(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(HEADERS_S, self._give_up)

    def _have_headers(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._have_headers()
        self.transport.close()


def options() -> dict[str, Any]:
    """How uvicorn is to run Casset, as arguments of ``uvicorn.Config``."""
    return {
        "http": Connection,
        "ws": "none",
        "loop": "auto",
        "lifespan": "on",
        "access_log": False,  # ``front`` writes one line a request
        "log_level": "warning",
        "log_config": None,  # settings.LOGGING says how
        "server_header": False,
        "timeout_keep_alive": 15,
        # Streams end by themselves at the first signal; this is for what hangs.
        "timeout_graceful_shutdown": 10,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m casset.web.server", description="Serve the site."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    uvicorn.run("casset.asgi:application", host=given.host, port=given.port, **options())


if __name__ == "__main__":
    main()
