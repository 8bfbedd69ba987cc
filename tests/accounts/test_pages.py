"""Accounts as a person in a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core import mail
from django.db import connections
from django.test import Client, override_settings
from django.urls import reverse

from casset.accounts import letters
from casset.accounts.models import ApiToken, User
from tests.accounts.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cache")]

REGISTER = "/account/register/"
SIGN_IN = "/account/sign-in/"
RESET = "/account/reset/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"username": email, "password": password} | more)


# -- registering -------------------------------------------------------------------------------
def test_registering_signs_the_person_in(client: Client) -> None:
    answer = client.post(REGISTER, {"email": "Mara@Example.org", "password": PASSWORD})
    assert answer["Location"] == reverse("tracks:list")
    assert User.objects.get().email == "mara@example.org"
    assert client.get("/settings/").status_code == 200


def test_the_rules_of_a_password_are_shown_before_anything_went_wrong(client: Client) -> None:
    page = client.get(REGISTER).content.decode()
    assert "At least 8 characters" in page
    assert 'aria-describedby="id_password_helptext"' in page


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("", PASSWORD, "This field is required"),
        ("not an address", PASSWORD, "valid email address"),
        ("a@example.org", "short", "too short"),
        ("a@example.org", "password", "too common"),
        ("mara.vell@example.org", "mara.vell@example", "too similar"),
        ("a@example.org", "x" * 300, "at most 200"),
        ("a@example.org", "nul\0nul nul", "Null characters"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(
    client: Client, email: str, password: str, sentence: str
) -> None:
    answer = client.post(REGISTER, {"email": email, "password": password})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert not re.search(r'type="password"[^>]* value=', page)
    assert not User.objects.exists()


def test_a_taken_address_opens_no_second_account_and_its_owner_gets_a_letter(
    client: Client,
) -> None:
    owner = UserFactory(email="mara@example.org")
    for _ in range(2):
        answer = client.post(REGISTER, {"email": "MARA@example.org", "password": "another one 12"})
        assert "If it is yours, sign in" in answer.content.decode()
    letters.all_sent()
    assert [letter.to for letter in mail.outbox] == [[owner.email]], "one letter a day"
    assert "/account/reset/" in mail.outbox[0].body
    assert sign_in(Client(), owner.email).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_one_address_at_once_one_gets_it() -> None:
    def register(number: int) -> int:
        try:
            return (
                Client()
                .post(REGISTER, {"email": "mara@example.org", "password": f"tape hiss {number}"})
                .status_code
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(register, range(4)))
    assert sorted(statuses) == [200, 200, 200, 302]
    assert User.objects.count() == 1


@override_settings(REGISTRATIONS_PER_HOUR=2)
def test_too_many_accounts_from_one_network_are_held_up_for_a_while(client: Client) -> None:
    with time_machine.travel("2026-03-01 12:10:00+00:00") as clock:
        for number in range(2):
            answer = Client().post(
                REGISTER, {"email": f"{number}@example.org", "password": PASSWORD}
            )
            assert answer.status_code == 302
        answer = client.post(REGISTER, {"email": "3@example.org", "password": PASSWORD})
        assert answer.status_code == 429
        assert 2900 <= int(answer["Retry-After"]) <= 3000
        assert "Wait about 50 minutes" in answer.content.decode()
        clock.shift(3000)
        answer = client.post(REGISTER, {"email": "3@example.org", "password": PASSWORD})
        assert answer.status_code == 302


def test_a_name_and_an_address_with_markup_stay_text(client: Client) -> None:
    user = UserFactory(email="<script>x</script>@example.org", name="<b>Mara</b>")
    ApiToken.objects.create(user=user, name="<img src=x onerror=alert(1)>")
    client.force_login(user)
    page = client.get("/settings/").content.decode()
    assert "<script>x" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;x" in page


# -- signing in and out ------------------------------------------------------------------------
def test_signing_in_goes_on_where_one_was(client: Client) -> None:
    user = UserFactory()
    assert client.get("/settings/")["Location"] == f"{SIGN_IN}?next=/settings/"
    answer = sign_in(client, user.email.upper(), next="/settings/")
    assert answer["Location"] == "/settings/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"]
)
@pytest.mark.parametrize("page", [SIGN_IN, REGISTER])
def test_next_never_leads_to_another_site(client: Client, page: str, elsewhere: str) -> None:
    shown = client.get(page, {"next": elsewhere}).content.decode()
    assert f'value="{elsewhere}"' not in shown
    if page == SIGN_IN:
        answer = sign_in(client, UserFactory().email, next=elsewhere)
    else:
        answer = client.post(
            REGISTER, {"email": "n@example.org", "password": PASSWORD, "next": elsewhere}
        )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client) -> None:
    user = UserFactory()

    def shown(email: str) -> str:
        page = sign_in(client, email, "wrong wrong").content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        return page.replace(email, "…")

    assert shown(user.email) == shown("nobody@example.org")


@pytest.mark.parametrize("known", [True, False])
def test_five_wrong_passwords_hold_up_this_address_from_this_network(
    client: Client, known: bool
) -> None:
    email = UserFactory().email if known else "nobody@example.org"
    with time_machine.travel("2026-03-01 12:00:00+00:00") as clock:
        for _ in range(4):
            assert sign_in(client, email, "wrong wrong").status_code == 200
        assert sign_in(client, email, "wrong wrong").status_code == 429
        clock.shift(300)
        answer = sign_in(client, email.upper())
        assert answer.status_code == 429
        assert 590 <= int(answer["Retry-After"]) <= 600
        assert "Wait about 10 minutes" in answer.content.decode()
        assert "Set a new password" in answer.content.decode()
        clock.shift(601)
        assert sign_in(client, email).status_code == (302 if known else 200)


def test_wrong_passwords_from_elsewhere_do_not_lock_the_owner_out(client: Client) -> None:
    user = UserFactory()
    for _ in range(6):
        client.post(
            SIGN_IN, {"username": user.email, "password": "wrong wrong"}, REMOTE_ADDR="10.9.9.9"
        )
    assert sign_in(client, user.email).status_code == 302


def test_a_failed_try_is_kept_without_its_password(client: Client) -> None:
    sign_in(client, "nobody@example.org", "my secret word")
    assert "my secret word" not in str(AccessAttempt.objects.values().get())


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/account/sign-out/").status_code == 405
    assert client.get("/settings/").status_code == 200
    assert client.post("/account/sign-out/").status_code == 302
    assert client.get("/settings/").status_code == 302


def test_a_closed_account_does_not_get_in(client: Client) -> None:
    user = UserFactory(is_active=False)
    assert sign_in(client, user.email).status_code == 200


@pytest.mark.parametrize(
    "address", [REGISTER, SIGN_IN, RESET, "/account/sign-out/", "/settings/", "/account/password/"]
)
def test_every_form_needs_its_token(address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    assert client.post(address, {"email": "a@example.org"}).status_code == 403


# -- a new password ----------------------------------------------------------------------------
@pytest.fixture
def link(client: Client) -> Iterator[str]:
    """The link of a letter that ``client``'s person asked for; it is 12:00."""
    with time_machine.travel("2026-03-01 12:00:00+00:00"):
        UserFactory(email="mara@example.org")
        client.post(RESET, {"email": "Mara@example.org"})
        letters.all_sent()
        (letter,) = mail.outbox
        assert letter.to == ["mara@example.org"]
        found = re.search(r"http://\S+", letter.body)
        assert found
        assert found.group() in str(letter.alternatives[0][0])
        assert found.group().startswith("http://127.0.0.1:8000/account/reset/")
        yield found.group().removeprefix("http://127.0.0.1:8000")


def test_the_letters_link_sets_a_password_once(client: Client, link: str) -> None:
    user = User.objects.get()
    ApiToken.objects.create(user=user)
    for _ in range(6):
        sign_in(Client(), user.email, "wrong wrong")
    form = client.get(link, follow=True)
    answer = client.post(form.request["PATH_INFO"], {"new_password": "brand new tape"})
    assert answer.status_code == 302
    assert client.get("/settings/").status_code == 200, "signed in at once"
    assert not ApiToken.objects.exists(), "whoever had got in is out"
    assert sign_in(Client(), user.email, "brand new tape").status_code == 302, "not locked out"
    again = Client().get(link, follow=True).content.decode()
    assert "This link no longer works" in again
    assert reverse("accounts:reset") in again


def test_the_letters_link_ends_after_an_hour(client: Client, link: str) -> None:
    with time_machine.travel("2026-03-01 13:01:00+00:00"):
        assert "This link no longer works" in client.get(link, follow=True).content.decode()


@pytest.mark.parametrize("link", ["/account/reset/zz/x-y/", "/account/reset/AA/set-password/"])
def test_an_invented_link_says_what_to_do(client: Client, link: str) -> None:
    assert "Send a new link" in client.get(link, follow=True).content.decode()


def test_asking_for_a_letter_says_nothing_about_who_has_an_account(client: Client) -> None:
    UserFactory(email="mara@example.org")
    pages = [
        client.post(RESET, {"email": email}, follow=True).content
        for email in ("mara@example.org", "nobody@example.org")
    ]
    letters.all_sent()
    assert pages[0] == pages[1]
    assert [letter.to for letter in mail.outbox] == [["mara@example.org"]]


@override_settings(RESETS_PER_HOUR=2)
@pytest.mark.parametrize("known", [True, False])
def test_letters_to_one_address_are_few(client: Client, known: bool) -> None:
    email = UserFactory().email if known else "nobody@example.org"
    statuses = [client.post(RESET, {"email": email}).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]


def test_changing_the_password_ends_the_other_sessions(client: Client) -> None:
    user = UserFactory()
    elsewhere = Client()
    for one in (client, elsewhere):
        one.force_login(user)
    wrong = client.post(
        "/account/password/", {"old_password": "not it", "new_password": "brand new tape"}
    )
    assert "That is not your password" in wrong.content.decode()
    answer = client.post(
        "/account/password/", {"old_password": PASSWORD, "new_password": "brand new tape"}
    )
    assert answer.status_code == 302
    assert client.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302


# -- settings ----------------------------------------------------------------------------------
def test_signing_out_elsewhere_keeps_this_session(client: Client) -> None:
    user = UserFactory()
    elsewhere, other = Client(), Client()
    client.force_login(user)
    elsewhere.force_login(user)
    other.force_login(UserFactory())
    client.post("/account/sign-out-elsewhere/")
    assert client.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302
    assert other.get("/settings/").status_code == 200


def test_a_token_is_shown_once(client: Client) -> None:
    client.force_login(UserFactory())
    page = client.post("/settings/", {"name": "laptop"}).content.decode()
    found = re.search(r'id="made" readonly value="(\w{64})"', page)
    assert found
    assert found.group(1) not in client.get("/settings/").content.decode()
    assert found.group(1) not in str(ApiToken.objects.values().get())


def test_a_token_is_revoked_by_its_owner_only_and_once(client: Client) -> None:
    mine = UserFactory()
    token, _ = ApiToken.objects.create(user=mine, name="laptop")
    address = f"/account/tokens/{token.token_key}/revoke/"
    stranger = Client()
    stranger.force_login(UserFactory())
    stranger.post(address)
    assert ApiToken.objects.filter(pk=token.pk).exists()
    client.force_login(mine)
    assert client.get(address).status_code == 405
    for _ in range(2):
        assert client.post(address).status_code == 302
    assert not ApiToken.objects.exists()


def test_the_twenty_first_token_is_refused_with_what_to_do(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    for _ in range(20):
        ApiToken.objects.create(user=user)
    answer = client.post("/settings/", {"name": "one more"})
    assert answer.status_code == 409
    assert "Revoke one you no longer use" in answer.content.decode()


@override_settings(
    OPENAI_API_KEY="sk-secret",
    DATABASE_URL="postgres://mara:hush@db.example/casset",
    EMBEDDED_DATABASE=False,
    EMAIL_HOST="smtp.example",
    EMAIL_HOST_PASSWORD="hush",
)
@pytest.mark.parametrize("is_staff", [True, False])
def test_settings_show_what_is_on_but_no_secret(client: Client, is_staff: bool) -> None:
    client.force_login(UserFactory(is_staff=is_staff))
    page = client.get("/settings/").content.decode()
    assert "Whisper, over the network" in page
    assert ("db.example" in page) is is_staff
    assert ("smtp.example" in page) is is_staff
    for secret in ("sk-secret", "hush"):
        assert secret not in page
