"""Addresses of the gallery."""

from django.urls import path

from visuals import views

app_name = "visuals"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("vertex.glsl", views.vertex, name="vertex"),
    path("<slug:name>/", views.scene, name="scene"),
    path("<slug:name>/fragment.glsl", views.fragment, name="fragment"),
]
