"""Fit a clip of any size, rate and length to its place in the film.

Frames stream through: memory does not grow with the clip. The film's frame n shows the source
frame nearest in time that has begun, so 24 or 25 frames a second become 30 by showing some twice,
never by drifting.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.filter import Graph
from av.video.frame import VideoFrame

from casset.media.colour import tonemap
from casset.media.compose import source
from casset.media.compose.encoder import BT709, ENCODER, FPS, Encoder
from casset.media.compose.segment import SegmentWriter, planes_of
from casset.media.picture import Planes

MAX_SPEED_CHANGE = 0.05  # the brief's limit; more is seen
SPEED_FROM_S = 1.0  # a clip too long by less is only trimmed
UNSPECIFIED = 2  # ITU-T H.273
HD_FROM_LINES = 720  # pictures without a tag are taken as BT.709 from here on, as players do
FULL_RANGE = 2
BT2020_PRIMARIES = 9
BT2020_MATRICES = (9, 10)
HDR_TRANSFERS: dict[int, tonemap.Transfer] = {16: "pq", 18: "hlg"}

Overlay = Callable[[Planes, int], None]  # draws on a frame, in place, given its number in the film


@dataclass(frozen=True)
class Pace:
    """How a source's time becomes the film's. ``speed`` 1.05 shows it 5 % faster."""

    speed: float
    loops: int  # how many times the whole clip is begun; 1 = played once
    trimmed_frames: int  # frames of the film that were left over at the end

    @property
    def looped(self) -> bool:
        return self.loops > 1

    @property
    def trimmed(self) -> bool:
        return self.trimmed_frames > 0


def pace(length_s: float, frames: int) -> Pace:
    """Decide speed, loops and trim for a source of ``length_s`` and a place of ``frames``.

    Too long: trimmed at the end (which lies on the beat), after up to 5 % more speed where more
    than a second is left over. Too short: the whole clip again until the place is filled, at a
    speed within 5 % that makes whole rounds of it where there is one, else 5 % slower where more
    than a second is missing.
    """
    wanted_s = frames / FPS
    over_s = length_s - wanted_s
    speed = 1.0
    if over_s > SPEED_FROM_S:
        speed = min(1 + MAX_SPEED_CHANGE, length_s / wanted_s)
    elif over_s < 0:
        rounds = max(1, round(wanted_s / length_s))
        whole = rounds * length_s / wanted_s
        if abs(whole - 1) <= MAX_SPEED_CHANGE:
            speed = whole
        elif -over_s > SPEED_FROM_S:
            speed = 1 - MAX_SPEED_CHANGE
    loops = int(_clock(frames - 1, speed) / length_s) + 1
    left_over = round(length_s * FPS / speed) - frames if loops == 1 else 0
    return Pace(speed, loops, max(0, left_over))


def normalise(
    clip: Path,
    out: Path,
    size: tuple[int, int],
    frames: int,
    *,
    first_frame: int = 0,
    key_frames: Collection[int] = (),
    body: range | None = None,
    aside: Callable[[int, Planes], None] | None = None,
    overlay: Overlay | None = None,
    encoder: Encoder = ENCODER,
) -> Pace:
    """Fit ``clip`` to ``frames`` frames of the film's size and rate and write them to ``out``.

    ``first_frame`` is the film's number of the first of them, handed to ``overlay``. Where ``body``
    is given only those frames are written; ``aside`` gets the others with their numbers, each its
    own copy. Key frames count from the first frame written. Raises ``MediaError`` when the clip
    cannot be used, with what is wrong with it.
    """
    facts = source.look(clip)
    how = pace(facts.length_s, frames)
    body = range(frames) if body is None else body
    wanted = range(body.stop) if aside is None else range(frames)
    with SegmentWriter(
        out, size, key_frames=key_frames, frames=len(body), encoder=encoder
    ) as writer:
        for n, frame in _fitted(facts, how, size, wanted):
            if n not in body:
                if aside is not None:
                    aside(n, _drawn(frame, first_frame + n, overlay))
            elif overlay is None:
                writer.take(frame)
            else:
                writer.write(_drawn(frame, first_frame + n, overlay))
    return how


def frames_of(
    clip: Path,
    size: tuple[int, int],
    frames: int,
    wanted: range,
    *,
    first_frame: int = 0,
    overlay: Overlay | None = None,
) -> Iterator[Planes]:
    """The frames ``wanted`` of those that ``normalise`` would write, before they are encoded.

    Decodes the clip from its start to the last of them. Raises ``MediaError`` as ``normalise`` does.
    """
    facts = source.look(clip)
    for n, frame in _fitted(facts, pace(facts.length_s, frames), size, wanted):
        yield _drawn(frame, first_frame + n, overlay)


def _fitted(
    facts: source.ClipFacts, how: Pace, size: tuple[int, int], wanted: range
) -> Iterator[tuple[int, VideoFrame]]:
    """(number, frame at the film's size) of the frames ``wanted``; each source frame is fitted once."""
    fitter = Fitter(size, facts.pixel_shape)
    of: VideoFrame | None = None
    for n, frame in enumerate(on_grid(facts, how, wanted.stop)):
        if n < wanted.start:
            continue
        if frame is not of:
            shown, of = fitter.fit(frame), frame
        yield n, shown


def _drawn(frame: VideoFrame, number: int, overlay: Overlay | None) -> Planes:
    """A copy of a fitted frame, drawn on; the frame may be shown again."""
    planes = planes_of(frame)
    if overlay is not None:
        overlay(planes, number)
    return planes


def _clock(place: int, speed: float) -> float:
    """Source time, counted over all rounds, that the film's frame ``place`` shows: its middle."""
    return (place + 0.5) / FPS * speed


def on_grid(facts: source.ClipFacts, how: Pace, frames: int) -> Iterator[VideoFrame]:
    """The source frame to show at each frame of the film, the clip begun again where it ends."""
    place, loop = 0, 0
    while place < frames:
        begin_s, end_s = loop * facts.length_s, (loop + 1) * facts.length_s
        shown: VideoFrame | None = None
        for time_s, frame in source.decode(facts):
            until_s = min(begin_s + time_s, end_s) - 1e-6
            while shown is not None and place < frames and _clock(place, how.speed) < until_s:
                yield shown
                place += 1
            if place >= frames:
                return
            shown = frame
        while shown is not None and place < frames and _clock(place, how.speed) < end_s - 1e-6:
            yield shown
            place += 1
        loop += 1


class Fitter:
    """Scale frames to cover ``size`` with Lanczos, the middle kept, as yuv420p BT.709 limited range.

    With ``tables``, a folder to keep them in, HDR and BT.2020 frames are tone-mapped
    (``colour.tonemap``); about 60 ms a frame at 1080p. ``zoom`` above 1 keeps less of the middle,
    enlarged.
    """

    def __init__(
        self,
        size: tuple[int, int],
        pixel_shape: Fraction = Fraction(1),
        *,
        tables: Path | None = None,
        zoom: float = 1.0,
    ) -> None:
        self.size = size
        self.tables = tables
        self.zoom = zoom
        self.pixel_shape = pixel_shape if pixel_shape > 0 else Fraction(1)
        self._built_for: tuple[object, ...] = ()
        self._graph: Graph | None = None

    def fit(self, frame: VideoFrame) -> VideoFrame:
        """The frame at the film's size. A change of the source's shape half-way is followed."""
        turns = round((-frame.rotation % 360) / 90) % 4  # quarter turns clockwise
        kind = (
            frame.width,
            frame.height,
            frame.format.name,
            frame.colorspace,
            turns,
            transfer(frame),
        )
        if self._graph is None or kind != self._built_for:
            self._graph, self._built_for = self._build(frame, turns), kind
        frame.time_base, frame.pts = Fraction(1, FPS), 0
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _build(self, frame: VideoFrame, turns: int) -> Graph:
        graph = Graph()
        graph.threads = 1
        nodes = [
            graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=Fraction(1, FPS),
            )
        ]
        shape = (frame.width, frame.height)
        pixel = self.pixel_shape
        if turns:
            steps = {1: ["clock"], 2: ["clock", "clock"], 3: ["cclock"]}[turns]
            nodes += [graph.add("transpose", step) for step in steps]
            if turns % 2:
                shape, pixel = (shape[1], shape[0]), 1 / pixel
        width, height = covered(shape, pixel, self.size)
        if self.zoom > 1:
            width, height = (max(2, 2 * round(side / self.zoom / 2)) for side in (width, height))
        nodes.append(graph.add("crop", f"{width}:{height}"))
        full = frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj")
        coded_in = f"in_color_matrix={_matrix(frame)}:in_range={'full' if full else 'limited'}"
        coded_out = "out_color_matrix=bt709:out_range=limited"
        scale = f"{self.size[0]}:{self.size[1]}:flags=lanczos"
        mapped = transfer(frame)
        if self.tables is None or mapped is None:
            nodes.append(graph.add("scale", f"{scale}:{coded_in}:{coded_out}"))
        else:
            table = tonemap.write_cube(self.tables, mapped)
            nodes += [
                graph.add("scale", f"{scale}:{coded_in}:out_range=full"),
                graph.add("format", "pix_fmts=gbrp12le"),
                graph.add("lut3d", file=str(table)),
                graph.add("scale", f"flags=bicubic:in_range=full:{coded_out}"),
            ]
        nodes += [graph.add("format", "pix_fmts=yuv420p"), graph.add("buffersink")]
        graph.link_nodes(*nodes)
        graph.configure(auto_buffer=False)
        return graph


def transfer(frame: VideoFrame) -> tonemap.Transfer | None:
    """How a frame's light must be mapped to be shown as BT.709; None where it is that already."""
    if frame.color_trc in HDR_TRANSFERS:
        return HDR_TRANSFERS[frame.color_trc]
    return "wide" if frame.color_primaries == BT2020_PRIMARIES else None


def _matrix(frame: VideoFrame) -> str:
    if frame.colorspace in BT2020_MATRICES:
        return "bt2020"
    if frame.colorspace == UNSPECIFIED:
        return "bt709" if frame.height >= HD_FROM_LINES else "bt601"
    return "bt709" if frame.colorspace == BT709 else "bt601"


def covered(
    shape: tuple[int, int], pixel_shape: Fraction, size: tuple[int, int]
) -> tuple[int, int]:
    """(width, height) in source pixels of the middle that has the shape of ``size``, even numbers."""
    wanted = Fraction(size[0], size[1]) / pixel_shape
    width, height = Fraction(shape[0]), Fraction(shape[1])
    if width / height > wanted:
        width = height * wanted
    else:
        height = width / wanted
    return _even(width, shape[0]), _even(height, shape[1])


def _even(length: Fraction, most: int) -> int:
    return most if round(length) >= most else max(2, 2 * round(length / 2))
