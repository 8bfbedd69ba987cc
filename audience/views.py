"""The fan's pages. All of them can be read without an account, a cookie or JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import is_valid_path, reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from audience import drawing, hooks, rotation, tints, visitors, visits
from audience.hooks import Hook
from audience.models import VisualEvent
from audience.visits import Arrival
from casset.lib.hashing import fingerprint
from casset.lib.ids import is_id
from casset.web.readers import readers

A_YEAR_S = 31_536_000
FEED_COUNT = 6  # hooks a page of the feed


@require_safe
def hook(request: HttpRequest, track: str) -> HttpResponse:
    """One hook and its visuals; ``?v=`` says which comes first. What is not published only its owner sees.

    Where the artist lets visuals take turns, a new visitor's first one falls by lot.
    """
    found = drawing.hook_for(request, track, chosen=request.GET.get("v", ""))
    if found is None:
        raise Http404
    shown, is_public = found
    if not is_public and getattr(request.user, "pk", None) != shown.owner_id:
        raise Http404
    arrival = Arrival(how_of(shown))
    if is_public and not shown.is_chosen and shown.arms is not None:
        visitor = visitors.of_or_new(request)
        shown, how = rotation.turned(shown, visitor)
        arrival = Arrival(how, visitor=visitor)
    page = page_of(request, shown, arrival=arrival, is_public=is_public)
    visitors.mark(page, request, arrival.visitor)
    return page


def how_of(shown: Hook) -> str:
    """Why the page begins with the visual it begins with."""
    return VisualEvent.How.CHOSEN if shown.is_chosen else VisualEvent.How.FIRST


def page_of(
    request: HttpRequest, shown: Hook, *, arrival: Arrival, is_public: bool = True
) -> HttpResponse:
    """The page of a hook, with a note of this view of it."""
    before, after = drawing.page("audience/hook.html", shown, is_public=is_public)
    note = visits.note_of(shown, arrival, visitors.user_agent(request))
    page = HttpResponse(before + note.encode() + after)
    patch_cache_control(page, private=True, no_cache=True)
    return page


@require_safe
def artist(request: HttpRequest, handle: str) -> HttpResponseBase:
    """An artist's world: every published hook, in the colours of the newest one's cover."""
    world = readers.ask(hooks.world, handle)
    if world is None:
        with_slash = request.path_info + "/"
        if is_valid_path(with_slash):  # this pattern would hide it from APPEND_SLASH
            return HttpResponsePermanentRedirect(with_slash)
        raise Http404
    found, shown = world
    if handle != found["handle"]:
        return HttpResponsePermanentRedirect(reverse("audience:artist", args=[found["handle"]]))
    tint_name = shown[0].cover_tint if shown else tints.HOUSE
    page = render(
        request,
        "audience/artist.html",
        {
            "artist": hooks.artist_of(found),
            "bio": found["bio"],
            "hooks": shown,
            "tint": tint_name,
            "ground": tints.ground(tint_name),
            "tints": _sheet_of([tint_name, *(one.tint for one in shown)]),
            "canonical": settings.SITE_URL + reverse("audience:artist", args=[found["handle"]]),
        },
    )
    patch_cache_control(page, private=True, no_cache=True)
    return page


def _sheet_of(names: list[str]) -> str:
    return "+".join(list(dict.fromkeys(names))[: tints.MOST])


@require_safe
def discover(request: HttpRequest) -> HttpResponse:
    """The feed: published hooks, newest first, a few at a time; ``?after=`` is where the last ones ended."""
    after = _place(request.GET.get("after", ""))
    shown = readers.ask(hooks.feed, after=after, count=FEED_COUNT + 1)
    more = len(shown) > FEED_COUNT
    shown = shown[:FEED_COUNT]
    page = render(
        request,
        "audience/discover.html",
        {
            "hooks": shown,
            "more": _after(shown[-1]) if more else "",
            "tint": shown[0].tint if shown else tints.HOUSE,
            "ground": tints.ground(shown[0].tint if shown else tints.HOUSE),
            "tints": _sheet_of([one.tint for one in shown]) if shown else "",
            "canonical": settings.SITE_URL + reverse("audience:discover"),
        },
    )
    patch_cache_control(page, private=True, no_cache=True)
    return page


def _after(last: Hook) -> str:
    assert last.published_at is not None  # noqa: S101 - the feed has none other
    return f"{last.published_at.timestamp():.6f}-{last.pk}"


def _place(text: str) -> tuple[datetime, str] | None:
    """Where a page of the feed begins; None for the beginning and for what no page of ours wrote."""
    when, _, track = text.partition("-")
    try:
        moment = datetime.fromtimestamp(float(when), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return (moment, track) if is_id(track) else None


@require_safe
def tint(request: HttpRequest, names: str) -> HttpResponse:
    """The stylesheet of up to 24 tints, whose names say all that is in it."""
    wanted = names.split("+")
    if len(wanted) > tints.MOST:
        raise Http404
    try:
        answer = HttpResponse(tints.css(wanted), content_type="text/css; charset=utf-8")
    except ValueError:
        raise Http404 from None
    patch_cache_control(answer, public=True, max_age=A_YEAR_S, immutable=True)
    return answer


# -- the app on a phone ----------------------------------------------------------------------------
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root because it may only mind what is below its own address."""
    text = render_to_string("audience/worker.js", {"version": _version_of_worker()})
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    patch_cache_control(answer, no_cache=True)
    return answer


@cache
def _version_of_worker() -> str:
    """Changes with anything the worker keeps: its parts' names carry their content."""
    text = render_to_string("audience/worker.js") + render_to_string("audience/offline.html")
    return fingerprint(text)[:12]


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows where there is no connection."""
    page = render(request, "audience/offline.html")
    page["X-Robots-Tag"] = "noindex"
    return page
