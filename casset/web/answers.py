"""How the studio's pages answer: as pages, or in JSON to their own script.

A request of a page's script (``X-Requested-With: script``) gets JSON, with errors in the API's
shape, so that the page can stay as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from casset.lib.errors import CassetError
from casset.web import errors

SIGNED_OUT = "You have been signed out meanwhile. Sign in again; everything here stays as it is."
MEND = "Not everything could be used. See the fields marked."

View = Callable[..., HttpResponseBase]


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "script"


def refused(status: int, code: str, sentence: str, **more: Any) -> JsonResponse:
    return JsonResponse(errors.body(code, sentence, **more), status=status)


def refused_by(error: CassetError, fields: dict[str, list[str]] | None = None) -> JsonResponse:
    """An expected error as JSON."""
    return JsonResponse(
        errors.body(error.code, str(error), retryable=error.retryable, fields=fields),
        status=errors.status_of(error),
        headers=errors.headers_of(error),
    )


def sentences(form: Form) -> str:
    """All that a form found wrong."""
    return " ".join(str(said) for found in form.errors.values() for said in found)


def refused_form(form: Form) -> JsonResponse:
    """What a form found wrong, by field."""
    fields = {name: [str(said) for said in found] for name, found in form.errors.items()}
    general = " ".join(fields.pop("__all__", []))
    sentence = general or sentences(form) or MEND
    return refused(400, "VALIDATION_ERROR", sentence, fields=fields)


def signed_in(page_of: Callable[[dict[str, Any]], str]) -> Callable[[View], View]:
    """Let in who is signed in.

    After signing in again one is brought to a page, never to an action: to ``page_of`` what the
    view's address names.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, **named: Any) -> HttpResponseBase:
            if request.user.is_authenticated:
                return view(request, **named)
            if is_script(request):
                return refused(401, "NOT_SIGNED_IN", SIGNED_OUT)
            if request.method in ("GET", "HEAD"):
                return redirect_to_login(request.get_full_path())
            return redirect_to_login(page_of(named))

        return inner

    return decorate


def done(
    request: HttpRequest,
    do: Callable[[], str | dict[str, Any]],
    page: str,
    page_after: Callable[[dict[str, Any]], str] | None = None,
) -> HttpResponse:
    """Do it and say what happens now: in JSON to the script, else on ``page``.

    ``do`` returns a sentence, or a dictionary with ``said``; ``page_after`` names another page for it.
    """
    try:
        given = do()
    except CassetError as error:
        if is_script(request):
            return refused_by(error)
        messages.error(request, str(error))
        return redirect(page)
    told = given if isinstance(given, dict) else {"said": given}
    if is_script(request):
        return JsonResponse(told)
    if told.get("said"):
        messages.success(request, told["said"])
    return redirect(page_after(told) if page_after else page)
