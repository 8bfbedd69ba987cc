"""``/api/v1/auth/`` as a program meets it."""

from __future__ import annotations

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings

from casset.accounts import letters, services
from casset.accounts.models import ApiToken, User
from tests.accounts.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cache")]

AUTH = "/api/v1/auth"


def post(client: Client, path: str, body: object = None, **headers: str):
    return client.post(f"{AUTH}/{path}", body, content_type="application/json", headers=headers)


def bearer(token: str) -> str:
    return f"Bearer {token}"


def test_an_account_opened_by_program_signs_in_and_out_by_token(client: Client) -> None:
    credentials = {"email": "Mara@example.org", "password": PASSWORD}
    opened = post(client, "register", credentials)
    assert opened.status_code == 201
    assert opened.json()["email"] == "mara@example.org"
    token = post(client, "login", credentials).json()["token"]
    assert token not in str(ApiToken.objects.values())
    assert post(client, "logout", Authorization=bearer(token)).status_code == 204
    late = post(client, "logout", Authorization=bearer(token))
    assert late.status_code == 401
    assert late["WWW-Authenticate"] == "Bearer"
    assert late.json()["error"]["code"] == "NOT_SIGNED_IN"
    other = opened.json()["token"]
    assert post(client, "logout", Authorization=bearer(other)).status_code == 204, "only its own"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer a b", "Bearer nonsense", "Bearer \xff\xfe", "Basic abc"]
)
def test_without_a_known_token_the_answer_says_how_to_sign_in(client: Client, header: str) -> None:
    answer = post(client, "logout", Authorization=header)
    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error["code"] == "NOT_SIGNED_IN"
    assert error["retryable"] is False
    assert error["message"].endswith((".", "…”."))


def test_a_tokens_last_use_is_noted_to_the_minute() -> None:
    token, text = services.create_token(UserFactory(), name="script")
    with time_machine.travel("2030-01-01 12:00:00+00:00", tick=False) as clock:
        for passed, noted in ((0, "12:00:00"), (30, "12:00:00"), (40, "12:01:10")):
            clock.shift(passed)
            Client().get("/api/v1/auth/logout", headers={"Authorization": bearer(text)})
            token.refresh_from_db()
            assert f"{token.last_used_at:%H:%M:%S}" == noted


def test_a_closed_account_s_token_opens_nothing(client: Client) -> None:
    user = UserFactory()
    _, text = services.create_token(user, name="script")
    User.objects.update(is_active=False)
    assert post(client, "logout", Authorization=bearer(text)).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "a@example.org"}, "password"),
        ({"email": "no address", "password": PASSWORD}, "email"),
        ({"email": "a@example.org", "password": "short"}, "password"),
        ({"email": "a@example.org", "password": "nul\0nul nul nul"}, "password"),
        ({"email": ["a@example.org"], "password": PASSWORD}, "email"),
        ({"email": "a@example.org", "password": {"a": 1}}, "password"),
    ],
)
def test_a_wrong_field_is_named(client: Client, body: object, field: str) -> None:
    answer = post(client, "register", body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert field in error["fields"]
    assert error["fields"][field][0] in error["message"]


@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"<a/>", "application/xml", 415),
    ],
)
def test_an_unreadable_body_is_answered_in_the_one_shape(
    client: Client, raw: bytes, kind: str, status: int
) -> None:
    answer = client.post(f"{AUTH}/login", raw, content_type=kind)
    assert answer.status_code == status
    assert set(answer.json()["error"]) >= {"code", "message", "retryable"}


def test_a_taken_address_is_refused_and_its_owner_gets_a_letter(client: Client) -> None:
    UserFactory(email="mara@example.org")
    answer = post(client, "register", {"email": "MARA@example.org", "password": PASSWORD})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "ADDRESS_TAKEN"
    letters.all_sent()
    assert [letter.to for letter in mail.outbox] == [["mara@example.org"]]


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client: Client) -> None:
    user = UserFactory()
    answers = [
        post(client, "login", {"email": email, "password": "wrong wrong"})
        for email in (user.email, "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def test_five_wrong_passwords_hold_up_the_api_too_and_count_together_with_the_page(
    client: Client,
) -> None:
    user = UserFactory()
    wrong = {"email": user.email.upper(), "password": "wrong wrong"}
    for _ in range(3):
        assert post(client, "login", wrong).status_code == 401
    client.post("/account/sign-in/", {"username": user.email, "password": "wrong wrong"})
    answer = post(client, "login", wrong)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    assert answer.json()["error"]["retryable"] is True
    right = post(client, "login", {"email": user.email, "password": PASSWORD})
    assert right.status_code == 429


def test_signing_in_at_every_run_never_fills_the_list_of_tokens(client: Client) -> None:
    user = UserFactory()
    hand_made, _ = services.create_token(user, name="laptop")
    for _ in range(13):
        answer = post(client, "login", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 200
    assert ApiToken.objects.filter(user=user).count() == 11
    assert ApiToken.objects.filter(pk=hand_made.pk).exists()
    last = answer.json()["token"]
    assert post(client, "logout", Authorization=bearer(last)).status_code == 204


@override_settings(RESETS_PER_HOUR=2)
def test_asking_for_a_letter_is_answered_alike_for_everybody(client: Client) -> None:
    UserFactory(email="mara@example.org")
    for email in ("mara@example.org", "nobody@example.org"):
        answers = [post(client, "reset-password", {"email": email}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert answers[0].json() == {
            "message": "If there is an account with this address, a letter with a link is on its way."
        }
    letters.all_sent()
    assert {letter.to[0] for letter in mail.outbox} == {"mara@example.org"}


def test_a_page_s_session_needs_the_csrf_token_for_the_api_too() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    answer = post(client, "logout")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize("path", ["/api/v1/no-such-thing", "/api/v1/auth/"])
def test_an_unknown_address_of_the_api_answers_in_json(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


def test_the_wrong_method_is_answered_in_the_one_shape(client: Client) -> None:
    answer = client.get(f"{AUTH}/login")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "METHOD_NOT_ALLOWED"
