"""The local generator: Shader Lab draws every shot, the words are set on it, x264 writes it.

No key, no network, no cost. Clips are drawn by a pool of processes, one a core, each straight into
a final-size segment that the composer only remuxes.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from casset.lib.errors import GenerationError
from casset.lib.hashing import file_sha256, fingerprint
from casset.media import files
from casset.media.audio.analysis import LyricLine
from casset.media.compose.encoder import ENCODER
from casset.media.compose.segment import SegmentWriter
from casset.media.compose.type import LyricSetter, Treatment
from casset.media.picture import Planes
from casset.media.shaders import catalogue, gl
from casset.media.shaders.renderer import Quality, Renderer, program_name
from casset.media.shaders.uniforms import MusicCurves, softened
from pipeline.contracts import FPS, ClipScript, Shot
from pipeline.providers.base import ClipOrder, MadeClip, Report, StillOrder

# Raised by hand when the same looks would be drawn differently, so that old clips are not reused.
DRAWING_VERSION = 1
SLOTS = 4096  # clips of one film whose progress can be told
EDGE_TRIES = 3


@dataclass(frozen=True)
class FilmSetting:
    """What all clips of one film share. Plain values: it travels to the drawing processes."""

    size: tuple[int, int]
    quality: Quality
    curves: Path  # MusicCurves, saved
    curves_sha256: str
    lyrics: tuple[LyricLine, ...]
    lyric_treatment: Treatment
    palette: tuple[str, ...]


class LocalStudio:
    """A ``ClipMaker``, ``EdgeMaker`` and ``ImageMaker``. Use as a context manager: it owns a pool of processes.

    With ``in_process`` it draws in the caller's process instead, which ``prepare_process`` should
    have made ready: for workers that are such a pool already.
    """

    name = "local"

    def __init__(self, *, workers: int = 0, in_process: bool = False):
        self.workers = 1 if in_process else workers or max(1, os.cpu_count() or 1)
        self._in_process = in_process
        self.film: FilmSetting | None = None
        context = multiprocessing.get_context("spawn")  # a GL context must not survive a fork
        self._context = context
        self._drawn = context.Array(ctypes.c_int, SLOTS, lock=False)
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> LocalStudio:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=error is None, cancel_futures=True)
                if error is not None:
                    for process in list((self._pool._processes or {}).values()):
                        process.kill()
                self._pool = None

    def check(self) -> str:
        """The drawing device's name. Raises ``MissingCapability`` where this machine cannot draw."""
        return str(self._submit(_device).result())

    def price(self, order: ClipOrder) -> float:
        """What a clip costs at most, in dollars: nothing."""
        return 0.0

    def signature(self, order: ClipOrder) -> dict[str, Any]:
        """Everything that decides a clip's bytes: equal signatures give equal clips."""
        film = self._film()
        return {
            "maker": self.name,
            "version": DRAWING_VERSION,
            "size": order.size,
            "quality": film.quality,
            "frames": (order.body.start, order.body.stop),
            "key_frames": order.key_frames,
            "calm": order.calm,
            "shots": [_shot_signature(shot) for shot in order.script.shots],
            "music": film.curves_sha256,
            "words": _words_in(film.lyrics, order),
            "lyric_treatment": film.lyric_treatment,
            "lyric_palette": film.palette if film.lyrics else (),
            "encoder": ENCODER.fingerprint(),
        }

    def clip(self, order: ClipOrder, out: Path, report: Report) -> MadeClip:
        """Draw one clip. Raises ``GenerationError`` (retryable) when its process died."""
        total = len(order.body)
        if self._in_process:
            return MadeClip(
                out, _draw_clip(self._film(), order, out, lambda drawn: report(drawn / total))
            )
        slot = order.script.clip_index % SLOTS
        self._drawn[slot] = 0
        job = self._submit(_draw_in_pool, self._film(), order, out, slot)
        while True:
            try:
                frames = job.result(timeout=0.25)
                break
            except TimeoutError:
                report(self._drawn[slot] / total)
            except BrokenProcessPool:
                raise GenerationError(
                    "A drawing process was stopped from outside; the shot is drawn again."
                ) from None
        report(1.0)
        return MadeClip(out, frames)

    def frames(self, order: ClipOrder, wanted: range) -> Iterator[Planes]:
        """Draw the film's frames ``wanted`` as the clip shows them. In a pool the drawing begins at once.

        Raises ``GenerationError`` when its process died several times.
        """
        if self._in_process:
            return _drawn(self._film(), order, wanted)
        # Raw, through a file that lives a moment: a tenth of what sending them through a pipe costs.
        apart = files.part_name(self._film().curves.with_name("edges.yuv"))
        work = (_draw_apart, self._film(), order, wanted, apart)
        return self._awaited(work, self._submit(*work), apart, len(wanted))

    def _awaited(
        self, work: tuple[Any, ...], job: Future[None], apart: Path, count: int
    ) -> Iterator[Planes]:
        try:
            for _ in range(EDGE_TRIES):
                try:
                    job.result()
                except BrokenProcessPool:
                    job = self._submit(*work)
                else:
                    yield from _read_raw(apart, self._film().size, count)
                    return
        finally:
            apart.unlink(missing_ok=True)
        raise GenerationError(
            "A drawing process was stopped from outside several times. Start again."
        )

    def still(self, order: StillOrder, out: Path) -> float:
        """Draw one reference image: the first shot that plays in the scene. Costs nothing."""
        if order.script is None or not order.script.shots:
            raise GenerationError(f"No shot plays in scene {order.scene.id}.", retryable=False)
        try:
            self._submit(_draw_still, order.script, order.size, out).result()
        except BrokenProcessPool:
            raise GenerationError(
                "A drawing process was stopped from outside; the picture is drawn again."
            ) from None
        return 0.0

    def _film(self) -> FilmSetting:
        if self.film is None:
            raise GenerationError("The film's music is not known yet.", retryable=False)
        return self.film

    def _submit(self, work: Any, *arguments: Any) -> Future[Any]:
        if self._in_process:
            done: Future[Any] = Future()
            done.set_result(work(*arguments))
            return done
        with self._lock:
            if self._pool is None:
                self._pool = self._new_pool()
            try:
                return self._pool.submit(work, *arguments)
            except BrokenProcessPool:  # one of its processes died: all that waited for it is told
                self._pool = self._new_pool()
                return self._pool.submit(work, *arguments)

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self.workers,
            mp_context=self._context,
            initializer=_start_process,
            initargs=(self._drawn,),
        )


def _shot_signature(shot: Shot) -> dict[str, Any]:
    look = shot.look.model_dump()
    if shot.look.image:
        look["image"] = _image_sha256(shot.look.image)
    return {
        "frames": (shot.start_frame, shot.end_frame),
        "look": look,
        "source": _source_sha256(program_name(shot.look)),
    }


@cache
def _source_sha256(program: str) -> str:
    return fingerprint(catalogue.source(program))


@cache
def _image_sha256(path: str) -> str:
    return file_sha256(path)


def _words_in(lyrics: tuple[LyricLine, ...], order: ClipOrder) -> list[dict[str, Any]]:
    """The lines that may show during the clip, with 2 s on either side for their coming and going."""
    start, end = order.script.start - 2.0, order.script.end + 2.0
    return [line.model_dump() for line in lyrics if line.end >= start and line.timestamp <= end]


# -- in the drawing processes --------------------------------------------------------------------
_progress: Any = None


def _start_process(drawn: Any) -> None:
    global _progress
    _progress = drawn
    prepare_process()
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent is gone: one that was killed does not tell its pool to end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def prepare_process() -> None:
    """One thread each for Mesa and OpenCV, below the site in priority: the pool already fills the cores."""
    os.putenv("LP_NUM_THREADS", "1")  # read by Mesa when the first context is made
    cv2.setNumThreads(1)
    os.nice(5)


def _device() -> str:
    return gl.canvas().device


@lru_cache(maxsize=2)
def _renderer(size: tuple[int, int], quality: Quality) -> Renderer:
    return Renderer(size, quality=quality)


@lru_cache(maxsize=2)
def _curves(path: Path, sha256: str) -> MusicCurves:
    return MusicCurves.load(path)


@lru_cache(maxsize=2)
def _setter(film: FilmSetting) -> LyricSetter | None:
    if film.lyric_treatment == "none" or not film.lyrics:
        return None
    return LyricSetter(film.lyrics, film.lyric_treatment, film.size, film.palette)


def _draw_in_pool(film: FilmSetting, order: ClipOrder, out: Path, slot: int) -> int:
    def tell(drawn: int) -> None:
        _progress[slot] = drawn

    return _draw_clip(film, order, out, tell)


def _draw_clip(film: FilmSetting, order: ClipOrder, out: Path, tell: Callable[[int], None]) -> int:
    """Draw, set and encode every frame of the clip's body; return their number."""
    frames = len(order.body)
    with SegmentWriter(out, film.size, key_frames=order.key_frames, frames=frames) as writer:
        for number, planes in enumerate(_drawn(film, order, order.body), 1):
            writer.write(planes)
            tell(number)
    return frames


def _draw_apart(film: FilmSetting, order: ClipOrder, wanted: range, out: Path) -> None:
    """Write frames as they are: 3 MB each at 1080p."""
    with out.open("wb") as sink:
        for planes in _drawn(film, order, wanted):
            for plane in planes:
                plane.tofile(sink)


def _read_raw(path: Path, size: tuple[int, int], count: int) -> Iterator[Planes]:
    width, height = size
    shapes = ((height, width), *((height // 2, width // 2),) * 2)
    with path.open("rb") as source:
        for _ in range(count):
            yield Planes(
                *(
                    np.fromfile(source, np.uint8, rows * columns).reshape(rows, columns)
                    for rows, columns in shapes
                )
            )


def _drawn(film: FilmSetting, order: ClipOrder, wanted: range) -> Iterator[Planes]:
    """The film's frames ``wanted`` of a clip, words set; each its own, whatever was drawn before."""
    renderer, curves, setter = (
        _renderer(film.size, film.quality),
        _curves(film.curves, film.curves_sha256),
        _setter(film),
    )
    for frame in wanted:
        shot = _shot_at(order.script, frame)
        planes = renderer.planes(
            shot.look,
            frame - shot.start_frame,
            shot.end_frame - shot.start_frame,
            softened(curves.at(frame), order.calm),
        )
        if setter is not None:
            setter.draw(planes, frame / FPS)
        yield planes


def _shot_at(script: ClipScript, frame: int) -> Shot:
    """The shot that shows ``frame``; frames before and after the clip belong to its first and last shot."""
    for shot in script.shots:
        if frame < shot.end_frame:
            return shot
    return script.shots[-1]


def _draw_still(script: ClipScript, size: tuple[int, int], out: Path) -> None:
    from PIL import Image

    shot = script.shots[0]
    length = shot.end_frame - shot.start_frame
    picture = _renderer(size, "normal").rgb(
        shot.look, size, frame_in_shot=length // 2, shot_frames=length
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}.png")
    Image.fromarray(picture).save(part)
    part.replace(out)
