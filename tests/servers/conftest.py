"""A folder for servers to keep their data in, and a PostgreSQL that was made once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings

from casset.servers import child, embedded, places
from casset.servers.postgres import Postgres

_NUMBER = count(1)


@pytest.fixture(scope="session")
def base() -> Iterator[Path]:
    """Not below pytest's own folder, which is closed to the servers' user."""
    folder = settings.VAR_DIR / "s"
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def var(base: Path) -> Path:
    """A folder where no server ever ran."""
    folder = base / str(next(_NUMBER))
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def made(base: Path) -> Path:
    """A folder where PostgreSQL was made, started and stopped. Its tests leave it stopped."""
    folder = base / "made"
    with embedded.running([Postgres(folder)], "a test"):
        pass
    return folder


@pytest.fixture
def move_made(made: Path) -> Iterator:
    """A function that moves the PostgreSQL of ``made`` below another folder; it is moved back later."""
    moved = []

    def move(var: Path) -> None:
        there = places.postgres_dir(var)
        there.parent.mkdir(parents=True, exist_ok=True)
        moved.append(places.postgres_dir(made).rename(there))

    yield move
    for there in moved:
        there.rename(places.postgres_dir(made))


@pytest.fixture
def start(move_made) -> Iterator:
    """A function that prepares and starts a server and waits for it; all are killed after the test."""
    processes = []

    def start_one(server: embedded.Server):
        server.prepare()
        process = embedded.spawn(server)
        processes.append((process, server))
        embedded.wait_until_ready(server, process)
        return process

    yield start_one
    for process, server in processes:
        child.stop(process, server.ending, within_s=10)
