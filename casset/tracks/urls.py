"""Addresses of tracks: the studio's pages, what everybody may fetch of one, the API."""

from django.urls import path

from casset.tracks import audio, views

app_name = "tracks"
_STUDIO = "studio/tracks/<slug:track_id>"
urlpatterns = [
    path("studio/tracks/", views.tracks, name="list"),
    path("studio/tracks/new/", views.new, name="new"),
    path(f"{_STUDIO}/", views.track, name="track"),
    path(f"{_STUDIO}/parts/", views.parts, name="parts"),
    path(f"{_STUDIO}/edit/", views.edit, name="edit"),
    path(f"{_STUDIO}/cover/", views.cover, name="set_cover"),
    path(f"{_STUDIO}/audio/", views.replace, name="replace"),
    path(f"{_STUDIO}/hear/", views.hear, name="hear"),
    path(f"{_STUDIO}/hook/", views.choose_hook, name="choose_hook"),
    path(f"{_STUDIO}/publish/", views.publish, name="publish"),
    path(f"{_STUDIO}/unpublish/", views.unpublish, name="unpublish"),
    path(f"{_STUDIO}/delete/", views.delete, name="delete"),
    path(f"{_STUDIO}/lyrics/", views.lyrics, name="lyrics"),
    path(f"{_STUDIO}/lyrics/text/", views.set_lyrics, name="set_lyrics"),
    path(f"{_STUDIO}/lyrics/tap/", views.tap, name="tap"),
    path(f"{_STUDIO}/lyrics/offset/", views.move_words, name="move_words"),
    path(f"{_STUDIO}/links/", views.links, name="links"),
    path("t/<slug:track_id>/hook.m4a", audio.hook, name="hook_sound"),
    path("t/<slug:track_id>/audio", audio.Song.as_view(), name="song"),
    path("t/<slug:track_id>/cover/<slug:size>.jpg", views.cover_file, name="cover"),
    path("t/<slug:track_id>/peaks.json", views.peaks, name="peaks"),
    path("t/<slug:track_id>/theme.css", views.theme, name="theme"),
    path("api/tracks/<slug:track_id>/audio-url", audio.SongAddress.as_view(), name="song_address"),
]
