"""The pages of who a person is in public: choosing a handle, the profile, the picture."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from casset.accounts import artist_forms, artists, handles
from casset.accounts.models import Artist, User
from casset.lib.errors import CassetError, MediaError
from casset.web import navigation, pictures, rates, storage
from casset.web.readers import readers

_ASKING = rates.Rate("handles", 120, 60, "You are trying many handles.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """“Who are you in public?” the first time; then the profile. Nothing typed is lost to an error."""
    artist = artists.artist_of(request.user)
    return _claim(request) if artist is None else _edit(request, artist)


def _claim(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    if request.method == "POST":
        form = artist_forms.Claim(request.POST)
        if form.is_valid():
            try:
                artists.claim_handle(user, **form.cleaned_data)
                return redirect(_next(request))
            except artists.HandleTaken as error:
                form.add_error("handle", str(error))
            except CassetError as error:
                form.add_error(None, str(error))
        status = 400
    else:
        form, status = (
            artist_forms.Claim(
                initial={
                    "handle": artists.suggested_handle(user),
                    "name": artists.suggested_name(user),
                }
            ),
            200,
        )
    context = {"form": form, "next": request.GET.get("next", "")}
    return render(request, "accounts/claim.html", context, status=status)


def _edit(request: HttpRequest, artist: Artist) -> HttpResponse:
    if request.method != "POST":
        initial = {
            "name": artist.name,
            "bio": artist.bio,
            "declaration": artist.declaration,
            "links": artist.links,
        }
        return _profile_page(request, artist, artist_forms.Profile(initial=initial), 200)
    form = artist_forms.Profile(request.POST, request.FILES)
    if form.is_valid():
        try:
            artists.edit_profile(artist, **form.cleaned_data)
        except MediaError as error:
            form.add_error("avatar", str(error))
        except CassetError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("artists:profile")
    artist.refresh_from_db()
    return _profile_page(request, artist, form, 400)


def _profile_page(
    request: HttpRequest, artist: Artist, form: artist_forms.Profile, status: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "artist": artist,
        "form": form,
        "picture": avatar_address(artist),
        "links_most": artists.LINKS_MOST,
    }
    return render(request, "accounts/profile.html", context, status=status)


@never_cache
@require_safe
@login_required
def handle(request: HttpRequest) -> JsonResponse:
    """Whether a handle can be had, while it is typed: ``{"ok", "said"}``."""
    rates.take(_ASKING, str(request.user.pk))
    try:
        wanted = handles.checked(request.GET.get("handle", "")[:100])
    except CassetError as error:
        return JsonResponse({"ok": False, "said": str(error)})
    if not artists.is_free(wanted):
        return JsonResponse({"ok": False, "said": f"@{wanted} is taken."})
    return JsonResponse({"ok": True, "said": f"@{wanted} is free."})


@require_safe
def avatar(request: HttpRequest, artist_id: str, size: str) -> HttpResponseBase:
    """An artist's picture, for everybody; kept by browsers where the address names its version."""
    pictured = Artist.objects.exclude(avatar="")
    artist = readers.ask(get_object_or_404, pictured, pk=artist_id)
    if size not in ("small", "large"):
        raise Http404
    is_named = request.GET.get("v") == pictures.version(artist.avatar)
    cache = storage.FOR_EVER if is_named else "no-cache"
    name = f"{artist.avatar}/{size}.jpg"
    return storage.send(request, name, content_type="image/jpeg", cache=cache)


def avatar_address(artist: Artist, size: str = "small") -> str:
    """Where the artist's picture is, ``small`` (320 px) or ``large``; empty without one."""
    if not artist.avatar:
        return ""
    place = reverse("artists:avatar", args=(artist.pk, size))
    return f"{place}?v={pictures.version(artist.avatar)}"


def _next(request: HttpRequest) -> str:
    """Where one came from, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return navigation.address_of("tracks:new", default=reverse("artists:profile"))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  behind login_required
    return request.user
