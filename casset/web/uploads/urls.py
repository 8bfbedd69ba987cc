"""Addresses under ``/api/`` at which files come in."""

from django.urls import path

from casset.web.uploads import api

app_name = "uploads"
urlpatterns = [
    path("uploads/", api.Uploads.as_view(), name="uploads"),
    path("uploads/<str:upload_id>", api.OneUpload.as_view(), name="upload"),
    path("upload/media", api.Media.as_view(), name="media"),
]
