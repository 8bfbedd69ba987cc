"""The shared Django parts as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "casset.web"
    label = "web"

    def ready(self) -> None:
        """Begin to report errors, where somebody wants reports."""
        from django.conf import settings

        if settings.SENTRY_DSN:
            from casset.web import reporting

            reporting.start()
