"""The picture under a hook video: the visual's loop as long as the hook, or the cover when there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from casset.lib.errors import MediaError
from casset.media.compose import normalise, source, type_paint
from casset.media.compose.encoder import FPS
from casset.media.compose.segment import blank, planes_of, views_of
from casset.media.hookvideo.fit import Fit, fit
from casset.media.hookvideo.ink import Pane
from casset.media.hookvideo.layout import Aspect, numbers
from casset.media.hookvideo.video import Theme
from casset.media.picture import Planes, planes_of_rgb
from casset.media.shaders import images

U8 = NDArray[np.uint8]
# An MP4 of our own says all in its header: nothing is decoded to open it, which would be 20 ms a time.
STORED = source.Only("mov", ("none",))
CACHE_BYTES = 600_000_000  # six seconds of full frames
BLUR_PX = 96  # short side a backdrop is blurred at
WHOLE_SHARE = 0.98  # of the frames its header promises that a loop must hold
ENOUGH_GLANCES, GLANCES = 4, 10
SAMPLED_EVERY, MOST_SAMPLED = 4, 16  # frames of a loop that are looked at for contrast
Look = Callable[[Planes], None]


class VisualFailed(Exception):
    """The visual cannot be shown; the message says why, for the person."""


class Loop:
    """A visual brought onto frames of ``size``, begun again where it ends, for ``frames`` frames.

    Where its frames fit into ``cache_bytes`` they are kept as the decoder gave them; else they are
    decoded round after round, which costs 3 to 5 ms a full frame.
    """

    def __init__(
        self, path: Path, size: tuple[int, int], frames: int, *, cache_bytes: int | None = None
    ) -> None:
        try:
            self._facts = source.look(path, STORED)
            with source.open_container(path, STORED) as container:
                claimed = container.streams.video[0].frames
                container.streams.video[0].thread_count = 1  # several would decode several frames
                first = next(container.decode(video=0))
        except (MediaError, OSError, StopIteration, av.error.FFmpegError, ValueError) as fault:
            raise VisualFailed(_why(fault)) from fault
        if len(self._facts.times) < WHOLE_SHARE * claimed:
            raise VisualFailed("it is cut off")
        shape = _shape(first, self._facts.pixel_shape)
        self.size, self.frames = size, frames
        self.fit: Fit = fit(shape, size)
        self.round = max(1, min(frames, round(self._facts.length_s * FPS)))
        zoom = numbers()["fit"]["zoom"] if self._zoomed(shape) else 1.0
        self._fitter = normalise.Fitter(
            (self.fit.dw, self.fit.dh), self._facts.pixel_shape, zoom=zoom
        )
        self._as_it_is = shape == size and first.format.name == "yuv420p" and not first.rotation
        self._edge = _feather(self.fit, size) if self.fit.backdrop else None
        room = CACHE_BYTES if cache_bytes is None else cache_bytes
        self._keeps = self.round * size[0] * size[1] * 3 // 2 <= room
        self._kept: list[VideoFrame] = []
        self._canvas: VideoFrame | None = None

    def survey(self, look: Look, check: Callable[[], None]) -> None:
        """Show frames from all over the loop to ``look``. Raises ``VisualFailed``.

        A loop that is kept is decoded here, once. Of a longer one some key frames are enough where
        there are several, so that it is not decoded once more for this.
        """
        if not self._keeps and self._glance(look) >= ENOUGH_GLANCES:
            return
        step = max(SAMPLED_EVERY, -(-self.round // MOST_SAMPLED))
        kept = []
        for n, frame in enumerate(self._round()):
            if self._keeps:
                kept.append(frame)
            if n % step == 0:
                look(views_of(frame))
                check()
        self._kept = kept

    def _glance(self, look: Look) -> int:
        """Look at some key frames all over the loop; returns how many there were."""
        try:
            with source.open_container(self._facts.path, STORED) as container:
                stream = container.streams.video[0]
                stream.thread_count = 1
                end_s = self.round / FPS
                tick, begin = float(stream.time_base or 0), stream.start_time or 0
                keys = [
                    packet
                    for packet in container.demux(stream)
                    if packet.is_keyframe and packet.pts is not None
                    and (packet.pts - begin) * tick < end_s
                ]  # fmt: skip
                if len(keys) < ENOUGH_GLANCES:
                    return len(keys)
                seen = 0
                chosen = np.linspace(0, len(keys), min(GLANCES, len(keys)), endpoint=False)
                # A key frame needs no other: only these are decoded, one after the other.
                for packet in [*(keys[int(place)] for place in chosen), None]:
                    for frame in stream.decode(packet):
                        look(views_of(self._placed(frame)))
                        seen += 1
        except (OSError, av.error.FFmpegError, ValueError) as fault:
            raise VisualFailed(_why(fault)) from fault
        return seen

    def play(self) -> Iterator[VideoFrame]:
        """Every frame of the film, to be looked at until the next is asked for and not drawn on.

        Raises ``VisualFailed`` when the file cannot be read any more.
        """
        done = 0
        while done < self.frames:
            for frame in self._kept or self._round():
                yield frame
                done += 1
                if done == self.frames:
                    return

    def once(self) -> Iterator[Planes]:
        """The loop's frames once through, each its own copy. Raises ``VisualFailed``."""
        return (planes_of(frame) for frame in self._round())

    def _round(self) -> Iterator[VideoFrame]:
        """The loop's frames once through; what is shown several times is placed once."""
        count = 0
        placed: VideoFrame | None = None
        of: VideoFrame | None = None
        try:
            pace = normalise.Pace(1.0, 1, 0)
            for frame in normalise.on_grid(self._facts, pace, self.round):
                if placed is None or frame is not of:
                    placed, of = self._placed(frame), frame
                yield placed
                count += 1
                if count == self.round:
                    return
        except (MediaError, OSError, av.error.FFmpegError, ValueError) as fault:
            raise VisualFailed(_why(fault)) from fault
        raise VisualFailed("it ends early")

    def _placed(self, frame: VideoFrame) -> VideoFrame:
        """The frame itself where it is as it must be, else one brought onto the size."""
        shape = (frame.width, frame.height)
        if self._as_it_is and shape == self.size and frame.format.name == "yuv420p":
            return frame
        fitted = self._fitter.fit(frame)
        if self._edge is None:
            return fitted
        if self._keeps or self._canvas is None:
            self._canvas = blank(self.size)
        pane, whole = views_of(fitted), views_of(self._canvas)
        _paint_backdrop(pane, whole)
        for plane, part, edge, half in zip(whole, pane, self._edge, (1, 2, 2), strict=True):
            y, x = self.fit.dy // half, self.fit.dx // half
            edge.lay(plane[y : y + part.shape[0], x : x + part.shape[1]], part)
        return self._canvas

    def _zoomed(self, shape: tuple[int, int]) -> bool:
        ratio = shape[0] / shape[1] * self.size[1] / self.size[0]
        return not self.fit.backdrop and abs(ratio - 1) > numbers()["fit"]["same"]


class Cover:
    """The cover as a moving picture: sharp and slowly nearing, on a blurred enlargement of itself.

    Without a readable image the theme's colours stand in, so that there is always a picture.
    """

    fit: Fit | None = None

    def __init__(
        self, path: Path | None, theme: Theme, aspect: Aspect, size: tuple[int, int], frames: int
    ) -> None:
        self.size, self.frames = size, frames
        self.missing = path is None
        short, place = min(size), numbers()["aspects"][aspect]["cover"]
        side = 2 * round(place["side"] * short / 2)
        try:
            art = images.load(path) if path else _glow(theme)
        except MediaError:
            art, self.missing = _glow(theme), True
        zoom = 1 + numbers()["move"]["zoom"]
        self._art = planes_of_rgb(_square(art, 2 * round(side * zoom / 2)))
        self._still = _still_backdrop(art, size, numbers()["move"]["backdrop_dim"])
        self._at = (2 * round(place["left"] * short / 2), 2 * round(place["top"] * short / 2), side)
        alpha = _edges((side, side), {k: v * short for k, v in place["fade"].items()})
        whole, half = Pane(alpha), Pane(type_paint.halved(alpha))
        self._panes = (whole, half, half)
        self._canvas = blank(size)

    def survey(self, look: Look, check: Callable[[], None]) -> None:
        """Show some frames to ``look``."""
        for n in np.linspace(0, self.frames - 1, 8).round().astype(int):
            look(views_of(self._frame(int(n))))
            check()

    def play(self) -> Iterator[VideoFrame]:
        """Every frame of the film, as ``Loop.play``."""
        return (self._frame(n) for n in range(self.frames))

    def _frame(self, n: int) -> VideoFrame:
        left, top, side = self._at
        share = n / max(1, self.frames - 1)
        span = self._art.y.shape[0]
        # the whole cover at first, then nearer: a zoom at constant speed to the eye
        shown = span * (1 + numbers()["move"]["zoom"]) ** (-share)
        planes = views_of(self._canvas)
        for plane, still, art, pane, half in zip(
            planes, self._still, self._art, self._panes, (1, 2, 2), strict=True
        ):
            np.copyto(plane, still)
            pixels = side // half
            scale = shown / half / pixels
            shift = (span - shown) / 2 / half
            turn = np.array(
                [[scale, 0, shift + scale / 2 - 0.5], [0, scale, shift + scale / 2 - 0.5]]
            )
            near = cv2.warpAffine(
                art, turn, (pixels, pixels),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip
            area = plane[top // half : top // half + pixels, left // half : left // half + pixels]
            pane.lay(area, np.asarray(near, np.uint8))
        return self._canvas


def _why(fault: BaseException) -> str:
    text = str(fault) if isinstance(fault, MediaError) else "it cannot be decoded"
    return text.replace(" Make this shot again.", "").rstrip(".")


def _shape(frame: VideoFrame, pixel_shape: Fraction) -> tuple[int, int]:
    """(width, height) as shown: pixels squared, turned as the file says."""
    width = max(2, round(frame.width * float(pixel_shape if pixel_shape > 0 else 1)))
    turned = round((-frame.rotation % 360) / 90) % 2
    return (frame.height, width) if turned else (width, frame.height)


def _paint_backdrop(pane: Planes, whole: Planes) -> None:
    """The pane enlarged over the whole frame, blurred and a little darker; 5 ms at full size."""
    dim, size = numbers()["fit"]["backdrop_dim"], whole.size
    for plane, under, half in zip(pane, whole, (1, 2, 2), strict=True):
        wide, high = size[0] // half, size[1] // half
        scale = max(wide / plane.shape[1], high / plane.shape[0])
        cut_w, cut_h = round(wide / scale), round(high / scale)
        x, y = (plane.shape[1] - cut_w) // 2, (plane.shape[0] - cut_h) // 2
        cut = plane[y : y + cut_h, x : x + cut_w]
        ratio = BLUR_PX / min(size)
        tiny = (max(2, round(size[0] * ratio / half)), max(2, round(size[1] * ratio / half)))
        soft = cv2.resize(cut, tiny, interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(soft, (0, 0), 5.0 / half, borderType=cv2.BORDER_REFLECT)
        zero = 16 if half == 1 else 128
        soft = cv2.convertScaleAbs(soft, alpha=dim, beta=zero * (1 - dim))
        cv2.resize(soft, (wide, high), dst=under, interpolation=cv2.INTER_LINEAR)


def _feather(place: Fit, size: tuple[int, int]) -> tuple[Pane, Pane, Pane]:
    """The pane's coverage, luma and chroma: soft towards the backdrop, hard at the frame's edge."""
    reach = numbers()["fit"]["feather"] * min(size)
    free = {
        "left": place.dx > 0, "right": place.dx + place.dw < size[0],
        "top": place.dy > 0, "bottom": place.dy + place.dh < size[1],
    }  # fmt: skip
    alpha = _edges((place.dw, place.dh), {edge: reach for edge, open_ in free.items() if open_})
    half = Pane(type_paint.halved(alpha))
    return Pane(alpha), half, half


def _edges(size: tuple[int, int], reaches: dict[str, float]) -> U8:
    """255 inside, easing to 0 within ``reach`` pixels of each edge named."""
    across, down = np.ones(size[0]), np.ones(size[1])
    for edge, reach in reaches.items():
        line = across if edge in ("left", "right") else down
        x = np.clip((np.arange(len(line)) + 0.5) / max(reach, 1), 0, 1)
        ramp = x * x * (3 - 2 * x)
        line *= ramp if edge in ("left", "top") else ramp[::-1]
    return np.round(255 * down[:, None] * across[None, :]).astype(np.uint8)


def _square(art: U8, side: int) -> U8:
    """The middle of a picture as a square of ``side`` pixels."""
    height, width = art.shape[:2]
    least = min(height, width)
    y, x = (height - least) // 2, (width - least) // 2
    cut = art[y : y + least, x : x + least]
    how = cv2.INTER_AREA if least > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(cut, (side, side), interpolation=how), np.uint8)


def _still_backdrop(art: U8, size: tuple[int, int], dim: float) -> Planes:
    """A picture enlarged over the frame, blurred until it is only colour and light."""
    height, width = art.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    cut_w, cut_h = max(1, round(size[0] / scale)), max(1, round(size[1] / scale))
    y, x = (height - cut_h) // 2, (width - cut_w) // 2
    ratio = BLUR_PX / min(size)
    tiny = (round(size[0] * ratio), round(size[1] * ratio))
    soft = cv2.resize(
        art[y : y + cut_h, x : x + cut_w].astype(np.float32), tiny, interpolation=cv2.INTER_AREA
    )
    soft = cv2.GaussianBlur(soft, (0, 0), 9.0, borderType=cv2.BORDER_REFLECT)
    grey = soft.mean(axis=2, keepdims=True)
    soft = np.clip(grey + (soft - grey) * 1.25, 0, 255) * dim
    return planes_of_rgb(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC))


def _glow(theme: Theme, side: int = 640) -> U8:
    """A picture of the theme's own: light of the accent over the ground."""
    ground, accent = (np.array(type_paint.hex_rgb(c)) for c in (theme.ground, theme.accent))
    y, x = np.mgrid[0:side, 0:side] / side - 0.5
    light = np.exp(-((x - 0.12) ** 2 + (y + 0.10) ** 2) / 0.07)
    rim = 0.35 * np.exp(-((x + 0.30) ** 2 + (y - 0.32) ** 2) / 0.05)
    share = np.clip(0.72 * light + rim, 0, 1)[..., None]
    return np.round(255 * (ground * (1 - share) + accent * share)).astype(np.uint8)
