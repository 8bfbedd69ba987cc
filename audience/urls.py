"""Addresses of the fan's side. An artist's page takes what no other app has, so these come last."""

from django.urls import path, re_path

from audience import arrivals, dashboard, embeds, views

app_name = "audience"
urlpatterns = [
    path("t/<str:track>", views.hook, name="hook"),
    path("t/<str:track>/embed", embeds.embed, name="embed"),
    path("s/<str:share>", arrivals.arrive, name="share"),
    path("studio/audience/", dashboard.overview, name="overview"),
    path("studio/tracks/<slug:track_id>/audience/", dashboard.track, name="dashboard"),
    path("studio/tracks/<slug:track_id>/audience/turns/", dashboard.take_turns, name="take_turns"),
    path("oembed", embeds.oembed, name="oembed"),
    path("previews/<slug:pk>/<slug:key>/<str:name>", embeds.preview, name="preview"),
    path("worker.js", views.worker, name="worker"),
    path("offline/", views.offline, name="offline"),
    path("discover/", views.discover, name="discover"),
    path("tints/<str:names>.css", views.tint, name="tint"),
    re_path(
        r"^(?P<handle>[A-Za-z0-9][A-Za-z0-9_.]{0,28}[A-Za-z0-9])$", views.artist, name="artist"
    ),
]
