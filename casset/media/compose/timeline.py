"""Where every frame of the film comes from: which run of which clip, or which transition.

All numbers are frames of the finished film at 30 fps; spans are half open. A cut "at" frame n
means that n is the first frame of the new clip. A transition of 15 frames is centred on its
boundary n: frames n-7 … n+7, and what belongs to the beat (the even mix of a crossfade, the black
of a fade) is frame n itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from casset.lib.errors import GenerationError

TRANSITION_FRAMES = 15
BEFORE = TRANSITION_FRAMES // 2  # frames of a transition before its boundary
AFTER = TRANSITION_FRAMES - BEFORE  # and from the boundary on
MIN_BODY_FRAMES = 1  # what must be left of a clip between two transitions

TransitionKind = Literal["cut", "crossfade", "fade"]


class PlannedShot(Protocol):
    @property
    def start_frame(self) -> int: ...


class PlannedClip(Protocol):
    @property
    def start_frame(self) -> int: ...
    @property
    def end_frame(self) -> int: ...
    @property
    def shots(self) -> Sequence[PlannedShot]: ...


class PlannedTransition(Protocol):
    @property
    def from_clip(self) -> int: ...
    @property
    def to_clip(self) -> int: ...
    @property
    def type(self) -> TransitionKind: ...


class PlannedFilm(Protocol):
    """What ``build`` needs of a plan; the pipeline's ``Plan`` is one."""

    @property
    def clip_scripts(self) -> Sequence[PlannedClip]: ...
    @property
    def transitions(self) -> Sequence[PlannedTransition]: ...
    @property
    def total_frames(self) -> int: ...


@dataclass(frozen=True)
class ClipSpan:
    """One clip's place. Its file holds ``first_frame`` … ``last_frame`` (half open), handles included.

    ``body_start`` … ``body_end`` is what is copied packet by packet; the frames outside it are only
    raw material of the transitions.
    """

    index: int
    start_frame: int
    end_frame: int
    head: int  # frames before start_frame that the clip before fades into
    tail: int  # frames from end_frame on that fade into the next clip
    body_start: int
    body_end: int
    shot_frames: tuple[int, ...] = ()  # first frames of its shots, of the film

    @property
    def first_frame(self) -> int:
        return self.start_frame - self.head

    @property
    def last_frame(self) -> int:
        return self.end_frame + self.tail

    @property
    def frames(self) -> int:
        """How many frames the clip's file must hold."""
        return self.last_frame - self.first_frame

    @property
    def body(self) -> range:
        """Indices within the file of what is copied packet by packet."""
        return range(self.body_start - self.first_frame, self.body_end - self.first_frame)

    @property
    def edges(self) -> tuple[int, ...]:
        """Indices within the file at which a key frame is required.

        At the body's edges, so that it can be copied, and at the boundaries themselves, so that a
        transition that fails can still become a cut.
        """
        places = (self.body_start, self.body_end, self.start_frame, self.end_frame)
        wanted = {place - self.first_frame for place in places}
        return tuple(sorted(n for n in wanted if n < self.frames))

    @property
    def key_frames(self) -> tuple[int, ...]:
        """The required key frames and, for sharp cuts and contact sheets, the shots' first frames."""
        cuts = {n - self.first_frame for n in self.shot_frames}
        return tuple(sorted({n for n in cuts if 0 <= n < self.frames} | set(self.edges)))

    @property
    def body_key_frames(self) -> tuple[int, ...]:
        """The shots' first frames within the body, counted from its own first frame."""
        return tuple(
            sorted(
                n - self.body_start
                for n in self.shot_frames
                if self.body_start <= n < self.body_end
            )
        )


@dataclass(frozen=True)
class Join:
    """The place between clip ``index`` and the next. A cut has no frames of its own."""

    index: int
    kind: TransitionKind
    boundary: int

    @property
    def start_frame(self) -> int:
        return self.boundary - (0 if self.kind == "cut" else BEFORE)

    @property
    def end_frame(self) -> int:
        return self.boundary + (0 if self.kind == "cut" else AFTER)

    @property
    def frames(self) -> int:
        return self.end_frame - self.start_frame


@dataclass(frozen=True)
class Run:
    """One stretch of the film, copied from one file: frames ``skip`` … ``skip + frames`` of it."""

    source: Literal["clip", "join"]
    index: int
    start_frame: int
    frames: int
    skip: int


@dataclass(frozen=True)
class Timeline:
    clips: tuple[ClipSpan, ...]
    joins: tuple[Join, ...]
    total_frames: int
    notes: tuple[str, ...] = ()  # what was simplified, in words

    @property
    def runs(self) -> tuple[Run, ...]:
        """The film as stretches that tile 0 … ``total_frames`` exactly."""
        runs = []
        for clip in self.clips:
            body = clip.body_end - clip.body_start
            runs.append(
                Run("clip", clip.index, clip.body_start, body, clip.body_start - clip.first_frame)
            )
            if clip.index < len(self.joins) and (join := self.joins[clip.index]).frames:
                runs.append(Run("join", join.index, join.start_frame, join.frames, 0))
        return tuple(runs)

    def with_cut(self, index: int) -> Timeline:
        """The same film with a cut where join ``index`` was; the clips' files stay as they are."""
        clips, joins = list(self.clips), list(self.joins)
        clips[index] = replace(clips[index], body_end=clips[index].end_frame)
        clips[index + 1] = replace(clips[index + 1], body_start=clips[index + 1].start_frame)
        joins[index] = replace(joins[index], kind="cut")
        return replace(self, clips=tuple(clips), joins=tuple(joins))

    @property
    def cuts(self) -> tuple[int, ...]:
        """First frames of all shots but the first: where the picture changes at once."""
        faded = {join.boundary for join in self.joins if join.frames}
        starts = {n for clip in self.clips for n in (clip.start_frame, *clip.shot_frames)}
        return tuple(sorted(n for n in starts if 0 < n < self.total_frames and n not in faded))


def build(plan: PlannedFilm) -> Timeline:
    """Lay out a plan's clips and transitions frame by frame.

    A transition that its clips are too short for becomes a cut and is noted. Raises
    ``GenerationError`` when the clips do not tile the film from 0 to ``total_frames``.
    """
    scripts = plan.clip_scripts
    _check_tiling(scripts, plan.total_frames)
    kinds: list[TransitionKind] = ["cut"] * (len(scripts) - 1)
    for transition in plan.transitions:
        if transition.to_clip == transition.from_clip + 1 and 0 <= transition.from_clip < len(
            kinds
        ):
            kinds[transition.from_clip] = transition.type
    notes = _drop_what_does_not_fit(kinds, scripts)
    joins = tuple(
        Join(i, kind, script.end_frame)
        for i, (kind, script) in enumerate(zip(kinds, scripts, strict=False))
    )
    clips = tuple(_span(i, script, kinds) for i, script in enumerate(scripts))
    return Timeline(clips, joins, plan.total_frames, tuple(notes))


def _span(index: int, script: PlannedClip, kinds: Sequence[TransitionKind]) -> ClipSpan:
    before = kinds[index - 1] if index else "cut"
    after = kinds[index] if index < len(kinds) else "cut"
    return ClipSpan(
        index=index,
        start_frame=script.start_frame,
        end_frame=script.end_frame,
        head=BEFORE if before == "crossfade" else 0,
        tail=AFTER if after == "crossfade" else 0,
        body_start=script.start_frame + (AFTER if before != "cut" else 0),
        body_end=script.end_frame - (BEFORE if after != "cut" else 0),
        shot_frames=tuple(shot.start_frame for shot in script.shots),
    )


def _check_tiling(scripts: Sequence[PlannedClip], total_frames: int) -> None:
    place = 0
    for script in scripts:
        if script.start_frame != place or script.end_frame <= script.start_frame:
            raise GenerationError(
                f"The plan's shots leave a gap or overlap at frame {place}. Plan the video again."
            )
        place = script.end_frame
    if place != total_frames:
        raise GenerationError(
            f"The plan's shots end at frame {place}, the film at {total_frames}. Plan the video again."
        )


def _drop_what_does_not_fit(
    kinds: list[TransitionKind], scripts: Sequence[PlannedClip]
) -> list[str]:
    """Turn transitions into cuts (in place) until every clip keeps a body; says which."""
    notes = []
    for i, script in enumerate(scripts):
        length = script.end_frame - script.start_frame
        taken_before = AFTER if i and kinds[i - 1] != "cut" else 0
        taken_after = BEFORE if i < len(kinds) and kinds[i] != "cut" else 0
        if length - taken_before - taken_after >= MIN_BODY_FRAMES:
            continue
        # The later one goes first: it costs no work that is already done.
        dropped = i if taken_after and length - taken_before >= MIN_BODY_FRAMES else i - 1
        notes.append(f"Shot {i + 1} is too short for its {kinds[dropped]}; a cut is used.")
        kinds[dropped] = "cut"
        if dropped == i - 1 and taken_after and length - taken_after < MIN_BODY_FRAMES:
            kinds[i] = "cut"
    return notes
