"""What must be done once before a new version serves: the database's tables, the static files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from casset.lib.errors import CassetError

MIGRATION_LOCK = 0x0CA55E7  # of PostgreSQL's advisory locks


class DatabaseUnreachable(CassetError):
    """The database gave no answer."""

    code = "DATABASE_UNREACHABLE"
    retryable = True


def migrate() -> int:
    """Bring the tables up to date and return the number of migrations that took.

    Only one process at a time does it; others wait and then find nothing left to do. Raises
    ``DatabaseUnreachable``.
    """
    with _migration_lock():
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            call_command("migrate", interactive=False, verbosity=0)
    connection.close()
    return len(plan)


@contextmanager
def _migration_lock() -> Iterator[None]:
    try:
        cursor = connection.cursor()
    except OperationalError as error:
        todo = (
            "Start it with `make run` or `make servers`."
            if settings.EMBEDDED_DATABASE
            else "Check DATABASE_URL, and that PostgreSQL runs there."
        )
        raise DatabaseUnreachable(
            f"The database does not answer. {todo}\n{str(error).strip()}"
        ) from error
    with cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def collect_static_files() -> bool:
    """Copy the static files to where they are served from, if any changed; return whether any did.

    With ``DEBUG`` they are served from where they stand.
    """
    if settings.DEBUG:
        return False
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    now = _static_fingerprint()
    if stamp.exists() and settings.STATIC_ROOT.exists() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)  # last: a run that was stopped half-way is done again
    return True


def _static_fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda item: item[0]):
            seen = storage.get_modified_time(name), storage.size(name)
            digest.update(f"{name} {seen}\n".encode())
    return digest.hexdigest()
