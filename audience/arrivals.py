"""``/s/<id>``: the page of a hook as somebody passed it on, the same for people and for crawlers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from audience import hooks, sharing, views, visitors
from audience.hooks import Hook
from audience.models import HookShare, VisualEvent
from audience.visits import Arrival
from casset.lib.errors import NotFound
from casset.web.readers import readers


@require_safe
def arrive(request: HttpRequest, share: str) -> HttpResponse:
    """The hook with the visual that was shared; the active one where that cannot be seen any more.

    The visitor gets an id, so that it is known by whose link they first came.
    """
    try:
        row, found = readers.ask(_found, share, request.GET.get("v", ""))
    except NotFound:
        sharing.count_guess(visitors.network(request))
        raise Http404 from None
    if found is None or not found[1]:
        return _gone(request)
    shown = found[0]
    visitor = visitors.of_or_new(request)
    is_that = shown.first is not None and shown.first.pk == row.visual_id
    how = VisualEvent.How.SHARED if is_that else views.how_of(shown)
    page = views.page_of(request, shown, arrival=Arrival(how, row.pk, visitor))
    visitors.mark(page, request, visitor)
    return page


def _found(share: str, chosen: str) -> tuple[HookShare, tuple[Hook, bool] | None]:
    """The share, and its hook as ``hooks.one`` gives it. Raises ``NotFound``. Three queries."""
    row = sharing.find(share)
    if row.track_id is None:
        return row, None
    return row, hooks.one(row.track_id, chosen=chosen or row.visual_id or "")


def _gone(request: HttpRequest) -> HttpResponse:
    page = render(request, "audience/gone.html", status=404)
    patch_cache_control(page, private=True, no_cache=True)
    return page
