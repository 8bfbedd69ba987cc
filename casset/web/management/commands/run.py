"""``manage.py run web``: become one of the processes that ``up`` runs, as the Procfile does."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from casset.web import processes


class Command(BaseCommand):
    help = "Become one process of Casset: web, worker-render, worker-io or beat."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[program.name for program in processes.programs()])

    def handle(self, *args: Any, **typed: Any) -> None:
        program = processes.named(typed["name"])
        assert program is not None  # noqa: S101 - one of the choices
        if program.folder is not None:
            os.chdir(program.folder)
        command = [str(part) for part in program.command]
        os.execve(command[0], command, {**os.environ, **program.environment})  # noqa: S606, TID251
