"""What a worker does for an export: renders the hook video or cuts the Canvas, and publishes it under its claim."""

from __future__ import annotations

import dataclasses
import logging
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from casset.lib.errors import InvalidTransition, NotFound
from casset.lib.ids import new_id
from casset.media.audio.analysis import LyricLine
from casset.media.hookvideo import canvas, render
from casset.media.hookvideo.video import HookVideo, HookVideoReport, Theme
from casset.tracks.models import Hook
from casset.web import events, storage
from casset.work.running import Claim
from visuals import export_orders, exports
from visuals.exports import CAPTIONS_FILE, TYPES, VIDEO_FILE
from visuals.models import HookExport, VisualAsset

log = logging.getLogger(__name__)

CHECKING = 0.9  # of a Canvas's work is the cut, the rest looking at it
GONE = "The visual's file is gone, so the cover stands in for it."
_Status = HookExport.Status


def run(claim: Claim) -> None:
    """Make the export that is waited for; nothing where it was forgotten or is made."""
    row = HookExport.objects.filter(pk=claim.subject).first()
    if row is None or row.status == _Status.READY:
        return
    with claim.held():
        HookExport.objects.filter(pk=row.pk).update(status=_Status.RENDERING, progress=0)
        events.publish(row.channel, "progress", {"id": row.pk, "percent": 0})
    make = _make_canvas if row.order["kind"] == export_orders.CANVAS else _make_video
    base = Path(settings.WORK_DIR) / exports.ROOT
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{row.pk}-", dir=base) as folder:
        out = Path(folder) / VIDEO_FILE
        facts = make(row.order, out, _teller(claim, row), claim)
        if report := facts["report"].get("fallback"):
            log.warning("export %s without its visual: %s", row.pk, report)
        _publish(claim, row, out, facts)


def _teller(claim: Claim, row: HookExport) -> Callable[[float], None]:
    def at(share: float) -> None:
        if claim.at(share):
            percent = min(99, round(100 * share))
            HookExport.objects.filter(pk=row.pk, status=_Status.RENDERING).update(progress=percent)
            events.publish(row.channel, "progress", {"id": row.pk, "percent": percent})

    return at


def _make_video(
    order: dict[str, Any], out: Path, at: Callable[[float], None], claim: Claim
) -> dict[str, Any]:
    hook = order["hook"]
    newest = Hook.objects.filter(track=order["track"]).values_list("sound", flat=True).first()
    if newest != hook["sound"]:
        raise InvalidTransition("The hook was changed meanwhile. Export it again.", code="CHANGED")
    _check_visual(order)
    with ExitStack() as stack:
        visual, note = _visual_of(order, stack)
        video = HookVideo(
            sound=stack.enter_context(storage.local(hook["sound"])),
            title=order["title"],
            artist_name=order["artist"],
            handle=order["handle"],
            aspect=order["aspect"],
            quality=order["quality"],
            visual=visual,
            cover=_picture(order["cover"], stack),
            avatar=_picture(order["avatar"], stack),
            share_url=order["share_url"],
            attribution=order["attribution"] or None,
            lyrics=tuple(LyricLine.model_validate(line) for line in order["lines"]),
            theme=Theme(**order["theme"]),
            scale=order["side_px"] / export_orders.FULL_SIDE_PX,
        )
        made = render.render(video, out, progress=at, check=claim.check)
    report = _plain(made)
    report["fallback"] = report["fallback"] or note
    return {"duration_s": made.duration_s, "report": report}


def _make_canvas(
    order: dict[str, Any], out: Path, at: Callable[[float], None], claim: Claim
) -> dict[str, Any]:
    _check_visual(order)
    with storage.local(f"{order['visual']['stored']}/loop.mp4") as visual:
        at(0.05)
        cut = canvas.cut(visual, out)
    at(CHECKING)
    claim.check()
    report = {
        "size": list(cut.size),
        "how": cut.how,
        "start_s": cut.start_s,
        "seam": cut.seam,
        "findings": [dataclasses.asdict(found) for found in canvas.check(out)],
    }
    return {"duration_s": cut.length_s, "report": report}


def _check_visual(order: dict[str, Any]) -> None:
    """A visual that was made anew has another order, which whoever asks now gets."""
    wanted = order["visual"]
    row = wanted and VisualAsset.objects.filter(pk=wanted["id"]).first()
    if row and row.stored != wanted["stored"]:
        raise InvalidTransition(
            "The visual was made anew meanwhile. Export it again.", code="CHANGED"
        )


def _visual_of(order: dict[str, Any], stack: ExitStack) -> tuple[Path | None, str | None]:
    """The loop, or None with what to say of it: an export never fails for its visual."""
    if not order["visual"]:
        return None, None
    try:
        return stack.enter_context(storage.local(f"{order['visual']['stored']}/loop.mp4")), None
    except NotFound:
        return None, GONE


def _picture(prefix: str, stack: ExitStack) -> Path | None:
    """A stored picture; None where there is none (any more), which the layout has an answer to."""
    if not prefix:
        return None
    try:
        return stack.enter_context(storage.local(f"{prefix}/large.jpg"))
    except NotFound:
        return None


def _plain(made: HookVideoReport) -> dict[str, Any]:
    """The renderer's report as a row keeps it."""
    return {
        "size": list(made.size),
        "frames": made.frames,
        "drift_s": made.drift_s,
        "scrim": round(made.scrim, 3),
        "contrast": {name: dataclasses.asdict(found) for name, found in made.contrast.items()},
        "fit": made.fit and dataclasses.asdict(made.fit),
        "fallback": made.fallback,
        "notes": list(made.notes),
        "tries": made.tries,
        "maxrate_kbit": made.maxrate_kbit,
        "layout": made.layout_version,
    }


def _publish(claim: Claim, row: HookExport, out: Path, facts: dict[str, Any]) -> None:
    """Keep the files under a name of this making and make the row ready under the claim."""
    stored = f"{exports.folder_of(row)}/{new_id()}"
    kept = False
    try:
        storage.keep(f"{stored}/{VIDEO_FILE}", out, content_type=TYPES[VIDEO_FILE])
        if captions := row.order.get("captions"):
            storage.keep_bytes(
                f"{stored}/{CAPTIONS_FILE}", captions.encode(), content_type=TYPES[CAPTIONS_FILE]
            )
        with claim.held():
            kept = bool(
                HookExport.objects.filter(pk=row.pk).update(
                    status=_Status.READY, progress=100, error="", stored=stored,
                    bytes=out.stat().st_size, finished_at=timezone.now(), **facts,
                )
            )  # fmt: skip
            events.publish(row.channel, "completed", {"id": row.pk})
    finally:
        if not kept:
            storage.remove_all(stored)
