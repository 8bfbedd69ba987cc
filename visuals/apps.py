"""The visuals as a Django app."""

from django.apps import AppConfig


class VisualsConfig(AppConfig):
    name = "visuals"
    verbose_name = "Visuals"
