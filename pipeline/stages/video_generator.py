"""Module 7: every clip of the plan becomes a file, several at a time, each at most once.

A clip's file is named by the fingerprint of all that decides its bytes, so a film that is started
again, or changed in one place, makes only what is missing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any, Protocol

from casset.lib.errors import CassetError, GenerationError
from casset.lib.hashing import fingerprint
from casset.media import files
from pipeline.contracts import FPS, Clip, ClipPrompts, Clips, Plan
from pipeline.progress import Progress, Silent
from pipeline.providers.base import ClipMaker, ClipOrder

CONCURRENT = 5
FEWEST = 3
PAUSES_S = (2.0, 4.0, 8.0)


class Maker(ClipMaker, Protocol):
    """A clip maker that can say what decides a clip's bytes."""

    def signature(self, order: ClipOrder) -> Mapping[str, Any]: ...


@dataclass
class _Shares:
    """How far each clip is, weighed by its frames."""

    frames: dict[int, int]
    progress: Progress
    done: dict[int, float] = field(default_factory=dict)
    ready: int = 0
    lock: Lock = field(default_factory=Lock)

    def at(self, index: int, share: float) -> None:
        with self.lock:
            self.done[index] = share
            total = sum(self.frames.values())
            drawn = sum(self.frames[i] * s for i, s in self.done.items())
            self.progress.at(
                "video_generator", drawn / total, f"{self.ready} of {len(self.frames)} clips"
            )

    def finish(self, index: int) -> None:
        with self.lock:
            self.ready += 1
        self.at(index, 1.0)


def clip_path(folder: Path, order: ClipOrder, maker: Maker) -> tuple[Path, str]:
    """Where the clip's file is or will be, and its fingerprint."""
    mark = fingerprint(maker.signature(order))
    return folder / f"{mark[:40]}.mp4", mark


def generate(
    plan: Plan,
    prompts: ClipPrompts,
    orders: Mapping[int, ClipOrder],
    *,
    maker: Maker,
    folder: Path,
    concurrent: int = CONCURRENT,
    progress: Progress | None = None,
    on_clip: Callable[[Clip], object] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Clips:
    """Make every clip of the plan, ``concurrent`` at a time, in the plan's order.

    A clip whose maker fails with a retryable error is tried three times more, after 2, 4 and 8 s.
    One that still fails is left out and told as ``failed``; with fewer than three clips (or, for
    a plan that has fewer, not all) the stage raises ``GenerationError``. Errors of the machine
    (no EGL, disk full) stop everything at once. ``on_clip`` hears of each clip as it lands.
    """
    began = time.monotonic()
    progress = progress or Silent()
    folder.mkdir(parents=True, exist_ok=True)
    spans = {i: order.script.end_frame - order.script.start_frame for i, order in orders.items()}
    shares = _Shares(spans, progress)
    stop = Event()

    def make(order: ClipOrder) -> Clip:
        index = order.script.clip_index
        path, mark = clip_path(folder, order, maker)
        facts = kept(path)
        if facts is not None:
            shares.finish(index)
            return _clip(order, path, mark, facts)
        start, retries = time.monotonic(), 0
        while True:
            if stop.is_set():
                raise GenerationError("Stopped.", code="STOPPED", retryable=False)
            try:
                made = maker.clip(order, path, lambda share: shares.at(index, share))
                break
            except CassetError as error:
                if not error.retryable or retries == len(PAUSES_S):
                    if error.code in ("MISSING_CAPABILITY", "DISK_FULL", "SCENE_ERROR"):
                        raise
                    progress.message(
                        "video_generator", f"Clip {index + 1} could not be made: {error}"
                    )
                    return _failed(order, mark, retries, str(error))
                sleep(PAUSES_S[retries])
                retries += 1
        facts = {
            "frames": made.frames,
            "cost": made.cost,
            "retries": retries,
            "seconds": time.monotonic() - start,
        }
        note(path, facts)
        shares.finish(index)
        return _clip(order, path, mark, facts)

    progress.at("video_generator", 0.0)
    made_clips: dict[int, Clip] = {}
    pool = ThreadPoolExecutor(concurrent, thread_name_prefix="clip")
    try:
        waiting: list[Future[Clip]] = [pool.submit(make, orders[i]) for i in sorted(orders)]
        for done in as_completed(waiting):
            clip = done.result()
            made_clips[clip.clip_index] = clip
            if on_clip is not None and clip.status == "success":
                on_clip(clip)
    except BaseException:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    clips = tuple(made_clips[i] for i in sorted(made_clips))
    good = [clip for clip in clips if clip.status == "success"]
    if len(good) < min(FEWEST, len(clips)):
        first = next(clip.error for clip in clips if clip.status == "failed")
        raise GenerationError(
            f"Only {len(good)} of {len(clips)} clips could be made and a film needs {FEWEST}. The first said: {first}"
        )
    progress.at("video_generator", 1.0)
    return Clips(
        job_id=plan.job_id,
        clips=clips,
        total_clips=len(clips),
        successful_clips=len(good),
        failed_clips=len(clips) - len(good),
        total_cost=sum(clip.cost for clip in clips),
        total_generation_time=time.monotonic() - began,
    )


def note(path: Path, facts: Mapping[str, Any]) -> None:
    """Say beside a clip's file that it is whole, and what making it took."""
    with files.published(path.with_suffix(".json")) as part:
        part.write_text(json.dumps(facts))


def kept(path: Path) -> dict[str, Any] | None:
    """The facts of a clip made earlier, if its file and its note are both whole."""
    try:
        facts = json.loads(path.with_suffix(".json").read_text())
        if path.stat().st_size > 0 and facts["frames"] > 0:
            return dict(facts)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _clip(order: ClipOrder, path: Path, mark: str, facts: Mapping[str, Any]) -> Clip:
    target = order.script.end - order.script.start
    actual = target + (facts["frames"] - len(order.body)) / FPS
    return Clip(
        clip_index=order.script.clip_index,
        video_url=str(path),
        actual_duration=actual,
        target_duration=target,
        duration_diff=round(actual - target, 6),
        status="success",
        cost=facts["cost"],
        retry_count=facts["retries"],
        generation_time=facts["seconds"],
        fingerprint=mark,
    )


def _failed(order: ClipOrder, mark: str, retries: int, error: str) -> Clip:
    target = order.script.end - order.script.start
    return Clip(
        clip_index=order.script.clip_index,
        video_url="",
        actual_duration=0.0,
        target_duration=target,
        duration_diff=-target,
        status="failed",
        retry_count=retries,
        fingerprint=mark,
        error=error,
    )
