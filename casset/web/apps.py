"""The shared Django parts as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "casset.web"
    label = "web"

    def ready(self) -> None:
        """Watch the bucket, where there is one; report errors, where somebody wants reports."""
        from django.conf import settings

        from casset.web import health, storage

        if settings.S3_BUCKET:
            health.register("files", storage.check)
        if settings.SENTRY_DSN:
            from casset.web import reporting

            reporting.start()
