"""``manage.py servers``: PostgreSQL and Redis alone, for ``runserver``, ``shell``, ``migrate`` and the like."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casset.lib.errors import CassetError
from casset.servers import embedded
from casset.servers.supervisor import Supervisor, say


class Command(BaseCommand):
    help = "Run only the servers that `up` would start, until Ctrl-C, while you use other commands."
    requires_system_checks = []

    def handle(self, *args: Any, **typed: Any) -> None:
        servers = embedded.servers(
            settings.VAR_DIR, postgres=settings.EMBEDDED_DATABASE, redis=settings.EMBEDDED_REDIS
        )
        if not servers:
            raise CommandError(
                "DATABASE_URL and REDIS_URL name servers already; there is none to start."
            )
        holder = f"process {os.getpid()}, the servers alone"
        try:
            Supervisor(settings.VAR_DIR, servers, holder=holder, say=say).run(self._addresses)
        except CassetError as error:
            raise CommandError(str(error)) from None

    def _addresses(self) -> list[Any]:
        say(
            f"DATABASE_URL={settings.DATABASE_URL}\nREDIS_URL={settings.REDIS_URL}\nCtrl-C ends them."
        )
        return []
