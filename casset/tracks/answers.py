"""What the studio's pages of a track share: whose it is, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from casset.tracks.models import Track
from casset.web import answers
from casset.web.answers import View


def own(request: HttpRequest, track_id: str) -> Track:
    """The person's track; 404 for somebody else's as for none."""
    mine = Track.objects.owned_by(request.user).select_related("artist__user")
    return get_object_or_404(mine, pk=track_id)


def _page_of(named: dict[str, Any]) -> str:
    track_id = named.get("track_id")
    return reverse("tracks:track", args=(track_id,)) if track_id else reverse("tracks:list")


signed_in = answers.signed_in(_page_of)


def action(page: str, form: type[Form] | None = None) -> Callable[[Callable[..., Any]], View]:
    """A view that calls one service on the person's own track and says what happens now.

    It returns a sentence, or a dictionary with ``said``. Without a script one goes to ``page`` (an
    address name of the track). A ``form`` is filled and checked first, and handed on.
    """

    def decorate(view: Callable[..., Any]) -> View:
        @never_cache
        @require_POST
        @signed_in
        @wraps(view)
        def inner(request: HttpRequest, track_id: str) -> HttpResponseBase:
            track = own(request, track_id)
            back = reverse(page, args=(track_id,))
            handed: list[Any] = []
            if form is not None:
                filled = form(request.POST, request.FILES)
                if not filled.is_valid():
                    if answers.is_script(request):
                        return answers.refused_form(filled)
                    messages.error(request, answers.sentences(filled))
                    return redirect(back)
                handed.append(filled.cleaned_data)
            return answers.done(request, lambda: view(request, track, *handed), back)

        return inner

    return decorate
