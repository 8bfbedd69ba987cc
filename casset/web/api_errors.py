"""One shape for every error the API answers with, whoever raised it."""

from __future__ import annotations

import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from casset.lib.errors import CassetError
from casset.web import errors

# (what DRF raises, our code, our sentence or None to keep DRF's own, retryable)
_KINDS: tuple[tuple[type[Exception], str, str | None, bool], ...] = (
    (exceptions.NotAuthenticated, "NOT_SIGNED_IN",
     "Sign in first: send a token as “Authorization: Bearer …”.", False),
    (exceptions.AuthenticationFailed, "NOT_SIGNED_IN", None, False),
    (exceptions.PermissionDenied, "NOT_ALLOWED", None, False),
    (exceptions.NotFound, "NOT_FOUND", "There is no such thing, or it is not yours.", False),
    (exceptions.MethodNotAllowed, "METHOD_NOT_ALLOWED", None, False),
    (exceptions.NotAcceptable, "NOT_ACCEPTABLE", "This address answers in JSON.", False),
    (exceptions.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", None, False),
    (exceptions.ParseError, "UNREADABLE", "The request's body could not be read.", False),
    (exceptions.Throttled, "QUOTA_EXCEEDED", None, True),
)  # fmt: skip


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: a response in the house's shape; None for what is a bug."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, CassetError):
        status, headers = errors.status_of(error), errors.headers_of(error)
        content = errors.body(error.code, str(error), retryable=error.retryable)
    elif isinstance(error, exceptions.ValidationError):
        status, headers, content = 400, {}, _invalid(error.detail)
    elif isinstance(error, exceptions.APIException):
        status, headers, content = _of_drf(error)
    else:
        return None
    for connection in connections.all():
        if connection.settings_dict["ATOMIC_REQUESTS"] and connection.in_atomic_block:
            connection.set_rollback(True)
    return Response(content, status=status, headers=headers)


def _of_drf(error: exceptions.APIException) -> tuple[int, dict[str, str], dict[str, object]]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    for kind, code, sentence, retryable in _KINDS:
        if isinstance(error, kind):
            content = errors.body(code, sentence or str(error.detail), retryable=retryable)
            return error.status_code, headers, content
    content = errors.body("ERROR", str(error.detail), retryable=error.status_code >= 500)
    return error.status_code, headers, content


def _invalid(detail: Any) -> dict[str, object]:
    """``VALIDATION_ERROR`` with the first sentence as message and all of them by field."""
    if not isinstance(detail, dict):
        return errors.body("VALIDATION_ERROR", " ".join(_sentences(detail)))
    fields = {str(name): _sentences(found) for name, found in detail.items()}
    general = fields.pop("non_field_errors", [])
    message = " ".join(general) or "; ".join(
        f"{name}: {' '.join(found)}" for name, found in fields.items()
    )
    return errors.body("VALIDATION_ERROR", message, fields=fields)


def _sentences(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [sentence for inner in found.values() for sentence in _sentences(inner)]
    if isinstance(found, list | tuple):
        return [sentence for inner in found for sentence in _sentences(inner)]
    return [str(found)]
