"""Tracks as a Django app."""

from django.apps import AppConfig


class TracksConfig(AppConfig):
    name = "casset.tracks"
    label = "tracks"
