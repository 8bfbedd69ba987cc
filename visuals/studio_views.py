"""The studio's Visuals tab. Each view finds what is the person's own, calls one service, shows the result.

A request of the page's own script (``X-Requested-With: script``) is answered in JSON, with errors in
the API's shape, so that the page can stay as it is; without the script every action leads back to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from casset.lib.errors import ValidationError
from casset.tracks.answers import own
from casset.tracks.models import Hook, Track
from casset.web import answers, events
from visuals import flags, listing, places, services, showing
from visuals.forms import Dating, Naming, Ordering, Tagging
from visuals.models import VisualAsset, VisualTag

FORMS = ("act", "rename", "tags", "schedule", "order", "draw")  # what buttons in the parts send
EARLIER_MOST = 40
STRIP = (
    "beam",
    "road",
    "bloom",
    "rain",
    "crowd",
    "sea",
    "city",
    "stars",
)  # stills of the film's strip


signed_in = answers.signed_in(lambda named: reverse("visuals:library", args=(named["track_id"],)))


def _own_visual(request: HttpRequest, track_id: str, visual_id: str) -> VisualAsset:
    mine = VisualAsset.objects.owned_by(request.user).select_related("track__artist")
    return get_object_or_404(mine, pk=visual_id, track_id=track_id)


# -- the page --------------------------------------------------------------------------------------
@never_cache
@require_safe
@signed_in
def library(request: HttpRequest, track_id: str) -> HttpResponse:
    """The tab, whole: the hook, the wall of visuals, and the chosen one in the phone."""
    track = own(request, track_id)
    context = {
        **_shown(request, track),
        "since": events.latest(track.channel),
        "forms": FORMS,
        "limits": {
            "clip_mb": settings.VISUAL_MAX_BYTES // 2**20,
            "image_mb": settings.IMAGE_MAX_BYTES // 2**20,
        },
    }
    return render(request, "visuals/library.html", context)


@never_cache
@require_safe
@signed_in
def parts(request: HttpRequest, track_id: str) -> HttpResponse:
    """The parts of the tab that change, for its script."""
    track = own(request, track_id)
    return render(request, "visuals/_parts.html", {**_shown(request, track), "is_part": True})


def _shown(request: HttpRequest, track: Track) -> dict[str, Any]:
    hook = Hook.objects.filter(track=track).first()
    visuals = showing.library_of(track)
    wall = showing.Wall(
        track=track,
        visuals=visuals,
        chosen_id=request.GET.get("v", "")[:14],
        wish=showing.Wish.of(request.GET),
        percents=showing.percents_of(visuals),
        vocabulary=list(VisualTag.objects.all()),
    )
    return {
        "track": track,
        "wall": wall,
        "sound": showing.HookSound(hook),
        "sound_address": places.sound(hook),
        "cover": places.cover(track, "large"),
        "link": places.shared(track, wall.chosen.pk if wall.chosen else ""),
        "suggested": showing.ideas(track, visuals),
        "earlier": [showing.Tile(one) for one in listing.elsewhere(track)[:EARLIER_MOST]],
        "may_generate": flags.is_on(flags.GENERATION, request),
        "stills": [static(f"shaders/stills/{name}.webp") for name in STRIP],
    }


@never_cache
@require_safe
@signed_in
def theme(request: HttpRequest, track_id: str, visual_id: str) -> HttpResponse:
    """A stylesheet with the colours of one visual, for the phone's side."""
    visual = _own_visual(request, track_id, visual_id)
    return HttpResponse(showing.Tile(visual).stylesheet(), content_type="text/css")


# -- what can be done ------------------------------------------------------------------------------
def answered(
    request: HttpRequest, track_id: str, chosen: str, do: Callable[[], str | dict[str, Any]]
) -> HttpResponse:
    """Do it and say what happens now: in JSON to the script, else back on the page."""
    library = reverse("visuals:library", args=(track_id,))

    def page_after(told: dict[str, Any]) -> str:
        made = told.get("visual") or chosen
        return told.get("scenes") or (f"{library}?v={made}" if made else library)

    return answers.done(request, do, page_after({}), page_after)


def _action(view: Callable[..., str | dict[str, Any]]) -> Callable[..., HttpResponseBase]:
    """A view that does one thing with one visual and says what happens now."""

    @never_cache
    @require_POST
    @signed_in
    @wraps(view)
    def inner(request: HttpRequest, track_id: str, visual_id: str) -> HttpResponse:
        visual = _own_visual(request, track_id, visual_id)
        return answered(request, track_id, visual_id, lambda: view(request, visual))

    return inner


def read(form: Form) -> dict[str, Any]:
    """What a form holds. Raises ``ValidationError`` with its sentences."""
    if form.is_valid():
        return form.cleaned_data
    raise ValidationError(
        " ".join(str(sentence) for found in form.errors.values() for sentence in found)
    )


@_action
def use(request: HttpRequest, visual: VisualAsset) -> str:
    services.use(visual=visual)
    return f"“{visual.title}” is the active visual now."


@_action
def stop(request: HttpRequest, visual: VisualAsset) -> str:
    services.stop_using(visual=visual)
    return "Fans see the cover first now."


@_action
def show(request: HttpRequest, visual: VisualAsset) -> str:
    services.show(visual=visual)
    return f"Fans can swipe to “{visual.title}”."


@_action
def hide(request: HttpRequest, visual: VisualAsset) -> str:
    services.hide(visual=visual)
    return f"Fans can’t see “{visual.title}” any more."


@_action
def archive(request: HttpRequest, visual: VisualAsset) -> dict[str, Any]:
    if visual.status == VisualAsset.Status.FAILED:
        services.delete(visual=visual)
        return {"said": f"“{visual.title}” is removed."}
    services.archive(visual=visual)
    undo = reverse("visuals:restore", args=(visual.track_id, visual.pk))
    return {"said": f"“{visual.title}” is archived.", "undo": undo}


@_action
def restore(request: HttpRequest, visual: VisualAsset) -> str:
    services.restore(visual=visual)
    return f"“{visual.title}” is back."


@_action
def retry(request: HttpRequest, visual: VisualAsset) -> str:
    services.retry(visual=visual)
    return f"“{visual.title}” is made again."


@_action
def rename(request: HttpRequest, visual: VisualAsset) -> str:
    title = read(Naming(request.POST))["title"]
    return f"It is called “{services.rename(visual=visual, title=title).title}” now."


@_action
def tags(request: HttpRequest, visual: VisualAsset) -> str:
    form = Tagging(request.POST)
    given = read(form)
    services.set_tags(visual=visual, tags=form.words_given())
    services.set_bpm(visual=visual, least=given["bpm_min"], most=given["bpm_max"])
    return "The tags are saved."


@_action
def join(request: HttpRequest, visual: VisualAsset) -> str:
    services.set_join(visual=visual, join=request.POST.get("join", "")[:9])
    return "It is joined anew. It stays in use meanwhile."


@_action
def schedule(request: HttpRequest, visual: VisualAsset) -> str:
    given = read(Dating(request.POST))
    services.schedule(visual=visual, starts_at=given["starts_at"], ends_at=given["ends_at"])
    return "The dates are set."


@_action
def unschedule(request: HttpRequest, visual: VisualAsset) -> str:
    number = request.POST.get("period", "")
    period = visual.periods.filter(pk=number).first() if number.isdecimal() else None
    if period is not None:
        services.unschedule(period=period)
    return "The dates are taken away."


@never_cache
@require_POST
@signed_in
def order(request: HttpRequest, track_id: str) -> HttpResponse:
    """Put the wall in another order: all ids, or one visual a place earlier or later."""
    track = own(request, track_id)

    def do() -> dict[str, Any]:
        form = Ordering(request.POST)
        read(form)
        ids = form.order(list(track.visuals.kept().in_order().values_list("pk", flat=True)))
        services.reorder(track=track, ids=ids)
        return {"said": "", "ids": ids}

    chosen = request.POST.get("earlier") or request.POST.get("later") or ""
    return answered(request, track_id, chosen[:14], do)
