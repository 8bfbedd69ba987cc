"""Ready means that what the site needs was asked a moment ago and answered."""

from __future__ import annotations

import http.client
import json
import threading
import time

import pytest
from django.test import Client
from django.utils import timezone

from casset.web import health
from casset.web.health import Finding
from pipeline import pulses
from pipeline.models import Pulse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def afresh(monkeypatch):
    """Each test's parts are its own, and no answer of an earlier test is still fresh."""
    monkeypatch.setattr(health, "_checks", dict(health._checks))
    health.forget()
    yield
    health.forget()


@pytest.fixture
def everything_runs():
    for queue in pulses.QUEUES:
        pulses.beat(f"{queue}@here", queue, 2)
    pulses.beat(pulses.SWEEPER)


def ready():
    health.forget()
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["parts"]


def test_alive_asks_nobody(django_assert_num_queries, client):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_database_redis_workers_and_sweeper_answer(everything_runs):
    status, parts = ready()
    assert status == 200
    assert set(parts) == {"database", "redis", "worker-render", "worker-io", "sweeper"}
    assert all(part["ok"] for part in parts.values())
    assert parts["worker-render"]["why"] == "1 running, 2 at once"


@pytest.mark.parametrize("gone", ["render@here", "io@here", pulses.SWEEPER])
def test_not_ready_when_a_worker_or_the_sweeper_gave_no_sign_for_a_while(everything_runs, gone):
    Pulse.objects.filter(name=gone).update(at=timezone.now() - pulses.SWEEPER_GONE_AFTER)
    status, parts = ready()
    assert status == 503
    (name,) = (name for name, part in parts.items() if not part["ok"])
    assert name.removeprefix("worker-") == gone.removesuffix("@here")
    assert "manage.py run" in parts[name]["why"]


def test_not_ready_without_redis_and_no_address_is_told(everything_runs, settings):
    settings.REDIS_URL = "redis://user:hunter2@127.0.0.1:1/0"
    status, parts = ready()
    assert status == 503
    assert parts["redis"] == {"ok": False, "why": "does not answer (ConnectionError)"}
    assert parts["database"]["ok"]


def test_not_ready_without_the_database(everything_runs, monkeypatch):
    def away():
        raise RuntimeError("connection to secret-host failed")

    health.register("database", away)
    status, parts = ready()
    assert (status, parts["database"]["ok"]) == (503, False)
    assert "secret-host" not in json.dumps(parts)


def test_a_part_that_hangs_costs_a_second_and_one_thread(everything_runs):
    release = threading.Event()
    asked = []

    def hangs():
        asked.append(1)
        release.wait(10)
        return Finding(True, "at last")

    health.register("slow", hangs)
    began = time.monotonic()
    status, parts = ready()
    assert time.monotonic() - began < health.PATIENCE_S + 0.9
    assert (status, parts["slow"]["why"]) == (503, "gave no answer within 1 s")
    assert parts["database"]["ok"]
    health.forget()
    health.look()
    assert len(asked) == 1
    release.set()


def test_many_who_ask_at_once_are_told_the_same(everything_runs):
    asked = []

    def count():
        asked.append(1)
        return Finding(True, "")

    health.register("counted", count)
    threads = [threading.Thread(target=health.look) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_probes_are_answered_without_tls_on_a_secure_site(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|metrics)$"]
    secure = Client()
    assert secure.get("/healthz").status_code == 200
    assert secure.get("/settings/").status_code == 301


def test_a_worker_shows_life_until_it_leaves(monkeypatch):
    monkeypatch.setattr(pulses, "EVERY_S", 0.05)
    pulses.keep("render@test", "render", 3)
    pulses.keep("render@test", "render", 3)  # the broker came back
    deadline = time.monotonic() + 60
    seen = set()
    while len(seen) < 3 and time.monotonic() < deadline:
        seen.update(Pulse.objects.filter(name="render@test").values_list("at", flat=True))
        time.sleep(0.02)
    assert len(seen) == 3
    assert pulses.worker_is_alive("render").ok
    pulses.end()
    assert not Pulse.objects.exists()


def test_the_site_answers_probes_over_http(site, everything_runs):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["status"]) == (200, "ok")
        assert answer.getheader("Cache-Control") == "no-store"
    finally:
        connection.close()
