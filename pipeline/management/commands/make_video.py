"""``manage.py make_video``: from a song and a sentence to a finished music video."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from casset.lib.errors import ValidationError
from pipeline import equipment, runner
from pipeline.management import options
from pipeline.management.terminal import Terminal

USAGE = 'make video SONG=song.ogg PROMPT="a lone figure walks neon streets in the rain"'


class Command(BaseCommand):
    help = "Make a music video from a song and a sentence."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--song", required=True)
        parser.add_argument("--prompt", required=True)
        parser.add_argument("--out", default="out.mp4")
        parser.add_argument("--aspect", default="16:9")
        parser.add_argument("--lyrics", default="")
        parser.add_argument("--cover", default="")
        parser.add_argument("--seed", default="1")
        parser.add_argument("--beats", default="auto")

    def handle(self, *args: Any, **typed: Any) -> None:
        options.guarded(lambda: self._make(typed))

    def _make(self, typed: dict[str, Any]) -> None:
        if not typed["song"]:
            raise ValidationError(f"Name a song:  {USAGE}")
        if not typed["prompt"].strip():
            raise ValidationError(f"Say in a sentence what the video should show:  {USAGE}")
        request = runner.Request(
            song=Path(typed["song"]).expanduser(),
            prompt=typed["prompt"],
            out=Path(typed["out"]).expanduser(),
            aspect=typed["aspect"],
            lyrics=options.optional_path(typed["lyrics"]),
            cover=options.optional_path(typed["cover"]),
            seed=_whole_number(typed["seed"]),
        )
        studio = runner.Studio(
            hearing=equipment.hearing(typed["beats"]),
            work_dir=Path(settings.WORK_DIR),
            quality=equipment.quality(),
            workers=settings.RENDER_WORKERS,
        )
        with Terminal() as progress:
            made = runner.make_video(request, studio, progress)
        self.stdout.write(made.summary)


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 1_000_000:
        raise ValidationError(f"SEED is a whole number from 0 to 1000000, not {text!r}.")
    return int(text)
