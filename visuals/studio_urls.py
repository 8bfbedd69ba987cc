"""Addresses of the studio's Visuals tab: ``/studio/tracks/<track>/visuals/`` and what is done there."""

from django.urls import path

from visuals import making_views, studio_views

TAB = "studio/tracks/<slug:track_id>/visuals/"
ONE = TAB + "<slug:visual_id>/"

patterns = [
    path(TAB, studio_views.library, name="library"),
    path(TAB + "parts/", studio_views.parts, name="parts"),
    path(TAB + "order/", studio_views.order, name="order"),
    path(TAB + "add/", making_views.add, name="add"),
    path(TAB + "draw/", making_views.draw, name="draw"),
    path(TAB + "generate/", making_views.generate, name="generate"),
    path(TAB + "reuse/", making_views.reuse, name="reuse"),
    path(TAB + "scenes/", making_views.scenes, name="scenes"),
    path(TAB + "music/", making_views.hear, name="hear"),
    path(TAB + "music/<slug:version>/<str:name>", making_views.music_file, name="music"),
    path(ONE + "theme.css", studio_views.theme, name="theme"),
    path(ONE + "use/", studio_views.use, name="use"),
    path(ONE + "stop/", studio_views.stop, name="stop"),
    path(ONE + "show/", studio_views.show, name="show"),
    path(ONE + "hide/", studio_views.hide, name="hide"),
    path(ONE + "archive/", studio_views.archive, name="archive"),
    path(ONE + "restore/", studio_views.restore, name="restore"),
    path(ONE + "retry/", studio_views.retry, name="retry"),
    path(ONE + "rename/", studio_views.rename, name="rename"),
    path(ONE + "tags/", studio_views.tags, name="tags"),
    path(ONE + "join/", studio_views.join, name="join"),
    path(ONE + "schedule/", studio_views.schedule, name="schedule"),
    path(ONE + "unschedule/", studio_views.unschedule, name="unschedule"),
]
