"""The visuals as a Django app; it has no models yet."""

from django.apps import AppConfig


class VisualsConfig(AppConfig):
    name = "visuals"
    verbose_name = "Visuals"
