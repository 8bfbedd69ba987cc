"""The pipeline as a Django app: jobs that become films."""

from functools import partial
from typing import Any

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Music videos"

    def ready(self) -> None:
        """Say who may watch a job, where songs may be sent, what must be well, what is counted, what is made for others."""
        from django.conf import settings

        from casset.accounts import signals
        from casset.web import events, health, intake, metrics
        from pipeline import pulses
        from pipeline.events import may_watch
        from pipeline.metrics import Figures
        from visuals import generators

        events.allow("job", may_watch)
        events.alias(r"/api/v1/jobs/(?P<id>[0-9a-f-]{36})/stream", "job-{id}", from_start=True)
        for pattern in (
            r"/studio/new/",
            r"/studio/[0-9a-f-]{36}/revise/",
            r"/api/v1/upload-audio",
            r"/api/v1/jobs/[0-9a-f-]{36}",
        ):
            intake.allow_body(pattern, settings.UPLOAD_BODY_MAX_BYTES)
        for queue in pulses.QUEUES:
            health.register(f"worker-{queue}", partial(pulses.worker_is_alive, queue))
        health.register("sweeper", pulses.sweeper_is_alive)
        metrics.register(Figures())
        generators.register("casset local studio", "pipeline.loops.make")
        signals.person_leaving.connect(_go_with, dispatch_uid="pipeline")
        signals.what_goes.connect(_what_goes, dispatch_uid="pipeline")


def _go_with(user: Any, **_: Any) -> None:
    from pipeline import services

    services.forget_jobs_of(user)


def _what_goes(user: Any, **_: Any) -> list[str]:
    from pipeline.models import Job

    many = Job.objects.filter(owner=user).count()
    return (
        [f"{many} music video{'' if many == 1 else 's'}; what is being made is stopped."]
        if many
        else []
    )
