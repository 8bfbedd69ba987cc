"""The studio's pages. Each finds what the person may see, calls one service, shows the result."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from casset.lib.errors import CassetError, MediaError
from casset.tracks.answers import own as own_track
from casset.tracks.answers import signed_in as signed_in_for_track
from casset.tracks.models import Track
from casset.tracks.showing import TrackPage
from casset.web import answers, errors
from casset.web.answers import MEND, SIGNED_OUT, is_script, refused
from pipeline import services, showing
from pipeline.forms import EXAMPLES, NewFilm, Revision, Wish
from pipeline.models import Job

PER_PAGE = 24


def _page_of(named: dict[str, Any]) -> str:
    job_id = named.get("job_id")
    return reverse("pipeline:job", args=(job_id,)) if job_id else reverse("pipeline:new")


_signed_in = answers.signed_in(_page_of)


def own(request: HttpRequest, job_id: UUID) -> Job:
    """The person's job; 404 for somebody else's as for none."""
    return get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)


# -- all films -------------------------------------------------------------------------------------
@never_cache
@require_safe
@login_required
def jobs(request: HttpRequest) -> HttpResponse:
    """All the person's films, the ones being made first."""
    mine = showing.with_pictures(Job.objects.visible_to(request.user))
    active = [showing.JobCard(job) for job in mine.active()]
    if "being-made" in request.GET:
        return render(request, "pipeline/_being_made.html", {"active": active})
    page = Paginator(mine.ended(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "active": active if page.number == 1 else [],
        "page": page,
        "finished": [showing.JobCard(job) for job in page],
        "total": page.paginator.count + len(active),
    }
    return render(request, "pipeline/jobs.html", context)


# -- a new one -------------------------------------------------------------------------------------
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The form that begins a film. Errors stand beside their fields and nothing typed is lost."""
    if request.method != "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        again = _again(request)
        return _new_page(request, NewFilm(initial=again), 200)
    form = NewFilm(request.POST, request.FILES)
    if not request.user.is_authenticated:
        if is_script(request):
            return refused(401, "NOT_SIGNED_IN", SIGNED_OUT)
        return _new_page(request, form, 401)
    return _begin(request, form, partial(_new_page, request, form))


@never_cache
@signed_in_for_track
def track(request: HttpRequest, track_id: str) -> HttpResponse:
    """A track's tab Music video: its films, and the form that begins another one."""
    found = own_track(request, track_id)
    if request.method != "POST":
        return _track_page(request, found, Wish(initial=_again(request)), 200)
    form = Wish(request.POST)
    return _begin(request, form, partial(_track_page, request, found, form), track_id=found.pk)


@never_cache
@require_safe
@signed_in_for_track
def track_films(request: HttpRequest, track_id: str) -> HttpResponse:
    """The films of a track as its tab shows them, for its script."""
    films = showing.TrackFilms(own_track(request, track_id), request.user)
    return render(request, "pipeline/_films.html", {"films": films, "active": films.active})


@never_cache
@require_safe
@signed_in_for_track
def track_strip(request: HttpRequest, track_id: str) -> HttpResponse:
    """The newest film of a track in one line, for other pages of it; 204 where there is none."""
    card = showing.TrackFilms(own_track(request, track_id), request.user).newest
    if card is None:
        return HttpResponse(status=204)
    return render(request, "pipeline/_track_strip.html", {"card": card})


def _begin(
    request: HttpRequest, form: Form, show: Callable[..., HttpResponse], **more: Any
) -> HttpResponse:
    """Put the film of a filled form in line and go to its page; ``show`` the form where that cannot be."""
    if not form.is_valid():
        return _answer_new(request, form, show, 400)
    try:
        job = services.create_job(owner=request.user, **form.cleaned_data, **more)
    except CassetError as error:
        form.add_error(_field_of(error, form), str(error))
        return _answer_new(request, form, show, errors.status_of(error), error)
    page = reverse("pipeline:job", args=(job.pk,))
    if is_script(request):
        return JsonResponse({"page": page}, status=201)
    return redirect(page)


def _again(request: HttpRequest) -> dict[str, Any]:
    """What to fill in when a film is begun from an earlier one (``?like=<id>``)."""
    try:
        earlier = own(request, UUID(request.GET.get("like", "")))
    except (ValueError, Http404):
        return {}
    return {"prompt": earlier.prompt, "aspect": earlier.aspect, "seed": earlier.seed}


def _field_of(error: CassetError, form: Form) -> str | None:
    """Beside which field the service's error belongs."""
    if not isinstance(error, MediaError) or "song" not in form.fields:
        return None
    said = str(error).lower()
    for name in ("lyrics", "cover"):
        if name in said and form.cleaned_data.get(name):
            return name
    return "song"


def _answer_new(
    request: HttpRequest,
    form: Form,
    show: Callable[..., HttpResponse],
    status: int,
    error: CassetError | None = None,
) -> HttpResponse:
    if not is_script(request):
        page = show(status)
        for name, value in (errors.headers_of(error) if error else {}).items():
            page[name] = value
        return page
    fields = {name: [str(said) for said in found] for name, found in form.errors.items()}
    general = fields.pop("__all__", [])
    return refused(
        status,
        error.code if error else "VALIDATION_ERROR",
        " ".join(general) or MEND,
        retryable=bool(error and error.retryable),
        fields=fields,
    )


def _new_page(request: HttpRequest, form: Form, status: int) -> HttpResponse:
    context = {**_of_form(form), "signed_out": SIGNED_OUT if status == 401 else ""}
    return render(request, "pipeline/new.html", context, status=status)


def _track_page(request: HttpRequest, track: Track, form: Form, status: int) -> HttpResponse:
    shown = TrackPage(track)  # first: it notes the newest event
    films = showing.TrackFilms(track, request.user)
    context = {"track": track, "shown": shown, "films": films, "active": films.active}
    return render(request, "pipeline/track.html", {**_of_form(form), **context}, status=status)


def _of_form(form: Form) -> dict[str, Any]:
    has_more_wrong = any(form[name].errors for name in getattr(form, "more", ()))
    return {"form": form, "examples": EXAMPLES, "open_more": has_more_wrong}


# -- one film --------------------------------------------------------------------------------------
@never_cache
@require_safe
@_signed_in
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A film's page, whole: how far it is, the film, every shot with its reasons."""
    return _job_page(request, job_id, Revision())


@never_cache
@require_safe
@_signed_in
def parts(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The parts of a film's page that change, for its script."""
    shown = _shown(request, job_id)
    context = {"shown": shown, "job": shown.job, "revision": _revision(shown.job)}
    return render(request, "pipeline/_parts.html", context)


def _shown(request: HttpRequest, job_id: UUID) -> showing.JobPage:
    mine = showing.with_everything(Job.objects.visible_to(request.user))
    return showing.JobPage(get_object_or_404(mine, pk=job_id))


def _revision(job: Job) -> Revision:
    return Revision(job=job, initial={"prompt": job.prompt})


def _job_page(
    request: HttpRequest, job_id: UUID, revision: Revision | None = None, status: int = 200
) -> HttpResponse:
    shown = _shown(request, job_id)
    if revision is None or not revision.is_bound:
        revision = _revision(shown.job)
    context = {"shown": shown, "job": shown.job, "revision": revision}
    return render(request, "pipeline/job.html", context, status=status)


# -- what can be done with it ----------------------------------------------------------------------
def _action(view: Callable[..., str]) -> answers.View:
    """A view that calls one service and says what happens now; back to the film's page."""

    @never_cache
    @require_POST
    @_signed_in
    @wraps(view)
    def inner(request: HttpRequest, job_id: UUID, **named: Any) -> HttpResponse:
        job = own(request, job_id)
        page = reverse("pipeline:job", args=(job_id,))
        return answers.done(request, lambda: view(request, job, **named), page)

    return inner


@_action
def cancel(request: HttpRequest, job: Job) -> str:
    services.cancel_job(job=job)
    return "Stopped. Shots that were finished are kept."


@_action
def retry(request: HttpRequest, job: Job) -> str:
    services.retry_job(job=job)
    return "In line again. What was finished is used."


@_action
def shoot_again(request: HttpRequest, job: Job, index: int) -> str:
    take = services.shoot_again(job=job, index=index)
    return f"Shot {index + 1} is made again, as take {take.number}."


@_action
def use_take(request: HttpRequest, job: Job, index: int, number: int) -> str:
    services.use_take(job=job, index=index, number=number)
    return f"Shot {index + 1} uses take {number}. The film is cut again."


@never_cache
@require_POST
@_signed_in
def revise(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Another sentence, cover or take of the whole film."""
    job = own(request, job_id)
    form = Revision(request.POST, request.FILES, job=job)
    if not form.is_valid():
        if is_script(request):
            return refused(400, "VALIDATION_ERROR", answers.sentences(form))
        return _job_page(request, job_id, form, 400)

    def change(request: HttpRequest, job: Job) -> str:
        services.revise_job(job=job, **form.changes())  # type: ignore[arg-type]
        return "The film is planned anew. Shots that stay the same are used again."

    return _action(change)(request, job_id=job_id)


@never_cache
@_signed_in
def delete(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Ask, then remove a film with all its files."""
    job = own(request, job_id)
    if request.method != "POST":
        return render(request, "pipeline/delete.html", {"job": job})
    title = job.title
    services.delete_job(job=job)
    messages.success(request, f"“{title}” is deleted.")
    page = reverse("pipeline:jobs")
    return JsonResponse({"page": page}) if is_script(request) else redirect(page)
