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
    """A folder where PostgreSQL was started and stopped once. Its tests leave it stopped."""
    folder = base / "made"
    with embedded.running([Postgres(folder)], "a test"):
        pass
    return folder


@pytest.fixture
def start() -> Iterator:
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


@pytest.fixture
def copy_made(made: Path):
    """A function that puts a PostgreSQL that was made already under another folder."""
    return lambda var: shutil.copytree(places.postgres_dir(made), places.postgres_dir(var))
