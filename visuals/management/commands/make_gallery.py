"""``manage.py make_gallery``: the gallery's committed files, drawn and measured anew."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casset.lib.errors import CassetError
from visuals import gallery, sample, stills

SONG = "tests/media/vibe_ace.ogg"
TITLE, CREDIT = "Vibe Ace", "Kevin MacLeod (incompetech.com), CC BY 3.0"


class Command(BaseCommand):
    help = "Draw the gallery's posters and export its sample song to static/shaders/."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenes", nargs="*", help="only the posters of these scenes")
        parser.add_argument("--song", action="store_true", help="only the sample song")

    def handle(self, *args: Any, **given: Any) -> None:
        root = settings.BASE_DIR / "static" / "shaders"
        try:
            if given["song"] or not given["scenes"]:
                self._song(root / "sample")
            if not given["song"]:
                self._stills(given["scenes"])
        except CassetError as error:
            raise CommandError(str(error)) from error

    def _song(self, folder: Path) -> None:
        part = sample.export(settings.BASE_DIR / SONG, folder, title=TITLE, credit=CREDIT)
        self.stdout.write(f"{folder}: film frames {part.first} to {part.last} of {TITLE}")

    def _stills(self, names: list[str]) -> None:
        known = gallery.by_name()
        if unknown := [name for name in names if name not in known]:
            raise CommandError(f"There is no scene called {', '.join(unknown)}.")
        for name in names or known:
            path = settings.BASE_DIR / "static" / known[name].still
            width, quality = stills.write(known[name], path)
            self.stdout.write(
                f"{name}: {path.stat().st_size / 1024:.1f} KB, {width} px, quality {quality}"
            )
