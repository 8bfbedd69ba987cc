"""Addresses of who a person is in public."""

from django.urls import path

from casset.accounts import artist_views

app_name = "artists"
urlpatterns = [
    path("studio/profile/", artist_views.profile, name="profile"),
    path("studio/profile/handle/", artist_views.handle, name="handle"),
    path("a/<slug:artist_id>/<slug:size>.jpg", artist_views.avatar, name="avatar"),
]
