"""Hook exports as programs see them: the founding document's names, in camelCase."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from casset.media.hookvideo import layout
from casset.web.files import file_name
from visuals import export_orders
from visuals.exports import CAPTIONS_FILE, VIDEO_FILE
from visuals.models import HookExport

FPS = 30
_LOW = 2 / 3  # of the full size, as the renderer's "low" is


class NewExportBody(serializers.Serializer[Any]):
    """A hook video to be had: the track's hook as it is now, with one of its visuals."""

    trackId = serializers.CharField(max_length=14)
    hookStartSec = serializers.FloatField(min_value=0, max_value=86_400)
    hookDurationSec = serializers.FloatField(min_value=0, max_value=60)
    visualAssetId = serializers.CharField(
        max_length=14, required=False, allow_null=True, allow_blank=True, default=None,
        help_text="Left out: the one the track is seen with, or its cover.",
    )  # fmt: skip
    shareUrl = serializers.CharField(
        max_length=200, required=False, allow_null=True, allow_blank=True, default="",
        help_text="A page of this site, for the watermark. Left out: the hook's own.",
    )  # fmt: skip
    aspect = serializers.ChoiceField(choices=export_orders.ASPECTS, default="9:16")
    quality = serializers.ChoiceField(
        choices=export_orders.QUALITIES, default="high", help_text="low is smaller in pixels, too."
    )
    kind = serializers.ChoiceField(
        choices=export_orders.KINDS, default=export_orders.VIDEO,
        help_text="canvas: a Spotify Canvas of the visual alone, for the track's artist.",
    )  # fmt: skip


class ExportMetadataBody(serializers.Serializer[Any]):
    """What the file is; sizeBytes is null until it is there."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()
    fps = serializers.IntegerField()
    durationSec = serializers.FloatField()
    sizeBytes = serializers.IntegerField(allow_null=True)
    attribution = serializers.CharField(allow_blank=True)


class FindingBody(serializers.Serializer[Any]):
    """One of Canvas's rules, whether the file keeps it, and where the rule stands."""

    rule = serializers.CharField()
    ok = serializers.BooleanField()
    sentence = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class ExportBody(serializers.ModelSerializer[HookExport]):
    """A hook video. Ask again at ``statusUrl`` until its status is ready or failed."""

    kind = serializers.SerializerMethodField()
    aspect = serializers.SerializerMethodField()
    quality = serializers.SerializerMethodField()
    progress = serializers.IntegerField(read_only=True, help_text="Per cent.")
    statusUrl = serializers.SerializerMethodField()
    channel = serializers.CharField(read_only=True, help_text="Of /events/, for the signed-in.")
    videoUrl = serializers.SerializerMethodField(help_text="Null until it is ready.")
    vttUrl = serializers.SerializerMethodField(help_text="Null where the hook has no words.")
    fileName = serializers.SerializerMethodField()
    metadata = serializers.SerializerMethodField()
    fallback = serializers.SerializerMethodField(help_text="Why the visual is not in it.")
    notes = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField(help_text="Why it failed.")

    class Meta:
        model = HookExport
        fields = (
            "id", "kind", "status", "progress", "aspect", "quality", "statusUrl", "channel",
            "videoUrl", "vttUrl", "fileName", "metadata", "fallback", "notes", "findings", "problem",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=export_orders.KINDS))
    def get_kind(self, row: HookExport) -> str:
        return str(row.order["kind"])

    def get_aspect(self, row: HookExport) -> str:
        return str(row.order.get("aspect", "9:16"))

    def get_quality(self, row: HookExport) -> str:
        return str(row.order.get("quality", "high"))

    def get_statusUrl(self, row: HookExport) -> str:
        return reverse("visuals-api:export", args=(row.pk,))

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_videoUrl(self, row: HookExport) -> str | None:
        return file_address(row, VIDEO_FILE) if row.status == HookExport.Status.READY else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_vttUrl(self, row: HookExport) -> str | None:
        if row.status != HookExport.Status.READY or not row.order.get("captions"):
            return None
        return file_address(row, CAPTIONS_FILE)

    def get_fileName(self, row: HookExport) -> str:
        return name_of(row, VIDEO_FILE)

    @extend_schema_field(ExportMetadataBody)
    def get_metadata(self, row: HookExport) -> dict[str, Any]:
        width, height = row.report.get("size") or _size(row.order)
        hook = row.order.get("hook", {})
        return {
            "width": width,
            "height": height,
            "fps": FPS,
            "durationSec": row.duration_s or hook.get("duration_s", 0.0),
            "sizeBytes": row.bytes or None,
            "attribution": row.order.get("attribution", ""),
        }

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_fallback(self, row: HookExport) -> str | None:
        fallback: str | None = row.report.get("fallback")
        return fallback

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_notes(self, row: HookExport) -> list[str]:
        return list(row.report.get("notes", ()))

    @extend_schema_field(FindingBody(many=True))
    def get_findings(self, row: HookExport) -> list[dict[str, Any]]:
        return list(row.report.get("findings", ()))

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_problem(self, row: HookExport) -> str | None:
        return row.error or None


def file_address(row: HookExport, name: str) -> str:
    """Where a file of it is fetched: asked again at each request whether the person may have it."""
    return reverse("visuals-api:export_file", args=(row.pk, name))


def name_of(row: HookExport, name: str) -> str:
    """What the file is called on people's machines: ``Mara Vell - Slow Burn (hook).mp4``."""
    what = "canvas" if row.order["kind"] == export_orders.CANVAS else "hook"
    aspect = str(row.order.get("aspect", "9:16"))
    shape = "" if aspect == "9:16" else f" {aspect.replace(':', 'x')}"
    titled = file_name(f"{row.order['artist']} - {row.order['title']}", "", default="hook")
    return f"{titled} ({what}{shape}){name[name.rindex('.') :]}"


def _size(order: dict[str, Any]) -> tuple[int, int]:
    """What it will measure."""
    if order["kind"] == export_orders.CANVAS:
        return 1080, 1920
    scale = order["side_px"] / export_orders.FULL_SIDE_PX
    return layout.frame_size(order["aspect"], scale * (_LOW if order["quality"] == "low" else 1))


class PictureBody(serializers.Serializer[Any]):
    """The loop that is drawn on, at its own size."""

    loopUrl = serializers.CharField()
    smallLoopUrl = serializers.CharField()
    posterUrl = serializers.CharField()
    widthPx = serializers.IntegerField()
    heightPx = serializers.IntegerField()
    durationSec = serializers.FloatField()


class SungWordBody(serializers.Serializer[Any]):
    text = serializers.CharField()
    start = serializers.FloatField()
    end = serializers.FloatField()


class SungLineBody(serializers.Serializer[Any]):
    """A line in seconds from the hook's start."""

    text = serializers.CharField()
    start = serializers.FloatField()
    end = serializers.FloatField()
    words = SungWordBody(many=True)


class DrawingBody(serializers.Serializer[Any]):
    """Everything a browser needs to draw the hook video itself."""

    hookStartSec = serializers.FloatField()
    hookDurationSec = serializers.FloatField()
    layoutUrl = serializers.CharField()
    soundUrl = serializers.CharField(allow_null=True)
    coverUrl = serializers.CharField(allow_null=True)
    avatarUrl = serializers.CharField(allow_null=True)
    visual = PictureBody(allow_null=True)
    title = serializers.CharField()
    artist = serializers.CharField()
    handle = serializers.CharField()
    watermark = serializers.CharField()
    linkUrl = serializers.CharField(help_text="Where fans see this version.")
    attribution = serializers.CharField(allow_blank=True)
    theme = serializers.DictField(child=serializers.CharField(), help_text="accent, ink, ground")
    lines = SungLineBody(many=True)
