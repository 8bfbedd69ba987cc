"""Every address of the site. Apps are named by string, so no import runs upwards."""

from django.urls import path

from casset.web.views import healthz

urlpatterns = [path("healthz", healthz, name="healthz")]
