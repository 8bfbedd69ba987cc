"""The shared Django parts as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "casset.web"
    label = "web"
