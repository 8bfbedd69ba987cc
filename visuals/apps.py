"""The visuals as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VisualsConfig(AppConfig):
    name = "visuals"
    verbose_name = "Visuals"

    def ready(self) -> None:
        """Say what workers can do here, and keep tags and flags in step with what stands in files."""
        from casset.work import kinds
        from visuals import making

        for kind, run in (
            (making.INGEST, "visuals.workshop.take_in"),
            (making.DRAW, "visuals.workshop.draw"),
            (making.GENERATE, "visuals.workshop.generate"),
        ):
            kinds.does(kind, run, gave_up="visuals.workshop.gave_up", urgency=3)
        post_migrate.connect(_keep_in_step, sender=self)


def _keep_in_step(**_: Any) -> None:
    """The words of ``tags.yaml`` and the flags are there wherever the tables are."""
    from django.db import connection
    from waffle.models import Flag

    from visuals import flags, tags
    from visuals.models import VisualTag

    there = set(connection.introspection.table_names())  # a part of the tables may be migrated
    if VisualTag._meta.db_table in there:
        tags.sync()
    if Flag._meta.db_table in there:
        flags.sync()
