"""The pipeline as a Django app: jobs that become films."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Music videos"

    def ready(self) -> None:
        """Say who may watch a job."""
        from casset.web import events
        from pipeline.events import may_watch

        events.allow("job", may_watch)
        events.alias(r"/api/v1/jobs/(?P<id>[0-9a-f-]{36})/stream", "job-{id}", from_start=True)
