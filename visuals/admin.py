"""The operators' view of visuals: what each is made of on one screen, and what can be done with it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from waffle import admin as waffle_admin
from waffle.models import Flag, Sample, Switch

from casset.web import storage
from casset.web.admin_parts import ReadOnly, do_to_each
from visuals import files, listing, making, services
from visuals.models import ActivePeriod, VisualAsset, VisualTag


@admin.register(VisualAsset)
class VisualAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "picture", "title", "state", "kind", "origin", "track", "by", "length", "size", "created_at",
        "reason",
    )  # fmt: skip
    list_display_links = ("title",)
    list_filter = ("status", "kind", "origin", "is_active", "error_code", "created_at")
    search_fields = ("title", "id", "track__title", "track__artist__handle", "uploader__email")
    search_help_text = "A title, a handle, an e-mail address or an id"
    list_select_related = ("track__artist", "uploader")
    list_per_page = 40
    show_full_result_count = False
    ordering = ("-created_at",)
    actions = ("retry", "hide", "archive", "restore")
    fieldsets = (
        (None, {"fields": ("state", "reason", "track", "by", "words", "seen")}),
        ("What it is", {"fields": ("length", "shape", "size", "measured", "resembles", "counts")}),
        (
            "Where it came from",
            {
                "fields": (
                    "kind", "origin", "uploader", "made_from", "join", "source_sha256",
                    ("source_model", "source_seed"), "source_prompt_text", "source_prompt_hash",
                )
            },
        ),
        ("When", {"fields": (("created_at", "updated_at"), ("shown_at", "archived_at"), "dates")}),
    )  # fmt: skip

    # -- who may what ----------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = (
            "state", "reason", "by", "words", "seen", "length", "shape", "size", "measured",
            "resembles", "counts", "made_from", "dates",
        )  # fmt: skip
        return own + tuple(field.name for field in VisualAsset._meta.fields)

    # -- columns and fields ------------------------------------------------------------------------
    @admin.display(description="")
    def picture(self, visual: VisualAsset) -> str:
        if not visual.stored:
            return "–"
        return format_html(
            '<img src="{}" alt="" width="45" height="80" loading="lazy">',
            reverse("admin:visuals_visualasset_file", args=(visual.pk, "small.jpg")),
        )

    @admin.display(ordering="status")
    def state(self, visual: VisualAsset) -> str:
        used = " in use" if visual.is_active else ""
        return format_html(
            '<span class="state state-{0}">{0}</span>{1}', visual.status.lower(), used
        )

    @admin.display(description="failure", ordering="error_code")
    def reason(self, visual: VisualAsset) -> str:
        if not visual.error_code:
            return "–"
        return format_html(
            '<span class="reason" title="{1}"><b>{0}</b> {1}</span>',
            visual.error_code, visual.error,
        )  # fmt: skip

    @admin.display(description="artist", ordering="track__artist__handle")
    def by(self, visual: VisualAsset) -> str:
        return f"@{visual.track.artist.handle}"

    @admin.display(ordering="duration_s")
    def length(self, visual: VisualAsset) -> str:
        return f"{visual.duration_s:.1f} s" if visual.duration_s else "–"

    @admin.display(ordering="bytes")
    def size(self, visual: VisualAsset) -> str:
        return filesizeformat(visual.bytes) if visual.bytes else "–"

    @admin.display
    def shape(self, visual: VisualAsset) -> str:
        return f"{visual.width_px} x {visual.height_px} at {visual.fps or '?'} a second"

    @admin.display(description="tags")
    def words(self, visual: VisualAsset) -> str:
        return ", ".join(tag.label for tag in visual.tags.all()) or "–"

    @admin.display(description="fans see it")
    def seen(self, visual: VisualAsset) -> str:
        return f"since {visual.shown_at:%F %H:%M}" if visual.shown_at else "no"

    @admin.display
    def measured(self, visual: VisualAsset) -> str:
        facts = visual.facts
        if not facts:
            return "–"
        seam, flashes = facts.get("seam", {}), facts.get("flashes", {})
        luminance = facts.get("luminance", {})
        return (
            f"seam {seam.get('verdict', '?')} ({seam.get('distance', 0):.1f}); "
            f"{flashes.get('general', '?')} flashes a second at most; "
            f"lyric zone {luminance.get('lyric_p90', 0):.2f}, mean {luminance.get('mean', 0):.2f}"
        )

    @admin.display
    def resembles(self, visual: VisualAsset) -> str:
        like = visual.facts.get("likeness")
        if not like:
            return "no other of this artist"
        address = reverse("admin:visuals_visualasset_change", args=(like["visual"],))
        share = f"{like['share']:.0%}"
        return format_html(
            '<a href="{}">{}</a>, {} of it ({})', address, like["title"], share, like["verdict"]
        )

    @admin.display(description="counted")
    def counts(self, visual: VisualAsset) -> str:
        return (
            f"{visual.impressions} seen, {visual.pairings} used, {visual.exports} exported, "
            f"{visual.shares} shared"
        )

    @admin.display
    def made_from(self, visual: VisualAsset) -> str:
        if visual.recipe:
            return str(visual.recipe)
        return visual.source or "what was uploaded is not kept any more"

    @admin.display
    def dates(self, visual: VisualAsset) -> str:
        periods = visual.periods.all()
        return (
            "; ".join(f"{one.starts_at:%F %H:%M} to {one.ends_at:%F %H:%M}" for one in periods)
            or "–"
        )

    # -- what can be done --------------------------------------------------------------------------
    @admin.action(description="Make again (failed ones)", permissions=["change"])
    def retry(self, request: HttpRequest, chosen: QuerySet[VisualAsset]) -> None:
        do_to_each(
            self, request, chosen, lambda visual: services.retry(visual=visual), "Asked for again"
        )

    @admin.action(description="Hide from fans; out of use as well", permissions=["change"])
    def hide(self, request: HttpRequest, chosen: QuerySet[VisualAsset]) -> None:
        do_to_each(self, request, chosen, lambda visual: _out_of_sight(visual=visual), "Hidden")

    @admin.action(description="Archive", permissions=["change"])
    def archive(self, request: HttpRequest, chosen: QuerySet[VisualAsset]) -> None:
        do_to_each(
            self, request, chosen, lambda visual: services.archive(visual=visual), "Archived"
        )

    @admin.action(description="Restore from the archive", permissions=["change"])
    def restore(self, request: HttpRequest, chosen: QuerySet[VisualAsset]) -> None:
        do_to_each(
            self, request, chosen, lambda visual: services.restore(visual=visual), "Restored"
        )

    def delete_model(self, request: HttpRequest, obj: VisualAsset) -> None:
        services.delete(visual=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[VisualAsset]) -> None:
        for visual in queryset:
            services.delete(visual=visual)

    # -- one visual --------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        file = self.admin_site.admin_view(self.file)
        return [
            path("<str:pk>/file/<str:name>", file, name="visuals_visualasset_file"),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: str, name: str) -> HttpResponseBase:
        """A file of any visual, whoever may see it outside."""
        visual = get_object_or_404(VisualAsset.objects.exclude(stored=""), pk=pk)
        if not self.has_view_permission(request, visual):
            raise PermissionDenied
        if name not in files.TYPES:
            raise Http404
        return storage.send(request, visual.file(name), content_type=files.TYPES[name])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Visuals"} | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"title": "Visual", "show_save": False, "show_save_and_continue": False}
        visual = self.get_object(request, object_id)
        if isinstance(visual, VisualAsset):
            context |= {
                "visual": visual,
                "share": making.shares([visual.pk]).get(visual.pk),
                "seen_now": listing.active_visual(visual.track) == visual,
            }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))


def _out_of_sight(*, visual: VisualAsset) -> None:
    services.stop_using(visual=visual)
    services.hide(visual=visual)


@admin.register(VisualTag)
class TagAdmin(ReadOnly):
    """The words of ``tags.yaml``, and how many visuals wear each."""

    list_display = ("label", "slug", "category", "worn")
    list_filter = ("category",)
    search_fields = ("label", "slug")
    list_per_page = 200

    def get_queryset(self, request: HttpRequest) -> QuerySet[VisualTag]:
        rows: QuerySet[VisualTag] = super().get_queryset(request)
        return rows.annotate(worn_count=Count("assets"))

    @admin.display(description="visuals", ordering="worn_count")
    def worn(self, tag: VisualTag) -> int:
        return int(tag.worn_count)  # type: ignore[attr-defined]


@admin.register(ActivePeriod)
class PeriodAdmin(ReadOnly):
    list_display = ("visual", "track", "starts_at", "ends_at")
    list_filter = ("starts_at",)
    list_select_related = ("visual", "track")
    search_fields = ("visual__title", "track__title", "track__artist__handle")
    ordering = ("-starts_at",)
    actions = ("remove",)

    @admin.action(description="Remove these dates")
    def remove(self, request: HttpRequest, chosen: QuerySet[ActivePeriod]) -> None:
        if not request.user.has_perm("visuals.change_visualasset"):
            raise PermissionDenied
        for period in chosen:
            services.unschedule(period=period)
            self.log_change(request, period, "Removed.")
        messages.success(request, "Removed.")


# -- flags -----------------------------------------------------------------------------------------
class FlagAdmin(waffle_admin.FlagAdmin):
    """Flags; people are looked up by e-mail address, groups by name."""

    list_display: Any = ("name", "note", "everyone", "percent", "staff", "authenticated")
    raw_id_fields: ClassVar[Any] = ()
    autocomplete_fields = ("users", "groups")
    ordering = ("name",)
    fields = (
        "name", "note", "everyone", "percent", "users", "groups", "superusers", "staff", "authenticated",
    )  # fmt: skip

    def formfield_for_dbfield(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        return admin.ModelAdmin.formfield_for_dbfield(self, db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if obj else ()


admin.site.unregister([Flag, Sample, Switch])  # samples and switches are not used here
admin.site.register(Flag, FlagAdmin)
