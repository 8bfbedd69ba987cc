"""Twenty films of four people while workers, Redis and PostgreSQL are killed at random.

The site runs as ``manage.py up`` runs it, with a var folder and a port of its own.
"""

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

import pytest

from tests.pipeline.conftest import write_song

ROOT = Path(__file__).resolve().parents[2]
JOBS, USERS = 20, 4
PATIENCE_S = 420

pytestmark = [
    pytest.mark.media,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes to kill in /proc"),
]


class Site:
    """The whole site in a process tree of its own."""

    def __init__(self, var: Path):
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
        }
        self.log = var.parent / "up.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.2)
        raise AssertionError("the site did not start:\n" + self.log.read_text()[-3000:])

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def drive(self, *words: str, tries: int = 8) -> dict:
        """What the driver prints; tried again while PostgreSQL is down."""
        for left in reversed(range(tries)):
            ran = subprocess.run(
                [sys.executable, str(Path(__file__).with_name("driver.py")), *words],
                env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=120,
            )  # fmt: skip
            if ran.returncode == 0:
                return json.loads(ran.stdout.splitlines()[-1])
            assert left, ran.stderr[-3000:]
            time.sleep(2)
        raise AssertionError

    def processes(self, word: str) -> list[int]:
        """Pids under the site's supervisor whose command line has ``word`` in it."""
        family, found = {self.process.pid}, []
        table = subprocess.run(
            ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
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


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path / "var")
    site.start()
    yield site
    site.stop()


def test_films_are_finished_once_whatever_is_killed(site, tmp_path):
    songs = [str(write_song(tmp_path / f"song-{n}.wav", 8.0 + n)) for n in range(USERS)]
    site.drive("ask", str(JOBS), str(USERS), *songs)
    chance = random.Random(2026)
    victims = ["worker --queues render", "worker --queues io", "redis-server", "postgres", "beat"]
    killed: dict[str, int] = {}
    ended, round_ = 0, 0
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        state = site.drive("report")
        ended = state["ended"]
        if ended == JOBS:
            break
        victim = (
            victims[round_ % len(victims)] if round_ < len(victims) else chance.choice(victims[:3])
        )
        if ended < JOBS * 3 // 4:  # let the last ones end, so that the run has an end
            killed[victim] = killed.get(victim, 0) + site.kill(
                victim, one=chance if victim.startswith("worker") else None
            )
        round_ += 1
        time.sleep(2.5)
    assert ended == JOBS, f"{state}\n{site.log.read_text()[-4000:]}"
    assert len([name for name, count in killed.items() if count]) >= 4, killed
    time.sleep(1)
    state = site.drive("report")
    assert state["completed"] >= 0.95 * JOBS, state["errors"]
    assert state["attempts"] == 1
    assert state["films"] == state["completed"]
    for leaked in (
        "slots_taken", "reserved", "completed_twice", "told_twice",
        "films_missing", "takes", "clips_running",
    ):  # fmt: skip
        assert state[leaked] == 0, (leaked, state)
    assert [name for name in state["half_files"] if name.startswith("making-")] == []


def test_a_site_killed_whole_goes_on_where_it_was_when_it_is_started_again(site, tmp_path):
    song = write_song(tmp_path / "song.wav", 12.0)
    site.drive("ask", "2", "1", str(song))
    deadline = time.monotonic() + 60
    while not site.drive("report")["takes_made"] and time.monotonic() < deadline:
        time.sleep(0.5)
    os.killpg(site.process.pid, signal.SIGKILL)
    site.process.wait()
    site.start()
    state = {}
    while time.monotonic() < deadline + 120:
        state = site.drive("report")
        if state["ended"] == 2:
            break
        time.sleep(2)
    assert (state["completed"], state["films"], state["slots_taken"]) == (2, 2, 0), state
