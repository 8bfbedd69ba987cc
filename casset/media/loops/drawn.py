"""A visual drawn by Shader Lab: a scene, or a treatment of a still, moved by the hook's own music.

Drawn and finished as a film's shots are, written and measured as an uploaded loop is (``writing``).
Frame 0 is what is heard at the hook's first sample, so the browser's live preview, the visual and
the hook's film show the same thing at the same time. It lasts as long as the hook, and its last half
second turns into what came just before frame 0, so that it closes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.lib import hashing
from casset.lib.errors import GenerationError, MediaError, ValidationError
from casset.media import files
from casset.media.compose import flash, grid, mux, segment
from casset.media.compose.encoder import FPS
from casset.media.loops import ingest, joining, measuring, writing
from casset.media.loops.facts import LoopFacts, Source
from casset.media.picture import Planes
from casset.media.shaders import catalogue
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import Quality, Renderer, program_name
from casset.media.shaders.uniforms import MusicCurves, next_calm, softened

PORTRAIT = (1080, 1920)
SHORTEST_S, LONGEST_S = 0.5, 60.0
LEAST_SIDE_PX, MOST_SIDE_PX = 64, 1920
BLEND_S = 0.5  # in which the end turns into the beginning, at most a quarter of the loop
SEEN_NAME = "seen.npz"
LEVELS = ("uEnergy", "uBass", "uMid", "uTreb", "uOnset", "uLevel", "uProg")
PIECE_FRAMES = 2 * FPS  # drawn at a time: what a killed worker loses at most
VERSION = 1  # of what is drawn from equal looks and music: pieces of another are not used
FLASHES_STILL = (
    "This look would flash more than three times a second even with calm light, which can harm "
    "viewers. Choose another look or another part of the song."
)


@dataclass(frozen=True)
class DrawnLoop:
    """A drawn visual on the disk, as ``ingest`` would leave it.

    ``calm`` is how much of the music's sudden moves was taken back.
    """

    folder: Path
    facts: LoopFacts
    calm: float
    device: str

    @property
    def path(self) -> Path:
        """The large file."""
        return self.folder / writing.LOOP_NAME


class _Flashing(Exception):
    """More than three flashes in a second: the picture is drawn again, calmer."""


def draw(
    look: Look,
    music: MusicCurves,
    folder: Path,
    *,
    seconds: float,
    size: tuple[int, int] = PORTRAIT,
    image: Path | None = None,
    quality: Quality = "normal",
    pieces: Path | None = None,
    progress: Callable[[float], None] | None = None,
    check: Callable[[], None] | None = None,
) -> DrawnLoop:
    """Draw ``seconds`` of a look to ``folder``: the files and facts that ``ingest`` would make of it.

    ``music`` begins at the hook's start (``hook_music``). ``image`` takes the place of the look's
    own. Where the picture would flash more than three times a second (WCAG 2.3.1), played again
    and again, it is drawn again with calmer light. ``progress`` is told a share 0..1, ``check``
    ends the work by raising. One process, one core: 120 to 150 CPU ms a frame of 1080 x 1920
    without a GPU. Until it is whole there is no file in ``folder``.

    What is drawn is kept in ``pieces``, two seconds at a time, and taken from there when the same is
    asked for again: after a kill it goes on where it was. Who asks removes that folder in the end.

    Raises ``ValidationError`` for a length or size that cannot be, ``MediaError`` when the image
    cannot be used, ``MissingCapability`` where this machine cannot draw or its disk is full, and
    ``GenerationError`` (``FLASHES``) when no calmer light helps.
    """
    frames = _frames(seconds)
    _check_size(size)
    if image is not None:
        look = look.model_copy(update={"image": str(image)})
    renderer, tell = _renderer(size, quality), _rising(progress)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".drawn.", suffix=".part", dir=folder) as scratch:
        kept = Path(scratch) / "pieces"
        if pieces is not None:
            kept = pieces / _signature(look, music, frames, renderer)
        calm: float | None = 0.0
        while calm is not None:
            drawing = _Drawing(renderer, look, music, frames, calm, kept)
            try:
                facts = drawing.finish(drawing.pieces(tell, check), Path(scratch))
            except _Flashing:
                calm = next_calm(calm)
                continue
            for name in writing.NAMES:
                (Path(scratch) / name).replace(folder / name)
            return DrawnLoop(folder, facts, calm, renderer.device)
    raise GenerationError(FLASHES_STILL, code="FLASHES", retryable=False)


def still(
    look: Look,
    music: MusicCurves,
    *,
    seconds: float,
    at_s: float,
    size: tuple[int, int],
    image: Path | None = None,
) -> NDArray[np.uint8]:
    """One frame of the loop before its film finish, sRGB (h, w, 3): for posters and choosers."""
    if image is not None:
        look = look.model_copy(update={"image": str(image)})
    frames = _frames(seconds)
    frame = min(max(round(at_s * FPS), 0), frames - 1)
    renderer = _renderer(size, "normal")
    return renderer.rgb(look, size, frame_in_shot=frame, shot_frames=frames, music=music.at(frame))


def loop_frames(
    renderer: Renderer,
    look: Look,
    music: MusicCurves,
    frames: int,
    *,
    calm: float = 0.0,
    first: int = 0,
    stop: int | None = None,
) -> Iterator[Planes]:
    """The finished frames of a loop of ``frames``, in order: all, or ``first`` … ``stop`` (half open).

    Of the last ``BLEND_S`` each is blended into the frame as far before frame 0, and the music's
    levels turn into those of frame 0, so that the last is followed by the first. Beats go on as
    they are heard.
    """
    blended = min(round(BLEND_S * FPS), frames // 4)
    opening = music.at(0)
    for frame in range(first, frames if stop is None else stop):
        place = frame - (frames - blended)
        share = _eased((place + 1) / (blended + 1)) if place >= 0 else 0.0
        heard = music.at(frame)
        for name in LEVELS if share else ():
            heard[name] += share * (opening[name] - heard[name])
        calmed = softened(heard, calm)
        planes = renderer.planes(look, frame, frames, calmed)
        if share:
            planes = _mixed(planes, renderer.planes(look, frame - frames, frames, calmed), share)
        yield planes


@dataclass(frozen=True)
class _Piece:
    """Some frames of the loop as files in ``folder``, their small copies and what was seen of them."""

    folder: Path
    cells: grid.Grid
    seen: measuring.Observer


@dataclass(frozen=True)
class _Drawing:
    """A loop at one step of calm, drawn piece by piece into ``kept``."""

    renderer: Renderer
    look: Look
    music: MusicCurves
    frames: int
    calm: float
    kept: Path

    def pieces(
        self, tell: Callable[[float], None], check: Callable[[], None] | None
    ) -> list[_Piece]:
        """Every piece, those that are there already taken as they are.

        Raises ``_Flashing`` as soon as it flashes too often.
        """
        meter, found = flash.FlashMeter(), []
        for first in range(0, self.frames, PIECE_FRAMES):
            count = min(PIECE_FRAMES, self.frames - first)
            piece = self._there(first, count)
            if piece is None:
                piece = self._drawn(first, count, meter, tell, check)
            else:
                for cells in piece.cells:
                    _fed(meter, cells)
            found.append(piece)
        tell(1.0)
        return found

    def finish(self, pieces: list[_Piece], folder: Path) -> LoopFacts:
        """Put the pieces together in ``folder`` and measure them. Raises ``_Flashing``."""
        flashes = measuring.flashes(np.concatenate([piece.cells for piece in pieces]))
        if not flashes.safe:  # it is played again and again
            raise _Flashing
        seen = measuring.Observer(self.frames)
        for piece in pieces:
            seen.follow(piece.seen)
        for name in (writing.LOOP_NAME, writing.SMALL_NAME):
            parts = [mux.Piece(piece.folder / name, 0, len(piece.cells)) for piece in pieces]
            mux.join_silent(parts, folder / name)
        size = self.renderer.size
        source = Source(
            container="mp4", codec="h264", width_px=size[0], height_px=size[1], rotation=0,
            fps=float(FPS), duration_s=round(self.frames / FPS, 3), hdr=False, had_sound=False,
        )  # fmt: skip
        return writing.facts_of(
            folder,
            seen,
            flashes,
            size=size,
            join="cut",
            may_rebound=joining.length(self.frames, "rebound") <= ingest.MAX_S * FPS,
            source=source,
            sha256=hashing.file_sha256(folder / writing.LOOP_NAME),
        )

    def _there(self, first: int, count: int) -> _Piece | None:
        """The piece, if it was drawn before and is whole."""
        folder = self._folder(first)
        if not folder.is_dir():
            return None
        cells = grid.load(folder / writing.LOOP_NAME)
        try:
            seen = measuring.Observer.load(folder / SEEN_NAME)
            whole = [
                segment.inspect(folder / name).frames == count
                for name in (writing.LOOP_NAME, writing.SMALL_NAME)
            ]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, MediaError):
            whole = [False]
        if cells is not None and len(cells) == count == len(seen.tiny) and all(whole):
            return _Piece(folder, cells, seen)
        shutil.rmtree(folder, ignore_errors=True)
        return None

    def _drawn(
        self,
        first: int,
        count: int,
        meter: flash.FlashMeter,
        tell: Callable[[float], None],
        check: Callable[[], None] | None,
    ) -> _Piece:
        """Draw the piece beside its name, then give it that."""
        folder, seen = self._folder(first), measuring.Observer(self.frames, first)
        part = files.part_name(folder)
        frames = loop_frames(
            self.renderer, self.look, self.music, self.frames,
            calm=self.calm, first=first, stop=first + count,
        )  # fmt: skip
        cells = []
        try:
            with writing.LoopWriter(
                part, self.renderer.size, frames=count, observer=seen
            ) as writer:
                for planes in frames:
                    if check is not None:
                        check()
                    cells.append(writer.write(planes))
                    _fed(meter, cells[-1])
                    tell((first + writer.written) / self.frames)
            seen.save(part / SEEN_NAME)
            shutil.rmtree(folder, ignore_errors=True)
            part.rename(folder)
        except OSError as fault:
            if files.is_disk_full(fault):
                raise files.disk_full(folder.parent) from fault
            raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return _Piece(folder, np.stack(cells), seen)

    def _folder(self, first: int) -> Path:
        return self.kept / f"{round(100 * self.calm):03}-{first:05}"


def _signature(look: Look, music: MusicCurves, frames: int, renderer: Renderer) -> str:
    """What the bytes of the pieces follow from, as one name."""
    shown = look.model_dump()
    if look.image and Path(look.image).is_file():
        shown["image"] = hashing.file_sha256(look.image)
    rows = [getattr(music, field.name).tobytes() for field in fields(music)]
    return hashing.fingerprint(
        {
            "version": VERSION,
            "look": shown,
            "source": catalogue.source(program_name(look)),
            "music": hashlib.sha256(b"".join(rows)).hexdigest(),
            "frames": frames,
            "size": renderer.size,
            "drawn_at": renderer.inner,
            "device": renderer.device,
            "encoders": [
                writing.loop_encoder(renderer.size).fingerprint(),
                writing.SMALL.fingerprint(),
            ],
        }
    )


def _fed(meter: flash.FlashMeter, small: NDArray[np.uint8]) -> None:
    if meter.feed(small) > flash.ALLOWED_A_SECOND:
        raise _Flashing


def _mixed(a: Planes, b: Planes, share: float) -> Planes:
    """``share`` of ``b``, the rest of ``a``."""
    mixed = (
        np.asarray(cv2.addWeighted(one, 1 - share, other, share, 0), np.uint8)
        for one, other in zip(a, b, strict=True)
    )
    return Planes(*mixed)


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)


def _frames(seconds: float) -> int:
    if not SHORTEST_S <= seconds <= LONGEST_S:  # refuses what is no number, too
        raise ValidationError(
            f"A drawn visual lasts {SHORTEST_S:g} to {LONGEST_S:.0f} s. Choose a hook of that length."
        )
    return round(seconds * FPS)


def _check_size(size: tuple[int, int]) -> None:
    if any(side % 2 or not LEAST_SIDE_PX <= side <= MOST_SIDE_PX for side in size):
        raise ValidationError(
            f"A visual's sides are even and {LEAST_SIDE_PX} to {MOST_SIDE_PX} pixels, "
            f"not {size[0]} x {size[1]}."
        )


def _rising(progress: Callable[[float], None] | None) -> Callable[[float], None]:
    """Progress that stands still, and does not fall, while a picture is drawn again."""
    most = 0.0

    def tell(share: float) -> None:
        nonlocal most
        if progress is not None and share > most:
            most = share
            progress(share)

    return tell


@lru_cache(maxsize=2)
def _renderer(size: tuple[int, int], quality: Quality) -> Renderer:
    return Renderer(size, quality=quality)
