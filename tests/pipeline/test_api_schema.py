"""The real application answers as its OpenAPI schema says, whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.checks import load_all_checks

from casset.accounts import services
from casset.web.uploads import services as uploads
from tests.accounts.factories import UserFactory
from tests.pipeline.planned import finished_job, planned_job
from tests.visuals import factories as visual_rows
from tests.web.serving import Site

EXAMPLES = 6  # of each operation
load_all_checks()
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
SCHEMA = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}
# Accounts limit how often an address may try, so they are asked less.
CHECKS = [
    schemathesis.checks.CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "unsupported_method",
        "ignored_auth",
    )
]


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def jobs(
    served: Site, transactional_db: None, cache: object, settings: Any, tmp_path: Path
) -> Iterator[dict[str, Any]]:
    """A person with a finished job and one being made, an upload that has begun, a track with visuals."""
    settings.JOBS_DIR = tmp_path / "jobs"
    settings.UPLOADS_DIR = tmp_path / "uploads"
    settings.JOBS_PER_HOUR = 1000
    mara = UserFactory()
    _, token = services.create_token(mara, name="test")
    made = finished_job(owner=mara, takes=2), planned_job(owner=mara, ready=2)
    upload = uploads.create(owner=mara, purpose="visual", size_bytes=1000)
    track = visual_rows.track(visual_rows.artist(mara), published=True)
    visuals = [visual_rows.visual(track), visual_rows.visual(track, status="FAILED")]
    yield {
        "ids": [str(job.pk) for job in made],
        "token": token,
        "upload": upload.pk,
        "track": track.pk,
        "visuals": [visual.pk for visual in visuals],
    }
    served.rest()


@pytest.mark.parametrize("label", OPERATIONS)
def test_it_answers_as_described(label: str, served: Site, jobs: dict[str, Any]) -> None:
    base = f"http://127.0.0.1:{served.port}"

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(), which=strategies.sampled_from([0, 1, None]))
    def ask(case: Any, which: int | None) -> None:
        if which is not None and "job_id" in (case.path_parameters or {}):
            case.path_parameters["job_id"] = jobs["ids"][which]
        if which is not None and "upload_id" in (case.path_parameters or {}):
            case.path_parameters["upload_id"] = jobs["upload"]
        if which is not None and "track_id" in (case.path_parameters or {}):
            case.path_parameters["track_id"] = jobs["track"]
        if which is not None and "visual_id" in (case.path_parameters or {}):
            case.path_parameters["visual_id"] = jobs["visuals"][which]
        headers = {"Authorization": f"Bearer {jobs['token']}"}
        case.call_and_validate(base_url=base, headers=headers, checks=CHECKS)

    ask()
