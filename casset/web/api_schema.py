"""The API's description: the shape of its errors, and a page that lists what there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers


class ErrorDetail(serializers.Serializer):
    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="A sentence for people.")
    retryable = serializers.BooleanField(help_text="The same request may work later.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="For VALIDATION_ERROR: sentences by field.",
    )


class ErrorBody(serializers.Serializer):
    """What every error of the API looks like."""

    error = ErrorDetail()


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    is_required: bool
    hint: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One method of one address, as the page shows it."""

    method: str
    path: str
    summary: str
    description: str
    is_open: bool
    sends: list[Field] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return (
            f"{self.method}-{self.path}".lower().translate(str.maketrans("/{}", "---")).strip("-")
        )


def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "web/api.html", {"groups": _groups()})


@cache
def _groups() -> dict[str, list[Endpoint]]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    groups: dict[str, list[Endpoint]] = {}
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                group = (described.get("tags") or ["other"])[0]
                groups.setdefault(group, []).append(_endpoint(schema, path, method, described))
    return groups


def _endpoint(schema: dict[str, Any], path: str, method: str, described: dict) -> Endpoint:
    sends = [
        Field(
            one["name"],
            f"{_kind(one.get('schema', {}))}, in the {one['in']}",
            one.get("required", False),
            one.get("description", ""),
        )
        for one in described.get("parameters", ())
    ]
    for content in described.get("requestBody", {}).get("content", {}).values():
        sends += _fields(schema, content.get("schema", {}))
        break  # one content type says it all
    return Endpoint(
        method=method.upper(),
        path=path,
        summary=described.get("summary", ""),
        description=described.get("description", ""),
        is_open=not any(described.get("security", [])),
        sends=sends,
        answers=[
            (status, _answer(schema, answer)) for status, answer in described["responses"].items()
        ],
    )


def _resolved(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in part:
        found: dict[str, Any] = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[-1]]
        return found
    return part


def _fields(schema: dict[str, Any], part: dict[str, Any]) -> list[Field]:
    whole = _resolved(schema, part)
    required = whole.get("required", ())
    return [
        Field(name, _kind(_resolved(schema, one)), name in required, one.get("description", ""))
        for name, one in whole.get("properties", {}).items()
    ]


def _kind(part: dict[str, Any]) -> str:
    if "enum" in part:
        return " | ".join(str(value) for value in part["enum"])
    return {"binary": "file", "email": "e-mail address"}.get(
        part.get("format", ""), str(part.get("type", "value"))
    )


def _answer(schema: dict[str, Any], answer: dict[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        part = content.get("schema", {})
        if part.get("$ref", "").endswith("/ErrorBody"):
            return "error"
        if names := [one.name for one in _fields(schema, part)]:
            return ", ".join(names)
    return answer.get("description", "") or "no body"
