"""What is heard of a track, over the network: the hook for whoever sees the track, the song for the entitled.

The stored song's name is in no answer. The hook's rendition holds nothing but the hook, so there is
no range of it that gives more.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casset.lib.errors import NotAllowed
from casset.tracks import entitlement, sound_keys
from casset.tracks.models import Track
from casset.web import storage
from casset.web.api_schema import ErrorBody
from casset.web.readers import readers

CONTENT_TYPE = "audio/mp4"
PRIVATE_FOR_EVER = "private, max-age=31536000, immutable"
CURRENT = "no-cache"


class NotEntitled(NotAllowed):
    """The person may see the track, not hear all of it."""

    code = "NOT_ENTITLED"

    def __init__(self) -> None:
        super().__init__("Only its hook can be heard here. The whole song is its artist's.")


def visible(user: Any, track_id: str) -> Track:
    """The track, if the person may know of it. Raises ``Http404``."""
    seen = Track.objects.visible_to(user).select_related("artist", "hook")
    return get_object_or_404(seen, pk=track_id)


@require_safe
def hook(request: HttpRequest, track_id: str) -> HttpResponseBase:
    """The hook's own rendition; kept by browsers where the address names the version it has."""
    track = readers.ask(visible, request.user, track_id)
    cut = getattr(track, "hook", None)
    if cut is None or not cut.sound:
        raise Http404
    is_named = request.GET.get("v") == str(cut.cut_version)
    cache = for_ever(track) if is_named else CURRENT
    return storage.send(request, cut.sound, content_type=CONTENT_TYPE, cache=cache)


def for_ever(track: Track) -> str:
    """``Cache-Control`` of what an address that names its version answers with."""
    return storage.FOR_EVER if track.published_at else PRIVATE_FOR_EVER


class Song(APIView):
    """The whole song, by an address that was made a moment ago for who asks."""

    permission_classes = (AllowAny,)

    @extend_schema(exclude=True)
    def get(self, request: Request, track_id: str) -> HttpResponseBase:
        track = visible(request.user, track_id)
        if not entitlement.entitled(request.user, track):
            raise NotEntitled
        sound_keys.check(_asked(request), track, request.query_params.get("key", ""))
        if not track.audio:
            raise Http404
        return storage.send(
            request._request, track.whole, content_type=CONTENT_TYPE, cache=storage.PRIVATE
        )

    @extend_schema(exclude=True)
    def head(self, request: Request, track_id: str) -> HttpResponseBase:
        return self.get(request, track_id)


class SoundKeyBody(serializers.Serializer):
    url = serializers.CharField(help_text="Where the song is, for who asked; honours Range.")
    expiresInS = serializers.IntegerField(help_text="Seconds it is good for.")


class SongAddress(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="song_address",
        summary="An address of the whole song, good for a minute, for who may hear it",
        tags=["tracks"],
        request=None,
        responses={200: SoundKeyBody, 403: ErrorBody, 404: ErrorBody},
    )
    def post(self, request: Request, track_id: str) -> Response:
        track = visible(request.user, track_id)
        if not entitlement.entitled(request.user, track):
            raise NotEntitled
        url = sound_keys.address(_asked(request), track)
        answer = Response({"url": url, "expiresInS": sound_keys.LIVES_S})
        answer["Cache-Control"] = storage.PRIVATE
        return answer


def _asked(request: Request) -> HttpRequest:
    """Django's request, with the person DRF found (by session or by token)."""
    request._request.user = request.user
    return request._request
