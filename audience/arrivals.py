"""``/s/<id>``: the page of a hook as somebody passed it on, the same for people and for crawlers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from audience import drawing, sharing, views, visitors
from audience.models import VisualEvent
from audience.visits import Arrival
from casset.lib.errors import NotFound
from casset.web.readers import readers


@require_safe
def arrive(request: HttpRequest, share: str) -> HttpResponse:
    """The hook with the visual that was shared; the active one where that cannot be seen any more.

    The visitor gets an id, so that it is known by whose link they first came.
    """
    try:
        row = readers.ask(sharing.find, share)
    except NotFound:
        sharing.count_guess(visitors.network(request))
        raise Http404 from None
    chosen = request.GET.get("v", "") or row.visual_id or ""
    found = drawing.hook_for(request, row.track_id or "", chosen=chosen)
    if found is None or not found[1]:
        return _gone(request)
    shown = found[0]
    visitor = visitors.of_or_new(request)
    is_that = shown.first is not None and shown.first.pk == row.visual_id
    how = VisualEvent.How.SHARED if is_that else views.how_of(shown)
    page = views.page_of(request, shown, arrival=Arrival(how, row.pk, visitor))
    visitors.mark(page, request, visitor)
    return page


def _gone(request: HttpRequest) -> HttpResponse:
    page = render(request, "audience/gone.html", status=404)
    patch_cache_control(page, private=True, no_cache=True)
    return page
