"""``manage.py up``: everything Casset is, on this machine, in one terminal."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casset.lib.errors import CassetError
from casset.servers import embedded, places
from casset.servers.supervisor import Program, Supervisor, say
from casset.web import processes, readying

# So long the port of a supervisor that was killed may still be held by its last child.
PORT_PATIENCE_S = 3.0


class PortTaken(CassetError):
    """The site cannot listen where it should."""

    code = "PORT_TAKEN"


class Command(BaseCommand):
    help = "Run the whole site: PostgreSQL and Redis where none is named, web, workers and beat."
    requires_system_checks = []

    def handle(self, *args: Any, **typed: Any) -> None:
        servers = embedded.servers(
            settings.VAR_DIR, postgres=settings.EMBEDDED_DATABASE, redis=settings.EMBEDDED_REDIS
        )
        holder = f"process {os.getpid()}, {processes.address()}"
        try:
            Supervisor(settings.VAR_DIR, servers, holder=holder, say=say).run(
                self._programs, first=self._check_port
            )
        except CassetError as error:
            raise CommandError(str(error)) from None

    def _check_port(self) -> None:
        deadline = time.monotonic() + PORT_PATIENCE_S
        while (problem := listening_problem(settings.LISTEN_HOST, settings.PORT)) is not None:
            if problem.errno != errno.EADDRINUSE:
                raise PortTaken(
                    f"Casset cannot listen on {settings.LISTEN_HOST} port {settings.PORT}: "
                    f"{problem.strerror}. Set LISTEN_HOST or PORT to what this machine allows."
                )
            if time.monotonic() > deadline:
                raise PortTaken(
                    f"Port {settings.PORT} is taken by another program. End it, or choose another "
                    f"port: make run PORT={settings.PORT + 1 if settings.PORT < 65535 else 8000}"
                )
            time.sleep(0.2)

    def _programs(self) -> Sequence[Program]:
        home = places.home(settings.VAR_DIR)
        if settings.EMBEDDED_DATABASE and home != settings.VAR_DIR.resolve():
            say(f"the database is kept in {home}: its user cannot enter {settings.VAR_DIR}")
        if count := readying.migrate():
            say(f"database brought up to date ({count} migration{'' if count == 1 else 's'})")
        if readying.collect_static_files():
            say("static files collected")
        return processes.programs()


def listening_problem(host: str, port: int) -> OSError | None:
    """Why nobody can listen there at the moment; None where one can."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    return None
