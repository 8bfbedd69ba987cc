"""End the supervisor's children when it dies without a word. Run as a script; standard library only.

    python -I -S guardian.py

It reads from its standard input, which ends when the supervisor does, however it does:
``+ PID SIGNAL`` for a child to watch over, ``- PID`` for one that has ended. At the end of the input
it sends each child that is left its signal, and five seconds later ends its whole process group.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

PATIENCE_S = 5.0


def main() -> None:
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    children: dict[int, int] = {}
    for line in sys.stdin:
        what, pid, *rest = line.split()
        if what == "+":
            children[int(pid)] = int(rest[0])
        else:
            children.pop(int(pid), None)
    for pid, number in children.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and any(_lives(pid) for pid in children):
        time.sleep(0.05)
    for pid in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


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
