"""How the studio's pages of a track answer: as pages, or in JSON to their own script.

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
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from casset.lib.errors import CassetError
from casset.tracks.models import Track
from casset.web import errors

SIGNED_OUT = "You have been signed out meanwhile. Sign in again; everything here stays as it is."
MEND = "Not everything could be used. See the fields marked."


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "script"


def own(request: HttpRequest, track_id: str) -> Track:
    """The person's track; 404 for somebody else's as for none."""
    mine = Track.objects.owned_by(request.user).select_related("artist__user")
    return get_object_or_404(mine, pk=track_id)


def refused(status: int, code: str, sentence: str, **more: Any) -> JsonResponse:
    return JsonResponse(errors.body(code, sentence, **more), status=status)


def refused_by(error: CassetError, fields: dict[str, list[str]] | None = None) -> JsonResponse:
    """An expected error as JSON."""
    return JsonResponse(
        errors.body(error.code, str(error), retryable=error.retryable, fields=fields),
        status=errors.status_of(error),
        headers=errors.headers_of(error),
    )


def refused_form(form: Form) -> JsonResponse:
    """What a form found wrong, by field."""
    fields = {name: [str(said) for said in found] for name, found in form.errors.items()}
    general = " ".join(fields.pop("__all__", []))
    sentences = [said for found in fields.values() for said in found]
    return refused(400, "VALIDATION_ERROR", general or " ".join(sentences) or MEND, fields=fields)


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who is signed in. After signing in again one is brought to a page, never to an action."""

    @wraps(view)
    def inner(request: HttpRequest, **named: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, **named)
        if is_script(request):
            return refused(401, "NOT_SIGNED_IN", SIGNED_OUT)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        track_id = named.get("track_id")
        page = reverse("tracks:track", args=(track_id,)) if track_id else reverse("tracks:list")
        return redirect_to_login(page)

    return inner


def action(
    page: str, form: type[Form] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., HttpResponse]]:
    """A view that calls one service on the person's own track and says what happens now.

    It returns a sentence, or a dictionary with ``said``. Without a script one goes to ``page`` (an
    address name of the track). A ``form`` is filled and checked first, and handed on.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
        @never_cache
        @require_POST
        @signed_in
        @wraps(view)
        def inner(request: HttpRequest, track_id: str) -> HttpResponse:
            track = own(request, track_id)
            back = reverse(page, args=(track_id,))
            handed: list[Any] = []
            if form is not None:
                filled = form(request.POST, request.FILES)
                if not filled.is_valid():
                    answer = refused_form(filled)
                    if is_script(request):
                        return answer
                    said = [str(one) for found in filled.errors.values() for one in found]
                    messages.error(request, " ".join(said))
                    return redirect(back)
                handed.append(filled.cleaned_data)
            try:
                given = view(request, track, *handed)
            except CassetError as error:
                if is_script(request):
                    return refused_by(error)
                messages.error(request, str(error))
                return redirect(back)
            content = given if isinstance(given, dict) else {"said": given}
            if is_script(request):
                return JsonResponse(content)
            if content.get("said"):
                messages.success(request, content["said"])
            return redirect(back)

        return inner

    return decorate
