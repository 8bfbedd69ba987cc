"""Addresses of visuals under ``/api/``."""

from django.urls import path

from visuals import api, export_api

OF_TRACK = "tracks/<slug:track_id>/visuals"
ONE = f"{OF_TRACK}/<slug:visual_id>"

app_name = "visuals-api"
urlpatterns = [
    path(OF_TRACK, api.TrackVisuals.as_view(), name="of_track"),
    path(f"{OF_TRACK}/drawn", api.Drawn.as_view(), name="drawn"),
    path(f"{OF_TRACK}/generated", api.Generated.as_view(), name="generated"),
    path(f"{OF_TRACK}/reused", api.Reused.as_view(), name="reused"),
    path(f"{OF_TRACK}/order", api.Order.as_view(), name="order"),
    path(f"{OF_TRACK}/recommendations", api.Recommendations.as_view(), name="recommendations"),
    path(ONE, api.TrackVisual.as_view(), name="change"),
    path(f"{ONE}/active", api.Active.as_view(), name="active"),
    path(f"{ONE}/retry", api.Retry.as_view(), name="retry"),
    path(f"{ONE}/redraw", api.Redraw.as_view(), name="redraw"),
    path(f"{ONE}/periods", api.Periods.as_view(), name="periods"),
    path(f"{ONE}/periods/<int:period_id>", api.OnePeriod.as_view(), name="period"),
    path("tracks/<slug:track_id>/stills", api.Stills.as_view(), name="stills"),
    path("tracks/<slug:track_id>/stills/<slug:still_id>", api.OneStill.as_view(), name="still"),
    path("hooks/tiktok-video", export_api.HookVideos.as_view(), name="export_hook"),
    path("hooks/drawing", export_api.HookDrawing.as_view(), name="hook_drawing"),
    path("hooks/exports/<slug:export_id>", export_api.HookVideo.as_view(), name="export"),
    path(
        "hooks/exports/<slug:export_id>/<str:name>",
        export_api.HookVideoFile.as_view(),
        name="export_file",
    ),
    path("visuals/<slug:visual_id>", api.OneVisual.as_view(), name="visual"),
]
