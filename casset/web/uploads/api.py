"""``/api/uploads/``: the tus 1.0.0 protocol (core, creation, termination, expiration, checksum).

https://tus.io/protocols/resumable-upload. A piece has at most ``UPLOAD_PIECE_MAX_BYTES``: clients
are told so by their chunk size. ``/api/upload/media`` takes a file in one request.
"""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import Any

from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casset.lib.errors import CassetError, MediaError, ValidationError
from casset.web.api_schema import ErrorBody
from casset.web.models import Upload
from casset.web.uploads import purposes, services
from casset.web.uploads.services import Checksum

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration,checksum"
ALGORITHMS = ("sha1", "sha256")
PIECE_TYPE = "application/offset+octet-stream"
METADATA_MAX = 4000  # characters
CATEGORIES = {"video": "visual", "image": "image", "audio": "track"}  # and their purposes
TAG = ["uploads"]
BEFORE = {401: ErrorBody, 403: ErrorBody}
FOUND = BEFORE | {404: ErrorBody}


class UploadBody(serializers.ModelSerializer[Upload]):
    """A file on its way in, or come in whole and waiting to be used."""

    url = serializers.SerializerMethodField(help_text="Where the next piece is sent.")
    is_finished = serializers.BooleanField()

    class Meta:
        model = Upload
        fields = (
            "id",
            "url",
            "purpose",
            "name",
            "mime",
            "size_bytes",
            "offset_bytes",
            "is_finished",
            "expires_at",
        )
        read_only_fields = fields

    def get_url(self, upload: Upload) -> str:
        return address_of(self.context["request"], upload)


class MediaFile(serializers.Serializer):
    file = serializers.FileField(max_length=500, help_text="A video, a picture or a song.")


class MediaBody(serializers.Serializer):
    url = serializers.CharField()
    sizeBytes = serializers.IntegerField()
    mime = serializers.CharField()
    category = serializers.ChoiceField(choices=tuple(CATEGORIES))
    upload = serializers.CharField(help_text="The upload's id.")


def address_of(request: Request, upload: Upload) -> str:
    return request.build_absolute_uri(f"/api/uploads/{upload.pk}")


def _header(name: str, kind: Any = OpenApiTypes.STR, *, required: bool = True, **more: Any) -> Any:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required, **more)


TUS = _header("Tus-Resumable", enum=[VERSION])


class _Tus(APIView):
    """Answers say which version of tus they speak; requests that change something must."""

    needs_version = frozenset({"POST", "PATCH", "HEAD"})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = _method(request)
        if method in self.needs_version and request.headers.get("Tus-Resumable") != VERSION:
            raise CassetError(
                f"Send the header Tus-Resumable: {VERSION}. This is the tus protocol.",
                code="TUS_VERSION",
            )

    def finalize_response(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().finalize_response(request, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        answer["Cache-Control"] = "no-store"
        if answer.status_code == 412:
            answer["Tus-Version"] = VERSION
        return answer

    def get_permissions(self) -> Any:
        return (
            [] if self.request and self.request.method == "OPTIONS" else super().get_permissions()
        )

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What this server can do. Open to all."""
        headers = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(purposes.largest_bytes()),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        return Response(status=204, headers=headers)


def _method(request: Request) -> str:
    """The method meant: some networks let only GET and POST through."""
    method = request.method or ""
    return request.headers.get("X-HTTP-Method-Override", method).upper()


class Uploads(_Tus):
    @extend_schema(
        operation_id="begin_upload",
        summary="Begin to send a file in pieces (tus)",
        description="Upload-Metadata holds comma-separated keys with base64 values: purpose (visual, "
        "track or image) and filename. The answer's Location is where pieces go, each of at most "
        "8 MB: set your client's chunk size.",
        tags=TAG,
        request=None,
        parameters=[
            TUS,
            _header("Upload-Length", OpenApiTypes.INT64),
            _header("Upload-Metadata"),
        ],
        responses={
            201: UploadBody,
            400: ErrorBody,
            **BEFORE,
            412: ErrorBody,
            413: ErrorBody,
            429: ErrorBody,
            503: ErrorBody,
        },
    )
    def post(self, request: Request) -> Response:
        about = _metadata(request.headers.get("Upload-Metadata", ""))
        upload = services.create(
            owner=request.user,
            purpose=about.get("purpose", ""),
            size_bytes=_number(request, "Upload-Length"),
            name=about.get("filename", ""),
        )
        body = UploadBody(upload, context={"request": request})
        headers = {"Location": address_of(request, upload), **_expiry(upload)}
        return Response(body.data, status=201, headers=headers)


class OneUpload(_Tus):
    @extend_schema(
        operation_id="get_upload",
        summary="How much of a file has come in",
        tags=TAG,
        responses={200: UploadBody, **FOUND},
    )
    def get(self, request: Request, upload_id: str) -> Response:
        upload = services.find(upload_id, owner=request.user)
        upload.offset_bytes = services.offset_of(upload)
        return Response(UploadBody(upload, context={"request": request}).data)

    @extend_schema(exclude=True)
    def head(self, request: Request, upload_id: str) -> Response:
        upload = services.find(upload_id, owner=request.user)
        headers = {
            "Upload-Offset": str(services.offset_of(upload)),
            "Upload-Length": str(upload.size_bytes),
            **_expiry(upload),
        }
        return Response(status=200, headers=headers)

    @extend_schema(
        operation_id="send_piece",
        summary="Send the next piece of a file (tus)",
        tags=TAG,
        request={PIECE_TYPE: OpenApiTypes.BINARY},
        parameters=[
            TUS,
            _header("Upload-Offset", OpenApiTypes.INT64),
            _header("Upload-Checksum", required=False),
        ],
        responses={
            204: OpenApiResponse(description="Taken. Upload-Offset says how much is here now."),
            400: ErrorBody,
            **FOUND,
            409: ErrorBody,
            412: ErrorBody,
            413: ErrorBody,
            415: ErrorBody,
            423: ErrorBody,
            460: ErrorBody,
            503: ErrorBody,
        },
    )
    def patch(self, request: Request, upload_id: str) -> Response:
        if request.content_type.partition(";")[0].strip().lower() != PIECE_TYPE:
            raise MediaError(f"A piece is sent as {PIECE_TYPE}.", code="UNSUPPORTED_FORMAT")
        upload = services.append(
            services.find(upload_id, owner=request.user),
            offset=_number(request, "Upload-Offset"),
            read=request._request.read,
            checksum=_checksum(request),
        )
        headers = {"Upload-Offset": str(upload.offset_bytes), **_expiry(upload)}
        return Response(status=204, headers=headers)

    @extend_schema(
        operation_id="end_upload",
        summary="Cancel a file and forget what came in",
        tags=TAG,
        responses={204: OpenApiResponse(description="Gone."), **FOUND, 423: ErrorBody},
    )
    def delete(self, request: Request, upload_id: str) -> Response:
        services.remove(services.find(upload_id, owner=request.user))
        return Response(status=204)

    @extend_schema(exclude=True)
    def post(self, request: Request, upload_id: str) -> Response:
        """Another method in disguise (``X-HTTP-Method-Override``)."""
        meant = {"PATCH": self.patch, "DELETE": self.delete, "HEAD": self.head}.get(
            _method(request)
        )
        if meant is None:
            raise MethodNotAllowed("POST")
        return meant(request, upload_id)


class Media(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="upload_media",
        summary="Send a video, a picture or a song in one request",
        description="The same as an upload in pieces, without going on after a break: for large "
        "files better send pieces.",
        tags=TAG,
        request={"multipart/form-data": MediaFile},
        responses={
            201: MediaBody,
            400: ErrorBody,
            **BEFORE,
            413: ErrorBody,
            415: ErrorBody,
            429: ErrorBody,
            503: ErrorBody,
        },
    )
    def post(self, request: Request) -> Response:
        body = MediaFile(data=request.data)
        body.is_valid(raise_exception=True)
        file = body.validated_data["file"]
        head = file.read(purposes.HEAD_BYTES)
        file.seek(0)
        category, purpose = _category(head)
        upload = services.take_in_whole(
            owner=request.user, purpose=purpose, name=file.name, size_bytes=file.size, file=file
        )
        answer = MediaBody(
            {
                "url": address_of(request, upload),
                "sizeBytes": upload.size_bytes,
                "mime": upload.mime,
                "category": category,
                "upload": upload.pk,
            }
        )
        return Response(answer.data, status=201, headers={"Cache-Control": "no-store"})


def _category(head: bytes) -> tuple[str, str]:
    for category, purpose in CATEGORIES.items():
        if purposes.find(purpose).recognise(head) is not None:
            return category, purpose
    raise MediaError(
        "This is no file we understand. Send a video (MP4, MOV, WebM), a picture (JPEG, PNG, WebP) "
        "or a song (MP3, WAV, FLAC, OGG, M4A).",
        code="UNSUPPORTED_FORMAT",
    )


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise ValidationError(f"The header {header} must hold a number of bytes.")
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """``key base64,key base64`` as text by key. Raises ``ValidationError``."""
    if len(text) > METADATA_MAX:
        raise ValidationError(f"Upload-Metadata may have {METADATA_MAX} characters.")
    found: dict[str, str] = {}
    for pair in filter(None, (pair.strip() for pair in text.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (ValueError, binascii.Error):
            raise ValidationError(
                f"Upload-Metadata: the value of {key[:40]!r} must be base64 of UTF-8."
            ) from None
    return found


def _checksum(request: Request) -> Checksum | None:
    if not (text := request.headers.get("Upload-Checksum", "")):
        return None
    algorithm, _, value = text.partition(" ")
    digest = b""
    with suppress(ValueError, binascii.Error):
        digest = base64.b64decode(value, validate=True)
    if algorithm not in ALGORITHMS or not digest:
        raise ValidationError(
            f"Upload-Checksum must be one of {', '.join(ALGORITHMS)}, a blank, and the digest in "
            "base64."
        )
    return Checksum(algorithm, digest)


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at.timestamp())}
