"""From typed arguments to plain values, and from errors to one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from casset.lib.errors import CassetError


def optional_path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def guarded(work: Callable[[], None]) -> None:
    """Run ``work``; an expected failure becomes its one sentence on stderr and exit status 1."""
    try:
        work()
    except CassetError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The same command continues where it was.\n")
        raise SystemExit(130) from None
