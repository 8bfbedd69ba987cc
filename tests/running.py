"""The whole site in a process tree of its own, as ``manage.py up`` runs it: for tests and benchmarks that need workers."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DRIVER = Path(__file__).with_name("driver.py")


class Site:
    """``manage.py up`` with a var folder and a free port of its own, drawing small films."""

    def __init__(self, var: Path, **environment: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        mine = ("CASSET_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        outer = os.environ  # noqa: TID251
        self.environment = {k: v for k, v in outer.items() if not k.startswith(mine)} | {
            "CASSET_VAR": str(var),
            "PORT": str(self.port),
            "FILM_SHORT_SIDE_PX": "108",
            "JOBS_AT_ONCE": "6",
            "JOBS_PER_HOUR": "100",
            "RENDER_WORKERS": "2",
            "LOG_LEVEL": "INFO",
            **environment,
        }
        self.log = var.parent / "up.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._driver: subprocess.Popen[str] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 300  # on a busy machine
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.2)
        self.stop()
        raise AssertionError("the site did not start:\n" + self.log.read_text()[-3000:])

    def stop(self) -> None:
        if self._driver is not None:
            self._driver.communicate()  # it ends where nothing more is asked
            self._driver = None
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(120)

    def drive(self, *words: str, tries: int = 8) -> dict[str, Any]:
        """What the driver says; asked again while PostgreSQL is down."""
        for left in reversed(range(tries)):
            said = self._ask(words)
            if "failed" not in said:
                return said
            assert left, said["failed"]
            time.sleep(2)
        raise AssertionError

    def _ask(self, words: tuple[str, ...]) -> dict[str, Any]:
        if self._driver is None:
            with self.log.open("ab") as log:
                self._driver = subprocess.Popen(
                    [sys.executable, str(DRIVER)],
                    env=self.environment, cwd=ROOT, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                )  # fmt: skip
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps(words) + "\n")
        self._driver.stdin.flush()
        said: dict[str, Any] = json.loads(self._driver.stdout.readline())
        return said

    def processes(self, word: str) -> list[int]:
        """Pids under the site's supervisor whose command line has ``word`` in it."""
        family, found = {self.process.pid}, []
        table = subprocess.run(
            ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split(None, 2) for line in table.splitlines()]
        grew = True
        while grew:
            young = {int(pid) for pid, parent, _ in rows if int(parent) in family} - family
            family |= young
            grew = bool(young)
        for pid, _, args in rows:
            if int(pid) in family and word in args:
                found.append(int(pid))
        return found

    def kill(self, word: str, *, one: random.Random | None = None) -> int:
        pids = self.processes(word)
        chosen = [one.choice(pids)] if one and pids else pids[:1]
        for pid in chosen:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return 0
        return len(chosen)
