"""Pages under ``/studio/``."""

from django.urls import path

from pipeline import downloads, views

app_name = "pipeline"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("new/", views.new, name="new"),
    path("tracks/<slug:track_id>/video/", views.track, name="track"),
    path("tracks/<slug:track_id>/video/films/", views.track_films, name="track_films"),
    path("tracks/<slug:track_id>/video/strip/", views.track_strip, name="track_strip"),
    path("<uuid:job_id>/", views.job, name="job"),
    path("<uuid:job_id>/parts/", views.parts, name="parts"),
    path("<uuid:job_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:job_id>/retry/", views.retry, name="retry"),
    path("<uuid:job_id>/revise/", views.revise, name="revise"),
    path("<uuid:job_id>/delete/", views.delete, name="delete"),
    path("<uuid:job_id>/clips/<int:index>/again/", views.shoot_again, name="shoot_again"),
    path("<uuid:job_id>/clips/<int:index>/<int:number>/use/", views.use_take, name="use_take"),
    path("<uuid:job_id>/video", downloads.video, name="video"),
    path("<uuid:job_id>/sheet.jpg", downloads.sheet, name="sheet"),
    path("<uuid:job_id>/poster.jpg", downloads.poster, name="poster"),
    path(
        "<uuid:job_id>/clips/<int:index>/<int:number>.mp4", downloads.clip_video, name="clip_video"
    ),
    path(
        "<uuid:job_id>/clips/<int:index>/<int:number>.jpg",
        downloads.clip_poster,
        name="clip_poster",
    ),
    path("<uuid:job_id>/report.json", downloads.report, name="report"),
    path("<uuid:job_id>/theme.css", downloads.theme, name="theme"),
]
