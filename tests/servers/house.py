"""A small house under the supervisor, in a process of its own: PostgreSQL, Redis and two programs.

Run as ``python -m tests.servers.house VAR``. ``steady`` starts a grandchild and sleeps;
``stubborn`` does not hear SIGTERM.
"""

from __future__ import annotations

import sys
from pathlib import Path

from casset.lib.errors import CassetError
from casset.servers import embedded
from casset.servers.supervisor import Program, Supervisor, say

STEADY = """
import os, subprocess, sys, time
grandchild = subprocess.Popen(["sleep", "1000"])
print("pids", os.getpid(), grandchild.pid, flush=True)
time.sleep(1000)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("pids", os.getpid(), flush=True)
time.sleep(1000)
"""


def main(var: Path, patience_s: float) -> None:
    servers = embedded.servers(var, postgres=(var / "postgres").exists(), redis=True)
    programs = [
        Program("steady", [sys.executable, "-c", STEADY], tier=1),
        Program("stubborn", [sys.executable, "-c", STUBBORN], tier=2, patience_s=patience_s),
    ]
    try:
        Supervisor(var, servers, holder="a house", say=say).run(lambda: programs)
    except CassetError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
