"""Addresses that belong to no app: is it alive, and what is shown when something went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; it looks at nothing else."""
    return JsonResponse({"status": "ok"})


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid CSRF token: 403, nothing was changed. ``reason`` is Django's, for logs."""
    return render(request, "403_csrf.html", status=403)
