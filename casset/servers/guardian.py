"""End the supervisor's children when it dies without a word. Run as a script; standard library only.

    python -I -S guardian.py

It reads from its standard input, which ends when the supervisor does, however it does:
``+ PID SIGNAL SECONDS`` for a child to watch over, ``- PID`` for one that has ended. At the end of the
input it sends each child that is left its signal, and ends its whole process group once the child
has ended or its time is over.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time


def main() -> None:
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    children: dict[int, tuple[int, float]] = {}
    for line in sys.stdin:
        if not line.endswith("\n"):  # it died while writing this
            break
        what, pid, *rest = line.split()
        if what == "+":
            children[int(pid)] = int(rest[0]), float(rest[1])
        else:
            children.pop(int(pid), None)
    for pid, (number, _) in children.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    began = time.monotonic()
    while children:
        for pid, (_, patience_s) in list(children.items()):
            if not _lives(pid) or time.monotonic() - began > patience_s:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                del children[pid]
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


if __name__ == "__main__":
    main()
