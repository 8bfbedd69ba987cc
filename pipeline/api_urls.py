"""Addresses under ``/api/v1/``. ``jobs/<id>/stream`` is served in front of Django."""

from django.urls import path

from pipeline import api

app_name = "pipeline-api"
urlpatterns = [
    path("upload-audio", api.Upload.as_view(), name="upload"),
    path("jobs", api.Jobs.as_view(), name="jobs"),
    path("jobs/<uuid:job_id>", api.OneJob.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel", api.Cancel.as_view(), name="cancel"),
    path("jobs/<uuid:job_id>/retry", api.Retry.as_view(), name="retry"),
    path("jobs/<uuid:job_id>/costs", api.Costs.as_view(), name="costs"),
    path("jobs/<uuid:job_id>/download", api.Download.as_view(), name="download"),
    path(
        "jobs/<uuid:job_id>/clips/<int:index>/regenerate",
        api.Regenerate.as_view(),
        name="regenerate",
    ),
    path(
        "jobs/<uuid:job_id>/clips/<int:index>/takes/<int:number>/use",
        api.UseTake.as_view(),
        name="use_take",
    ),
]
