"""One child process: started in a session of its own, ended with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from casset.servers.account import Account

SAME = Account()
LAUNCHER = Path(__file__).with_name("launch.py")


def start(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    ending: signal.Signals,
    account: Account = SAME,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command``; it gets ``ending`` when this process dies (Linux).

    Call it on the main thread: Linux counts the end of the calling *thread* as the parent's death.
    """
    return subprocess.Popen(
        [
            sys.executable, "-I", "-S", LAUNCHER,
            str(int(ending)), str(account.uid), str(account.gid), *command,
        ],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd=folder,
        env=environment,
        umask=0o077 if account.is_another else -1,
    )  # fmt: skip


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to the process and everything in its group; nothing where all are gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def stop(child: subprocess.Popen[bytes], ending: signal.Signals, within_s: float) -> None:
    """Ask the child to end, wait ``within_s`` seconds, then end its whole group by force."""
    if child.poll() is None:
        child.send_signal(ending)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(within_s)
    signal_group(child.pid, signal.SIGKILL)
    child.wait()


def end_leftovers(program: str, folder: Path) -> int:
    """End every ``program`` that works in ``folder``, left by a supervisor that was killed.

    The caller holds the lock of ``folder``, so nobody else may be using it. Returns how many.
    """
    left = [process for process in psutil.process_iter() if _works_in(process, program, folder)]
    for number, patience_s in ((signal.SIGINT, 8.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        _, alive = psutil.wait_procs(left, timeout=patience_s)
        if not alive:
            break
    return len(left)


def _works_in(process: psutil.Process, program: str, folder: Path) -> bool:
    try:
        return process.name() == program and Path(process.cwd()) == folder
    except psutil.Error:
        return False


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log file, for an error's message; a sentence where there is none."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines) or "    (it said nothing)"
