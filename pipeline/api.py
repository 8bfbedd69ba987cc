"""``/api/v1/``: everything the studio's pages can do, for programs.

A bearer token, or the browser's session with its CSRF token. Errors have the one shape of
``casset.web.errors``; what is not the asker's is 404, as if it were not there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casset.web.api_schema import ErrorBody
from pipeline import downloads, services, showing
from pipeline.models import Job
from pipeline.serializers import (
    CostsBody,
    JobBody,
    JobBrief,
    RevisionBody,
    UploadBody,
    costs,
)

TAG = ["jobs"]
BEFORE = {401: ErrorBody, 403: ErrorBody}  # any of them may be answered so
FOUND = BEFORE | {404: ErrorBody}


def own(request: Request, job_id: UUID) -> Job:
    """The asker's job; 404 for anybody else's."""
    found = Job.objects.visible_to(request.user).filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def _whole(request: Request, job_id: UUID) -> Response:
    mine = showing.with_pictures(Job.objects.visible_to(request.user))
    found = mine.filter(pk=job_id).first()
    if found is None:
        raise Http404
    return Response(JobBody(found).data)


def _request_key(request: Request) -> UUID:
    """``Idempotency-Key`` as it came; a new one where there is none."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        return uuid4()
    try:
        return UUID(given)
    except ValueError:
        raise ValidationError({"Idempotency-Key": ["This must be a UUID."]}) from None


class Upload(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="upload_audio",
        summary="Send a song or name a track, and a sentence; a film is put in line",
        description="The same Idempotency-Key gives the same job again.",
        tags=TAG,
        request={"multipart/form-data": UploadBody},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", OpenApiTypes.UUID, OpenApiParameter.HEADER, required=False
            )
        ],
        responses={
            201: JobBody,
            400: ErrorBody,
            **FOUND,
            413: ErrorBody,
            415: ErrorBody,
            429: ErrorBody,
        },
    )
    def post(self, request: Request) -> Response:
        body = UploadBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        job = services.create_job(
            owner=request.user,
            song=asked.pop("audio_file", None),
            prompt=asked.pop("user_prompt"),
            request_key=_request_key(request),
            **asked,
        )
        answer = _whole(request, job.pk)
        answer.status_code = 201
        answer["Location"] = f"/api/v1/jobs/{job.pk}"
        return answer


class Pages(PageNumberPagination):
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class Jobs(ListAPIView[Job]):
    serializer_class = JobBrief
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.visible_to(self.request.user).prefetch_related("films")

    @extend_schema(
        operation_id="list_jobs",
        summary="Your films, newest first",
        tags=TAG,
        responses={200: JobBrief(many=True), **FOUND},
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class OneJob(APIView):
    parser_classes = (MultiPartParser, FormParser, JSONParser)

    @extend_schema(
        operation_id="get_job",
        summary="A film: how far it is, its stages and clips",
        tags=TAG,
        responses={200: JobBody, **FOUND},
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        return _whole(request, job_id)

    @extend_schema(
        operation_id="revise_job",
        summary="Plan it anew with another sentence, seed or cover",
        tags=TAG,
        request={"multipart/form-data": RevisionBody, "application/json": RevisionBody},
        responses={
            200: JobBody,
            400: ErrorBody,
            **FOUND,
            409: ErrorBody,
            413: ErrorBody,
            415: ErrorBody,
            429: ErrorBody,
        },
    )
    def patch(self, request: Request, job_id: UUID) -> Response:
        job = own(request, job_id)
        body = RevisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        changes: dict[str, Any] = dict(body.validated_data)
        services.revise_job(job=job, prompt=changes.pop("user_prompt", None), **changes)
        return _whole(request, job_id)

    @extend_schema(
        operation_id="delete_job",
        summary="Delete it with all its files",
        tags=TAG,
        responses={204: OpenApiResponse(description="Deleted."), **FOUND, 409: ErrorBody},
    )
    def delete(self, request: Request, job_id: UUID) -> Response:
        services.delete_job(job=own(request, job_id))
        return Response(status=204)


class Cancel(APIView):
    @extend_schema(
        operation_id="cancel_job",
        summary="Stop it; finished clips are kept",
        tags=TAG,
        request=None,
        responses={200: JobBody, **FOUND, 409: ErrorBody},
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        services.cancel_job(job=own(request, job_id))
        return _whole(request, job_id)


class Retry(APIView):
    @extend_schema(
        operation_id="retry_job",
        summary="Put a failed or cancelled film in line again",
        tags=TAG,
        request=None,
        responses={200: JobBody, **FOUND, 409: ErrorBody},
    )
    def post(self, request: Request, job_id: UUID) -> Response:
        services.retry_job(job=own(request, job_id))
        return _whole(request, job_id)


def _require_take(job: Job, index: int, number: int | None = None) -> None:
    """404 for a clip or take there is not."""
    clips = job.clips.filter(index=index)
    if number is not None:
        clips = clips.filter(takes__number=number)
    if not clips.exists():
        raise Http404


class Regenerate(APIView):
    @extend_schema(
        operation_id="regenerate_clip",
        summary="Make one clip again; its earlier takes are kept",
        tags=TAG,
        request=None,
        responses={200: JobBody, **FOUND, 409: ErrorBody},
    )
    def post(self, request: Request, job_id: UUID, index: int) -> Response:
        job = own(request, job_id)
        _require_take(job, index)
        services.shoot_again(job=job, index=index)
        return _whole(request, job_id)


class UseTake(APIView):
    @extend_schema(
        operation_id="use_take",
        summary="Put an earlier take of a clip into the film",
        tags=TAG,
        request=None,
        responses={200: JobBody, **FOUND, 409: ErrorBody},
    )
    def post(self, request: Request, job_id: UUID, index: int, number: int) -> Response:
        job = own(request, job_id)
        _require_take(job, index, number)
        services.use_take(job=job, index=index, number=number)
        return _whole(request, job_id)


class Costs(APIView):
    @extend_schema(
        operation_id="get_costs",
        summary="What it has cost, by stage",
        tags=TAG,
        responses={200: CostsBody, **FOUND},
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(costs(own(request, job_id)))


class Download(APIView):
    @extend_schema(
        operation_id="download_job",
        summary="The film as MP4; honours Range",
        tags=TAG,
        parameters=[
            OpenApiParameter("film", OpenApiTypes.INT, description="An earlier film's number.")
        ],
        responses={
            (200, "video/mp4"): OpenApiTypes.BINARY,
            (206, "video/mp4"): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="You have it already."),
            416: OpenApiResponse(description="The range lies outside the file."),
            **FOUND,
        },
    )
    def get(self, request: Request, job_id: UUID) -> HttpResponseBase:
        job = own(request, job_id)
        if job.files_removed_at is not None:
            raise Http404
        film = downloads.film_of(job, request.query_params.get("film"))
        return downloads.send_film(request._request, job, film, save=True)
