"""``manage.py ready``: what a new version needs before it serves. ``up`` does it by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casset.lib.errors import CassetError
from casset.web import readying


class Command(BaseCommand):
    help = (
        "Bring the database's tables and the static files up to date; safe to run anywhere, twice."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **typed: Any) -> None:
        try:
            count = readying.migrate()
        except CassetError as error:
            raise CommandError(str(error)) from None
        collected = readying.collect_static_files()
        self.stdout.write(
            f"{count} migrations applied; static files {'collected' if collected else 'unchanged'}"
        )
