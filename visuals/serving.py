"""The files of a visual: loop, small loop, poster, small poster, at addresses that never change their bytes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from casset.accounts.authentication import TokenAuthentication
from casset.media.hookvideo import layout as hook_layout
from casset.tracks.models import Track
from casset.web import storage
from casset.web.readers import readers
from visuals import files
from visuals.models import Still, VisualAsset

# What only its artist may see. Short, because a bucket's signed address is kept with it.
OWN_BROWSER = "private, max-age=30"


@require_safe
def file(request: HttpRequest, visual_id: str, version: str, name: str) -> HttpResponseBase:
    """One file of the visual's present making, whole or in ranges; 404 for what the person may not see."""
    if name not in files.TYPES:
        raise Http404
    visuals = VisualAsset.objects.filter(pk=visual_id).exclude(stored="")
    cache = storage.FOR_EVER
    visual = readers.ask(visuals.visible_to(AnonymousUser()).first)
    if visual is None:
        cache = OWN_BROWSER
        visual = visuals.visible_to(_asker(request)).first()
    if visual is None or visual.version != version:
        raise Http404
    return storage.send(request, visual.file(name), content_type=files.TYPES[name], cache=cache)


def _asker(request: HttpRequest) -> Any:
    """Who asks: by session, else by token, because the API hands these addresses to programs."""
    if request.user.is_authenticated or "Authorization" not in request.headers:
        return request.user
    try:
        found = TokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return request.user
    return found[0] if found else request.user


@require_safe
def still(request: HttpRequest, still_id: str, size: str) -> HttpResponseBase:
    """A still of one's own track, large or small; 404 for everybody else."""
    rows = Still.objects.filter(pk=still_id, track__in=Track.objects.owned_by(_asker(request)))
    found = rows.first()
    if found is None or size not in ("large", "small"):
        raise Http404
    name = f"{found.stored}/{size}.jpg"
    return storage.send(request, name, content_type="image/jpeg", cache=OWN_BROWSER)


@require_safe
def layout(request: HttpRequest) -> JsonResponse:
    """The numbers of the hook video's layout, for the preview and the browser's own export."""
    answer = JsonResponse(hook_layout.numbers())
    answer["Cache-Control"] = storage.FOR_EVER if "v" in request.GET else "no-cache"
    return answer
