"""The embedded Redis keeps what it was told, also when it is killed."""

from __future__ import annotations

import signal
import time

import pytest
from redis import Redis as Client

from casset.lib.errors import MissingCapability
from casset.servers import embedded, places, programs
from casset.servers.lock import AlreadyRunning
from casset.servers.redis import Redis


def test_what_was_written_is_read_again_after_a_kill(var, start):
    killed = start(Redis(var))
    with Client.from_url(places.redis_url(var)) as client:
        client.rpush("queue", *range(500))
    time.sleep(1.2)  # its file is written every second
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    start(Redis(var))
    with Client.from_url(places.redis_url(var)) as client:
        assert client.llen("queue") == 500
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_it_listens_on_its_socket_alone_and_its_folders_are_closed(var, start):
    start(Redis(var))
    with Client.from_url(places.redis_url(var)) as client:
        assert client.config_get("port") == {"port": "0"}
    for folder in (places.redis_dir(var), places.socket_dir(var)):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_redis_that_a_killed_supervisor_left_is_ended_before_the_next_starts(var, start):
    left = start(Redis(var))
    new = start(Redis(var))
    assert left.poll() is not None
    assert new.poll() is None


def test_without_a_program_of_its_own_the_one_on_the_path_is_taken(var, monkeypatch, tmp_path):
    monkeypatch.setattr(programs, "package_folder", lambda name: None)
    found = tmp_path / "redis-server"
    found.write_text("#!/bin/sh\n")
    found.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    server = Redis(var)
    assert server._find_program() == found


def test_without_any_program_the_error_says_what_to_install(var, monkeypatch):
    monkeypatch.setattr(programs, "package_folder", lambda name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingCapability, match=r"apt-get install redis-server.*REDIS_URL"):
        Redis(var).prepare()


def test_never_two_at_once(var):
    with (
        embedded.running([Redis(var)], "process 7, the first"),
        pytest.raises(AlreadyRunning, match=r"runs here already \(process 7, the first\)"),
        embedded.running([Redis(var)], "the second"),
    ):
        pass
