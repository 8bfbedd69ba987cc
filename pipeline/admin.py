"""The operators' workplace: every job with its evidence on one page, and what can be done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince, timeuntil
from django.views.decorators.http import require_POST

from casset.accounts.admin import PeopleAdmin
from casset.accounts.models import User
from casset.web.admin_parts import ReadOnly, do_to_each
from casset.web.files import send_file
from casset.web.models import Event
from pipeline import admission, ledger, retention, services
from pipeline.models import MICROS, Clip, Film, Job, JobSlot, Pulse, Stage, Status, Take, Work

EVENTS_SHOWN = 30


def dollars(micros: int) -> str:
    return f"{micros / MICROS:.2f}" if micros else "–"


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "title", "state", "owner", "where", "age", "time_left", "try_number", "cost", "reason",
    )  # fmt: skip
    list_filter = ("status", "error_code", "created_at")
    search_fields = ("title", "owner__email", "id", "request_id")
    search_help_text = "A title, an e-mail address, or the job's or the request's id"
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at",)
    actions = ("retry", "cancel")
    fieldsets = (
        (None, {"fields": ("state", "reason", "owner", "prompt", ("done", "age", "time_left"))}),
        (
            "Details",
            {
                "classes": ("collapse",),
                "fields": (
                    "id", ("aspect", "seed", "beats"), ("song_file", "cover_file", "lyrics_file"),
                    "duration_s", "request_id", "attempt", "retryable",
                    ("created_at", "started_at", "deadline_at"), ("finished_at", "files_removed_at"),
                    "money",
                ),
            },
        ),
    )  # fmt: skip

    # -- who may what ----------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = ("state", "reason", "done", "age", "time_left", "money")
        return own + tuple(field.name for field in Job._meta.fields)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        unfinished = Stage.objects.filter(job=OuterRef("pk")).exclude(status=Work.DONE)
        now_at = unfinished.order_by("order").values("name")[:1]
        jobs: QuerySet[Job] = super().get_queryset(request)
        return jobs.annotate(stage_now=Subquery(now_at))

    # -- the list's columns ----------------------------------------------------------------------
    @admin.display(ordering="status")
    def state(self, job: Job) -> str:
        return format_html('<span class="state state-{0}">{0}</span>', job.status)

    @admin.display(description="progress", ordering="progress")
    def done(self, job: Job) -> str:
        return f"{job.progress} %"

    @admin.display(description="progress", ordering="progress")
    def where(self, job: Job) -> str:
        stage = "" if job.is_final else getattr(job, "stage_now", None) or ""
        return format_html("{} % <small>{}</small>", job.progress, stage.replace("_", " "))

    @admin.display(description="try", ordering="attempt")
    def try_number(self, job: Job) -> int:
        return job.attempt

    @admin.display(ordering="created_at")
    def age(self, job: Job) -> str:
        return timesince(job.created_at, depth=1)

    @admin.display(ordering="deadline_at")
    def time_left(self, job: Job) -> str:
        if job.status != Status.PROCESSING or job.deadline_at is None:
            return "–"
        return timeuntil(job.deadline_at, depth=1) if job.deadline_at > timezone.now() else "late"

    @admin.display(description="USD", ordering="spent_micros")
    def cost(self, job: Job) -> str:
        return dollars(job.spent_micros)

    @admin.display(description="failure", ordering="error_code")
    def reason(self, job: Job) -> str:
        if not job.error_code:
            return "–"
        return format_html(
            '<span class="reason" title="{1}"><b>{0}</b> {1}</span>', job.error_code, job.error
        )

    @admin.display
    def money(self, job: Job) -> str:
        return (
            f"{dollars(job.spent_micros)} USD spent, {dollars(job.reserved_micros)} reserved, "
            f"of {job.budget_micros / MICROS:.2f}"
        )

    # -- what can be done ------------------------------------------------------------------------
    @admin.action(description="Try again (failed or cancelled jobs)", permissions=["change"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        do_to_each(
            self, request, chosen, lambda job: services.retry_job(job=job), "Put in line again"
        )

    @admin.action(description="Cancel (jobs that wait or run)", permissions=["change"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        do_to_each(self, request, chosen, lambda job: services.cancel_job(job=job), "Cancelled")

    def delete_model(self, request: HttpRequest, obj: Job) -> None:
        services.delete_job(job=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            services.delete_job(job=job)

    # -- one job ---------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/do/<str:deed>/", view(self.do), name="pipeline_job_do"),
            path("<uuid:pk>/film/<int:number>.mp4", view(self.film), name="pipeline_job_film"),
            path(
                "<uuid:pk>/take/<int:index>/<int:number>.<str:kind>",
                view(self.take),
                name="pipeline_job_take",
            ),
            *super().get_urls(),
        ]

    def do(self, request: HttpRequest, pk: UUID, deed: str) -> HttpResponse:
        """A button of a job's page."""
        return require_POST(self._press)(request, pk, deed)

    def _press(self, request: HttpRequest, pk: UUID, deed: str) -> HttpResponse:
        job = self._seen(request, pk)
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        if deed == "retry":
            do_to_each(
                self, request, [job], lambda job: services.retry_job(job=job), "Put in line again"
            )
        elif deed == "cancel":
            do_to_each(self, request, [job], lambda job: services.cancel_job(job=job), "Cancelled")
        return HttpResponseRedirect(reverse("admin:pipeline_job_change", args=(pk,)))

    def film(self, request: HttpRequest, pk: UUID, number: int) -> HttpResponseBase:
        film = get_object_or_404(Film, job=self._seen(request, pk), number=number)
        return send_file(request, film.path, content_type="video/mp4")

    def take(
        self, request: HttpRequest, pk: UUID, index: int, number: int, kind: str
    ) -> HttpResponseBase:
        take = get_object_or_404(
            Take.objects.select_related("clip__job").exclude(file=""),
            clip__job=self._seen(request, pk), clip__index=index, number=number,
        )  # fmt: skip
        if kind == "mp4":
            return send_file(request, take.path, content_type="video/mp4")
        return send_file(request, take.poster, content_type="image/jpeg")

    def _seen(self, request: HttpRequest, pk: UUID) -> Job:
        job = get_object_or_404(Job, pk=pk)
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        return job

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Jobs"} | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self.get_object(request, object_id)
        shown = evidence(job) if isinstance(job, Job) else {}
        context = {"title": "Job", "show_save": False, "show_save_and_continue": False, **shown}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))


def evidence(job: Job) -> dict[str, Any]:
    """All that is known of a job, for its page. Nine queries."""
    clips = Clip.objects.filter(job=job).prefetch_related(
        Prefetch("takes", Take.objects.defer("script"))
    )
    tail = Event.objects.filter(channel__name=job.channel).order_by("-seq")[:EVENTS_SHOWN]
    return {
        "job": job,
        "size": filesizeformat(retention.size_of(job.folder)),
        "stages": job.stages.defer("output"),
        "clips": clips,
        "films": job.films.defer("report"),
        "steps": job.steps.all(),
        "purchases": [
            (row, dollars(row.amount_micros), dollars(row.actual_micros or 0))
            for row in job.reservations.all()
        ],
        "by_stage": {name: dollars(spent) for name, spent in ledger.by_stage(job).items()},
        "tail": tail,
        "can_retry": job.status in (Status.FAILED, Status.CANCELLED),
        "can_cancel": not job.is_final,
    }


@admin.register(JobSlot)
class JobSlotAdmin(ReadOnly):
    list_display = ("number", "used_by", "state", "since")
    list_display_links = None
    list_select_related = ("job__owner",)
    actions = ("free",)

    @admin.display(description="job")
    def used_by(self, slot: JobSlot) -> str:
        if slot.job is None:
            return "free"
        address = reverse("admin:pipeline_job_change", args=(slot.job.pk,))
        return format_html('<a href="{}">{}</a> of {}', address, slot.job.title, slot.job.owner)

    @admin.display
    def state(self, slot: JobSlot) -> str:
        if slot.job is None:
            return "–"
        return "stuck: its job has ended" if slot.job.is_final else slot.job.status

    @admin.display
    def since(self, slot: JobSlot) -> str:
        return timesince(slot.job.started_at) if slot.job and slot.job.started_at else "–"

    @admin.action(description="Free the slots whose job has ended")
    def free(self, request: HttpRequest, chosen: QuerySet[JobSlot]) -> None:
        freed = admission.free_ended(chosen)
        messages.success(request, f"Freed: {freed}. Slots of jobs that run stay theirs.")


@admin.register(Pulse)
class PulseAdmin(ReadOnly):
    list_display = ("name", "queue", "places", "seen")
    list_display_links = None

    @admin.display(description="last sign of life")
    def seen(self, pulse: Pulse) -> str:
        return f"{(timezone.now() - pulse.at).total_seconds():.0f} s ago"


class PeopleWithFilms(PeopleAdmin):
    """People, and how many films are theirs."""

    list_display = (*PeopleAdmin.list_display, "films")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        return people.annotate(films_count=Count("jobs"))

    @admin.display(description="films", ordering="films_count")
    def films(self, user: User) -> str:
        address = reverse("admin:pipeline_job_changelist")
        count = user.films_count  # type: ignore[attr-defined]
        return format_html('<a href="{}?owner__id__exact={}">{}</a>', address, user.pk, count)


admin.site.unregister(User)
admin.site.register(User, PeopleWithFilms)
admin.site.enable_nav_sidebar = False  # a job's row and page need the width
