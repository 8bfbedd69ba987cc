"""Which work makes a visual, and asking for it. What is done stands in ``workshop``."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from casset.lib.errors import CassetError, InvalidTransition
from casset.work import asking
from casset.work.models import Item
from visuals import events
from visuals.models import VisualAsset

INGEST = "visuals.ingest"  # an upload becomes the canonical loop
DRAW = "visuals.draw"  # a recipe is drawn with the hook's music
GENERATE = "visuals.generate"  # a sentence becomes a clip
KINDS = (INGEST, DRAW, GENERATE)


def kind_of(visual: VisualAsset) -> str:
    """The work that makes this visual. Raises ``InvalidTransition`` where nothing is left to make it from."""
    if visual.recipe:
        return DRAW
    if visual.source_prompt_text:
        return GENERATE
    if visual.source:
        return INGEST
    raise InvalidTransition(
        "What this visual was made from is not kept any more. Upload the video again."
    )


def ask(visual: VisualAsset, *, owner: Any) -> None:
    """Have it made, after the transaction."""
    asking.ask(kind_of(visual), visual.pk, owner=owner)


def call_off(visual: VisualAsset) -> None:
    """Stop whatever makes it."""
    for kind in KINDS:
        asking.call_off(kind, visual.pk)


def hold(visual: VisualAsset) -> None:
    """Until the transaction ends no worker publishes this visual. Before any other lock: workers hold
    their work first, then the visual.
    """
    rows = Item.objects.select_for_update().filter(kind__in=KINDS, subject=visual.pk)
    list(rows.order_by("pk"))


def shares(visuals: list[str]) -> dict[str, float]:
    """How far each is that waits or is being made, 0..1. One query."""
    rows = Item.objects.filter(
        kind__in=KINDS, subject__in=visuals, status__in=(Item.PENDING, Item.RUNNING)
    )
    return dict(rows.values_list("subject", "share"))


def gave_up(subject: str, error: CassetError) -> None:
    """It will not be made: a new visual has failed; one that was to be made anew stays as it is."""
    row = VisualAsset.objects.select_for_update().filter(pk=subject).first()
    if row is None:
        return
    said = {"error": str(error)[:500], "error_code": error.code[:40]}
    if row.status == VisualAsset.Status.PROCESSING:
        row.move(VisualAsset.Status.FAILED, **said)
    else:
        made = row.facts.get("join", row.join)
        VisualAsset.objects.filter(pk=row.pk).update(join=made, updated_at=timezone.now(), **said)
    events.visual_update(row)
