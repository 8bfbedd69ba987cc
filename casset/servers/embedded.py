"""The embedded servers as one thing to start and stop, for tests and commands without a supervisor."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from casset.lib.errors import CassetError
from casset.servers import child, places
from casset.servers.lock import AlreadyRunning, Lock
from casset.servers.postgres import Postgres
from casset.servers.redis import Redis

Server = Postgres | Redis
BUSY = (
    "Casset runs here already ({holder}). Stop that one first, or set CASSET_VAR to another folder."
)


ANSWER_WITHIN_S = 30.0  # of servers that another process just started


class StartFailed(CassetError):
    """A server did not get ready; the message carries its last words."""

    code = "SERVER_START_FAILED"
    retryable = True


def servers(var: Path, *, postgres: bool, redis: bool) -> list[Server]:
    """The servers to start, in their order; those that the environment names are not ours to start."""
    return [*([Postgres(var)] if postgres else []), *([Redis(var)] if redis else [])]


def lock(var: Path, holder: str) -> Lock:
    """The lock of all servers under ``var``: never two supervisors on the same data."""
    return Lock(var / "servers.lock", holder, BUSY)


def log_file(var: Path, name: str) -> Path:
    return places.log_dir(var) / f"{name}.log"


def open_log(var: Path, name: str) -> IO[bytes]:
    """A new log; the one before it is kept as ``<name>.log.1``."""
    log = log_file(var, name)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    return log.open("wb")


def spawn(server: Server) -> subprocess.Popen[bytes]:
    """Start a prepared server; it does not answer yet."""
    with open_log(server.var, server.name) as log:
        return child.start(
            server.command(),
            output=log.fileno(),
            ending=server.ending,
            account=server.account,
            folder=server.data,
        )


def wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Raises ``StartFailed`` where the server ended or took longer than it may."""
    deadline = time.monotonic() + server.start_within_s
    pause_s = 0.01
    while not server.is_ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            log = log_file(server.var, server.name)
            what = "ended at once" if ended else f"gave no answer in {server.start_within_s:.0f} s"
            raise StartFailed(
                f"{server.name} {what}. Its log, {log}, ends:\n{child.last_lines(log)}"
            )
        time.sleep(pause_s)
        pause_s = min(0.2, pause_s * 1.5)


@contextlib.contextmanager
def running(wanted: Sequence[Server], holder: str) -> Iterator[None]:
    """Run servers of one ``var`` for the length of a ``with``."""
    if not wanted:
        yield
        return
    with lock(wanted[0].var, holder), contextlib.ExitStack() as stack:
        for server in wanted:
            server.prepare()
            process = spawn(server)
            stack.callback(child.stop, process, server.ending, within_s=server.patience_s)
            wait_until_ready(server, process)
        yield


@contextlib.contextmanager
def reachable(wanted: Sequence[Server], holder: str) -> Iterator[None]:
    """Use the servers that run already, waiting for them to answer, or run them meanwhile.

    Raises ``StartFailed``.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(running(wanted, holder))
        except AlreadyRunning as busy:
            deadline = time.monotonic() + ANSWER_WITHIN_S
            while not all(server.is_ready() for server in wanted):
                if time.monotonic() > deadline:
                    raise StartFailed(f"The servers do not answer. {busy}") from None
                time.sleep(0.2)
        yield
