"""Expected errors: one status a kind, one shape for programs, a page for people."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache as django_cache
from django.test import RequestFactory, override_settings
from redis.exceptions import ConnectionError as RedisConnectionError

from casset.lib import errors as expected
from casset.web import api_errors, errors, middleware, rates

ONE_OF_EACH = [
    (expected.ValidationError("Mend it."), 400),
    (expected.MediaError("Not a song."), 400),
    (expected.ValidationError("Too much.", code="FILE_TOO_LARGE"), 413),
    (expected.BudgetExceeded("Too dear."), 402),
    (expected.NotAllowed("Not yours."), 403),
    (expected.NotFound("Gone."), 404),
    (expected.InvalidTransition("Too late."), 409),
    (expected.QuotaExceeded("Wait.", retry_after_s=90), 429),
    (expected.GenerationError("Failed."), 503),
    (expected.MissingCapability("No EGL."), 503),
    (expected.TimeoutExceeded("Too slow."), 504),
    (expected.CassetError("Other."), 500),
]


@pytest.mark.parametrize(("error", "status"), ONE_OF_EACH)
def test_the_api_answers_every_kind_in_one_shape(error: expected.CassetError, status: int) -> None:
    answer = api_errors.handle(error, {})
    assert answer is not None
    assert answer.status_code == status
    assert answer.data == {
        "error": {"code": error.code, "message": str(error), "retryable": error.retryable}
    }
    assert answer.headers.get("Retry-After") == ("90" if status == 429 else None)


@pytest.mark.parametrize(("error", "status"), ONE_OF_EACH)
def test_pages_say_the_sentence_with_the_status(error: expected.CassetError, status: int) -> None:
    request = RequestFactory().get("/somewhere/")
    page = middleware.answer(request, type(error)("<b>so</b>", **_more(error)))
    assert page.status_code == status
    assert "&lt;b&gt;so&lt;/b&gt;" in page.content.decode()
    assert page.headers.get("Retry-After") == ("90" if status == 429 else None)


def _more(error: expected.CassetError) -> dict[str, object]:
    if isinstance(error, expected.QuotaExceeded):
        return {"retry_after_s": error.retry_after_s}
    return {"code": error.code}


def test_an_expected_error_under_the_api_is_json_also_outside_of_drf() -> None:
    answer = middleware.answer(RequestFactory().get("/api/v1/x"), expected.NotFound("Gone."))
    assert json.loads(answer.content)["error"]["code"] == "NOT_FOUND"


def test_a_bug_is_left_to_django() -> None:
    assert api_errors.handle(RuntimeError("secret"), {}) is None


def test_every_status_has_a_heading() -> None:
    assert {status for _, status in ONE_OF_EACH} - {500} <= set(errors.HEADINGS)


RATE = rates.Rate("test", 2, 60, "Enough.")


def test_a_rate_counts_each_subject_for_itself(cache: object) -> None:
    for subject in ("one", "two"):
        for _ in range(2):
            rates.take(RATE, subject)
        with pytest.raises(expected.QuotaExceeded, match=r"Enough\. Wait") as caught:
            rates.take(RATE, subject)
        assert 1 <= caught.value.retry_after_s <= 60


@pytest.fixture
def rested() -> Iterator[None]:
    """The rest after a failure does not reach into another test."""
    rates._away_until = 0.0
    yield
    rates._away_until = 0.0


@pytest.mark.usefixtures("rested")
def test_without_redis_nobody_is_held_up_and_nobody_waits() -> None:
    away = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/redis.sock",
            "OPTIONS": _cache_options(),
        }
    }
    with override_settings(CACHES=away):
        with pytest.raises((RedisConnectionError, OSError)):
            django_cache.get("anything")
        began = time.monotonic()
        for _ in range(50):
            rates.take(RATE, "somebody")
        assert time.monotonic() - began < 0.1


def _cache_options() -> dict[str, object]:
    from django.conf import settings

    options: dict[str, object] = settings.CACHES["default"]["OPTIONS"]
    return options


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "a second"), (40, "40 seconds"), (600, "10 minutes"), (7200, "2 hours")],
)
def test_a_wait_is_told_in_words(seconds: int, words: str) -> None:
    assert words in rates.in_words(seconds)
