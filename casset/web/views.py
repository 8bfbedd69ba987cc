"""Addresses that belong to no app."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; it looks at nothing else."""
    return JsonResponse({"status": "ok"})
