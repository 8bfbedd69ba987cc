"""Look at a file from outside before trusting it. Never leaves the machine, never runs long."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from casset.lib.errors import MediaError
from casset.media import ffmpeg


@dataclass(frozen=True)
class SoundFacts:
    """What a sound file's header says of itself; only decoding proves any of it."""

    container: str
    codec: str
    rate: int
    channels: int
    duration_s: float
    size_bytes: int


def regular_file(path: Path, *, what: str, max_bytes: int) -> Path:
    """The path if it is a readable, non-empty regular file of at most ``max_bytes``, else ``MediaError``."""
    try:
        if path.is_dir():
            raise MediaError(f"{path} is a folder. Give the {what} file itself.")
        if not path.is_file():
            raise MediaError(f"There is no file {path}. Check the {what}'s name and place.")
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except PermissionError:
        raise MediaError(f"{path} may not be read. Check the {what}'s permissions.") from None
    except (OSError, ValueError):
        raise MediaError(
            f"{str(path)[:200]!r} is not a usable file name. Rename the {what}."
        ) from None
    if size == 0:
        raise MediaError(f"{path} is empty (0 bytes). Export the {what} again.")
    if size > max_bytes:
        raise MediaError(
            f"{path} has {size / 2**20:.0f} MB; the {what} may have at most {max_bytes / 2**20:.0f} MB."
        )
    return path


def sound(path: Path, *, max_bytes: int = 500 * 2**20) -> SoundFacts:
    """Facts of a sound file (or of a video file's sound). Raises ``MediaError`` with what to do."""
    regular_file(path, what="song", max_bytes=max_bytes)
    facts = ffmpeg.run("probe", {"path": str(path)}, limits=ffmpeg.Limits(wall_s=30, cpu_s=20))
    return SoundFacts(**facts, size_bytes=path.stat().st_size)
