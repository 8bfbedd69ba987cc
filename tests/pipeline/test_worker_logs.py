"""A line that a worker writes can be followed back to the job and to the request that asked for it."""

from __future__ import annotations

import pytest

from casset.web import logs
from pipeline import services, workers
from pipeline.models import Status
from tests.pipeline import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_work_is_bound_to_its_job_stage_attempt_and_request(
    settings, tmp_path, monkeypatch, caplog
):
    settings.JOBS_DIR = tmp_path
    job = factories.job(status=Status.FAILED)
    with logs.bound(request_id="request-1"):
        services.retry_job(job=job)
    seen = {}

    def hear(job, telling, claim):
        seen.update(logs.get_contextvars())
        claim.end("done")

    monkeypatch.setitem(workers._STAGES, "audio_parser", hear)
    caplog.set_level("INFO", logger="pipeline")
    assert workers.run_one("render")
    assert seen == {
        "job_id": str(job.pk),
        "request_id": "request-1",
        "stage": "audio_parser",
        "attempt": 2,
        "tries": 1,
    }
    assert logs.get_contextvars() == {}
    (line,) = (record for record in caplog.records if record.message == "audio_parser done")
    assert line.seconds >= 0
    assert factories.PROMPT not in caplog.text
