"""Become another program that ends when its parent ends. Run as a script; standard library only.

    python -I -S launch.py SIGNAL UID GID PROGRAM [ARGUMENT...]

On Linux the program gets SIGNAL when the process that launched it dies. UID and GID other than -1
are taken on first. Between fork and exec a threaded parent may not run Python, so this does it.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(signal_number: int, uid: int, gid: int, command: list[str]) -> None:
    parent = os.getppid()
    if uid != -1:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":  # after setuid, which clears it
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it died in between
            raise SystemExit(1)
    try:
        os.execv(command[0], command)  # noqa: S606
    except OSError as error:
        raise SystemExit(f"{command[0]} cannot be started: {error.strerror}.") from None


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
