"""The start page and the ways in, used by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from casset.accounts.models import User
from tests.accounts.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.browser

SHOWN = "document.querySelector('video:not([hidden])')"


def test_the_film_plays_muted_and_can_be_stopped(visit: Callable[..., Any]) -> None:
    with visit() as window:
        page = window.go("/")
        window.until(f"{SHOWN}.currentTime > 0.3")
        assert page.evaluate(f"{SHOWN}.muted")
        window.until("Number(document.querySelector('[data-played]').getAttribute('width')) > 0")
        page.click("[data-play]")
        window.until(f"{SHOWN}.paused")
        page.wait_for_selector("[data-play][aria-label=Play]")
        page.click("[data-sound]")
        window.until(f"!{SHOWN}.muted")
        page.wait_for_selector("[data-sound][aria-pressed=true]")


def test_another_sentence_changes_the_picture_and_keeps_the_song_s_place(
    visit: Callable[..., Any],
) -> None:
    with visit() as window:
        page = window.go("/")
        window.until(f"{SHOWN}.currentTime > 1")
        now = f"[{SHOWN}.currentTime, performance.now() / 1000]"
        before, began = page.evaluate(now)
        page.click("[data-shows=dawn]")
        window.until(f"{SHOWN}.dataset.of === 'dawn'")
        after, ended = page.evaluate(now)
        assert before <= after < before + (ended - began) + 1
        assert page.locator("video:not([hidden])").count() == 1
        window.until("[...document.querySelectorAll('video')].filter(v => !v.paused).length === 1")
        assert page.locator(".shots:visible li").count() == 6
        page.locator(".shots:visible button").nth(2).click()
        window.until(
            "document.querySelectorAll('.shots:not([hidden]) li')[2].ariaCurrent === 'true'"
        )


def test_with_reduced_motion_nothing_moves_until_it_is_asked_to(visit: Callable[..., Any]) -> None:
    with visit(reduced_motion="reduce") as window:
        page = window.go("/")
        page.wait_for_timeout(500)
        assert page.evaluate(f"{SHOWN}.paused && {SHOWN}.currentTime === 0")
        page.click("[data-shows=dawn]")
        window.until(f"{SHOWN}.dataset.of === 'dawn'")
        assert page.evaluate(f"{SHOWN}.paused")
        page.click("[data-play]")
        window.until(f"{SHOWN}.currentTime > 0")


def test_without_scripts_the_film_has_the_browser_s_controls(visit: Callable[..., Any]) -> None:
    with visit(java_script_enabled=False) as window:
        page = window.go("/")
        assert page.get_attribute("video >> nth=0", "controls") is not None
        assert not page.is_visible("[data-play]")
        page.click("text=Make a video")
        page.fill("#id_email", "mara@example.org")
        page.fill("#id_password", PASSWORD)
        page.click("form.form button.main")
        window.until(User.objects.exists)
        assert User.objects.get().email == "mara@example.org"


def test_the_keyboard_reaches_the_content_first(visit: Callable[..., Any]) -> None:
    with visit(user=UserFactory()) as window:
        page = window.go("/settings/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        window.until("document.activeElement.id === 'main'")


def test_a_person_registers_makes_a_token_and_signs_out(visit: Callable[..., Any]) -> None:
    with visit(width=390, permissions=["clipboard-read", "clipboard-write"]) as window:
        page = window.go("/account/register/")
        page.fill("#id_email", "mara@example.org")
        page.fill("#id_password", PASSWORD)
        page.click("text=Show")
        page.wait_for_selector("#id_password[type=text]")
        page.dblclick("form.form button.main")
        window.until("document.body.classList.contains('framed')")
        assert User.objects.count() == 1
        page = window.go("/settings/")
        page.fill("#id_name", "laptop")
        page.click("text=Make a token")
        window.until("document.querySelector('#made')")
        token = page.input_value("#made")
        page.click("text=Copy >> nth=-1")
        window.until("document.querySelector('.toast.good') !== null")
        assert page.evaluate("navigator.clipboard.readText()") == token
        page.click("button:has-text('Revoke')")
        window.until("document.querySelector('.toasts').innerText.includes('The token is revoked')")
        page.click(".toast [data-dismiss]")
        window.until("!document.querySelector('.toasts > .toast')")
        page.click("text=Sign out >> nth=0")
        window.until("document.body.classList.contains('open')")
