"""Write a loop's files in one pass over its frames, and say what was measured on the way.

The frames come from an upload (``making``, in a limited child) or from Shader Lab (``drawn``): both
end here, so a drawn loop has the same form and the same facts as an uploaded one.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image

from casset.media.compose import segment
from casset.media.compose.encoder import FPS, Encoder
from casset.media.loops import fingerprint, measuring, placeholder, reading
from casset.media.loops.facts import Flashing, Join, LoopFacts, Source
from casset.media.picture import U8, Planes

LOOP_NAME, SMALL_NAME, POSTER_NAME, SMALL_POSTER_NAME = (
    "loop.mp4", "small.mp4", "poster.jpg", "small.jpg",
)  # fmt: skip
NAMES = (LOOP_NAME, SMALL_NAME, POSTER_NAME, SMALL_POSTER_NAME)
# x264 takes strong grain for cuts and puts a key frame at every second frame, which makes a loop
# larger and slower to decode: key frames stand every two seconds only.
NO_CUTS = f"{Encoder().extra}:scenecut=0"
LOOP = Encoder(preset="veryfast", crf=21.0, maxrate_kbit=9_000, bufsize_kbit=13_500, extra=NO_CUTS)
SMALL = Encoder(preset="veryfast", crf=24.0, maxrate_kbit=8_000, bufsize_kbit=12_000, extra=NO_CUTS)
SMALL_SIDE_PX = 960
# Level 4.0 is what every phone decodes; it ends at 8192 macroblocks, a little over 1920 x 1080.
LEVEL_40_BLOCKS = 8192
JPEG_QUALITY = 84
SMALL_POSTER_PX = 480


class LoopWriter:
    """Encode the frames of a loop, or of a piece of one, to both its sizes in ``folder``.

    Each frame is shown to ``observer`` as well. Used as a context manager both files are there,
    whole, when it closes, with the small copy of the frames beside the large one (``grid``); on an
    exception there is neither.
    """

    def __init__(
        self, folder: Path, size: tuple[int, int], *, frames: int, observer: measuring.Observer
    ) -> None:
        self._small_size = small_size(size)
        self._observer = observer
        with ExitStack() as opened:
            self._loop = opened.enter_context(
                segment.SegmentWriter(
                    folder / LOOP_NAME, size, frames=frames, encoder=loop_encoder(size)
                )
            )
            self._small = opened.enter_context(
                segment.SegmentWriter(
                    folder / SMALL_NAME, self._small_size, frames=frames, encoder=SMALL,
                    measured=False,
                )
            )  # fmt: skip
            self._opened = opened.pop_all()

    @property
    def written(self) -> int:
        """How many frames it has taken."""
        return self._loop.written

    def write(self, planes: Planes) -> U8:
        """Take the next frame; returns its small copy, as ``grid`` keeps it."""
        reduced = measuring.resized(planes, self._small_size)
        self._loop.write(planes)
        self._small.write(reduced)
        self._observer.feed(reduced)
        return self._loop.latest

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.__exit__(kind, fault, trace)


def facts_of(
    folder: Path,
    observer: measuring.Observer,
    flashes: Flashing,
    *,
    size: tuple[int, int],
    join: Join,
    may_rebound: bool,
    source: Source,
    sha256: str,
) -> LoopFacts:
    """Write both posters beside the loop in ``folder`` and say all that is known of it.

    ``observer`` has seen every frame. ``may_rebound`` says whether the seam may be mended by
    playing the loop back as well.
    """
    pictures = [picture for _, picture in observer.looked_at]
    moved = measuring.motion(observer.tiny)
    number = measuring.poster_frame(observer.looked_at)
    poster = measuring.rgb(next(segment.read(folder / LOOP_NAME, number, number + 1)))
    _save_posters(poster, folder)
    small = small_size(size)
    return LoopFacts(
        duration_s=observer.frames / FPS,
        frames=observer.frames,
        fps=FPS,
        join=join,
        width_px=size[0],
        height_px=size[1],
        small_width_px=small[0],
        small_height_px=small[1],
        source=source,
        sha256=sha256,
        seam=measuring.seam(observer.tiny, motion=moved, may_rebound=may_rebound),
        flashes=flashes,
        luminance=measuring.luminance(pictures),
        descriptors=measuring.descriptors(pictures, moved),
        colours=measuring.colours(pictures),
        placeholder=placeholder.thumbhash(poster),
        fingerprint=fingerprint.marks(observer.looked_at),
    )


def loop_encoder(size: tuple[int, int]) -> Encoder:
    """How the large file is encoded: at a level that allows pictures of ``size``."""
    blocks = -(-size[0] // 16) * -(-size[1] // 16)
    return LOOP if blocks <= LEVEL_40_BLOCKS else replace(LOOP, level="5.0")


def small_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size of the small file of a loop of ``size``: even, at most ``SMALL_SIDE_PX`` long."""
    share = min(1.0, SMALL_SIDE_PX / max(size))
    return reading.even(size[0] * share), reading.even(size[1] * share)


def _save_posters(poster: np.ndarray, folder: Path) -> None:
    picture = Image.fromarray(poster)
    _save(picture, folder / POSTER_NAME)
    picture.thumbnail((SMALL_POSTER_PX, SMALL_POSTER_PX), Image.Resampling.LANCZOS)
    _save(picture, folder / SMALL_POSTER_NAME)


def _save(picture: Image.Image, path: Path) -> None:
    picture.save(path, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
