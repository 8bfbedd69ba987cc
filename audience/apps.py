"""The audience as a Django app."""

from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "audience"
    verbose_name = "Audience"

    def ready(self) -> None:
        """Say how what other sites show of a link is made. Nobody waits for it: last in the line."""
        from casset.work import kinds

        gave_up = "audience.previews.gave_up"
        kinds.does("audience.card", "audience.previews.make_card", gave_up=gave_up, urgency=7)
        kinds.does("audience.preview", "audience.previews.make_film", gave_up=gave_up, urgency=8)
