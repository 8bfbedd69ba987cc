"""The pipeline as a Django app."""

from django.apps import AppConfig
from django.conf import settings

from casset.web import intake


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Music videos"

    def ready(self) -> None:
        intake.allow_body(r"/api/v1/upload-audio/?", settings.UPLOAD_BODY_MAX_BYTES)
