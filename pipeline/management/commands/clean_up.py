"""``manage.py clean_up``: remove what is past its time, or say what would be removed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from pipeline import retention
from pipeline.management import options


class Command(BaseCommand):
    help = "Remove the files of films and failed jobs that are past their time (hourly by itself)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **typed: Any) -> None:
        options.guarded(lambda: self._clean_up(dry_run=typed["dry_run"]))

    def _clean_up(self, *, dry_run: bool) -> None:
        removals = retention.clean_up(dry_run=dry_run)
        if removals:
            table = Table("folder", "why", "size", box=None, pad_edge=False, header_style="dim")
            table.columns[2].justify = "right"
            for removal in removals:
                table.add_row(removal.folder.name, removal.reason, decimal(removal.bytes))
            console = Console(highlight=False)
            with console.capture() as shown:
                console.print(table)
            self.stdout.write(shown.get())
        said = "Would remove" if dry_run else "Removed"
        folders = "1 folder" if len(removals) == 1 else f"{len(removals)} folders"
        total = decimal(sum(removal.bytes for removal in removals))
        self.stdout.write(
            f"{said} {folders}, {total}." if removals else "Nothing is past its time."
        )
