"""``/api/tracks/:id/visuals`` and ``/api/visuals``: everything the Visuals tab can do, for programs.

Anybody may read what fans see. Who may not see a track is told 404, who may see it but is not its
artist 403, who is not signed in 401.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casset.lib.errors import NotAllowed, ValidationError
from casset.tracks.models import Track
from casset.web import rates
from casset.web.api_schema import ErrorBody
from visuals import listing, matching, services, tags, weighing
from visuals.models import ActivePeriod, Still, VisualAsset
from visuals.serializers import (
    ActiveBody,
    AddedBody,
    ChangesBody,
    NewDrawnBody,
    NewGeneratedBody,
    NewStillBody,
    NewVisualBody,
    OrderBody,
    PeriodBody,
    ReusedBody,
    StillBody,
    SuggestionBody,
    SuggestionsBody,
    VisualBody,
    VisualsPageBody,
    WholeVisualBody,
)

_Method = TypeVar("_Method", bound=Callable[..., Any])
TAG = ["visuals"]
READ = {404: ErrorBody}
WRITE = {400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 415: ErrorBody}
ADD = WRITE | {409: ErrorBody, 429: ErrorBody}
OPEN: Any = [{"token": []}, {}]  # a token is understood, none is needed
PER_HOUR = rates.Rate("visuals", 120, 3600, "You have added many visuals in the last hour.")


class _Visuals(APIView):
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)

    def track(self, request: Request, track_id: str, *, own: bool = False) -> Track:
        """The track, if the asker may see it; with ``own`` if it is theirs. Raises 404, ``NotAllowed``."""
        rows = Track.objects.visible_to(request.user).select_related("artist")
        found = rows.filter(pk=track_id).first()
        if found is None:
            raise Http404
        if own and found.artist.user_id != request.user.pk:
            raise NotAllowed("Only the track's artist can do this.")
        return found

    def asked(
        self, request: Request, track_id: str, body: type[serializers.Serializer[Any]]
    ) -> tuple[Track, dict[str, Any]]:
        """The asker's own track and what they want added to it; counts towards what an hour allows."""
        track = self.track(request, track_id, own=True)
        asked = _checked(body, request)
        rates.take(PER_HOUR, str(request.user.pk))
        return track, asked

    def own_visual(self, request: Request, track_id: str, visual_id: str) -> VisualAsset:
        """A visual of the asker's own track."""
        track = self.track(request, track_id, own=True)
        found = VisualAsset.objects.filter(track=track, pk=visual_id).first()
        if found is None:
            raise Http404
        return found

    def shown(self, request: Request, visual_id: str, status: int = 200) -> Response:
        """The visual as it is now, for its artist."""
        row = listing.one(visual_id)
        return Response(VisualBody(row, context=context_of(request)).data, status=status)

    def added(self, request: Request, added: services.Added) -> Response:
        row = listing.one(added.visual.pk)
        content = VisualBody(row, context=context_of(request)).data
        status = 201 if added.is_new else 200
        return Response({"visual": content, "note": added.note}, status=status)


def context_of(request: Request) -> dict[str, Any]:
    return {"owner_id": request.user.pk if request.user.is_authenticated else None}


def _checked(body: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _upload_of(asked: Mapping[str, Any], address: str, request: Request) -> str:
    """The id of what was sent: given as such, or as an address of ours in the field ``address``."""
    return asked.get("uploadId") or services.upload_of(asked[address], host=request.get_host())


def _adds(operation_id: str, summary: str, body: Any, **more: Any) -> Callable[[_Method], _Method]:
    """The schema of what adds a visual: 201, or 200 with the one that is there."""
    responses = {200: AddedBody, 201: AddedBody, **ADD}
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=TAG,
        request=body,
        responses=responses,
        **more,
    )


def _changes(operation_id: str, summary: str, body: Any = None) -> Callable[[_Method], _Method]:
    """The schema of what changes a visual and answers it as it is then."""
    responses = {200: VisualBody, **WRITE, 409: ErrorBody}
    return extend_schema(
        operation_id=operation_id, summary=summary, tags=TAG, request=body, responses=responses
    )


class ListBody(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=VisualAsset.Kind.choices, required=False)
    status = serializers.ChoiceField(choices=VisualAsset.Status.choices, required=False)
    active = serializers.BooleanField(required=False, allow_null=True, default=None)
    tag = serializers.CharField(required=False, max_length=tags.LONGEST)
    bpm = serializers.IntegerField(required=False, min_value=1, max_value=999)
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=listing.PAGE_MOST, default=listing.PAGE
    )
    cursor = serializers.CharField(required=False, max_length=200, default="", allow_blank=True)


class TrackVisuals(_Visuals):
    @extend_schema(
        operation_id="list_visuals",
        summary="A track's visuals, as fans can swipe through them",
        description="Ready ones. Their artist also gets those that fans do not see, and with "
        "`status` those that are being made, failed or archived.",
        tags=TAG,
        auth=OPEN,
        parameters=[
            OpenApiParameter("kind", enum=VisualAsset.Kind.values),
            OpenApiParameter("active", OpenApiTypes.BOOL),
            OpenApiParameter("status", enum=VisualAsset.Status.values),
            OpenApiParameter("tag", description="A mood, genre or aesthetic."),
            OpenApiParameter("bpm", OpenApiTypes.INT, description="A tempo it is meant for."),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("cursor", description="nextCursor of the page before."),
        ],
        responses={200: VisualsPageBody, 400: ErrorBody, 401: ErrorBody, **READ},
    )
    def get(self, request: Request, track_id: str) -> Response:
        asked = ListBody(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        track = self.track(request, track_id)
        is_owner = track.artist.user_id == request.user.pk
        rows = listing.of_api(track, is_owner=is_owner, status=wish.get("status", ""))
        rows = listing.filtered(
            rows,
            kind=wish.get("kind", ""),
            active=wish["active"],
            tag=wish.get("tag", ""),
            bpm=wish.get("bpm"),
        )
        page, after = listing.page_of(rows, cursor=wish["cursor"], limit=wish["limit"])
        items = VisualBody(page, many=True, context=context_of(request)).data
        return Response({"items": items, "nextCursor": after})

    @_adds(
        "add_visual",
        "Take an uploaded video into the library",
        NewVisualBody,
        description="It is brought to a silent loop and measured; `status` says how far it is. The "
        "same file again answers 200 with the visual that is there.",
    )
    def post(self, request: Request, track_id: str) -> Response:
        track, asked = self.asked(request, track_id, NewVisualBody)
        added = services.add_sent(
            track=track,
            owner=request.user,
            upload_id=_upload_of(asked, "videoUrl", request),
            title=asked["title"],
            join=asked["join"],
            tags=asked["tagSlugs"],
        )
        return self.added(request, added)


class Drawn(_Visuals):
    @_adds("draw_visual", "Draw a treatment or a scene with the hook's music", NewDrawnBody)
    def post(self, request: Request, track_id: str) -> Response:
        track, asked = self.asked(request, track_id, NewDrawnBody)
        added = services.draw(
            track=track,
            owner=request.user,
            recipe=asked["recipe"],
            title=asked["title"],
            tags=asked["tagSlugs"],
        )
        return self.added(request, added)


class Generated(_Visuals):
    @_adds("generate_visual", "Make a short loop from a sentence", NewGeneratedBody)
    def post(self, request: Request, track_id: str) -> Response:
        track, asked = self.asked(request, track_id, NewGeneratedBody)
        return self.added(request, services.generate(track=track, owner=request.user, **asked))


class Reused(_Visuals):
    @_adds("reuse_visual", "Use a visual of another of your tracks here too", ReusedBody)
    def post(self, request: Request, track_id: str) -> Response:
        track = self.track(request, track_id, own=True)
        asked = _checked(ReusedBody, request)
        mine = VisualAsset.objects.owned_by(request.user).filter(pk=asked["visualId"])
        visual = mine.exclude(track=track).first()
        if visual is None:
            raise ValidationError("You have no such visual with another track.")
        return self.added(request, services.reuse(visual=visual, track=track, owner=request.user))


class LimitBody(serializers.Serializer[Any]):
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=matching.MOST, default=matching.MOST // 2
    )


class Recommendations(_Visuals):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="recommend_visuals",
        summary="Which visuals suit the track, and why",
        description="The artist's visuals of other tracks, and looks that can be drawn: by tags, and "
        "by what was measured in the song and in the picture.",
        tags=TAG,
        parameters=[OpenApiParameter("limit", OpenApiTypes.INT)],
        responses={200: SuggestionsBody, **WRITE},
    )
    def get(self, request: Request, track_id: str) -> Response:
        track = self.track(request, track_id, own=True)
        asked = LimitBody(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = matching.suggestions(track, most=asked.validated_data["limit"])
        items = SuggestionBody(found, many=True, context=context_of(request)).data
        return Response(
            {
                "weightsVersion": weighing.VERSION,
                "index": {"name": "scan", "exact": True},
                "items": items,
            }
        )


class Order(_Visuals):
    @extend_schema(
        operation_id="order_visuals",
        summary="Put them in another order",
        tags=TAG,
        request=OrderBody,
        responses={204: OpenApiResponse(description="Done."), **WRITE},
    )
    def patch(self, request: Request, track_id: str) -> Response:
        track = self.track(request, track_id, own=True)
        services.reorder(track=track, ids=_checked(OrderBody, request)["ids"])
        return Response(status=204)


class TrackVisual(_Visuals):
    @_changes(
        "change_visual",
        "Change title, tags, tempo, seam; show, hide, archive, restore",
        ChangesBody,
    )
    def patch(self, request: Request, track_id: str, visual_id: str) -> Response:
        visual = self.own_visual(request, track_id, visual_id)
        asked = _checked(ChangesBody, request)
        with transaction.atomic():
            _change(visual, asked)
        return self.shown(request, visual.pk)

    @extend_schema(
        operation_id="delete_visual",
        summary="Delete it with its files",
        tags=TAG,
        responses={204: OpenApiResponse(description="Deleted."), **WRITE},
    )
    def delete(self, request: Request, track_id: str, visual_id: str) -> Response:
        services.delete(visual=self.own_visual(request, track_id, visual_id))
        return Response(status=204)


def _change(visual: VisualAsset, asked: dict[str, Any]) -> None:
    """All of it or nothing. What holds a worker's work comes first: see ``services``."""
    if "join" in asked:
        services.set_join(visual=visual, join=asked["join"])
    if "isArchived" in asked:
        (services.archive if asked["isArchived"] else services.restore)(visual=visual)
    if "isShown" in asked:
        (services.show if asked["isShown"] else services.hide)(visual=visual)
    if "title" in asked:
        services.rename(visual=visual, title=asked["title"])
    if "tagSlugs" in asked:
        services.set_tags(visual=visual, tags=asked["tagSlugs"])
    if "bpmMin" in asked or "bpmMax" in asked:
        services.set_bpm(
            visual=visual,
            least=asked.get("bpmMin", visual.bpm_min),
            most=asked.get("bpmMax", visual.bpm_max),
        )


class Active(_Visuals):
    @_changes("use_visual", "Make it the track's active visual, or stop using it", ActiveBody)
    def patch(self, request: Request, track_id: str, visual_id: str) -> Response:
        visual = self.own_visual(request, track_id, visual_id)
        is_wanted = _checked(ActiveBody, request)["active"]
        (services.use if is_wanted else services.stop_using)(visual=visual)
        return self.shown(request, visual.pk)


class Retry(_Visuals):
    @_changes("retry_visual", "Have one that failed made again")
    def post(self, request: Request, track_id: str, visual_id: str) -> Response:
        visual = services.retry(visual=self.own_visual(request, track_id, visual_id))
        return self.shown(request, visual.pk)


class Redraw(_Visuals):
    @_changes("redraw_visual", "Draw it anew with the hook as it is now")
    def post(self, request: Request, track_id: str, visual_id: str) -> Response:
        visual = services.redraw(visual=self.own_visual(request, track_id, visual_id))
        return self.shown(request, visual.pk)


class Periods(_Visuals):
    @extend_schema(
        operation_id="schedule_visual",
        summary="Have it be the active one for a time",
        tags=TAG,
        request=PeriodBody,
        responses={201: PeriodBody, **WRITE, 409: ErrorBody},
    )
    def post(self, request: Request, track_id: str, visual_id: str) -> Response:
        visual = self.own_visual(request, track_id, visual_id)
        period = services.schedule(visual=visual, **_checked(PeriodBody, request))
        return Response(PeriodBody(period).data, status=201)


class OnePeriod(_Visuals):
    @extend_schema(
        operation_id="unschedule_visual",
        summary="Remove a date",
        tags=TAG,
        responses={204: OpenApiResponse(description="Removed."), **WRITE},
    )
    def delete(self, request: Request, track_id: str, visual_id: str, period_id: int) -> Response:
        visual = self.own_visual(request, track_id, visual_id)
        period = ActivePeriod.objects.filter(visual=visual, pk=period_id).first()
        if period is None:
            raise Http404
        services.unschedule(period=period)
        return Response(status=204)


class OneVisual(_Visuals):
    @extend_schema(
        operation_id="get_visual",
        summary="A visual, with who made it",
        tags=TAG,
        auth=OPEN,
        responses={200: WholeVisualBody, 401: ErrorBody, **READ},
    )
    def get(self, request: Request, visual_id: str) -> Response:
        row = listing.one(visual_id, user=request.user)
        return Response(WholeVisualBody(row, context=context_of(request)).data)


class Stills(_Visuals):
    permission_classes: Any = (IsAuthenticated,)

    @extend_schema(
        operation_id="list_stills",
        summary="Your pictures that treatments can be made of",
        tags=TAG,
        responses={200: StillBody(many=True), **WRITE},
    )
    def get(self, request: Request, track_id: str) -> Response:
        stills = self.track(request, track_id, own=True).stills.all()
        return Response(StillBody(stills, many=True).data)

    @extend_schema(
        operation_id="add_still",
        summary="Keep an uploaded picture for treatments",
        tags=TAG,
        request=NewStillBody,
        responses={201: StillBody, **WRITE, 409: ErrorBody, 429: ErrorBody},
    )
    def post(self, request: Request, track_id: str) -> Response:
        track, asked = self.asked(request, track_id, NewStillBody)
        upload_id = _upload_of(asked, "imageUrl", request)
        still = services.add_still(track=track, owner=request.user, upload_id=upload_id)
        return Response(StillBody(still).data, status=201)


class OneStill(_Visuals):
    @extend_schema(
        operation_id="delete_still",
        summary="Remove a picture; what was drawn of it stays",
        tags=TAG,
        responses={204: OpenApiResponse(description="Removed."), **WRITE},
    )
    def delete(self, request: Request, track_id: str, still_id: str) -> Response:
        track = self.track(request, track_id, own=True)
        still = Still.objects.filter(track=track, pk=still_id).first()
        if still is None:
            raise Http404
        services.remove_still(still=still)
        return Response(status=204)
