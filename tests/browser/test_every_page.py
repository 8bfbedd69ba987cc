"""Every page in Chromium, narrow and wide: axe finds nothing, nothing breaks the policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from casset.accounts import services
from tests.accounts.factories import UserFactory
from tests.browser.conftest import WIDTHS

pytestmark = pytest.mark.browser

OPEN = (
    "/",
    "/account/register/",
    "/account/sign-in/?next=/settings/",
    "/account/reset/",
    "/account/reset/sent/",
    "/account/reset/AA/x-y/",
    "/api/",
    "/nowhere/",
)
SIGNED_IN = ("/", "/settings/", "/account/password/", "/nowhere/")


def looked_at(window: Any, path: str) -> None:
    window.go(path)
    assert window.axe() == [], path
    assert not window.overflows(), f"{path} can be scrolled sideways"
    assert window.page.locator("h1").count() == 1
    assert window.page.locator("main").count() == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_for_everybody(visit: Callable[..., Any], width: int) -> None:
    with visit(width=width) as window:
        for path in OPEN:
            looked_at(window, path)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("is_staff", [True, False])
def test_pages_of_a_person(visit: Callable[..., Any], width: int, is_staff: bool) -> None:
    user = UserFactory(email=f"{'long' * 12}@example.org", is_staff=is_staff)
    services.create_token(user, name="A name for a token that is as long as it may be, sixty char")
    with visit(width=width, user=user) as window:
        for path in SIGNED_IN:
            looked_at(window, path)


@pytest.mark.parametrize("width", WIDTHS)
def test_forms_that_went_wrong(visit: Callable[..., Any], width: int) -> None:
    with visit(width=width) as window:
        page = window.go("/account/register/")
        page.fill("#id_email", "nonsense")
        page.fill("#id_password", "abc")
        page.click("form.form button.main")
        page.wait_for_selector(".errors")
        assert window.axe() == []
        window.until("document.activeElement.className === 'errors'")  # it is read out
        described = page.get_attribute("#id_password", "aria-describedby") or ""
        said = " ".join(page.inner_text(f"#{part}") for part in described.split())
        assert "At least 8 characters" in said
        assert "too short" in said
        for _ in range(5):
            page = window.go("/account/sign-in/")
            page.fill("#id_username", "a@example.org")
            page.fill("#id_password", "wrong wrong")
            page.click("form.form button.main")
            page.wait_for_selector(".errors, .trouble")
        assert "Too many tries" in page.inner_text("h1")
        assert window.axe() == []


def test_the_admin_works_under_the_policy(visit: Callable[..., Any]) -> None:
    staff = UserFactory(is_staff=True, is_superuser=True)
    with visit(user=staff) as window:
        for path in ("/admin/", "/admin/accounts/user/", "/admin/pipeline/job/"):
            window.go(path)
            window.until("document.documentElement.dataset.theme")  # set by the admin's script
