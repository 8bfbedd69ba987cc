"""Addresses of the visuals' pages and files: the gallery of scenes, the studio's tab of a track."""

from django.urls import path

from visuals import gallery_views, serving, studio_urls

app_name = "visuals"
urlpatterns = [
    path("shaders/", gallery_views.gallery, name="gallery"),
    path("shaders/vertex.glsl", gallery_views.vertex, name="vertex"),
    path("shaders/<slug:name>/", gallery_views.scene, name="scene"),
    path("shaders/<slug:name>/fragment.glsl", gallery_views.fragment, name="fragment"),
    path("visuals/stills/<slug:still_id>/<slug:size>.jpg", serving.still, name="still"),
    path("hooks/layout.json", serving.layout, name="layout"),
    path("visuals/<slug:visual_id>/<slug:version>/<str:name>", serving.file, name="file"),
    *studio_urls.patterns,
]
