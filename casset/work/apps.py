"""Background work as a Django app."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "casset.work"
    label = "work"
    verbose_name = "Background work"

    def ready(self) -> None:
        """What a worker looks for first: what a person is waiting for."""
        from casset.work import running, sources

        sources.add(running.run_one, first=True)
