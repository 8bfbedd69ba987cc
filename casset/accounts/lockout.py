"""After too many wrong passwords: how long to wait, said as a page or in the API's shape."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from casset.accounts.models import tidy_email
from casset.web import errors, rates

_SENTENCE = "That password was wrong too often."


def address_tried(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The e-mail address somebody tries to sign in with, tidied, so that its case counts not."""
    tried = (credentials or {}).get("username") or request.POST.get("username", "")
    return tidy_email(str(tried))[:254]


def answer(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """429 with the time to wait; the same whether or not the address has an account."""
    wait_s = _wait_s(request, credentials)
    headers = {"Retry-After": str(wait_s)}
    sentence = f"{_SENTENCE} {rates.in_words(wait_s)}"
    if request.path.startswith("/api/"):
        content = errors.body("QUOTA_EXCEEDED", sentence, retryable=True)
        return JsonResponse(content, status=429, headers=headers)
    page = render(request, "accounts/locked.html", {"sentence": sentence}, status=429)
    for name, value in headers.items():
        page[name] = value
    return page


def _wait_s(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    last = AccessAttempt.objects.filter(
        username=address_tried(request, credentials),
        ip_address=getattr(request, "axes_ip_address", None),
    ).aggregate(last=Max("attempt_time"))["last"]
    if last is None:
        return int(settings.AXES_COOLOFF_TIME.total_seconds())
    left: timedelta = last + settings.AXES_COOLOFF_TIME - timezone.now()
    return max(1, round(left.total_seconds()))
