"""The studio's Visuals tab, where new visuals come from: uploads, drawing, sentences, earlier loops."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from casset.lib.errors import ValidationError
from casset.tracks.answers import own
from casset.tracks.models import Track
from casset.web import storage
from casset.web.answers import is_script
from casset.web.uploads import kinds
from casset.web.uploads import services as sending
from visuals import gallery_views, music, picking, services
from visuals.forms import Drawing, Wishing
from visuals.models import VisualAsset
from visuals.services import Added
from visuals.serving import OWN_BROWSER
from visuals.studio_views import answered, read, signed_in

FILES_AT_ONCE = 10  # of one form


def _told(added: Added, said: str) -> dict[str, Any]:
    """What the page is told of a visual that was added, or found there already."""
    return {"said": added.note or said.format(added.visual.title), "visual": added.visual.pk}


@never_cache
@require_POST
@signed_in
def add(request: HttpRequest, track_id: str) -> HttpResponse:
    """Take in what came in pieces (``upload``), or the files of the form where there is no script.

    A clip becomes a visual; an image a still, and the answer says where it can be treated.
    """
    track = own(request, track_id)

    def do() -> dict[str, Any]:
        sent = request.POST.get("upload", "")[:64]
        if sent:
            return _taken_in(track, request, sent, is_image=request.POST.get("kind") == "image")
        told: dict[str, Any] = {"said": "Choose a clip or an image first."}
        for file in request.FILES.getlist("file")[:FILES_AT_ONCE]:
            is_image = kinds.image(file.read(64)) is not None
            file.seek(0)
            told = _taken_in(track, request, _received(request, file, is_image), is_image=is_image)
        return told

    return answered(request, track_id, "", do)


def _received(request: HttpRequest, file: UploadedFile[Any], is_image: bool) -> str:
    """The id of the upload that holds a file sent with a form, checked as one sent in pieces is."""
    upload = sending.create(
        owner=request.user,
        purpose="image" if is_image else "visual",
        size_bytes=file.size or 0,
        name=file.name or "",
    )
    return sending.append(upload, offset=0, read=file.read).pk


def _taken_in(track: Track, request: HttpRequest, sent: str, *, is_image: bool) -> dict[str, Any]:
    if is_image:
        still = services.add_still(track=track, owner=request.user, upload_id=sent)
        place = reverse("visuals:scenes", args=(track.pk,))
        return {"said": "", "scenes": f"{place}?image=still:{still.pk}"}
    added = services.add_sent(track=track, owner=request.user, upload_id=sent)
    return _told(added, "“{}” is on its way.")


@never_cache
@require_POST
@signed_in
def draw(request: HttpRequest, track_id: str) -> HttpResponse:
    """Have a treatment or scene drawn: a new one, or another treatment of what a visual shows."""
    track = own(request, track_id)

    def do() -> dict[str, Any]:
        form = Drawing(request.POST)
        recipe = form.recipe_like(_recipe_of(track, read(form)["again"]))
        return _told(
            services.draw(track=track, owner=request.user, recipe=recipe), "“{}” is being drawn."
        )

    return answered(request, track_id, "", do)


def _recipe_of(track: Track, again: str) -> dict[str, Any] | None:
    """The recipe of the visual that ``<id>:<entry>`` names. Raises ``ValidationError`` if it has none."""
    if not again:
        return None
    visual = track.visuals.filter(pk=again.partition(":")[0]).first()
    if visual is None or not visual.recipe:
        raise ValidationError("This visual cannot be drawn another way.")
    return dict(visual.recipe)


@never_cache
@require_POST
@signed_in
def generate(request: HttpRequest, track_id: str) -> HttpResponse:
    """Have a short loop made from a sentence."""
    track = own(request, track_id)

    def do() -> dict[str, Any]:
        prompt = read(Wishing(request.POST))["prompt"]
        return _told(
            services.generate(track=track, owner=request.user, prompt=prompt), "“{}” is being made."
        )

    return answered(request, track_id, "", do)


@never_cache
@require_POST
@signed_in
def reuse(request: HttpRequest, track_id: str) -> HttpResponse:
    """Put a loop of another track of the artist's on this wall."""
    track = own(request, track_id)

    def do() -> dict[str, Any]:
        mine = VisualAsset.objects.owned_by(request.user).select_related("track")
        visual = mine.filter(pk=request.POST.get("visual", "")[:14]).first()
        if visual is None:
            raise ValidationError("This loop is not there any more. Choose another one.")
        return _told(
            services.reuse(visual=visual, track=track, owner=request.user), "“{}” is on the wall."
        )

    return answered(request, track_id, "", do)


@never_cache
@require_safe
@signed_in
def scenes(request: HttpRequest, track_id: str) -> HttpResponse:
    """Every treatment and scene, to be tried on the track's own pictures; a part of the tab to its script."""
    track = own(request, track_id)
    song = picking.song_of(track)
    context = {
        "track": track,
        "lab": json.dumps(gallery_views.shared() | song),
        "asks": "" if song else reverse("visuals:hear", args=(track.pk,)),
        "pictures": picking.pictures(track, request.GET.get("image", "")),
        "groups": picking.groups(track),
    }
    name = "visuals/_scenes.html" if is_script(request) else "visuals/scenes.html"
    return render(request, name, context)


@never_cache
@require_POST
@signed_in
def hear(request: HttpRequest, track_id: str) -> HttpResponse:
    """Have the hook's music worked out; the track's channel tells when it is there."""
    music.ask(own(request, track_id))
    return JsonResponse({}, status=202)


@require_safe
@signed_in
def music_file(request: HttpRequest, track_id: str, version: str, name: str) -> HttpResponseBase:
    """A hook's curves or what is known of them, for its artist."""
    track = own(request, track_id)
    if name not in music.TYPES:
        raise Http404
    stored = f"{track.prefix}/music/{version}/{name}"
    return storage.send(request, stored, content_type=music.TYPES[name], cache=OWN_BROWSER)
