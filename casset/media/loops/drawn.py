"""A visual drawn by Shader Lab: a scene, or a treatment of a still, moved by the hook's own music.

Drawn, finished and encoded as a film's shots are. Frame 0 is what is heard at the hook's first
sample, so the browser's live preview, the visual and the hook's film show the same thing at the
same time. It lasts as long as the hook, and its last half second turns into what came just before
frame 0, so that it closes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import GenerationError, ValidationError
from casset.media.compose import flash, grid
from casset.media.compose.encoder import FPS, Encoder
from casset.media.compose.segment import SegmentWriter
from casset.media.picture import Planes
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import Quality, Renderer
from casset.media.shaders.uniforms import MusicCurves, next_calm, softened

NAME = "drawn.mp4"
PORTRAIT = (1080, 1920)
SHORTEST_S, LONGEST_S = 0.5, 60.0
LEAST_SIDE_PX, MOST_SIDE_PX = 64, 1920
BLEND_S = 0.5  # in which the end turns into the beginning, at most a quarter of the loop
LEVELS = ("uEnergy", "uBass", "uMid", "uTreb", "uOnset", "uLevel", "uProg")
# It is encoded again for the library: nearly lossless, within what level 4.0 allows.
DRAWN = Encoder(crf=19.0, maxrate_kbit=18_000, bufsize_kbit=25_000)
FLASHES_STILL = (
    "This look would flash more than three times a second even with calm light, which can harm "
    "viewers. Choose another look or another part of the song."
)


@dataclass(frozen=True)
class DrawnLoop:
    """A drawn visual on the disk. ``calm`` is how much of the music's sudden moves was taken back."""

    path: Path
    size: tuple[int, int]
    frames: int
    calm: float
    flashes: flash.Flashes
    device: str


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
    progress: Callable[[float], None] | None = None,
    check: Callable[[], None] | None = None,
) -> DrawnLoop:
    """Draw ``seconds`` of a look to ``folder / NAME``: H.264 yuv420p BT.709, 30 fps, no sound.

    ``music`` begins at the hook's start (``hook_music``). ``image`` takes the place of the look's
    own. Where the picture would flash more than three times a second (WCAG 2.3.1), played again
    and again, it is drawn again with calmer light. ``progress`` is told a share 0..1, ``check``
    ends the work by raising. One process, one core: 90 to 140 CPU ms a frame of 1080 x 1920
    without a GPU. Until it is whole there is no file.

    Raises ``ValidationError`` for a length or size that cannot be, ``MediaError`` when the image
    cannot be used, ``MissingCapability`` where this machine cannot draw or its disk is full, and
    ``GenerationError`` (``FLASHES``) when no calmer light helps.
    """
    frames = _frames(seconds)
    _check_size(size)
    if image is not None:
        look = look.model_copy(update={"image": str(image)})
    renderer, tell = _renderer(size, quality), _rising(progress)
    calm: float | None = 0.0
    while calm is not None:
        try:
            flashes = _draw(renderer, look, music, frames, calm, folder / NAME, tell, check)
        except _Flashing:
            calm = next_calm(calm)
            continue
        return DrawnLoop(folder / NAME, size, frames, calm, flashes, renderer.device)
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
    renderer: Renderer, look: Look, music: MusicCurves, frames: int, *, calm: float = 0.0
) -> Iterator[Planes]:
    """The finished frames of the loop, in order.

    Of the last ``BLEND_S`` each is blended into the frame as far before frame 0, and the music's
    levels turn into those of frame 0, so that the last is followed by the first. Beats go on as
    they are heard.
    """
    blended = min(round(BLEND_S * FPS), frames // 4)
    first = music.at(0)
    for frame in range(frames):
        place = frame - (frames - blended)
        share = _eased((place + 1) / (blended + 1)) if place >= 0 else 0.0
        heard = music.at(frame)
        for name in LEVELS if share else ():
            heard[name] += share * (first[name] - heard[name])
        calmed = softened(heard, calm)
        planes = renderer.planes(look, frame, frames, calmed)
        if share:
            planes = _mixed(planes, renderer.planes(look, frame - frames, frames, calmed), share)
        yield planes


def _draw(
    renderer: Renderer,
    look: Look,
    music: MusicCurves,
    frames: int,
    calm: float,
    out: Path,
    progress: Callable[[float], None],
    check: Callable[[], None] | None,
) -> flash.Flashes:
    """Write the loop; raises ``_Flashing`` as soon as it flashes too often."""
    meter, cells = flash.FlashMeter(), grid.shape(renderer.size)
    opening: list[NDArray[np.uint8]] = []
    with SegmentWriter(out, renderer.size, frames=frames, encoder=DRAWN) as writer:
        for planes in loop_frames(renderer, look, music, frames, calm=calm):
            if check is not None:
                check()
            small = grid.shrink(planes, cells)
            if len(opening) < FPS:
                opening.append(small)
            _fed(meter, small)
            writer.write(planes)
            progress(writer.written / frames)
        for small in opening:  # it is played again and again
            _fed(meter, small)
    return meter.flashes


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
