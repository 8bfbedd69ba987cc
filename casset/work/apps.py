"""Background work as a Django app."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "casset.work"
    label = "work"
    verbose_name = "Background work"

    def ready(self) -> None:
        """What a worker looks for first: what a person is waiting for. What every app can ask for."""
        from casset.work import kinds, removing, running, sources

        kinds.does(
            removing.KIND, "casset.work.removing.run", queue="io", urgency=9, tries=removing.TRIES
        )
        sources.add(running.run_one, first=True)
