"""The operators' view of the fan's side: how visual pairing does, shared links, what was not counted."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from audience import standing, success
from audience.models import HookShare, LeftOut
from casset.web.admin_parts import ReadOnly

REASONS = {
    "unsigned": "no note of a page", "forged": "a note that is not ours", "stale": "a note of hours ago",
    "foreign": "a visual of another track", "bot": "a program", "owner": "the artist or the visual's maker",
    "too_soon": "sooner than it can be seen", "too_many": "more often than it can happen",
    "crowd": "too many from one network", "unseen": "not shown to fans", "ours": "counted by the server itself",
}  # fmt: skip


@admin.register(HookShare)
class HookShareAdmin(ReadOnly):
    list_display = ("id", "track", "visual", "channel", "sharer", "created_at")
    list_filter = ("channel", "created_at")
    search_fields = ("id", "track__title", "track__artist__handle", "sharer__email")
    search_help_text = "A link's id, a title, a handle or an e-mail address"
    list_select_related = ("track", "visual", "sharer")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at",)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.success)
        return [path("success/", page, name="audience_success"), *super().get_urls()]

    def success(self, request: HttpRequest) -> HttpResponse:
        """Whether visual pairing does what it was made for."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wish = request.GET.get("days", "")
        days = int(wish) if wish in {str(span) for span in standing.SPANS} else 28
        found = success.figures(days=days)
        context = {
            **self.admin_site.each_context(request),
            "title": "How visual pairing does",
            "found": found,
            "left_out": [(REASONS.get(reason, reason), count) for reason, count in found.left_out],
            "days": days,
            "spans": standing.SPANS,
        }
        return TemplateResponse(request, "admin/audience/success.html", context)


@admin.register(LeftOut)
class LeftOutAdmin(ReadOnly):
    list_display = ("day", "reason", "count")
    list_filter = ("reason", "day")
    ordering = ("-day", "reason")
