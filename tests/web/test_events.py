"""Streams of events over a real server, PostgreSQL and Redis."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from casset.accounts.models import ApiToken
from casset.servers import embedded
from casset.servers.redis import Redis
from casset.web import events
from casset.web.events import bell, hub, publishing, streams
from casset.web.events.threads import THREADS
from casset.web.models import Event, EventChannel
from casset.web.server import options
from tests.web.serving import Heard, Listener, Site, until

Person = Callable[[str], Any]
Cookie = Callable[[Any], dict[str, str]]


@pytest.fixture
def ada(person: Person, owned: dict[str, Any]) -> Any:
    """The owner of ``test-1`` and ``test-2``."""
    user = person("ada")
    owned.update({"1": user.pk, "2": user.pk})
    return user


def numbers(heard: list[Heard]) -> list[int]:
    return [event.data["n"] for event in heard]


def connections() -> int:
    """How many connections to the database of this test run are open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def publish(count: int, *, start: int = 0, channel: str = "test-1") -> None:
    for n in range(start, start + count):
        events.publish(channel, "progress", {"n": n})


# -- who may listen ------------------------------------------------------------------------------


def test_an_event_reaches_its_listener_at_once(site: Site, ada: Any, cookie: Cookie) -> None:
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        assert listener.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert listener.headers["cache-control"] == "no-store"
        assert listener.headers["x-accel-buffering"] == "no"

        def at_once() -> bool:
            began = time.monotonic()
            seq = events.publish("test-1", "message", {"text": 'line\nline " \x00 ☃'})
            heard = listener.next()
            assert heard == Heard(str(seq), "message", {"text": 'line\nline " \x00 ☃'})
            return time.monotonic() - began < hub.LOOK_WITHOUT_REDIS_S / 2  # the bell rang

        assert any(at_once() for _ in range(5))  # the machine may be busy


def test_nobody_listens_without_signing_in(site: Site, ada: Any) -> None:
    for headers in (
        {},
        {"Cookie": "sessionid=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {"Cookie": "sessionid=' or 1=1; --"},
        {"Authorization": "Bearer 0123abcd"},
        {"Authorization": "Bearer not hexadecimal"},
        {"Authorization": "Basic YTpi"},
    ):
        with Listener(site, "channel=test-1", headers=headers) as listener:
            assert (listener.status, listener.error()["code"]) == (401, "NOT_AUTHENTICATED")


def test_a_channel_of_somebody_else_and_an_unknown_one_look_the_same(
    site: Site, ada: Any, person: Person, cookie: Cookie
) -> None:
    events.publish("test-1", "message", {})
    headers = cookie(person("eve"))
    answers = []
    for channel in ("test-1", "test-77", "nothing-1", "test-", "TEST-1", "test-1%00", "a" * 300):
        with Listener(site, f"channel={channel}", headers=headers) as listener:
            answers.append((listener.status, listener.error()["code"]))
    assert set(answers) == {(404, "NOT_FOUND")}


def test_one_forbidden_channel_among_several_refuses_them_all(
    site: Site, ada: Any, person: Person, owned: dict[str, Any], cookie: Cookie
) -> None:
    owned["9"] = person("eve").pk
    with Listener(site, "channel=test-1&channel=test-9", headers=cookie(ada)) as listener:
        assert listener.status == 404


@pytest.mark.parametrize(
    "query", ["", "channel=", "&".join(f"channel=test-{n}" for n in range(11))]
)
def test_a_request_must_name_one_to_ten_channels(
    site: Site, ada: Any, cookie: Cookie, query: str
) -> None:
    with Listener(site, query, headers=cookie(ada)) as listener:
        assert (listener.status, listener.error()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
def test_events_are_only_read(site: Site, ada: Any, cookie: Cookie, method: str) -> None:
    with Listener(site, "channel=test-1", headers=cookie(ada), method=method) as listener:
        assert (listener.status, listener.headers["allow"]) == (405, "GET")


def test_a_token_opens_a_stream_and_its_end_closes_it(site: Site, ada: Any, settings: Any) -> None:
    settings.EVENTS_RECHECK_S = 0.2
    record, token = ApiToken.objects.create(ada)
    headers = {"Authorization": f"Bearer {token}"}
    with Site() as quick, Listener(quick, "channel=test-1", headers=headers) as listener:
        publish(1)
        assert numbers(listener.take(1)) == [0]
        record.delete()
        assert listener.next() is None
        with Listener(quick, "channel=test-1", headers=headers) as again:
            assert again.status == 401


def test_a_stream_ends_with_the_session_the_password_or_the_account(
    site: Site, ada: Any, cookie: Cookie, settings: Any
) -> None:
    settings.EVENTS_RECHECK_S = 0.2

    def sign_out(headers: dict[str, str]) -> None:
        from django.contrib.sessions.models import Session

        Session.objects.filter(session_key=headers["Cookie"].split("=")[1]).delete()

    def change_password(_: Any) -> None:
        ada.set_password("another long secret")
        ada.save(update_fields=["password"])

    def deactivate(_: Any) -> None:
        ada.is_active = False
        ada.save(update_fields=["is_active"])

    with Site() as quick:
        for happens in (sign_out, change_password, deactivate):
            headers = cookie(ada)
            with Listener(quick, "channel=test-1", headers=headers) as listener:
                assert listener.status == 200
                happens(headers)
                assert listener.next() is None, happens.__name__


def test_the_stream_after_the_last_allowed_one_is_refused(
    site: Site, ada: Any, cookie: Cookie, settings: Any
) -> None:
    headers = cookie(ada)
    opened = [Listener(site, "channel=test-1", headers=headers) for _ in range(20)]
    assert {listener.status for listener in opened} == {200}
    with Listener(site, "channel=test-1", headers=headers) as refused:
        assert refused.status == 429
        assert "20 things" in refused.error()["message"]
    for listener in opened:
        listener.close()
    until(lambda: events.open_streams() == 0)
    with Listener(site, "channel=test-1", headers=headers) as again:
        assert again.status == 200


def test_a_full_process_says_so(site: Site, ada: Any, cookie: Cookie, settings: Any) -> None:
    settings.EVENTS_PER_PROCESS = 0
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        assert (listener.status, listener.error()["retryable"]) == (503, True)


def test_an_alias_is_a_channel_at_an_address_of_its_own(
    site: Site, ada: Any, cookie: Cookie
) -> None:
    events.alias(r"/things/(?P<id>[\w-]+)/stream", "test-{id}", from_start=True)
    publish(3)
    path = "/things/1/stream"
    with Listener(site, "", path=path, headers=cookie(ada)) as listener:
        assert numbers(listener.take(3)) == [0, 1, 2]
    with Listener(site, "channel=test-1", path=path, headers={"Last-Event-ID": "2"}) as anonymous:
        assert anonymous.status == 401
    headers = cookie(ada) | {"Last-Event-ID": "2"}
    with Listener(site, "", path=path, headers=headers) as listener:
        assert numbers(listener.take(1)) == [2]
    with Listener(site, "", path="/things/3/stream", headers=cookie(ada)) as listener:
        assert listener.status == 404


# -- nothing lost, nothing twice -----------------------------------------------------------------


def test_a_stream_begins_now_unless_told_where(site: Site, ada: Any, cookie: Cookie) -> None:
    publish(5)
    assert events.latest("test-1") == 5
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        assert listener.last_id == "5"
        publish(1, start=5)
        assert numbers(listener.take(1)) == [5]
    with Listener(site, "channel=test-1&last_event_id=2", headers=cookie(ada)) as listener:
        assert numbers(listener.take(4)) == [2, 3, 4, 5]


def test_the_header_of_a_reconnecting_browser_goes_before_the_address(
    site: Site, ada: Any, cookie: Cookie
) -> None:
    publish(5)
    headers = cookie(ada) | {"Last-Event-ID": "4"}
    with Listener(site, "channel=test-1&last_event_id=1", headers=headers) as listener:
        assert numbers(listener.take(1)) == [4]


@pytest.mark.parametrize("nonsense", ["99999", "-1", "x", "test-1:", "9" * 40, "test-2:1", "%00"])
def test_an_id_that_means_nothing_begins_now(
    site: Site, ada: Any, cookie: Cookie, nonsense: str
) -> None:
    publish(2)
    query = f"channel=test-1&last_event_id={nonsense}"
    with Listener(site, query, headers=cookie(ada)) as listener:
        publish(1, start=2)
        assert numbers(listener.take(1)) == [2]


def test_several_channels_resume_where_each_was(site: Site, ada: Any, cookie: Cookie) -> None:
    query = "channel=test-1&channel=test-2&last_event_id="
    with Listener(site, f"{query}test-1:0,test-2:0", headers=cookie(ada)) as listener:
        publish(2)
        publish(1, start=10, channel="test-2")
        heard = listener.take(3)
        assert sorted(numbers(heard)) == [0, 1, 10]
        assert heard[-1].id == "test-1:2,test-2:1"
    publish(1, start=2)
    publish(1, start=11, channel="test-2")
    with Listener(site, query + heard[-1].id, headers=cookie(ada)) as listener:
        assert sorted(numbers(listener.take(2))) == [2, 11]


def test_a_burst_arrives_whole_and_in_order(site: Site, ada: Any, cookie: Cookie) -> None:
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        publish(300)
        assert numbers(listener.take(300)) == list(range(300))


def test_events_of_publishers_at_once_arrive_whole_and_in_order(
    site: Site, ada: Any, cookie: Cookie
) -> None:
    def work(name: int) -> None:
        try:
            for n in range(40):
                with transaction.atomic():
                    events.publish("test-1", "progress", {"by": name, "n": n})
        finally:
            connection.close()

    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        heard = listener.take(160)
        for thread in threads:
            thread.join()
    assert [int(event.id) for event in heard] == list(range(1, 161))
    for name in range(4):
        assert [e.data["n"] for e in heard if e.data["by"] == name] == list(range(40))


def test_listeners_who_come_and_go_during_a_burst_miss_nothing(
    site: Site, ada: Any, cookie: Cookie
) -> None:
    headers = cookie(ada)
    publisher = threading.Thread(target=lambda: (publish(200), connection.close()))
    publisher.start()
    heard: list[Heard] = []
    while len(heard) < 200:
        query = f"channel=test-1&last_event_id={heard[-1].id if heard else 0}"
        with Listener(site, query, headers=headers) as listener:
            heard += listener.take(min(37, 200 - len(heard)))
    publisher.join()
    assert numbers(heard) == list(range(200))


def test_a_client_that_stops_reading_catches_up_from_the_rows(
    site: Site, ada: Any, cookie: Cookie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "QUEUE_MAX", 5)
    fallen = []
    fall = streams.Stream.fall_behind
    monkeypatch.setattr(
        streams.Stream, "fall_behind", lambda stream: (fallen.append(1), fall(stream))
    )
    count, padding = 400, "x" * 15_000
    with (
        Listener(site, "channel=test-1", headers=cookie(ada), receive_buffer=4096) as stalled,
        Listener(site, "channel=test-1", headers=cookie(ada)) as quick,
    ):
        reader = threading.Thread(target=quick.take, args=(count,))
        reader.start()
        for n in range(count):
            events.publish("test-1", "progress", {"n": n, "padding": padding})
        reader.join()
        until(lambda: fallen)
        assert numbers(stalled.take(count)) == list(range(count))
        publish(1, start=count)
        assert numbers(stalled.take(1)) == [count], "it is live again"


def test_an_event_too_large_for_the_bell_is_read_from_its_row(
    site: Site, ada: Any, cookie: Cookie
) -> None:
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        text = "x" * (2 * bell.CARRIED_MAX_BYTES)
        events.publish("test-1", "message", {"text": text})
        publish(1)
        first, second = listener.take(2)
    assert (first.data, second.data) == ({"text": text}, {"n": 0})


def test_an_event_is_heard_only_if_its_transaction_commits(
    site: Site, ada: Any, cookie: Cookie
) -> None:
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        with transaction.atomic():
            publish(1, start=666)
            transaction.set_rollback(True)
        publish(1, start=1)
        assert listener.take(1) == [Heard("1", "progress", {"n": 1})]


def test_a_forgotten_channel_may_begin_again_while_it_is_watched(
    site: Site, ada: Any, cookie: Cookie
) -> None:
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        publish(4)
        listener.take(4)
        events.forget("test-1")
        publish(2, start=10)
        assert numbers(listener.take(2)) == [10, 11]


def test_a_quiet_stream_sends_comments(site: Site, ada: Any, cookie: Cookie, settings: Any) -> None:
    settings.EVENTS_HEARTBEAT_S = 0.5
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        listener.wait_for_comment()


def test_streams_hold_no_thread_and_no_database_connection(
    site: Site, person: Person, owned: dict[str, Any], cookie: Cookie
) -> None:
    opened = []
    for name in ("ada", "ben", "cleo"):
        user = person(name)
        owned[name] = user.pk
        headers = cookie(user)
        opened += [Listener(site, f"channel=test-{name}", headers=headers) for _ in range(20)]
    assert events.open_streams() == 60
    ours = [t for t in threading.enumerate() if t.name.startswith("events")]
    assert len(ours) <= THREADS
    assert connections() <= 1 + THREADS
    for listener in opened:
        listener.close()


@pytest.mark.parametrize(("path", "status"), [("/admin/", 302), ("/no-such-page", 404)])
def test_requests_leave_no_database_connection_behind(
    site: Site, ada: Any, cookie: Cookie, path: str, status: int
) -> None:
    until(lambda: connections() <= 1 + THREADS)
    before = connections()
    headers = f"Host: 127.0.0.1\r\nCookie: {cookie(ada)['Cookie']}"
    for _ in range(20):
        with site.connection() as line:
            line.sendall(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
            assert line.recv(65536).startswith(b"HTTP/1.1 %d" % status)
    until(lambda: connections() <= before)


def test_a_stream_outlives_its_database_connections(site: Site, ada: Any, cookie: Cookie) -> None:
    with Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        events.publish("test-1", "message", {"text": "x" * (2 * bell.CARRIED_MAX_BYTES)})
        publish(1)
        assert [event.id for event in listener.take(2)] == ["1", "2"]


def test_streams_end_at_once_when_the_server_stops(site: Site, ada: Any, cookie: Cookie) -> None:
    with Site() as other:
        listener = Listener(other, "channel=test-1", headers=cookie(ada))
        began = time.monotonic()
    assert time.monotonic() - began < options()["timeout_graceful_shutdown"] - 1
    assert listener.next() is None
    listener.close()


# -- Redis away ----------------------------------------------------------------------------------


@pytest.fixture
def own_redis(settings: Any, servers: None) -> Iterator[Any]:
    """A Redis that a test may stop and start: ``stop()`` kills it, ``start()`` brings it back."""

    class OwnRedis:
        def __init__(self) -> None:
            self.server = Redis(settings.VAR_DIR / "own")
            self.server.prepare()
            self.start()

        def start(self) -> None:
            self.process = embedded.spawn(self.server)
            embedded.wait_until_ready(self.server, self.process)

        def stop(self) -> None:
            self.process.kill()
            self.process.wait()

    redis = OwnRedis()
    settings.REDIS_URL = f"unix://{redis.server.socket}?db=0"
    yield redis
    redis.stop()


def test_nothing_is_lost_and_nobody_waits_while_redis_is_away(
    own_redis: Any, site: Site, ada: Any, cookie: Cookie
) -> None:
    with Site() as site, Listener(site, "channel=test-1", headers=cookie(ada)) as listener:
        publish(2)
        assert numbers(listener.take(2)) == [0, 1]
        own_redis.stop()
        began = time.monotonic()
        publish(20, start=2)
        assert time.monotonic() - began < 10  # half a second each
        assert numbers(listener.take(20)) == list(range(2, 22))
        with Listener(site, "channel=test-1&last_event_id=20", headers=cookie(ada)) as newcomer:
            assert numbers(newcomer.take(2)) == [20, 21]
        own_redis.start()
        publish(1, start=22)
        assert numbers(listener.take(1)) == [22]

        def rings() -> bool:
            bell.breaker.worked()
            began = time.monotonic()
            n = events.publish("test-1", "progress", {"n": 0})
            assert listener.take(1)[0].id == str(n)
            return time.monotonic() - began < 0.3

        until(rings)


# -- adding and forgetting -----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channel", "type_", "data"),
    [
        ("Test-1", "message", {}),
        ("test", "message", {}),
        ("test-1\n", "message", {}),
        ("test-1", "no spaces", {}),
        ("test-1", "message", {"n": float("nan")}),
        ("test-1", "message", {"text": "x" * publishing.DATA_MAX_BYTES}),
    ],
)
def test_what_cannot_be_sent_is_not_stored(channel: str, type_: str, data: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        events.publish(channel, type_, data)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_old_events_are_forgotten_and_so_are_channels_left_empty() -> None:
    publish(3, channel="test-old")
    publish(2, channel="test-both")
    month_ago = timezone.now() - timedelta(days=30)
    Event.objects.update(created_at=month_ago)
    publish(1, channel="test-both")
    assert events.forget_before(timezone.now() - timedelta(days=1)) == 5
    assert list(EventChannel.objects.values_list("name", "seq")) == [("test-both", 3)]
    assert events.forget_before(timezone.now() - timedelta(days=1)) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_a_server_with_open_streams_at_once(
    site: Site, ada: Any, person: Person, number: signal.Signals
) -> None:
    """In a process of its own, as it is run: the server waits for connections, so streams must end."""
    _, token = ApiToken.objects.create(ada)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = (
        "import sys, django.conf as c; from casset.web import server;"
        f"c.settings.DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r};"
        "c.settings.ROOT_URLCONF = 'django.contrib.auth.urls';"  # soon imported
        "import casset.asgi; from casset.web import events;"
        "events.allow('test', lambda user, id_: True); server.main()"
    )
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, "--port", str(port)])
    try:
        until(lambda: _answers(port), within_s=90)  # imports, on a busy machine
        headers = {"Authorization": f"Bearer {token}"}
        with Listener(SimpleNamespace(port=port), "channel=test-1", headers=headers) as listener:
            assert listener.status == 200
            began = time.monotonic()
            process.send_signal(number)
            assert listener.next() is None
            process.wait(60)
            assert time.monotonic() - began < options()["timeout_graceful_shutdown"] - 1
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
