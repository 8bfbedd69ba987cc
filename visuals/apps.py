"""The visuals as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VisualsConfig(AppConfig):
    name = "visuals"
    verbose_name = "Visuals"

    def ready(self) -> None:
        """Say what workers can do here, let files go with their track, keep tags and flags in step."""
        from django.conf import settings

        from casset.accounts import signals
        from casset.tracks.signals import track_deleted
        from casset.web import events, intake
        from casset.work import kinds
        from visuals import exports, making, music

        # Where there is no script to send a clip in pieces, the form sends it whole.
        intake.allow_body(
            r"/studio/tracks/[0-9a-z]+/visuals/add/",
            settings.VISUAL_MAX_BYTES + 2**20,
            signed_in_only=True,
        )

        for kind, run in (
            (making.INGEST, "visuals.workshop.take_in"),
            (making.DRAW, "visuals.workshop.draw"),
            (making.GENERATE, "visuals.workshop.generate"),
        ):
            kinds.does(kind, run, gave_up="visuals.making.gave_up", urgency=3)
        kinds.does(
            exports.WORK,
            "visuals.export_room.run",
            gave_up="visuals.exports.gave_up",
            urgency=0,  # somebody looks at its progress
        )
        events.allow("export", exports.may_watch)
        kinds.does(music.KIND, "visuals.hearing.write", urgency=1)
        track_deleted.connect(_go_with, dispatch_uid="visuals")
        signals.what_goes.connect(_what_goes, dispatch_uid="visuals")
        post_migrate.connect(_keep_in_step, sender=self)


def _go_with(track: Any, **_: Any) -> None:
    """The visuals of a track that is being deleted: no work for them, and no files after commit."""
    from visuals import exports, files, making
    from visuals.models import VisualAsset

    for visual in VisualAsset.objects.filter(track=track):
        making.call_off(visual)
        files.drop(visual.stored, visual.source)
    exports.forget_those_of(track)


def _what_goes(user: Any, **_: Any) -> list[str]:
    from visuals.models import HookExport, VisualAsset

    visuals = VisualAsset.objects.owned_by(user).count()
    videos = HookExport.objects.filter(track__artist__user=user).count()
    elsewhere = VisualAsset.objects.filter(uploader=user).exclude(track__artist__user=user).count()
    told = []
    if visuals or videos:
        told.append(f"{visuals} visuals and {videos} hook videos, with all their files.")
    if elsewhere:
        told.append(
            f"{elsewhere} visuals of theirs stay on other artists’ tracks, "
            "credited to a creator on Casset."
        )
    return told


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
