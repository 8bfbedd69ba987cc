"""What workers do for visuals: upload, drawing and sentence all end as the same measured loop.

A visual that is made anew stays as it is until the new files are there; then its row changes under
the claim, so that of two workers (one presumed dead) only one has a say.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from casset.lib.errors import CassetError
from casset.media.audio.analysis import AudioAnalysis
from casset.media.audio.decode import Sound, decode
from casset.media.loops import drawn, hook_music, ingest
from casset.media.loops.facts import Join, LoopFacts
from casset.tracks.models import Hook, Track, TrackFeatures
from casset.web import storage
from casset.work.running import Claim
from visuals import events, files, generators, likeness, recipes
from visuals.models import VisualAsset, VisualFingerprint

MADE_SHARE = 0.95  # of the work is making it, the rest measuring and keeping it
SIZE = drawn.PORTRAIT
_Status = VisualAsset.Status


def take_in(claim: Claim) -> None:
    """``visuals.ingest``: bring an upload to the canonical loop and measure it."""
    visual = _wanted(claim)
    if visual is None:
        return
    with storage.local(visual.source) as source, _bench(visual) as folder:
        at = _teller(claim, visual)
        _finish(claim, visual, folder, _measured(claim, source, folder, at, join=_join(visual)))


def draw(claim: Claim) -> None:
    """``visuals.draw``: draw a recipe with the hook's own music."""
    visual = _wanted(claim)
    if visual is None or not visual.recipe:
        return
    recipe, track, at = visual.recipe, visual.track, _teller(claim, visual)
    start_s, end_s = recipe["hook"]["start_s"], recipe["hook"]["end_s"]
    heard = _heard(track)
    look = recipes.look_of(recipe, cover=recipes.cover_of(track), mood=heard.mood)
    picture = recipes.image_of(recipe, track)
    with ExitStack() as stack:
        folder = stack.enter_context(_bench(visual))
        song = stack.enter_context(storage.local(track.audio))
        image = stack.enter_context(storage.local(picture)) if picture else None
        music = hook_music.hook_curves(_sound(song), heard, start_s=start_s, end_s=end_s).curves()
        made = drawn.draw(
            look,
            music,
            folder,
            seconds=end_s - start_s,
            size=SIZE,
            image=image,
            pieces=_pieces(visual),
            progress=lambda share: at(MADE_SHARE * share),
            check=claim.check,
        )
        _finish(claim, visual, folder, made.facts)


def generate(claim: Claim) -> None:
    """``visuals.generate``: have a short loop made from a sentence by whoever offers to."""
    visual = _wanted(claim)
    if visual is None or not visual.source_prompt_text:
        return
    track, at = visual.track, _teller(claim, visual)
    hook = Hook.objects.filter(track=track).first()
    if hook is None:
        raise CassetError("Choose the hook first, then try again.", code="NO_HOOK")
    with _bench(visual) as folder, storage.local(track.audio) as song:
        order = generators.Order(
            prompt=visual.source_prompt_text,
            seed=visual.source_seed or 0,
            song=song,
            start_s=hook.start_s,
            end_s=hook.end_s,
            analysis=_heard(track),
            folder=folder,
            pieces=_pieces(visual),
            check=claim.check,
            at=lambda share: at(MADE_SHARE * share),
        )
        made = generators.make(visual.source_model, order)
        if isinstance(made, Path):
            made = _measured(claim, made, folder, _behind(at))
        _finish(claim, visual, folder, made)


def _wanted(claim: Claim) -> VisualAsset | None:
    """The visual, where it is still to be made; None where it was deleted or put away meanwhile."""
    rows = VisualAsset.objects.select_related("track").filter(pk=claim.subject)
    return rows.filter(status__in=(_Status.PROCESSING, _Status.READY)).first()


def _join(visual: VisualAsset) -> Join:
    wanted: dict[str, Join] = {"crossfade": "crossfade", "rebound": "rebound"}
    return wanted.get(visual.join, "cut")


def _heard(track: Track) -> AudioAnalysis:
    heard = TrackFeatures.objects.filter(track=track).first()
    if heard is None:
        raise CassetError(
            "The song is still being listened to. This begins when it is heard.",
            code="NOT_HEARD",
            retryable=True,
        )
    return AudioAnalysis.model_validate(heard.analysis)


def _sound(song: Path) -> Sound:
    return decode(song, max_s=settings.AUDIO_MAX_S, max_bytes=settings.TRACK_MAX_BYTES)


@contextmanager
def _bench(visual: VisualAsset) -> Iterator[Path]:
    """A folder for the work, gone afterwards; what a killed worker leaves, ``retention`` removes."""
    base = Path(settings.WORK_DIR) / files.ROOT
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{visual.pk}-", dir=base) as folder:
        yield Path(folder)


def _pieces(visual: VisualAsset) -> Path:
    """Where what is drawn of a visual outlives a killed worker; ``retention`` removes what nobody went on with."""
    return Path(settings.CACHE_DIR) / files.ROOT / visual.pk


def _teller(claim: Claim, visual: VisualAsset) -> Callable[[float], None]:
    """Notes how far it is and tells who looks, at most twice a second. Raises ``LeaseLost``."""

    def at(share: float) -> None:
        if claim.at(share):
            events.visual_progress(visual, min(99, round(100 * share)))

    return at


def _behind(at: Callable[[float], None]) -> Callable[[float], None]:
    """Progress of the measuring, behind that of the making."""
    return lambda share: at(MADE_SHARE + (1 - MADE_SHARE) * share)


def _measured(
    claim: Claim,
    source: Path,
    folder: Path,
    at: Callable[[float], None],
    *,
    join: Join = "cut",
) -> LoopFacts:
    """Bring somebody's video to the canonical loop in ``folder``."""
    return ingest.ingest(
        source,
        folder,
        join=join,
        progress=lambda share, text: at(share),
        cancelled=claim.check,
    )


def _finish(claim: Claim, visual: VisualAsset, folder: Path, measured: LoopFacts) -> None:
    """Keep the loop in ``folder`` and make the visual ready under the claim, or keep nothing."""
    facts = measured.model_dump(mode="json", exclude={"fingerprint"})
    marks = [mark.model_dump(mode="json") for mark in measured.fingerprint]
    like = likeness.nearest(visual, measured.fingerprint)
    if like is not None:
        facts["likeness"] = like
    stored = files.new_prefix(visual.pk)
    kept = False
    try:
        size = 0
        for name, content_type in files.TYPES.items():
            path = folder / name
            size += path.stat().st_size
            storage.keep(f"{stored}/{name}", path, content_type=content_type)
        with claim.held():
            files.kept(stored)
            _publish(visual, stored, size, measured, facts, marks)
        kept = True
        shutil.rmtree(_pieces(visual), ignore_errors=True)
    finally:
        if not kept:
            files.remove_unused(stored)


def _publish(
    visual: VisualAsset,
    stored: str,
    size: int,
    measured: LoopFacts,
    facts: dict[str, Any],
    marks: list[dict[str, Any]],
) -> None:
    """Write what was made to the row. Whoever put the visual away or deleted it called the work off first."""
    row = VisualAsset.objects.select_for_update().get(pk=visual.pk)
    changes: dict[str, Any] = {
        "stored": stored,
        "bytes": size,
        "duration_s": measured.duration_s,
        "width_px": measured.width_px,
        "height_px": measured.height_px,
        "fps": measured.fps,
        "facts": facts,
        "error": "",
        "error_code": "",
    }
    before = row.stored
    if row.status == _Status.PROCESSING:
        row.move(_Status.READY, **changes)
    else:
        VisualAsset.objects.filter(pk=row.pk).update(updated_at=timezone.now(), **changes)
    VisualFingerprint.objects.update_or_create(
        visual=row, defaults={"hashes": marks, "version": likeness.VERSION}
    )
    files.drop(before)
    events.visual_update(row)
