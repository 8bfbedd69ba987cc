"""``/api/hooks/…``: hook videos, for the export dialog, fans and programs.

Whoever may see a hook with its visual may have it as a video; an artist's own also before it is
published. What somebody may not see is 404, a change of the hook meanwhile 409.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casset.lib.errors import InvalidTransition
from casset.media.hookvideo import layout
from casset.tracks.models import Track
from casset.web import storage
from casset.web.api_schema import ErrorBody
from visuals import export_orders, exports, listing, signals
from visuals.export_serializers import (
    DrawingBody,
    ExportBody,
    NewExportBody,
    name_of,
)
from visuals.exports import CAPTIONS_FILE, TYPES, VIDEO_FILE
from visuals.models import HookExport, VisualAsset
from visuals.serializers import address_of

TAG = ["hooks"]
OPEN: Any = [{"token": []}, {}]  # a token is understood, none is needed
SAME_S = 0.05  # what is asked for may differ so much from the hook: people's clocks are rounded


class _Hooks(APIView):
    permission_classes = (AllowAny,)

    def track(self, request: Request, track_id: str) -> Track:
        """The track, if the asker may see it. Raises ``Http404``."""
        rows = Track.objects.visible_to(request.user).select_related("artist")
        found = rows.filter(pk=track_id).first()
        if found is None:
            raise Http404
        return found

    def visual(self, track: Track, visual_id: str | None) -> VisualAsset | None:
        """The visual that was asked for, or the one the track is seen with. Raises ``Http404``."""
        if not visual_id:
            return listing.active_visual(track)
        found = VisualAsset.objects.filter(track=track, pk=visual_id).first()
        if found is None:
            raise Http404
        return found


class HookVideos(_Hooks):
    @extend_schema(
        operation_id="export_hook",
        summary="Have the hook made into a video to post",
        description="Anybody may, with a visual that fans see. The same wish again gives the same "
        "video at once (200); else it is being made (202): ask at `statusUrl` how far it is.",
        tags=TAG,
        auth=OPEN,
        request=NewExportBody,
        responses={
            200: ExportBody, 202: ExportBody, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody,
            404: ErrorBody, 409: ErrorBody, 415: ErrorBody, 429: ErrorBody,
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = NewExportBody(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        track = self.track(request, asked["trackId"])
        hook = export_orders.hook_of(track)
        if (
            abs(asked["hookStartSec"] - hook.start_s) > SAME_S
            or abs(asked["hookDurationSec"] - hook.duration_s) > SAME_S
        ):
            raise InvalidTransition(
                f"The hook begins at {hook.start_s:.2f} s and lasts {hook.duration_s:.2f} s now. "
                "Look at it again, then export it.",
                code="HOOK_CHANGED",
            )
        share_url = export_orders.checked_share(asked["shareUrl"] or "", host=request.get_host())
        row = exports.ask_for(
            track,
            visual=self.visual(track, asked["visualAssetId"]),
            aspect=asked["aspect"],
            quality=asked["quality"],
            share_url=share_url,
            asked_by=request.user if request.user.is_authenticated else None,
            asker=request.META.get("REMOTE_ADDR", ""),
            kind=asked["kind"],
        )
        status = 200 if row.status == HookExport.Status.READY else 202
        return Response(ExportBody(row).data, status=status)


class HookVideo(_Hooks):
    @extend_schema(
        operation_id="get_export",
        summary="How far a hook video is, and where it is",
        tags=TAG,
        auth=OPEN,
        responses={200: ExportBody, 401: ErrorBody, 404: ErrorBody},
    )
    def get(self, request: Request, export_id: str) -> Response:
        return Response(ExportBody(exports.find(export_id, user=request.user)).data)

    @extend_schema(
        operation_id="cancel_export",
        summary="Stop making it",
        description="It goes on where somebody else waits for the same video.",
        tags=TAG,
        responses={
            204: OpenApiResponse(description="You need not wait for it any more."),
            401: ErrorBody, 403: ErrorBody, 404: ErrorBody,
        },
    )  # fmt: skip
    def delete(self, request: Request, export_id: str) -> Response:
        exports.cancel(exports.find(export_id, user=request.user), user=request.user)
        return Response(status=204)

    def get_permissions(self) -> list[Any]:
        return [IsAuthenticated()] if self.request.method == "DELETE" else [AllowAny()]


class HookVideoFile(_Hooks):
    @extend_schema(
        operation_id="download_export",
        summary="The video (hook.mp4) or its captions (hook.vtt); honours Range",
        description="With files in a bucket it answers 302 with an address that lives a minute.",
        tags=TAG,
        auth=OPEN,
        parameters=[
            OpenApiParameter("save", OpenApiTypes.BOOL, description="As a download with a name.")
        ],
        responses={
            (200, "video/mp4"): OpenApiTypes.BINARY,
            (206, "video/mp4"): OpenApiTypes.BINARY,
            (200, "text/vtt"): OpenApiTypes.STR,
            302: OpenApiResponse(description="Where it is."),
            304: OpenApiResponse(description="You have it already."),
            416: OpenApiResponse(description="The range lies outside the file."),
            401: ErrorBody,
            404: ErrorBody,
        },
    )
    def get(self, request: Request, export_id: str, name: str) -> HttpResponseBase:
        row = exports.find(export_id, user=request.user)
        known = name == VIDEO_FILE or (name == CAPTIONS_FILE and row.order.get("captions"))
        if not known or row.status != HookExport.Status.READY:
            raise Http404
        exports.used(row)
        saves = "save" in request.query_params
        if saves and name == VIDEO_FILE:
            signals.exported.send(HookExport, export=row, user=request.user)
        return storage.send(
            request._request,
            f"{row.stored}/{name}",
            content_type=TYPES[name],
            download_as=name_of(row, name) if saves else None,
        )


class HookDrawing(_Hooks):
    @extend_schema(
        operation_id="get_hook_drawing",
        summary="Everything needed to draw the hook video in a browser",
        tags=TAG,
        auth=OPEN,
        parameters=[
            OpenApiParameter("trackId", required=True),
            OpenApiParameter("visualAssetId"),
        ],
        responses={200: DrawingBody, 400: ErrorBody, 401: ErrorBody, 404: ErrorBody, 409: ErrorBody},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = WhichBody(data=request.query_params)
        asked.is_valid(raise_exception=True)
        track = self.track(request, asked.validated_data["trackId"])
        visual = self.visual(track, asked.validated_data["visualAssetId"])
        exports.check_visual(track, visual, user=request.user)
        return Response(DrawingBody(_drawing(track, visual)).data)


class WhichBody(serializers.Serializer[Any]):
    trackId = serializers.CharField(max_length=14)
    visualAssetId = serializers.CharField(max_length=14, required=False, default=None)


def _drawing(track: Track, visual: VisualAsset | None) -> dict[str, Any]:
    hook = export_orders.hook_of(track)
    lines = export_orders.lines_of(track, hook)
    return {
        "hookStartSec": hook.start_s,
        "hookDurationSec": hook.duration_s,
        "layoutUrl": f"{reverse('visuals:layout')}?v={layout.version()}",
        "soundUrl": _address("tracks:hook_sound", track.pk),
        "coverUrl": _address("tracks:cover", track.pk, "large") if track.cover else None,
        "avatarUrl": _address("artists:avatar", track.artist.pk, "large")
        if track.artist.avatar
        else None,
        "visual": visual
        and {
            "loopUrl": address_of(visual, "loop.mp4"),
            "smallLoopUrl": address_of(visual, "small.mp4"),
            "posterUrl": address_of(visual, "poster.jpg"),
            "widthPx": visual.width_px,
            "heightPx": visual.height_px,
            "durationSec": visual.duration_s,
        },
        "title": track.title,
        "artist": track.artist.name,
        "handle": track.artist.handle,
        "watermark": export_orders.address_of(track),
        "linkUrl": export_orders.address_of(track) + (f"?v={visual.pk}" if visual else ""),
        "attribution": export_orders.attribution_of(track, visual),
        "theme": export_orders.theme_of(track, visual),
        "lines": [
            {
                "text": line.text, "start": line.timestamp, "end": line.end,
                "words": [{"text": w.text, "start": w.start, "end": w.end} for w in line.words],
            }
            for line in lines
        ],
    }  # fmt: skip


def _address(name: str, *args: str) -> str | None:
    """An address of an app, where this installation has it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None
