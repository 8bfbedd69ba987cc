"""The studio's pages of a track. Each finds what the person may see, calls one service, shows the result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from casset.accounts import artists
from casset.lib.errors import CassetError, MediaError, ValidationError
from casset.media.audio.lyrics import formats
from casset.tracks import audio, colours, forms, services, showing, words
from casset.tracks.answers import action, own, signed_in
from casset.tracks.models import Track, TrackFeatures
from casset.web import errors, storage, uploads
from casset.web.answers import is_script, refused_by, refused_form
from casset.web.readers import readers

PER_PAGE = 24


# -- all tracks ------------------------------------------------------------------------------------
@never_cache
@require_safe
@login_required
def tracks(request: HttpRequest) -> HttpResponse:
    """All the person's tracks, the newest first."""
    page = Paginator(_mine(request), PER_PAGE).get_page(request.GET.get("page"))
    cards = [showing.TrackCard(track) for track in page]
    context = {"page": page, "cards": cards, "total": page.paginator.count}
    template = "tracks/_cards.html" if "cards" in request.GET else "tracks/list.html"
    return render(request, template, context)


def _mine(request: HttpRequest) -> QuerySet[Track]:
    return (
        Track.objects.owned_by(request.user).select_related("artist").defer("lines", "lyrics_text")
    )


# -- a new one -------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """The form that takes in a song. Who has no public name chooses one first."""
    artist = artists.artist_of(request.user)
    if artist is None:
        page = f"{reverse('artists:profile')}?next={reverse('tracks:new')}"
        return JsonResponse({"page": page}) if is_script(request) else redirect(page)
    if request.method != "POST":
        return _new_page(request, forms.NewTrack(), 200)
    form = forms.NewTrack(request.POST, request.FILES)
    if not form.is_valid():
        return refused_form(form) if is_script(request) else _new_page(request, form, 400)
    given = form.cleaned_data
    try:
        with _song(request, given) as song:
            track = services.create_track(
                artist=artist, audio=song, title=given["title"], genre=given["genre"]
            )
    except services.SameSong as error:
        messages.info(request, str(error))
        page = reverse("tracks:track", args=(error.track.pk,))
        return JsonResponse({"page": page}, status=200) if is_script(request) else redirect(page)
    except CassetError as error:
        field = "audio" if isinstance(error, MediaError) else None
        if is_script(request):
            return refused_by(error, {field: [str(error)]} if field else None)
        form.add_error(field, str(error))
        return _new_page(request, form, errors.status_of(error))
    page = reverse("tracks:track", args=(track.pk,))
    return JsonResponse({"page": page}, status=201) if is_script(request) else redirect(page)


@contextmanager
def _song(request: HttpRequest, given: dict[str, Any]) -> Iterator[services.Upload]:
    """The song of a form: the file in it, or the one that was sent in pieces before."""
    if given.get("audio"):
        yield given["audio"]
        return
    with uploads.take(given["upload"], owner=request.user, purpose=services.UPLOAD) as taken:
        yield services.Sent(taken)


def _new_page(request: HttpRequest, form: forms.NewTrack, status: int) -> HttpResponse:
    context = {
        "form": form,
        "genres": forms.GENRES,
        "small_bytes": settings.UPLOAD_MAX_BYTES,
    }
    return render(request, "tracks/new.html", context, status=status)


# -- one track -------------------------------------------------------------------------------------
def _page(template: str, *more: str) -> Any:
    @never_cache
    @require_safe
    @signed_in
    def view(request: HttpRequest, track_id: str) -> HttpResponse:
        track = own(request, track_id)
        context = {"track": track, "shown": showing.TrackPage(track), "genres": forms.GENRES}
        return render(request, template, context)

    return view


track = _page("tracks/track.html")
parts = _page("tracks/_parts.html")
links = _page("tracks/links.html")


@never_cache
@require_safe
@signed_in
def lyrics(request: HttpRequest, track_id: str) -> HttpResponse:
    """The words: paste them, see them light up, tap them into place."""
    track = own(request, track_id)
    context = {
        "track": track,
        "shown": showing.TrackPage(track),
        "form": forms.Words(initial={"text": track.lyrics_text}),
        "words": showing.Words(track),
    }
    template = "tracks/_words.html" if "part" in request.GET else "tracks/lyrics.html"
    return render(request, template, context)


@action("tracks:track", forms.About)
def edit(request: HttpRequest, track: Track, given: dict[str, Any]) -> str:
    services.edit_track(track=track, title=given["title"], genre=given["genre"])
    return "Saved."


@action("tracks:track", forms.Cover)
def cover(request: HttpRequest, track: Track, given: dict[str, Any]) -> str:
    services.keep_cover(track=track, cover=given["cover"])
    return "This is the cover now; the pages take its colours."


@action("tracks:track", forms.Recording)
def replace(request: HttpRequest, track: Track, given: dict[str, Any]) -> str:
    with _song(request, given) as song:
        services.replace_audio(track=track, audio=song)
    return "The new recording is being listened to. The hook plays on until it is cut anew."


@action("tracks:track")
def hear(request: HttpRequest, track: Track) -> str:
    services.hear_again(track=track)
    return "It is being listened to once more."


@action("tracks:track", forms.Window)
def choose_hook(request: HttpRequest, track: Track, given: dict[str, Any]) -> dict[str, Any]:
    hook = services.choose_hook(
        track=track, start_s=given["start_s"], end_s=given["end_s"], label=given["label"]
    )
    return {"said": "Saved.", "version": hook.version}


@action("tracks:links")
def publish(request: HttpRequest, track: Track) -> dict[str, Any]:
    services.publish(track=track)
    return {
        "said": "The hook is shared: everybody with the link can hear it.",
        "link": showing.share_link(track),
    }


@action("tracks:links")
def unpublish(request: HttpRequest, track: Track) -> str:
    services.unpublish(track=track)
    return "The hook is yours alone again; its link leads nowhere."


@action("tracks:lyrics", forms.Words)
def set_lyrics(request: HttpRequest, track: Track, given: dict[str, Any]) -> str:
    text = given["text"]
    if given["file"]:
        text, _ = formats.decode_text(given["file"].read(formats.MAX_BYTES + 1))
    services.set_lyrics(track=track, text=text)
    if not text.strip():
        return "The words are taken out."
    return "Saved. Each word is being placed where it is sung."


@action("tracks:lyrics")
def tap(request: HttpRequest, track: Track) -> str:
    try:
        given = json.loads(request.POST.get("lines", ""))
    except ValueError:
        given = None
    if not isinstance(given, list):
        raise ValidationError("The times could not be read. Load the page again.")
    services.save_tapped(track=track, lines=given)
    return "Saved. These times are yours and stay."


@action("tracks:lyrics")
def move_words(request: HttpRequest, track: Track) -> str:
    try:
        offset_s = float(request.POST.get("offset_s", ""))
    except ValueError:
        raise ValidationError(
            f"The words can be moved by {words.OFFSET_MOST_S:.0f} s at most."
        ) from None
    services.set_offset(track=track, offset_s=offset_s)
    return "Saved."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delete(request: HttpRequest, track_id: str) -> HttpResponse:
    """Ask, then remove a track with all its files."""
    track = own(request, track_id)
    if request.method != "POST":
        return render(request, "tracks/delete.html", {"track": track})
    title = track.title
    services.delete_track(track=track)
    messages.success(request, f"“{title}” is deleted.")
    page = reverse("tracks:list")
    return JsonResponse({"page": page}) if is_script(request) else redirect(page)


# -- what belongs to a track -----------------------------------------------------------------------
@require_safe
def peaks(request: HttpRequest, track_id: str) -> HttpResponse:
    """The outline of the whole song and its bars, for its artist."""
    mine = TrackFeatures.objects.filter(track__in=Track.objects.owned_by(request.user))
    found = get_object_or_404(mine.only("peaks", "offers"), pk=track_id)
    answer = JsonResponse({"peaks": found.peaks, "bars": found.offers.get("bars", [])})
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@require_safe
def cover_file(request: HttpRequest, track_id: str, size: str) -> HttpResponseBase:
    """The cover, for whoever may see the track; kept by browsers where the address names its version."""
    found = readers.ask(audio.visible, request.user, track_id)
    if size not in ("small", "large") or not found.cover:
        raise Http404
    is_named = showing.cover_address(found, size).endswith(f"?v={request.GET.get('v')}")
    cache = audio.for_ever(found) if is_named else audio.CURRENT
    name = f"{found.cover}/{size}.jpg"
    return storage.send(request, name, content_type="image/jpeg", cache=cache)


@require_safe
def theme(request: HttpRequest, track_id: str) -> HttpResponse:
    """The track's colours as a stylesheet."""
    found = audio.visible(request.user, track_id)
    answer = HttpResponse(colours.stylesheet(found.theme), content_type="text/css")
    answer["Cache-Control"] = "private, no-cache"
    return answer
