"""The API's description."""

from __future__ import annotations

import pytest
import yaml
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_schema_is_open_to_all_and_names_the_one_shape_of_errors(client: Client) -> None:
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    schema = yaml.safe_load(answer.content)
    login = schema["paths"]["/api/v1/auth/login"]["post"]
    shape = login["responses"]["401"]["content"]["application/json"]["schema"]["$ref"]
    assert shape.endswith("/ErrorBody")
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_the_schema_has_no_warnings() -> None:
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    with GENERATOR_STATS.silence():
        SchemaGenerator().get_schema(request=None, public=True)
        assert not GENERATOR_STATS._warn_cache
        assert not GENERATOR_STATS._error_cache


def test_the_page_lists_what_there_is(client: Client) -> None:
    page = client.get("/api/").content.decode()
    assert "/api/v1/auth/login" in page
    assert "Get a token for an address and a password" in page
    assert "password" in page
