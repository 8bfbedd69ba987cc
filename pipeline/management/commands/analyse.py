"""``manage.py analyse``: the audio parser alone, as JSON."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from casset.lib.errors import ValidationError
from pipeline import equipment
from pipeline.management import options
from pipeline.management.terminal import Terminal
from pipeline.stages import audio_parser


class Command(BaseCommand):
    help = "Hear a song: beats, form, key, mood, hooks and words, as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--song", required=True)
        parser.add_argument("--out", default="analysis.json")
        parser.add_argument("--lyrics", default="")
        parser.add_argument("--beats", default="auto")

    def handle(self, *args: Any, **typed: Any) -> None:
        options.guarded(lambda: self._analyse(typed))

    def _analyse(self, typed: dict[str, Any]) -> None:
        if not typed["song"]:
            raise ValidationError("Name a song:  make analyse SONG=song.ogg")
        out = Path(typed["out"]).expanduser()
        with Terminal(("audio_parser",)) as progress:
            audio, _ = audio_parser.parse(
                Path(typed["song"]).expanduser(),
                job_id="analysis",
                hearing=equipment.hearing(typed["beats"]),
                lyrics=options.optional_path(typed["lyrics"]),
                progress=progress,
            )
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(audio.model_dump_json(indent=2) + "\n")
        key = f", {audio.key.tonic} {audio.key.mode}" if audio.key else ""
        words = sum(len(line.words) for line in audio.lyrics)
        self.stdout.write(
            f"{out}: {audio.bpm:.1f} BPM{key}, {len(audio.beat_timestamps)} beats, {len(audio.song_structure)} sections, "
            f"{audio.mood.primary}, {words} words"
        )
