"""Every address of the site. Apps are named by string, so no import runs upwards."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from casset.accounts.views import settings_page
from casset.web import api_schema, views
from casset.web.metrics import metrics

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("account/", include("casset.accounts.urls")),
    path("", include("casset.accounts.artist_urls")),
    path("", include("casset.tracks.urls")),
    path("studio/", include("pipeline.urls")),
    path("settings/", settings_page, name="settings"),
    path("", include("visuals.urls")),
    path("api/", api_schema.docs, name="api-docs"),
    path("api/", include("casset.web.uploads.urls")),
    path("api/", include("visuals.api_urls")),
    path("api/", include("audience.api_urls")),
    path("api/v1/", include("pipeline.api_urls")),
    path("api/v1/auth/", include("casset.accounts.api_urls")),
    path(
        "api/v1/schema/",
        SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[]),
        name="api-schema",
    ),
    path("admin/", admin.site.urls),
    path("", include("audience.urls")),  # last: an artist's page has whatever nobody else has
]
handler400 = views.unreadable
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.broken
