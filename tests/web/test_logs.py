"""One line a request or a piece of work, with names to find it by and without secrets."""

from __future__ import annotations

import http.client
import json
import logging
import sys

import pytest

from casset.web import logs
from tests.web.serving import Listener, until

RESET = "/account/reset/Mg/c3v0ab-0123456789abcdef0123456789abcdef/"


@pytest.fixture
def lines(monkeypatch):
    """What is logged from now on, as LOG_FORMAT=json writes it."""
    config = logs.configuration("DEBUG", as_json=True)
    made = dict(config["formatters"]["house"])
    formatter = made.pop("()")(**made)
    written = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    handler = Keep()
    handler.setFormatter(formatter)
    loggers = [logging.getLogger(name) for name in ("casset", "pipeline")]
    for logger in loggers:
        monkeypatch.setattr(logger, "level", logging.DEBUG)
        logger.addHandler(handler)
        logger.manager._clear_cache()
    yield written
    for logger in loggers:
        logger.removeHandler(handler)
    logging.getLogger().manager._clear_cache()


def get(site, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def request_lines(lines, least=1):
    """The lines of requests; each is written just after its answer."""
    until(lambda: sum(line["logger"] == "casset.requests" for line in lines) >= least)
    return [line for line in lines if line["logger"] == "casset.requests"]


def test_a_request_has_one_line_with_its_name_and_no_query(site, lines):
    answer = get(site, "/nowhere?token=verysecret&q=mara@example.com")
    (line,) = request_lines(lines)
    assert line["request_id"] == answer.getheader("X-Request-ID")
    assert (line["event"], line["status"], line["method"]) == ("GET /nowhere 404", 404, "GET")
    assert line["level"] == "info"
    assert line["bytes"] > 0
    assert line["ms"] > 0
    assert "secret" not in json.dumps(lines)
    assert "mara" not in json.dumps(lines)


def test_a_sane_name_is_kept_and_any_other_replaced(site, lines):
    assert get(site, "/", **{"X-Request-ID": "edge-1234.abc"}).getheader("X-Request-ID") == (
        "edge-1234.abc"
    )
    for bad in ("short", "x" * 65, "with space in it", 'quote"quote"quote', "ümlaut-ümlaut"):
        given = get(site, "/", **{"X-Request-ID": bad.encode("latin-1")})
        assert len(given.getheader("X-Request-ID")) == 32


def test_two_requests_have_two_names(site, lines):
    assert get(site, "/").getheader("X-Request-ID") != get(site, "/").getheader("X-Request-ID")


def test_the_line_says_who_was_signed_in_by_number(site, lines, person, cookie):
    mara = person("mara")
    get(site, "/settings/", **cookie(mara))
    (line,) = request_lines(lines)
    assert line["user_id"] == mara.pk
    assert "mara" not in json.dumps(lines)


def test_nobody_is_looked_up_for_the_log_s_sake(site, lines, person, cookie):
    get(site, "/healthz", **cookie(person("mara")))
    (line,) = request_lines(lines)
    assert line["level"] == "debug"
    assert "user_id" not in line


def test_a_stream_has_its_line_when_it_ends(site, lines, person, cookie, owned):
    mara = person("mara")
    owned["1"] = mara.pk
    with Listener(site, "channel=test-1", headers=cookie(mara)):
        assert lines == []
    (line,) = request_lines(lines)
    assert (line["path"], line["status"], line["user_id"]) == ("/events/", 200, mara.pk)


def test_the_token_of_a_reset_link_never_reaches_a_log(site, lines):
    get(site, RESET)
    (line,) = request_lines(lines)
    assert line["path"] == "/account/reset/Mg/…/"
    assert "0123456789abcdef" not in json.dumps(lines)


def test_a_path_cannot_forge_a_line(site, lines):
    get(site, "/a%0d%0aCRITICAL%20casset:%20forged")
    (line,) = request_lines(lines)
    assert "\n" not in line["event"]


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("Authorization: Bearer abcdefghijklmnop0123", "Bearer …"),
        ("postgresql://casset:hunter2@db.example/casset is away", "postgresql://…@"),
        ("could not write to Mara.K+x@mail.example.com today", "…@…"),
    ],
)
def test_what_looks_like_a_secret_is_covered(lines, text, covered):
    logging.getLogger("casset.test").warning("%s", text)
    (line,) = lines
    assert covered in line["event"]
    assert line["event"] != text


def test_a_traceback_is_there_and_holds_no_values_of_variables(lines):
    def broken():
        prompt = "a very private sentence"
        raise RuntimeError(len(prompt))

    try:
        broken()
    except RuntimeError:
        logging.getLogger("casset.test").exception("It broke.")
    (line,) = lines
    assert "RuntimeError: 23" in line["exception"]
    assert "private sentence" not in line["exception"].replace('prompt = "a very', "")


def test_celery_leaves_logging_as_it_is():
    from casset.celery import app

    root = logging.getLogger()
    before = list(root.handlers), root.level
    app.log.setup(loglevel="DEBUG", redirect_stdouts=True)
    assert (root.handlers, root.level) == before
    assert type(sys.stdout).__name__ != "LoggingProxy"


def test_a_line_for_people_holds_the_same_on_one_line():
    made = dict(logs.configuration("INFO", as_json=False)["formatters"]["house"])
    formatter = made.pop("()")(**made)
    record = logging.LogRecord("casset.x", logging.INFO, "", 1, "did\n%s", ("it",), None)
    record.ms = 12.5
    with logs.bound(job_id="j-1", clip=3):
        said = formatter.format(record)
    assert said[8:] == " INFO    casset.x: did␤it  clip=3  job_id=j-1  ms=12.5"
