"""Letters to people, written and sent in the background so that their absence takes no less time."""

from __future__ import annotations

import logging
import smtplib
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from casset.accounts.models import User
from casset.lib.errors import QuotaExceeded
from casset.web import rates

log = logging.getLogger(__name__)

_post = ThreadPoolExecutor(max_workers=2, thread_name_prefix="letters")
_on_their_way: set[Future[None]] = set()
_REMINDERS = rates.Rate("have-account-letter", 1, 24 * 3600, "A letter was sent already.")


def send_reset(user: User, *, uid: str, token: str) -> None:
    """The link that sets a new password, once, within ``PASSWORD_RESET_TIMEOUT``."""
    link = _on_site("accounts:reset_confirm", uidb64=uid, token=token)
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    _send(user.email, "reset", "Set a new password", {"link": link, "minutes": minutes})


def send_have_account(user: User) -> None:
    """Somebody, perhaps its owner, tried to register with this address; at most once a day."""
    try:
        rates.take(_REMINDERS, user.email)
    except QuotaExceeded:
        return
    links = {"sign_in": _on_site("accounts:login"), "reset": _on_site("accounts:reset")}
    _send(user.email, "have_account", "You have an account already", links)


def all_sent(timeout_s: float = 10) -> None:
    """Wait until every letter handed over is sent (or has failed)."""
    wait(list(_on_their_way), timeout=timeout_s)


def _on_site(name: str, **kwargs: str) -> str:
    return settings.SITE_URL + reverse(name, kwargs=kwargs)


def _send(to: str, letter: str, subject: str, context: dict[str, Any]) -> None:
    job = _post.submit(_write_and_send, to, letter, subject, context | {"site": settings.SITE_URL})
    _on_their_way.add(job)
    job.add_done_callback(_on_their_way.discard)


def _write_and_send(to: str, letter: str, subject: str, context: dict[str, Any]) -> None:
    message = EmailMultiAlternatives(
        f"Casset: {subject}",
        render_to_string(f"accounts/letters/{letter}.txt", context),
        to=[to],
    )
    message.attach_alternative(
        render_to_string(f"accounts/letters/{letter}.html", context | {"subject": subject}),
        "text/html",
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException):
        log.exception("The letter “%s” could not be sent.", letter)
