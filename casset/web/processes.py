"""The processes of a running Casset beside its servers: web, workers, beat. One table for all.

``manage.py up`` runs them together on this machine; the Procfile runs them one by one.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
from functools import partial

from django.conf import settings

from casset.servers.supervisor import Program

IO_THREADS = 8
ENVIRONMENT = {"PYTHONUNBUFFERED": "1"}  # what they say is passed on at once
CELERY = [
    sys.executable,
    "-W", "ignore:You're running the worker with superuser privileges",
    "-W", "ignore::PendingDeprecationWarning",  # of Celery, each time Redis goes away
    "-m", "celery", "--quiet", "--skip-checks", "--app", "casset.celery",
]  # fmt: skip


def programs() -> list[Program]:
    """Every process, in the order in which they start."""
    return [web(), worker("render", pool="prefork", size=render_workers()), io_worker(), beat()]


def named(name: str) -> Program | None:
    return next((program for program in programs() if program.name == name), None)


def render_workers() -> int:
    return settings.RENDER_WORKERS or os.cpu_count() or 1


def web() -> Program:
    return Program(
        name="web",
        command=[
            sys.executable, "-m", "casset.web.server",
            "--host", settings.LISTEN_HOST, "--port", str(settings.PORT),
        ],
        hastening=signal.SIGINT,  # uvicorn's second signal: wait for nobody
        tier=1,
        patience_s=5,
        folder=settings.BASE_DIR,
        environment=ENVIRONMENT,
        is_ready=partial(answers, settings.LISTEN_HOST, settings.PORT),
        when_ready=f"Casset is at {address()}",
    )  # fmt: skip


def worker(queue: str, *, pool: str, size: int) -> Program:
    return Program(
        name=f"worker-{queue}",
        command=[
            *CELERY, "worker", "--queues", queue, "--pool", pool, "--concurrency", str(size),
            "--hostname", f"{queue}@%h", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
        ],
        tier=2,
        hastening=signal.SIGQUIT,  # give unfinished tasks back to the queue
        orphaned=signal.SIGQUIT,
        patience_s=6,
        folder=settings.BASE_DIR,
        environment=ENVIRONMENT,
    )  # fmt: skip


def io_worker() -> Program:
    return worker("io", pool="threads", size=IO_THREADS)


def beat() -> Program:
    # The plain scheduler keeps nothing in a file, so there is none that a kill could damage.
    return Program(
        name="beat",
        command=[
            *CELERY, "beat", "--scheduler", "celery.beat.Scheduler", "--pidfile", "",
            "--loglevel", "WARNING",
        ],
        tier=3,
        folder=settings.BASE_DIR,
        environment=ENVIRONMENT,
    )  # fmt: skip


def address() -> str:
    """Where a person on this machine finds the site."""
    host = settings.LISTEN_HOST
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not listened on
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"


def answers(host: str, port: int) -> bool:
    """Whether the site answers on this machine."""
    local = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(local, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
