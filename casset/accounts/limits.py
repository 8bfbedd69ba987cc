"""How often accounts may be opened and reset letters asked for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from casset.accounts.models import tidy_email
from casset.web import rates

_HOUR_S = 3600


def count_registration(request: HttpRequest) -> None:
    """Raises ``QuotaExceeded`` when too many accounts were opened from this network address."""
    rate = rates.Rate(
        "register",
        settings.REGISTRATIONS_PER_HOUR,
        _HOUR_S,
        "Too many accounts were opened from this network for now.",
    )
    rates.take(rate, _network(request))


def count_reset(request: HttpRequest, email: str) -> None:
    """Raises ``QuotaExceeded`` for too many letters to one address or from one network.

    It counts the same whether or not the address has an account.
    """
    sentence = "Too many letters were asked for. Look into your mailbox, the spam folder too."
    limit = settings.RESETS_PER_HOUR
    rates.take(rates.Rate("reset-to", limit, _HOUR_S, sentence), tidy_email(email))
    rates.take(rates.Rate("reset-from", limit * 4, _HOUR_S, sentence), _network(request))


def _network(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or "unknown"
