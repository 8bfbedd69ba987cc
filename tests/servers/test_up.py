"""``manage.py up`` on a fresh folder: the site answers, a second start is refused, Ctrl-C ends it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, var: Path, port: int, **options) -> subprocess.Popen:
    environment = os.environ | {  # noqa: TID251 - handed on
        "DJANGO_SETTINGS_MODULE": "casset.settings",
        "CASSET_VAR": str(var),
        "PORT": str(port),
        "RENDER_WORKERS": "1",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def said_by(process: subprocess.Popen, typed: str | None = None) -> str:
    text, _ = process.communicate(typed, timeout=120)
    return text


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_up_says_where_it_is_when_it_answers_and_ctrl_c_ends_all_of_it(var, move_made, port):
    move_made(var)
    up = manage("up", var=var, port=port)
    try:
        address = f"http://127.0.0.1:{port}"
        lines = []
        for line in up.stdout:
            lines.append(line)
            if address in line:
                break
        assert httpx.get(f"{address}/healthz").status_code == 200

        second = manage("up", var=var, port=port)
        admin = manage("make_admin", "Ann@Example.com", var=var, port=port, stdin=subprocess.PIPE)
        assert (
            said_by(admin, "plum-orbit-42\n") == "ann@example.com may sign in and use the admin.\n"
        )
        assert re.search(rf"runs here already \(process {up.pid}, {address}\)", said_by(second))
        assert second.returncode == 1

        began = time.monotonic()
        up.send_signal(signal.SIGINT)
        assert "Traceback" not in "".join(lines) + said_by(up)
        assert up.returncode == 0
        assert time.monotonic() - began < 30  # what its patience adds up to
    finally:
        up.kill()
        up.wait()


def test_a_port_that_is_taken_is_said_in_one_sentence(var, port):
    with socket.create_server(("127.0.0.1", port)):
        up = manage("up", var=var, port=port)
        text = said_by(up)
    assert up.returncode == 1
    assert f"Port {port} is taken by another program." in text
    assert f"make run PORT={port + 1}" in text
    assert not (var / "postgres").exists()


def test_a_command_that_needs_the_database_says_how_to_start_it(var, port):
    ready = manage("ready", var=var, port=port)
    assert "Start it with `make run` or `make servers`." in said_by(ready)
    assert ready.returncode == 1
