"""Run every benchmark, or those named, print their tables, and write ``benchmarks/results.json``."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PARTS = (
    "beats",
    "structure",
    "lyrics",
    "shaders",
    "composer",
    "hook_export",
    "film",
    "events",
    "service",
    "fan",
)


def table(title: str, rows: list[dict[str, Any]]) -> Table:
    drawn = Table(title=title, title_justify="left")
    names = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(_text(row.get(name, "")) for name in names))
    return drawn


def _text(value: Any) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def machine() -> dict[str, Any]:
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "taken": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision.stdout.strip(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all"
    )
    wanted = parser.parse_args().parts or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        parser.error(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
        )
    console = Console(width=160)
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for part in wanted:
        began = time.monotonic()
        console.print(f"[bold]{part}[/bold] …")
        rows = importlib.import_module(f"benchmarks.{part}").run()
        console.print(table(part, rows))
        results[part] = {**machine(), "seconds": round(time.monotonic() - began, 1), "rows": rows}
        RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    console.print(f"written to {RESULTS.relative_to(HERE.parent)}")


if __name__ == "__main__":
    sys.exit(main())
