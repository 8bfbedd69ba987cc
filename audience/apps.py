"""The audience as a Django app."""

from typing import Any

from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "audience"
    verbose_name = "Audience"

    def ready(self) -> None:
        """Say how what other sites show of a link is made, and hear of what is to be counted.

        Nobody waits for cards and films: they are last in the line.
        """
        from django.contrib.auth.signals import user_logged_in

        from casset.work import kinds
        from visuals import signals

        gave_up = "audience.previews.gave_up"
        kinds.does("audience.card", "audience.previews.make_card", gave_up=gave_up, urgency=7)
        kinds.does("audience.preview", "audience.previews.make_film", gave_up=gave_up, urgency=8)
        user_logged_in.connect(_signed_in, dispatch_uid="audience.signed_in")
        signals.used.connect(_used, dispatch_uid="audience.used")
        signals.exported.connect(_exported, dispatch_uid="audience.exported")


def _signed_in(request: Any, user: Any, **_: Any) -> None:
    from audience import sharing, visitors

    if request is not None:
        sharing.know(user, visitors.of(request))


def _used(visual: Any, **_: Any) -> None:
    from audience import counting

    counting.paired(visual)


def _exported(export: Any, user: Any, **_: Any) -> None:
    from audience import counting

    counting.exported(export, user)
