"""Bodies and headers that are too large, too slow or too many, against a real server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from casset.web import intake, server
from tests.web.serving import Site, until


@pytest.fixture
def limits(settings: Any) -> Any:
    """Limits that a test reaches in a moment."""
    settings.BODY_MAX_BYTES = 100_000
    settings.BODY_GRACE_S = 0.5
    settings.BODY_MIN_BYTES_PER_S = 50_000
    settings.BODIES_PER_ADDRESS = 3
    return settings


@pytest.fixture(autouse=True)
def _larger_here() -> Iterator[None]:
    before, signed_in_only = list(intake._larger), set(intake._signed_in_only)
    intake.allow_body(r"/api/v1/test-upload", 300_000)
    yield
    intake._larger[:] = before
    intake._signed_in_only.clear()
    intake._signed_in_only.update(signed_in_only)


class Answer:
    """What the server answered on a connection."""

    def __init__(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            self.status = int(stream.readline().split()[1])
            self.headers: dict[str, str] = {}
            while line := stream.readline().decode().strip():
                name, _, value = line.partition(": ")
                self.headers[name.lower()] = value
            self.body = stream.read(int(self.headers.get("content-length", 0)))

    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = json.loads(self.body)["error"]
        return error


def head(path: str, *lines: str) -> bytes:
    # An address without a view: Django reads the body and answers 404.
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


def chunks(size: int, count: int) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (size, b"x" * size) for _ in range(count)) + b"0\r\n\r\n"


def get(site: Site) -> float:
    """Seconds until somebody else's small request is answered."""
    began = time.monotonic()
    with site.connection() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert Answer(connection).status == 200
    return time.monotonic() - began


def test_a_body_that_says_it_is_ten_gigabytes_is_refused_at_once(site: Site) -> None:
    with site.connection() as connection:
        connection.sendall(head("/api/v1/test-upload", f"Content-Length: {10 * 2**30}"))
        answer = Answer(connection)  # without a byte of the body
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    error = answer.error()
    assert (error["code"], error["retryable"]) == ("TOO_LARGE", False)


def test_a_sender_who_asks_first_is_not_told_to_go_on(site: Site) -> None:
    with site.connection() as connection:
        length = f"Content-Length: {10 * 2**30}"
        connection.sendall(head("/api/v1/test-upload", length, "Expect: 100-continue"))
        assert Answer(connection).status == 413


def test_the_connection_of_a_refused_sender_is_closed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LINGER_S", 0.2)
    with site.connection() as connection:
        connection.sendall(head("/api/v1/test-upload", f"Content-Length: {10 * 2**30}"))
        assert Answer(connection).status == 413
        assert connection.recv(1) == b""


def test_who_goes_on_sending_sees_the_answer_all_the_same(limits: Any, site: Site) -> None:
    with site.connection() as connection:
        connection.sendall(head("/api/v1/test-upload", "Content-Length: 8000000"))
        connection.sendall(b"x" * 8_000_000)
        assert Answer(connection).status == 413


def test_a_body_in_chunks_is_refused_when_it_grows_too_large(limits: Any, site: Site) -> None:
    with site.connection() as connection:
        connection.sendall(head("/api/v1/test-upload", "Transfer-Encoding: chunked"))
        connection.sendall(chunks(50_000, 7))
        assert Answer(connection).status == 413


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/v1/test-upload", 300_000, 404),
        ("/api/v1/test-upload", 300_001, 413),
        ("/api/v1/test-upload/more", 100_001, 413),
        ("/no/where", 100_000, 404),
        ("/no/where", 100_001, 413),
    ],
)
def test_each_address_has_its_limit(
    limits: Any, site: Site, path: str, size: int, status: int
) -> None:
    for coding, body in (
        (f"Content-Length: {size}", b"x" * size),
        ("Transfer-Encoding: chunked", chunks(size, 1)),
    ):
        with site.connection() as connection:
            connection.sendall(head(path, coding, "Connection: close") + body)
            assert Answer(connection).status == status


def test_people_get_a_page_and_programs_get_json(limits: Any, site: Site) -> None:
    with site.connection() as connection:
        connection.sendall(head("/no/where", "Content-Length: 100001"))
        answer = Answer(connection)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert b"more than the 0.0954 MB" in answer.body


def test_a_body_that_trickles_in_is_stopped_and_disturbs_nobody(limits: Any, site: Site) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(site.connection()) for _ in range(3)]
        for connection in slow:
            connection.sendall(head("/api/v1/test-upload", "Content-Length: 90000"))
        began = time.monotonic()
        waits = []
        while time.monotonic() - began < 0.5:
            for connection in slow:
                connection.sendall(b"x")
            waits.append(get(site))
        assert min(waits) < 0.1  # the machine may be busy with other things
        for connection in slow:
            answer = Answer(connection)
            assert (answer.status, answer.error()["code"]) == (408, "TOO_SLOW")


def test_a_body_at_a_fair_rate_may_take_its_time(limits: Any, site: Site) -> None:
    limits.BODY_MIN_BYTES_PER_S = 5_000
    with site.connection() as connection:
        connection.sendall(head("/no/where", "Content-Length: 80000", "Connection: close"))
        began = time.monotonic()
        for _ in range(8):
            connection.sendall(b"x" * 10_000)
            time.sleep(0.1)
        assert Answer(connection).status == 404
        assert time.monotonic() - began > limits.BODY_GRACE_S


def test_one_address_sends_only_so_many_bodies_at_once(limits: Any, site: Site) -> None:
    limits.BODY_GRACE_S = 30
    begun = head("/api/v1/test-upload", "Content-Length: 1000", "Connection: close") + b"x"
    with ExitStack() as stack:
        sending = [stack.enter_context(site.connection()) for _ in range(3)]
        for connection in sending:
            connection.sendall(begun)
        until(lambda: site.intake._coming_in.total() == 3)
        with site.connection() as connection:
            connection.sendall(begun)
            answer = Answer(connection)
            assert (answer.status, answer.error()["code"]) == (429, "TOO_MANY_UPLOADS")
        get(site)  # what has no body is served
        for connection in sending:
            connection.sendall(b"x" * 999)
            assert Answer(connection).status == 404, "who was first is not disturbed"
    with site.connection() as connection:
        connection.sendall(begun + b"x" * 999)
        assert Answer(connection).status == 404, "the places are free again"


def test_a_sender_who_vanishes_frees_the_place(limits: Any, site: Site) -> None:
    limits.BODY_GRACE_S = 30
    for _ in range(2 * limits.BODIES_PER_ADDRESS):
        with site.connection() as connection:
            connection.sendall(head("/no/where", "Content-Length: 1000") + b"x")
            until(lambda: site.intake._coming_in.total() == 1)
        until(lambda: not site.intake._coming_in)
    with site.connection() as connection:
        connection.sendall(
            head("/no/where", "Content-Length: 1000", "Connection: close") + b"x" * 1000
        )
        assert Answer(connection).status == 404


def test_headers_that_trickle_in_or_never_end_close_the_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADERS_S", 0.4)
    for sent in (b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "):
        with site.connection() as connection:
            connection.sendall(sent)
            began = time.monotonic()
            assert connection.recv(100) == b""
            assert 0.2 < time.monotonic() - began < 10
    monkeypatch.setattr(server, "HEADERS_S", 15)
    with site.connection() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        with pytest.raises(ConnectionError):
            connection.sendall(b"x" * 50_000_000)


def test_a_connection_kept_alive_serves_many_requests(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADERS_S", 0.3)
    with site.connection() as connection:
        for _ in range(3):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(0.4)


@pytest.mark.parametrize("signed", [False, True])
def test_strangers_are_refused_before_they_send_what_only_people_may(
    limits: Any, site: Site, person: Any, cookie: Any, signed: bool
) -> None:
    intake.allow_body(r"/api/v1/test-upload", 300_000, signed_in_only=True)
    length = "Content-Length: 200000"
    known = cookie(person("mara")) if signed else {"Cookie": "sessionid=" + "a" * 32}
    lines = [f"{name}: {value}" for name, value in known.items()]
    with site.connection() as connection:
        connection.sendall(head("/api/v1/test-upload", length, *lines))
        if signed:
            connection.sendall(b"x" * 200_000)
        answer = Answer(connection)  # without a byte of its body where it is a stranger
    assert answer.status == (404 if signed else 401)
    assert answer.error()["code"] == ("NOT_FOUND" if signed else "NOT_SIGNED_IN")
