"""Tracks as a Django app."""

from typing import Any

from django.apps import AppConfig


class TracksConfig(AppConfig):
    name = "casset.tracks"
    label = "tracks"

    def ready(self) -> None:
        """Say what workers do for tracks, who may watch one, and where songs may be sent."""
        from django.conf import settings

        from casset.accounts import signals
        from casset.tracks import services
        from casset.web import events, intake, pictures
        from casset.work import kinds

        kinds.does(
            services.HEAR,
            "casset.tracks.hearing.run",
            gave_up="casset.tracks.hearing.gave_up",
            urgency=2,
        )
        kinds.does(
            services.CUT,
            "casset.tracks.cutting.run",
            gave_up="casset.tracks.cutting.gave_up",
            urgency=1,  # somebody waits for it with the play button under their finger
        )
        events.allow("track", services.may_watch)
        for pattern in (
            r"/studio/tracks/new/",
            r"/studio/tracks/[a-z0-9]{14}/audio/",
            r"/studio/tracks/[a-z0-9]{14}/lyrics/text/",
        ):
            intake.allow_body(pattern, settings.UPLOAD_BODY_MAX_BYTES)
        intake.allow_body(r"/studio/tracks/[a-z0-9]{14}/cover/", pictures.BODY_MAX_BYTES)
        signals.person_leaving.connect(_go_with, dispatch_uid="tracks")
        signals.what_goes.connect(_what_goes, dispatch_uid="tracks")


def _go_with(user: Any, **_: Any) -> None:
    from casset.tracks import services

    services.take_out_those_of(user)


def _what_goes(user: Any, **_: Any) -> list[str]:
    from casset.tracks.models import Track

    tracks = Track.objects.owned_by(user)
    out = tracks.published().count()
    if not (many := tracks.count()):
        return []
    return [
        f"{many} track{'' if many == 1 else 's'}, {out} of them shared, with sound, hook, cover and words. "
        "Links to them will say that they are gone."
    ]
