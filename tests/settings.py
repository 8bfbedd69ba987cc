"""Settings of the test run: the product's, in folders of its own, with a fast hasher and no mail sent.

PostgreSQL and Redis are real: ``DATABASE_URL`` and ``REDIS_URL`` where they are set, else servers
of the test run's own, which ``tests/conftest.py`` starts when a test asks for them. Several runs
may go at once, also in one checkout: each takes the first free folder of ``var/tests``.
"""

import os
import shutil
from itertools import count
from pathlib import Path

from casset.servers import places
from casset.servers.lock import AlreadyRunning, Lock


def _free_folder(base: Path) -> Path:
    """The first folder that no other run uses, emptied of all but the servers' data."""
    for number in count(1):
        var = base / str(number)
        try:
            _LOCKS.append(Lock(base / f"{number}.lock", f"pid {os.getpid()}", "busy").__enter__())
        except AlreadyRunning:
            continue
        for path in var.glob("*"):
            if path.name not in {"postgres", "redis", "run", "log", "programs"}:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return var
    raise AssertionError


_LOCKS: list[Lock] = []  # held until the process ends
_RUN = "CASSET_TEST_RUN"
# A process that a test started finds its run's name and uses the same folder. One of several
# processes that share the tests (pytest-xdist) has a folder, and so servers, of its own.
_ME = f"{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}-"  # noqa: TID251
if not os.environ.get(_RUN, "").startswith(_ME):  # noqa: TID251
    _var = _free_folder(Path(__file__).resolve().parent.parent / "var" / "tests")
    os.environ.update({_RUN: f"{_ME}{os.getpid()}", "CASSET_VAR": str(_var)})  # noqa: TID251
if places.is_open(Path(os.environ["CASSET_VAR"])):  # noqa: TID251
    # Where servers of folders that only root enters keep their data: nothing outside stays behind.
    places.SYSTEM_FOLDER = Path(os.environ["CASSET_VAR"]) / "system"  # noqa: TID251

from casset.settings import *  # noqa: E402, F403
from casset.settings import CACHES, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = False
# A test's rows need not outlive a power cut.
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # nothing is collected for a test run
FAN_PAGE_KEPT_S = 0  # a test sees at once what it has changed
CACHES = CACHES | {"flags": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
