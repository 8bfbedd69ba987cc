"""Where the embedded servers keep their data and listen: one answer for settings, supervisor and tests."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

# A Unix socket's path holds 107 bytes on Linux and 103 on macOS; the longest name put below is
# ".s.PGSQL.5432.lock".
SOCKET_DIR_MAX_BYTES = 80
DATABASE = "casset"
USER = "casset"


def socket_dir(var: Path) -> Path:
    """The folder of the sockets of the servers that keep their data under ``var``.

    ``var/run`` where its path is short enough for a socket, else a folder of the system's
    temporary folder named after ``var``.
    """
    run = var.resolve() / "run"
    if len(str(run).encode()) <= SOCKET_DIR_MAX_BYTES:
        return run
    mark = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"casset-{mark}"


def database_url(var: Path) -> str:
    """The address of the embedded PostgreSQL, as ``DATABASE_URL`` would name it."""
    return f"postgresql://{USER}@/{DATABASE}?host={socket_dir(var)}"


def redis_socket(var: Path) -> Path:
    return socket_dir(var) / "redis.sock"


def redis_url(var: Path) -> str:
    """The address of the embedded Redis, as ``REDIS_URL`` would name it."""
    return f"unix://{redis_socket(var)}?db=0"
