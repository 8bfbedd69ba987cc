"""Module 8: clips, transitions and the song become one film.

Work is incremental: each clip is fitted when it lands, each transition rendered once both its
neighbours are there, and the last step only copies packets. Everything made is kept in a work
folder under names that carry what it was made from, so a second run makes only what is missing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np

from casset.lib.errors import CassetError, GenerationError, MediaError
from casset.lib.hashing import fingerprint
from casset.media import files
from casset.media.audio import encode
from casset.media.audio.decode import Sound
from casset.media.compose import mux, normalise, segment, source, timeline, transitions
from casset.media.compose.encoder import ENCODER
from casset.media.compose.normalise import Overlay
from casset.media.picture import Planes
from pipeline.contracts import ASPECT_SIZES, Clip, Clips, Film, Plan

log = logging.getLogger(__name__)

MIN_CLIPS = 3
FILM_GRID = "film.grid.npy"


# Raw frames kept for transitions to come: what about four clips' ends need, 200 MB at 1080p.
MAX_ASIDE = 64

# Draws the film's frames in the range as the clip of that index shows them.
Edges = Callable[[int, range], Iterable[Planes]]


@dataclass(frozen=True)
class Prepared:
    """A clip's file, as its place in the film wants it.

    One drawn for this film holds the span's body, and what its transitions need is drawn when they
    are rendered; or it is ``whole`` and holds all frames of its span. One fitted here, from
    ``fitted_from``, holds the body only: what its transitions need is fitted without being encoded.
    """

    path: Path
    looped: bool = False
    trimmed: bool = False
    fitted_from: Clip | None = None
    whole: bool = False

    @property
    def identity(self) -> list[str | int]:
        """Changes when the clip's frames do; a fitted file's name says all it was made from."""
        return [self.path.name] if self.fitted_from else _identity(self.path)


class Composition:
    """A film being put together in ``work``. Any process may go on with it: all it needs lies in files.

    ``edges`` draws what transitions show of clips whose files hold their bodies only. ``overlay``
    draws on clips that are fitted here (words on clips of a video service; the local generator sets
    its own); ``overlay_key`` must change when what it draws does. ``size`` is the aspect's own
    unless given.
    """

    def __init__(
        self,
        plan: Plan,
        work: Path,
        *,
        edges: Edges | None = None,
        overlay: Overlay | None = None,
        overlay_key: str = "",
        size: tuple[int, int] | None = None,
    ) -> None:
        self.plan = plan
        self.work = work
        self.size = size or ASPECT_SIZES[plan.aspect]
        self.timeline = timeline.build(plan)
        self.notes = list(self.timeline.notes)
        self._edges = edges
        self._overlay, self._overlay_key = overlay, overlay_key
        self._prepared: dict[int, Prepared] = {}
        self._joins: dict[int, Path] = {}
        # Frames of fitted clips for transitions to come, so that they need not be decoded again.
        self._aside: dict[int, dict[int, Planes]] = {}

    def add(self, clip: Clip) -> tuple[int, ...]:
        """Take in one finished clip and render what it completes; returns those transitions' indices.

        Raises ``MediaError`` when the clip's file cannot be used.
        """
        self.place(clip.clip_index, clip)
        neighbours = (clip.clip_index - 1, clip.clip_index)
        return tuple(i for i in neighbours if self.transition_ready(i))

    def place(self, index: int, clip: Clip) -> Prepared:
        """Fit ``clip`` to place ``index`` of the film; a file that already fits is used as it is."""
        span = self.timeline.clips[index]
        path = local_path(clip)
        whole = _fits(path, self.size, span)
        if whole or (self._edges and index == clip.clip_index and _is_body(path, self.size, span)):
            self._prepared[index] = Prepared(path, whole=whole)
            return self._prepared[index]
        made_from = {
            "clip": clip.fingerprint or _identity(path),
            "file": _identity(path),
            "span": [span.first_frame, span.frames, span.body.start, span.body.stop],
            "key_frames": span.body_key_frames,
            "size": self.size,
            "encoder": ENCODER.fingerprint(),
            "overlay": self._overlay_key if self._overlay else "",
        }
        fitted = self.work / f"clip-{index:03d}-{fingerprint(made_from)[:16]}.mp4"
        if _holds(fitted, self.size, len(span.body)):
            pace = normalise.pace(source.look(path).length_s, span.frames)
        else:
            self._aside[index] = {}
            pace = normalise.normalise(
                path,
                fitted,
                self.size,
                span.frames,
                first_frame=span.first_frame,
                key_frames=span.body_key_frames,
                body=span.body,
                aside=self._aside[index].__setitem__,
                overlay=self._overlay,
            )
            while sum(map(len, self._aside.values())) > MAX_ASIDE:
                del self._aside[next(iter(self._aside))]
        self._prepared[index] = Prepared(fitted, pace.looped, pace.trimmed, clip)
        return self._prepared[index]

    def transition_ready(self, index: int) -> bool:
        """Render transition ``index`` if both its clips are there; True when it is done.

        One that cannot be rendered becomes a cut, and ``notes`` says so. A cut is always ready.
        Raises what ``edges`` raises: a film without the frames that were to be drawn would be too short.
        """
        if not 0 <= index < len(self.timeline.joins):
            return False
        join = self.timeline.joins[index]
        if join.kind == "cut" or index in self._joins:
            return True
        if index not in self._prepared or index + 1 not in self._prepared:
            return False
        before, after = self._prepared[index], self._prepared[index + 1]
        made_from = [
            join.kind,
            join.start_frame,
            before.identity,
            after.identity,
            ENCODER.fingerprint(),
        ]
        out = self.work / f"join-{index:03d}-{fingerprint(made_from)[:16]}.mp4"
        try:
            if not _holds(out, self.size, join.frames):
                spans = (self.timeline.clips[index], self.timeline.clips[index + 1])
                leaving, coming = transitions.needs(join, spans)
                transitions.render(
                    join, self._side(index, leaving), self._side(index + 1, coming), spans, out
                )
        except (MediaError, GenerationError) as fault:
            if any(not (side.whole or side.fitted_from) for side in (before, after)):
                raise
            log.warning("transition %s became a cut: %s", index, fault)
            self.notes.append(
                f"The {join.kind} after shot {index + 1} could not be rendered; a cut is used."
            )
            self.timeline = self.timeline.with_cut(index)
            for side in (index, index + 1):
                if again := self._prepared[side].fitted_from:
                    self.place(side, again)  # its body now reaches to the cut
            return True
        self._joins[index] = out
        return True

    def _side(self, index: int, wanted: range) -> Path | Iterable[Planes]:
        """What a transition shows of clip ``index``: its file, or its frames where the file lacks them.

        Frames kept aside are handed over for good; otherwise they are fitted again.
        """
        prepared, span = self._prepared[index], self.timeline.clips[index]
        if prepared.whole:
            return prepared.path
        if prepared.fitted_from is None:
            assert self._edges is not None  # noqa: S101 - or it would not have been placed
            first = span.first_frame
            return self._edges(index, range(first + wanted.start, first + wanted.stop))
        kept = self._aside.get(index, {})
        if all(n in kept for n in wanted):
            return [kept.pop(n) for n in wanted]
        return normalise.frames_of(
            local_path(prepared.fitted_from),
            self.size,
            span.frames,
            wanted,
            first_frame=span.first_frame,
            overlay=self._overlay,
        )

    @property
    def missing(self) -> tuple[int, ...]:
        """Places that have no clip yet."""
        return tuple(span.index for span in self.timeline.clips if span.index not in self._prepared)

    @property
    def pieces(self) -> tuple[mux.Piece, ...]:
        """The film as runs to copy; every clip and transition must be there."""
        return tuple(
            mux.Piece(self._file(run), self._skip(run), run.frames) for run in self.timeline.runs
        )

    @property
    def prepared(self) -> Sequence[Prepared]:
        return [self._prepared[i] for i in sorted(self._prepared)]

    def grid(self) -> np.ndarray:
        """The film's frames in small, (frames, rows, columns, 3), from what was kept beside the segments."""
        parts = [
            segment.grid_of(self._file(run))[self._skip(run) :][: run.frames]
            for run in self.timeline.runs
        ]
        return np.concatenate(parts)

    def forget(self) -> None:
        """Remove what was made here from clips, so that it is made afresh."""
        made = [p.path for p in self._prepared.values() if p.path.parent == self.work]
        for path in (*self._joins.values(), *made):
            if path.name.startswith(("clip-", "join-")) and path.parent == self.work:
                path.unlink(missing_ok=True)
        self._prepared.clear()
        self._joins.clear()
        self._aside.clear()

    def _file(self, run: timeline.Run) -> Path:
        return self._prepared[run.index].path if run.source == "clip" else self._joins[run.index]

    def _skip(self, run: timeline.Run) -> int:
        """Frames before the run in its file; one that holds just the clip's body begins with it."""
        return run.skip if run.source == "join" or self._prepared[run.index].whole else 0


def prepare_audio(sound: Sound, work: Path) -> Path:
    """The song as AAC in ``work``, encoded on the first call; best called when the job starts."""
    work.mkdir(parents=True, exist_ok=True)
    path = work / f"song-{fingerprint([sound.sha256, len(sound.samples)])[:16]}.m4a"
    return path if path.is_file() else encode.aac(sound, path)


def compose(
    plan: Plan,
    clips: Clips,
    *,
    song: Path,
    work: Path,
    out: Path,
    edges: Edges | None = None,
    overlay: Overlay | None = None,
    overlay_key: str = "",
    size: tuple[int, int] | None = None,
    progress: Callable[[float], None] | None = None,
) -> Film:
    """Put the film together at ``out``; ``song`` is what ``prepare_audio`` gave. Seconds when all clips are new, 2 s when all is prepared.

    Raises ``GenerationError`` with fewer than three usable clips, or when two attempts fail;
    ``MissingCapability`` (``DISK_FULL``) when the disk is full.
    """
    begun = time.monotonic()
    usable = {clip.clip_index: clip for clip in clips.clips if clip.status == "success"}
    _enough(len(usable), clips)
    work.mkdir(parents=True, exist_ok=True)
    files.sweep(work)
    say = progress or (lambda share: None)
    say(0.0)
    for attempt in (1, 2):
        film = Composition(
            plan, work, edges=edges, overlay=overlay, overlay_key=overlay_key, size=size
        )
        try:
            used = _gather(film, dict(usable), clips, lambda share: say(0.05 + 0.7 * share))
            joined = mux.join(
                film.pieces, song, out, progress=lambda share: say(0.75 + 0.25 * share)
            )
            with files.published(work / FILM_GRID) as part, part.open("wb") as sink:
                np.save(sink, film.grid(), allow_pickle=False)
            break
        except CassetError as fault:
            if attempt == 2 or fault.code == "DISK_FULL" or isinstance(fault, _TooFew):
                raise
            log.warning("composing failed, trying once more from the clips: %s", fault)
            film.forget()
    say(1.0)
    return Film(
        job_id=plan.job_id,
        video_url=str(out),
        duration=joined.video_s,
        audio_duration=joined.audio_s,
        sync_drift=joined.drift_s,
        clips_used=len(used),
        clips_trimmed=sum(p.trimmed for p in film.prepared),
        clips_looped=sum(p.looped for p in film.prepared),
        transitions_applied=_applied(plan, film),
        file_size_mb=joined.size_bytes / 2**20,
        composition_time=time.monotonic() - begun,
        fallbacks=tuple(film.notes),
        frames=joined.frames,
    )


class _TooFew(GenerationError):
    """Fewer usable clips than a film needs; trying again with the same clips will not help."""


def _gather(
    film: Composition, usable: dict[int, Clip], clips: Clips, say: Callable[[float], None]
) -> set[int]:
    """Fill every place of the film and render its transitions; returns the clips that were used.

    A clip that cannot be read counts as one that failed. A place without a clip shows another
    clip, played as its place needs.
    """
    total = len(film.timeline.clips)
    done = 0
    for index in sorted(usable):
        if index >= total:
            continue
        try:
            film.add(usable[index])
        except MediaError as fault:
            log.warning("clip %s cannot be used: %s", index, fault)
            film.notes.append(f"Shot {index + 1} could not be used: {fault}")
            del usable[index]
            _enough(len(usable), clips)
        done += 1
        say(done / total)
    own = set(usable)
    for index in film.missing:
        stand_in = _stand_in(film.plan, index, own)
        words = ", with its words" if film.plan.clip_scripts[stand_in].lyrics_context else ""
        film.notes.append(
            f"Shot {index + 1} is missing; shot {stand_in + 1} is shown again in its place{words}."
        )
        film.place(index, usable[stand_in])
        done += 1
        say(min(1.0, done / total))
    for index in range(len(film.timeline.joins)):
        film.transition_ready(index)
    return own


def _stand_in(plan: Plan, index: int, own: set[int]) -> int:
    """The clip to show again at ``index``: one without words, of the same scene, not next to it, near it."""
    missing = plan.clip_scripts[index]

    def rank(other: int) -> tuple[bool, bool, bool, int]:
        script = plan.clip_scripts[other]
        return (
            bool(script.lyrics_context),
            abs(other - index) == 1,
            not set(script.scenes) & set(missing.scenes),
            abs(other - index),
        )

    return min(own, key=rank)


def _applied(plan: Plan, film: Composition) -> int:
    """How many planned transitions, cuts among them, are in the film as planned."""
    planned = {t.from_clip: t.type for t in plan.transitions}
    return sum(planned.get(join.index, "cut") == join.kind for join in film.timeline.joins)


def _enough(count: int, clips: Clips) -> None:
    if count < MIN_CLIPS:
        raise _TooFew(
            f"Only {count} of {clips.total_clips} shots could be made; a video needs at least {MIN_CLIPS}. "
            "Start again to make the missing ones."
        )


def local_path(clip: Clip) -> Path:
    """Where a clip's file lies. Raises ``MediaError`` for an address that is not on this machine."""
    parts = urlsplit(clip.video_url)
    if parts.scheme not in ("", "file"):
        raise MediaError(f"Shot {clip.clip_index + 1} has not been downloaded yet. Make it again.")
    return Path(unquote(parts.path)) if parts.scheme else Path(clip.video_url)


def _identity(path: Path) -> list[str | int]:
    """What tells one version of a file from another without reading it."""
    try:
        facts = path.stat()
    except OSError as fault:
        raise MediaError(f"There is no file {path}. Make this shot again.") from fault
    return [path.name, facts.st_size, facts.st_mtime_ns]


def _fits(path: Path, size: tuple[int, int], span: timeline.ClipSpan) -> bool:
    try:
        return segment.inspect(path).fits(size, span.frames, span.edges)
    except MediaError:
        return False


def _is_body(path: Path, size: tuple[int, int], span: timeline.ClipSpan) -> bool:
    try:
        return segment.inspect(path).fits(size, len(span.body), (0, *span.body_key_frames))
    except MediaError:
        return False


def _holds(path: Path, size: tuple[int, int], frames: int) -> bool:
    try:
        return segment.inspect(path).fits(size, frames, (0,))
    except MediaError:
        return False
