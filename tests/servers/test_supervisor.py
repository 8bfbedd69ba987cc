"""The supervisor starts again what dies, ends everything, and leaves nothing behind when it is killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from casset.servers import child, embedded, places


class House:
    """The process of ``tests.servers.house`` and what it said so far."""

    def __init__(self, var: Path, patience_s: float):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.house", var, str(patience_s)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.said.append(line.rstrip())

    def wait_for(self, pattern: str, times: int = 1, within_s: float = 60) -> re.Match:
        """The ``times``-th line that matches."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            found = [match for line in self.said if (match := re.search(pattern, line))]
            if len(found) >= times:
                return found[times - 1]
            time.sleep(0.02)
        raise AssertionError(f"{pattern!r} was not said {times} times: {self.said}")

    def pids(self, name: str, times: int = 1) -> list[int]:
        return [int(pid) for pid in self.wait_for(rf"{name}\s+\| pids (.*)", times)[1].split()]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()


def works_in(folder: Path) -> list[int]:
    """The processes of servers that keep their data in ``folder``."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == folder:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def all_gone(pids: list[int], within_s: float) -> bool:
    """Whether they end in time; one that only waits for its parent to notice has ended."""
    deadline = time.monotonic() + within_s
    while any(lives(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def house(made) -> Iterator:
    houses = []

    def start(var: Path = made, patience_s: float = 0.6) -> House:
        houses.append(House(var, patience_s))
        return houses[-1]

    yield start
    for one in houses:
        one.end()
    for name in ("postgres", "redis-server"):
        folder = places.postgres_dir(made) if name == "postgres" else places.redis_dir(made)
        child.end_leftovers(name, folder)


def test_a_program_that_is_killed_starts_again_and_what_it_had_started_is_gone(house):
    running = house()
    program, grandchild = running.pids("steady")
    os.kill(program, signal.SIGKILL)
    running.wait_for("steady was ended by SIGKILL; it starts again in 1 s")
    assert all_gone([grandchild], within_s=30)
    again, _ = running.pids("steady", times=2)
    os.kill(again, signal.SIGKILL)
    running.wait_for("it starts again in 2 s")


def test_servers_that_are_killed_answer_again(house, made):
    running = house()
    running.wait_for("redis answers")
    running.pids("steady")
    postmaster = int((places.postgres_dir(made) / "postmaster.pid").read_text().split("\n")[0])
    (redis,) = works_in(places.redis_dir(made))
    os.kill(postmaster, signal.SIGKILL)
    os.kill(redis, signal.SIGKILL)
    running.wait_for("postgres was ended by SIGKILL .*postgres.log")
    running.wait_for("postgres answers again")
    running.wait_for("redis answers again")


def test_sigterm_ends_all_of_it_programs_before_servers_and_the_stubborn_by_force(house, made):
    running = house()
    pids = [*running.pids("steady"), *running.pids("stubborn")]
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0
    assert all_gone(pids, within_s=5)
    assert works_in(places.postgres_dir(made)) == works_in(places.redis_dir(made)) == []
    assert not (places.postgres_dir(made) / "postmaster.pid").exists()  # an orderly end


def test_a_second_request_to_end_does_not_wait_for_the_stubborn(house):
    running = house(patience_s=60)
    running.pids("stubborn")
    running.process.send_signal(signal.SIGINT)
    running.wait_for("stopping")
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(45) == 0


def test_killing_the_supervisor_takes_everything_along_and_the_next_one_starts(house, made):
    running = house()
    pids = [*running.pids("steady"), *running.pids("stubborn")]
    running.process.kill()
    assert all_gone(pids, within_s=30)
    house().pids("steady")


def test_a_second_supervisor_says_in_one_sentence_that_one_runs(house, var):
    house(var).pids("steady")
    second = house(var)
    assert second.process.wait(60) == 1
    second.wait_for(r"^Casset runs here already \(a house\)\.")


def test_a_supervisor_that_is_asked_to_end_while_a_server_starts_ends_it(house, var):
    running = house(var)
    deadline = time.monotonic() + 60
    while not embedded.log_file(var, "redis").exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(45) == 0
    assert works_in(places.redis_dir(var)) == []
