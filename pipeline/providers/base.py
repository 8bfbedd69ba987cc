"""What the stages ask of whoever makes words and pictures. Small protocols and frozen values only.

Adapters translate every vendor exception to a ``CassetError`` whose ``retryable`` is true where
the same request may work later; stages do the retrying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from casset.media.audio.analysis import LyricLine
from casset.media.audio.decode import Sound
from casset.media.picture import Planes
from pipeline.contracts import ClipPrompt, ClipScript, Scene

Report = Callable[[float], None]  # called with the share that is done, 0..1


@dataclass(frozen=True)
class Transcript:
    """Words heard in a song. Lines without word times have empty ``words``."""

    lines: tuple[LyricLine, ...]
    language: str = ""


class Transcriber(Protocol):
    """Hears words. Never invents one: what is not sung is not returned."""

    name: str

    def transcribe(self, sound: Sound, language: str = "") -> Transcript: ...


@dataclass(frozen=True)
class StillOrder:
    """One reference image: of a scene, or of a character in it."""

    prompt: str
    scene: Scene
    script: ClipScript | None  # a clip that plays there, for its look
    size: tuple[int, int] = (1024, 1024)


class ImageMaker(Protocol):
    """Makes reference images and returns the cost in dollars."""

    name: str

    def still(self, order: StillOrder, out: Path) -> float: ...


@dataclass(frozen=True)
class ClipOrder:
    """One clip to make. ``body`` are the film's frames its file holds.

    Frames in which it gives way to a neighbour belong to neither file: they are asked for when
    the transition is rendered (``EdgeMaker``), and encoded once, mixed. ``calm`` asks for gentler light, 0..1: a film that would flash too often is asked for again so.
    """

    script: ClipScript
    prompt: ClipPrompt
    size: tuple[int, int]
    body: range
    key_frames: tuple[int, ...]  # frames that must be key frames, counted from the file's first
    calm: float = 0.0


@dataclass(frozen=True)
class MadeClip:
    path: Path
    frames: int
    cost: float = 0.0


class ClipMaker(Protocol):
    """Makes a clip's picture."""

    name: str

    def price(self, order: ClipOrder) -> float:
        """What the clip costs at most, in dollars: what is reserved before it is made."""
        ...

    def clip(self, order: ClipOrder, out: Path, report: Report) -> MadeClip: ...


class EdgeMaker(Protocol):
    """Makes single frames of a clip, at the film's size, as they would be in its file before encoding."""

    def frames(self, order: ClipOrder, wanted: range) -> Iterable[Planes]:
        """The film's frames ``wanted``, which may lie before or after the clip's body."""
        ...
