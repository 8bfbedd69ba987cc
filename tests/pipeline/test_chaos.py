"""Twenty films of four people while workers, Redis and PostgreSQL are killed at random.

The site runs as ``manage.py up`` runs it, with a var folder and a port of its own.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.pipeline.conftest import write_song
from tests.running import Site

JOBS, USERS = 20, 4
KILLS = 12  # a process that dies over and over is started again after ever longer pauses
LEAST_KILLS = 10  # before the last film is finished
PATIENCE_S = 600

pytestmark = [
    pytest.mark.media,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes to kill in /proc"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One for both tests: starting it is half a minute of work."""
    site = Site(tmp_path_factory.mktemp("chaos") / "var")
    site.start()
    yield site
    site.stop()


def test_films_are_finished_once_whatever_is_killed(site, tmp_path):
    songs = [str(write_song(tmp_path / f"song-{n}.wav", 5.0 + n / 2)) for n in range(USERS)]
    before = site.drive("report")
    site.drive("ask", str(JOBS), str(USERS), *songs)
    chance = random.Random(2026)
    victims = ["worker --queues render", "worker --queues io", "redis-server", "postgres", "beat"]
    killed: dict[str, int] = {}
    ended, kills = 0, 0
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        state = site.drive("report")
        ended = state["ended"] - before["ended"]
        if ended == JOBS:
            break
        if kills < KILLS:
            victim = victims[kills] if kills < len(victims) else chance.choice(victims[:3])
            hit = site.kill(victim, one=chance if victim.startswith("worker") else None)
            killed[victim] = killed.get(victim, 0) + hit
            kills += hit  # one that is being started again is hit a little later
        time.sleep(chance.uniform(1.0, 2.5))
    assert ended == JOBS, f"{state}\n{site.log.read_text()[-4000:]}"
    assert all(killed.get(victim) for victim in victims), killed
    assert kills >= LEAST_KILLS, killed
    time.sleep(1)
    state = site.drive("report")
    assert state["completed"] - before["completed"] >= 0.95 * JOBS, state["errors"]
    assert state["attempts"] == 1
    assert state["films"] == state["completed"]
    for leaked in (
        "slots_taken", "reserved", "completed_twice", "told_twice",
        "films_missing", "takes", "clips_running",
    ):  # fmt: skip
        assert state[leaked] == 0, (leaked, state)
    assert [name for name in state["half_files"] if name.startswith("making-")] == []


def test_a_site_killed_whole_goes_on_where_it_was_when_it_is_started_again(site, tmp_path):
    song = write_song(tmp_path / "song.wav", 8.0)
    before = site.drive("report")
    site.drive("ask", "2", "1", str(song))
    deadline = time.monotonic() + 180
    while site.drive("report")["takes_made"] == before["takes_made"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    os.killpg(site.process.pid, signal.SIGKILL)
    site.process.wait()
    site.start()
    state = {}
    while time.monotonic() < deadline + 240:
        state = site.drive("report")
        if state["ended"] - before["ended"] == 2:
            break
        time.sleep(0.5)
    made = {name: state[name] - before[name] for name in ("completed", "films")}
    assert made == {"completed": 2, "films": 2}, state
    assert state["slots_taken"] == 0
