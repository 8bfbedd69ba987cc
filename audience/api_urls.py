"""Addresses of the fan's side under ``/api/``."""

from django.urls import path

from audience import share_api

app_name = "audience-api"
urlpatterns = [
    path("shares", share_api.Shares.as_view(), name="shares"),
    path("visuals/<slug:visual_id>/event", share_api.Events.as_view(), name="event"),
]
