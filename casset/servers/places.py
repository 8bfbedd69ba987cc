"""Where the embedded servers keep their data and listen: one answer for settings, supervisor and tests."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

# A Unix socket's path holds 107 bytes on Linux and 103 on macOS; the longest name put below is
# ".s.PGSQL.5432.lock".
SOCKET_DIR_MAX_BYTES = 80
DATABASE = "casset"
USER = "casset"
SYSTEM_FOLDER = Path("/var/lib")


def home(var: Path) -> Path:
    """The folder that holds the servers' data: ``var``, with one exception.

    PostgreSQL refuses to run as root and so runs as a user of its own, who cannot enter a checkout
    below a closed folder such as ``/root``. Then it is ``/var/lib/casset-<mark of var>``. Data that
    exists already decides first, so that opening or closing a folder later loses nothing.
    """
    if os.geteuid() != 0 or (var / "postgres").exists():
        return var.resolve()
    elsewhere = SYSTEM_FOLDER / f"casset-{_mark(var)}"
    return elsewhere if elsewhere.exists() or not is_open(var) else var.resolve()


def is_open(path: Path) -> bool:
    """Whether every user of the machine may walk through ``path`` and all folders above it."""
    path = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


def postgres_dir(var: Path) -> Path:
    return home(var) / "postgres"


def redis_dir(var: Path) -> Path:
    return home(var) / "redis"


def log_dir(var: Path) -> Path:
    return var.resolve() / "log"


def socket_dir(var: Path) -> Path:
    """The folder of the sockets of the servers that keep their data under ``var``.

    ``run`` beside the data where its path is short enough for a socket, else a folder of the
    system's temporary folder named after ``var``.
    """
    run = home(var) / "run"
    if len(os.fsencode(run)) <= SOCKET_DIR_MAX_BYTES:
        return run
    return Path(tempfile.gettempdir()) / f"casset-{_mark(var)}"


def database_url(var: Path) -> str:
    """The address of the embedded PostgreSQL, as ``DATABASE_URL`` would name it."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(socket_dir(var)))}"


def redis_socket(var: Path) -> Path:
    return socket_dir(var) / "redis.sock"


def redis_url(var: Path) -> str:
    """The address of the embedded Redis, as ``REDIS_URL`` would name it."""
    return f"unix://{quote(str(redis_socket(var)))}?db=0"


def _mark(var: Path) -> str:
    return hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:12]
