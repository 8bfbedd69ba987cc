"""A job's films, clips and pictures as files: its owner's only, in parts, under proper names."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from casset.web.files import file_name, send_file
from pipeline import showing
from pipeline.models import Film, Job, Take

VIDEO, PICTURE = "video/mp4", "image/jpeg"


def _own(request: HttpRequest, job_id: UUID) -> Job:
    """The person's job with its files; 404 for everybody else, signed in or not."""
    return get_object_or_404(Job.objects.visible_to(request.user), pk=job_id, files_removed_at=None)


def film_of(job: Job, number: str | None = None) -> Film:
    """The newest film, or the one of that number. Raises ``Http404``."""
    films = job.films.order_by("-number")
    if number is not None:
        if not (number.isascii() and number.isdigit() and len(number) < 5):
            raise Http404
        films = films.filter(number=int(number))
    film = films.first()
    if film is None:
        raise Http404
    film.job = job
    return film


def send_film(request: HttpRequest, job: Job, film: Film, *, save: bool) -> HttpResponseBase:
    more = f" (film {film.number})" if film.number > 1 else ""
    name = file_name(job.title + more, ".mp4")
    return send_file(request, film.path, content_type=VIDEO, download_as=name if save else "")


@require_safe
@login_required
def video(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """The film (``?film=2`` an earlier one); ``?save`` for a download."""
    job = _own(request, job_id)
    film = film_of(job, request.GET.get("film"))
    return send_film(request, job, film, save="save" in request.GET)


def _picture(request: HttpRequest, job_id: UUID, which: str) -> HttpResponseBase:
    job = _own(request, job_id)
    film = film_of(job, request.GET.get("film"))
    path: Path = getattr(film, which)
    name = file_name(f"{job.title} {which}", ".jpg") if "save" in request.GET else ""
    return send_file(request, path, content_type=PICTURE, download_as=name)


@require_safe
@login_required
def sheet(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    return _picture(request, job_id, "sheet")


@require_safe
def poster(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    return _picture(request, job_id, "poster")


def _take(request: HttpRequest, job_id: UUID, index: int, number: int) -> Take:
    found = Take.objects.select_related("clip__job").exclude(file="")
    return get_object_or_404(
        found,
        clip__job__in=Job.objects.visible_to(request.user).filter(files_removed_at=None),
        clip__job_id=job_id,
        clip__index=index,
        number=number,
    )


def _is_named(request: HttpRequest, take: Take) -> bool:
    """Whether the address names these very bytes, which then never change."""
    return bool(take.fingerprint) and request.GET.get("v") == take.fingerprint[:12]


@require_safe
def clip_video(request: HttpRequest, job_id: UUID, index: int, number: int) -> HttpResponseBase:
    take = _take(request, job_id, index, number)
    return send_file(request, take.path, content_type=VIDEO, for_ever=_is_named(request, take))


@require_safe
def clip_poster(request: HttpRequest, job_id: UUID, index: int, number: int) -> HttpResponseBase:
    take = _take(request, job_id, index, number)
    return send_file(request, take.poster, content_type=PICTURE, for_ever=_is_named(request, take))


@require_safe
@login_required
def report(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """All that was heard, decided and measured, as JSON."""
    job = _own(request, job_id)
    film = job.film
    content = {
        "title": job.title,
        "prompt": job.prompt,
        "aspect": job.aspect,
        "seed": job.seed,
        "stages": {row.name: row.output for row in job.stages.all()},
        "film": film.report if film else None,
    }
    answer = JsonResponse(content, json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Cache-Control"] = "private, no-cache"
    return answer


@require_safe
def theme(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The film's own colours as a stylesheet; empty before there is a plan."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    plan = job.plan()
    answer = HttpResponse(showing.theme(plan) if plan else "", content_type="text/css")
    answer["Cache-Control"] = "private, no-cache"
    return answer
