"""``POST /api/shares`` and ``POST /api/visuals/<id>/event``: what fans' pages tell the server.

Both take JSON only, so that no other site can send them for somebody, and need no account.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audience import counting, sharing, visitors, visits
from audience.models import HookShare, VisualEvent
from audience.visits import Unbelievable, Visit
from casset.accounts.authentication import TokenAuthentication
from casset.tracks.models import Hook
from casset.web.api_schema import ErrorBody
from casset.web.readers import readers

OPEN: Any = [{"token": []}, {}]  # a token is understood, none is needed
LONGEST = 240  # of a page's note


class _Session(SessionAuthentication):
    """Who is signed in, for pages that hold no key against forgeries: the body's type keeps those out."""

    def enforce_csrf(self, request: Any) -> None:
        return


class _Open(APIView):
    authentication_classes = (TokenAuthentication, _Session)
    permission_classes = (AllowAny,)
    parser_classes = (JSONParser,)


class NewShareBody(serializers.Serializer[Any]):
    trackId = serializers.CharField(max_length=14)
    visualId = serializers.CharField(
        max_length=14, required=False, default="", allow_blank=True, allow_null=True,
        help_text="Left out: whichever the track is seen with.",
    )  # fmt: skip
    channel = serializers.ChoiceField(choices=HookShare.Channel.choices)
    visit = serializers.CharField(
        max_length=LONGEST, required=False, default="", allow_blank=True,
        help_text="The note in the fan's page. Without it the share does not count.",
    )  # fmt: skip
    automated = serializers.BooleanField(required=False, default=False)


class HookWindowBody(serializers.Serializer[Any]):
    """What ``/api/hooks/tiktok-video`` asks for."""

    hookStartSec = serializers.FloatField()
    hookDurationSec = serializers.FloatField()


class ShareBody(serializers.Serializer[Any]):
    id = serializers.CharField()
    url = serializers.CharField(help_text="To pass on: it opens with this visual.")
    visualId = serializers.CharField(allow_null=True)
    channel = serializers.ChoiceField(choices=HookShare.Channel.choices)
    hook = HookWindowBody()


class Shares(_Open):
    @extend_schema(
        operation_id="share_hook",
        summary="Make a link that passes this version of a hook on",
        description="The same person gets the same link for a day.",
        tags=["hooks"],
        auth=OPEN,
        request=NewShareBody,
        responses={
            201: ShareBody, 400: ErrorBody, 401: ErrorBody, 404: ErrorBody, 415: ErrorBody,
            429: ErrorBody,
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = NewShareBody(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        plain = request._request
        visitor = visitors.of_or_new(plain)
        agent = visitors.user_agent(plain)
        row = sharing.share(
            track_id=asked["trackId"],
            visual_id=asked["visualId"] or "",
            channel=asked["channel"],
            user=request.user,
            visitor=visitor,
            visit=_visit(asked["visit"], agent),
            user_agent=agent,
            network=visitors.network(plain),
            automated=asked["automated"],
        )
        hook = Hook.objects.get(pk=row.track_id)
        answer = Response(
            {
                "id": row.pk,
                "url": sharing.address(row),
                "visualId": row.visual_id,
                "channel": row.channel,
                "hook": {"hookStartSec": hook.start_s, "hookDurationSec": hook.duration_s},
            },
            status=201,
        )
        visitors.mark(answer, plain, visitor)
        return answer


def _visit(note: str, user_agent: str) -> Visit | None:
    try:
        return visits.read(note, user_agent=user_agent)
    except Unbelievable:
        return None


class EventBody(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=VisualEvent.Type.choices)
    visit = serializers.CharField(
        max_length=LONGEST, required=False, default="", allow_blank=True,
        help_text="The note in the fan's page. Without it the event does not count.",
    )  # fmt: skip
    n = serializers.IntegerField(
        min_value=0, max_value=1000, required=False, default=0,
        help_text="Which one of several in the same visit.",
    )  # fmt: skip
    automated = serializers.BooleanField(required=False, default=False)


class Events(_Open):
    @extend_schema(
        operation_id="tell_event",
        summary="Tell what happened with a visual",
        description="Fire and forget: the answer is the same whether it counts or not. Pairings, "
        "exports and shares are counted where they happen.",
        tags=["visuals"],
        auth=OPEN,
        request=EventBody,
        responses={
            202: OpenApiResponse(description="Heard."), 400: ErrorBody, 401: ErrorBody,
            404: ErrorBody, 415: ErrorBody, 429: ErrorBody,
        },
    )  # fmt: skip
    def post(self, request: Request, visual_id: str) -> Response:
        given = EventBody(data=request.data)
        given.is_valid(raise_exception=True)
        told = given.validated_data
        plain = request._request
        readers.ask(  # no connection of its own for what may be written twice
            counting.take_in,
            visual_id,
            told["type"],
            told["visit"],
            n=told["n"],
            user=request.user,
            visitor=visitors.of(plain),
            user_agent=visitors.user_agent(plain),
            network=visitors.network(plain),
            automated=told["automated"],
        )
        return Response(status=202)
