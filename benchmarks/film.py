"""The whole job: CPU seconds for each second of finished film, and what share each stage takes."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SONG = ROOT / "tests" / "media" / "vibe_ace.ogg"
PROMPT = "a lone figure walks neon streets in the rain"


def run(song: Path = SONG, prompt: str = PROMPT) -> list[dict[str, Any]]:
    """One film from an empty work folder, made by the command a user types (without the set-up)."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "film.mp4"
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(
            [
                sys.executable,
                "manage.py",
                "make_video",
                f"--song={song}",
                f"--prompt={prompt}",
                f"--out={out}",
            ],
            cwd=ROOT,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "CASSET_VAR": f"{folder}/var"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = json.loads(out.with_suffix(".json").read_text())
        megabytes = out.stat().st_size / 2**20
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    length = report["film"]["duration"]
    rows: list[dict[str, Any]] = [
        {
            "what": "whole film",
            "film s": length,
            "CPU s": cpu,
            "CPU s per film s": cpu / length,
            "wall s": wall,
            "MB": megabytes,
            "limit": 3.33,  # 180 s in 5 minutes on two idle cores = 600 CPU s
        }
    ]
    rows += [{"what": stage, "wall s": seconds} for stage, seconds in report["timings_s"].items()]
    return rows
