"""The studio's pages of listeners: a track's tab and the overview of all tracks, for their artist."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audience import rotation, standing
from audience.models import Rotation
from casset.tracks import showing
from casset.tracks.models import Track


@never_cache
@require_safe
@login_required
def track(request: HttpRequest, track_id: str) -> HttpResponse:
    """How a track's visuals stand, over ``?days=``."""
    found = _own(request, track_id)
    days = _days(request)
    turns = Rotation.objects.filter(track=found).first()
    context = {
        "track": found,
        "shown": showing.TrackPage(found),
        "board": standing.of_track(found, days=days),
        "days": days,
        "spans": standing.SPANS,
        "takes_turns": turns is not None and turns.is_on,
        "least": standing.LEAST,
    }
    return render(request, "audience/dashboard.html", context)


@require_POST
@login_required
def take_turns(request: HttpRequest, track_id: str) -> HttpResponse:
    """Let new visitors see the visuals by turns, or no more."""
    found = _own(request, track_id)
    row = rotation.switch(track=found, is_on=request.POST.get("on") == "1")
    messages.success(
        request,
        "New listeners now see your visuals by turns."
        if row.is_on
        else "Everybody sees the active visual first again.",
    )
    return redirect("audience:dashboard", track_id=found.pk)


@never_cache
@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """All tracks, most seen first."""
    days = _days(request)
    rows = standing.overview(request.user, days=days)
    context = {"rows": rows, "days": days, "spans": standing.SPANS}
    return render(request, "audience/overview.html", context)


def _own(request: HttpRequest, track_id: str) -> Track:
    mine = Track.objects.owned_by(request.user).select_related("artist__user")
    return get_object_or_404(mine, pk=track_id)


def _days(request: HttpRequest) -> int:
    wish = request.GET.get("days", "")
    return int(wish) if wish in {str(span) for span in standing.SPANS} else 28
