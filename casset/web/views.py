"""Addresses that belong to no app: the start page, is it alive, and what shows when it is not."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from casset.web import connections, errors, health, showcase


def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; it looks at nothing else."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Say of each part the site needs whether it is well: 200 when all are, else 503."""
    found = health.look()
    is_ready = all(finding.ok for finding in found.values())
    answer = JsonResponse(
        {
            "status": "ok" if is_ready else "not ready",
            "parts": {name: {"ok": f.ok, "why": f.why} for name, f in found.items()},
        },
        status=200 if is_ready else 503,
    )
    answer["Cache-Control"] = "no-store"
    return answer


def home(request: HttpRequest) -> HttpResponse:
    """What Casset does, in five seconds."""
    films = showcase.films()
    return render(
        request, "web/home.html", {"films": films, "first": films[0], "site_url": settings.SITE_URL}
    )


# -- when something went wrong: pages for people, the API's shape under /api/ ------------------
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid CSRF token: 403, nothing was changed. ``reason`` is Django's, for logs."""
    return _trouble(request, 403, "NOT_ALLOWED", "The CSRF token is missing or old.", "403_csrf")


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _trouble(request, 400, "UNREADABLE", "The request could not be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _trouble(request, 403, "NOT_ALLOWED", "This is not yours to open.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _trouble(request, 404, "NOT_FOUND", "There is no such address, or it is not yours.")


def broken(request: HttpRequest) -> HttpResponse:
    """A bug. The page is drawn without looking at the session, which may be what broke."""
    if _is_api(request):
        content = errors.body("INTERNAL", "Something broke here. Try again.", retryable=True)
        return JsonResponse(content, status=500)
    return render(None, "500.html", status=500)


def _trouble(
    request: HttpRequest, status: int, code: str, sentence: str, page: str = ""
) -> HttpResponse:
    if _is_api(request):
        return JsonResponse(errors.body(code, sentence), status=status)
    try:
        return render(request, f"{page or status}.html", status=status)
    finally:
        # Under ASGI Django draws these pages in threads whose connections nobody else closes: they
        # would be held for good, and be dead after a restart of the database.
        connections.let_go()


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
