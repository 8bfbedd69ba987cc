"""The pipeline as a Django app; it has no models yet."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Music videos"
