"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "casset.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Say where pictures may be sent."""
        from casset.web import intake, pictures

        intake.allow_body(r"/studio/profile/", pictures.BODY_MAX_BYTES)
