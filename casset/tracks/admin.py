"""Tracks, for operators: whose they are, what was heard, why one failed. The machine's fields are read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html

from casset.lib.errors import CassetError
from casset.tracks import services
from casset.tracks.models import Hook, Track, TrackFeatures


class HookInline(admin.StackedInline):
    model = Hook
    can_delete = False
    extra = 0
    fields = (
        "status",
        "error",
        ("start_s", "end_s", "label"),
        ("version", "cut_version", "sound_s"),
    )
    readonly_fields = (
        "status", "error", "start_s", "end_s", "label", "version", "cut_version", "sound_s",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Track)
class TrackAdmin(admin.ModelAdmin):
    """Operators read, take a hook back, have a song heard again; what is said of it is its artist's."""

    list_display = (
        "title",
        "artist",
        "state",
        "length",
        "bpm",
        "is_shared",
        "created_at",
        "reason",
    )
    list_filter = ("status", "hook__status", "lyrics_kind", "created_at", "published_at")
    search_fields = ("title", "id", "artist__handle", "artist__name", "artist__user__email")
    search_help_text = "A title, a handle, an e-mail address, or the track's id"
    list_select_related = ("artist",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at",)
    inlines = (HookInline,)
    actions = ("take_back", "hear_again")
    fieldsets = (
        (None, {"fields": ("state", "reason", "title", "genre", "artist", ("length", "bpm", "key"))}),
        ("Heard", {"fields": ("mood", "figures")}),
        (
            "Details",
            {
                "classes": ("collapse",),
                "fields": (
                    "id", ("audio_sha256", "size"), ("lyrics_kind", "lyrics_offset_s"),
                    ("created_at", "updated_at", "published_at"),
                ),
            },
        ),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the list's actions only: no field of a row is typed over."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its artist deletes it, with its files

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = ("state", "reason", "length", "size", "mood", "figures")
        return own + tuple(field.name for field in Track._meta.fields)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        tracks: QuerySet[Track] = super().get_queryset(request)
        return tracks.defer("lines", "lyrics_text", "theme")

    @admin.display(ordering="status")
    def state(self, track: Track) -> str:
        return format_html('<span class="state state-{0}">{0}</span>', track.status)

    @admin.display(ordering="duration_s")
    def length(self, track: Track) -> str:
        return f"{int(track.duration_s // 60)}:{int(track.duration_s % 60):02}"

    @admin.display(boolean=True, description="shared", ordering="published_at")
    def is_shared(self, track: Track) -> bool:
        return track.published_at is not None

    @admin.display(description="failure")
    def reason(self, track: Track) -> str:
        return track.error or "–"

    @admin.display
    def size(self, track: Track) -> str:
        return filesizeformat(track.audio_bytes)

    def _features(self, track: Track) -> dict[str, Any]:
        rows = TrackFeatures.objects.filter(track=track)
        return dict(rows.values("figures", "analysis__mood").first() or {})

    @admin.display
    def mood(self, track: Track) -> str:
        found = self._features(track).get("analysis__mood") or {}
        return f"{found.get('primary', '–')}, {found.get('secondary', '–')}"

    @admin.display
    def figures(self, track: Track) -> str:
        found = self._features(track).get("figures") or {}
        return ", ".join(f"{name} {value:g}" for name, value in sorted(found.items())) or "–"

    @admin.action(description="Take the hook back: no longer shared", permissions=["change"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[Track]) -> None:
        for track in chosen:
            services.unpublish(track=track)
            self.log_change(request, track, "Took the hook back.")
            messages.success(request, f"“{track}” is no longer shared.")

    @admin.action(description="Listen again to those that failed", permissions=["change"])
    def hear_again(self, request: HttpRequest, chosen: QuerySet[Track]) -> None:
        for track in chosen.select_related("artist__user"):
            try:
                services.hear_again(track=track)
            except CassetError as error:
                messages.warning(request, f"“{track}”: {error}")
            else:
                self.log_change(request, track, "Had it heard again.")
                messages.success(request, f"“{track}” is being listened to.")
