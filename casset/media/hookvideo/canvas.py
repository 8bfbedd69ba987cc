"""A Spotify Canvas from a visual, and whether a file keeps Canvas's rules.

A Canvas is a short upright loop without sound or words in place of the cover. The rules are those of
Spotify's own page; where pages disagree the stricter figure is kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import MediaError
from casset.media.compose import grid, source
from casset.media.compose.encoder import FPS, Encoder
from casset.media.compose.segment import SegmentWriter, planes_of
from casset.media.ffmpeg import source_url
from casset.media.hookvideo.picture import Loop, VisualFailed
from casset.media.loops import joining, measuring
from casset.media.picture import Planes

F32 = NDArray[np.float32]
How = Literal["whole", "rounds", "window", "crossfade"]

MIN_S, MAX_S = 3.0, 8.0
MIN_SIDE_PX, MAX_SIDE_PX = 720, 1080
MAX_BYTES = 25_000_000
CUT_STEP = 20.0  # 8-bit levels of mean change in one frame that read as a cut
CUT_TIMES = 5.0  # and so many times the usual step
CUTS_IN_2_S = 2  # more are rapid
MOST_FRAMES = 120 * FPS  # of a visual that are looked at
STARTS_EVERY, LENGTHS_EVERY = 3, 6  # frames between the windows that are tried
ENCODER = Encoder(preset="veryfast", crf=19.0, maxrate_kbit=16_000, bufsize_kbit=16_000)

GUIDELINES = "support.spotify.com, Canvas guidelines (read 2026-11-26)"
DISAGREE = "pages disagree on 25 and 200 MB; the smaller is kept (peers' guides, read 2026-11-26)"
WCAG = "WCAG 2.2, success criterion 2.3.1; Canvas guidelines: no intense flashing"
OURS = "Canvas guidelines name no figure; this limit is ours"


@dataclass(frozen=True)
class Cut:
    """What was cut: ``start_s`` of the visual, ``length_s`` of the Canvas. ``seam`` as in ``loops.facts``."""

    path: Path
    size: tuple[int, int]
    start_s: float
    length_s: float
    how: How
    seam: float


@dataclass(frozen=True)
class Finding:
    """One rule and whether the file keeps it."""

    rule: str
    ok: bool
    sentence: str
    source: str


def cut(visual: Path, out: Path, *, seconds: float | None = None) -> Cut:
    """Write the part of a visual that makes the best Canvas: upright, silent, closed, 3 to 8 s.

    A loop of that length stays whole; a shorter one is shown several times round; of a longer one
    the window is taken whose end meets its beginning best, blended where none does well.
    ``seconds`` asks for a length. Raises ``MediaError`` when the visual cannot be shown or the
    length is none of a Canvas.
    """
    if seconds is not None and not MIN_S <= seconds <= MAX_S:
        raise MediaError(f"A Canvas lasts {MIN_S:g} to {MAX_S:g} s, not {seconds:g}.")
    try:
        size = _size(visual)
        loop = Loop(visual, size, MOST_FRAMES, cache_bytes=0)
        tiny = [measuring.shrunk(planes, measuring.TINY_PX) for planes in loop.once()]
        start, frames, how = _best(tiny, seconds)
        blended = joining.blend_frames(_with_blend(frames)) if how == "crossfade" else 0
        with SegmentWriter(out, size, frames=frames, encoder=ENCODER, measured=False) as writer:
            for planes in _played(loop, start, frames + blended, how, size, out.parent):
                writer.write(planes)
    except VisualFailed as fault:
        raise MediaError(f"No Canvas can be cut: {fault}. Choose another visual.") from fault
    seam = _seam([measuring.shrunk(planes, measuring.TINY_PX) for planes in _frames(out)])
    return Cut(out, size, start / FPS, frames / FPS, how, seam)


def check(path: Path) -> list[Finding]:
    """Every rule with its verdict, for any file. Decodes it once; 1 s for 8 s at full size."""
    try:
        with av.open(source_url(path), options=source.OPEN_OPTIONS) as container:
            silent = not container.streams.audio
            video = container.streams.video[0]
            codec, named = video.codec_context.name, container.format.name
            size = (video.codec_context.width, video.codec_context.height)
        facts = source.look(path)
        small = _looked_at(facts)
    except (MediaError, OSError, IndexError, av.error.FFmpegError, ValueError):
        sentence = "The file cannot be read as a moving picture. Export the Canvas again."
        return [Finding("readable", False, sentence, GUIDELINES)]
    tiny, cells = small
    length = facts.length_s
    shape, short, size_bytes = size[0] / size[1], min(size), path.stat().st_size
    flashing, cuts, seam = measuring.flashes(cells), _most_cuts(tiny), _seam(tiny)
    flashes = max(flashing.general, flashing.red)
    return [
        Finding(
            "length", MIN_S - 0.02 <= length <= MAX_S + 0.02,
            f"It lasts {length:.2f} s; a Canvas lasts {MIN_S:g} to {MAX_S:g} s.", GUIDELINES,
        ),
        Finding(
            "aspect", abs(shape * 16 / 9 - 1) < 0.01,
            f"It is {size[0]} x {size[1]} pixels; a Canvas is upright, 9:16.", GUIDELINES,
        ),
        Finding(
            "size", MIN_SIDE_PX <= short <= MAX_SIDE_PX,
            f"Its short side has {short} pixels; {MIN_SIDE_PX} to {MAX_SIDE_PX} are asked for.", GUIDELINES,
        ),
        Finding(
            "format", codec == "h264" and "mp4" in named,
            f"It is {_said(codec, named)}; an MP4 with H.264 is asked for.", GUIDELINES,
        ),
        Finding(
            "no sound", silent,
            "It has no sound." if silent else "It has a sound track; a Canvas is silent.", GUIDELINES,
        ),
        Finding(
            "file size", size_bytes <= MAX_BYTES,
            f"It has {size_bytes / 1e6:.1f} MB of at most {MAX_BYTES / 1e6:g}.", DISAGREE,
        ),
        Finding(
            "flashes", flashing.safe,
            f"It flashes at most {flashes} times in a second; 3 are allowed."
            if flashes else "It does not flash.", WCAG,
        ),
        Finding(
            "cuts", cuts <= CUTS_IN_2_S,
            f"It cuts at most {cuts} times in two seconds; more than {CUTS_IN_2_S} are rapid."
            if cuts else "It has no hard cuts.", OURS,
        ),
        Finding(
            "loops smoothly", seam <= measuring.VISIBLE,
            f"The jump from its end to its beginning is {seam:.1f} times its usual step; "
            f"above {measuring.VISIBLE:g} it is seen as a jump.", OURS,
        ),
    ]  # fmt: skip


def _said(codec: str, container: str) -> str:
    """``H.264 in an MP4``; FFmpeg's own names for what is something else."""
    kind = "an MP4" if "mp4" in container else container.split(",")[0]
    return f"{'H.264' if codec == 'h264' else codec} in {kind}"


def _size(visual: Path) -> tuple[int, int]:
    """Full size where the visual has the pixels for it, else the smallest that is allowed."""
    try:
        width, height = source.look(visual).size
    except MediaError as fault:
        raise VisualFailed(str(fault).rstrip(".")) from fault
    wide = min(width, height * 9 / 16)
    return (1080, 1920) if wide >= 900 else (720, 1280)


def _best(tiny: Sequence[Planes], seconds: float | None) -> tuple[int, int, How]:
    """(first frame, frames of the Canvas, how they are taken)."""
    count = len(tiny)
    shortest, longest = round(MIN_S * FPS), round(MAX_S * FPS)
    if seconds is not None:
        shortest = longest = round(seconds * FPS)
    closed = _seam(tiny) <= measuring.SEAMLESS
    if shortest <= count <= longest and closed:
        return 0, count, "whole"
    if count < shortest:
        rounds = -(-shortest // count) * count
        return 0, (rounds if rounds <= longest else shortest), "rounds"
    start, frames, distance = _closest(tiny, shortest, min(longest, count))
    if distance <= measuring.SEAMLESS:
        return start, frames, "whole" if frames == count else "window"
    most = min(longest, count - joining.blend_frames(count))
    if most < shortest:
        return start, frames, "window"
    blended = _with_blend(most)
    start, _, _ = _closest(tiny, blended, blended)
    return start, most, "crossfade"


def _with_blend(frames: int) -> int:
    """How many frames a crossfade takes to leave ``frames``."""
    for count in range(frames, 2 * frames):
        if joining.length(count, "crossfade") == frames:
            return count
    return frames


def _closest(tiny: Sequence[Planes], shortest: int, longest: int) -> tuple[int, int, float]:
    """(first frame, frames, seam) of the window that closes best; of equals the longer."""
    lumas: F32 = np.stack([planes.y for planes in tiny]).astype(np.float32)
    steps = np.abs(np.diff(lumas, axis=0)).mean(axis=(1, 2))
    moving = steps[steps > measuring.STILL_STEP]
    usual = max(measuring.UNSEEN_STEP, float(np.quantile(moving, 0.9)) if moving.size else 0.0)
    cuts = steps > max(CUT_STEP, CUT_TIMES * float(np.median(steps)))
    best = (0, shortest, np.inf)
    least = np.inf
    for frames in range(longest, shortest - 1, -LENGTHS_EVERY):
        starts = np.arange(0, len(tiny) - frames + 1, STARTS_EVERY)
        if not starts.size:
            continue
        jumps = np.abs(lumas[starts + frames - 1] - lumas[starts]).mean(axis=(1, 2))
        inside = np.array([cuts[s : s + frames - 1].sum() for s in starts])
        cost = np.maximum(jumps, measuring.UNSEEN_STEP) / usual + 0.5 * inside
        cost = cost + 0.6 * (1 - frames / longest)  # half a step for a much longer loop
        at = int(np.argmin(cost))
        if cost[at] < least:
            least = float(cost[at])
            best = (int(starts[at]), frames, float(max(jumps[at], 1.0) / usual))
    return best


def _played(
    loop: Loop, start: int, count: int, how: How, size: tuple[int, int], scratch: Path
) -> Iterator[Planes]:
    if how == "rounds":
        done = 0
        while done < count:
            for planes in islice(loop.once(), count - done):
                yield planes
                done += 1
        return
    part = islice(loop.once(), start, start + count)
    with tempfile.TemporaryDirectory(prefix=".canvas-", dir=scratch) as folder:
        join: Literal["crossfade", "cut"] = "crossfade" if how == "crossfade" else "cut"
        yield from joining.joined(part, count, size, join, Path(folder))


def _seam(tiny: Sequence[Planes]) -> float:
    return measuring.seam(tiny, motion=0.0, may_rebound=False).distance if len(tiny) > 1 else 1.0


def _most_cuts(tiny: Sequence[Planes]) -> int:
    """The most hard cuts in any two seconds."""
    lumas = [planes.y.astype(np.float32) for planes in tiny]
    steps = np.array([np.abs(a - b).mean() for a, b in pairwise(lumas)])
    if not steps.size:
        return 0
    cut_at = steps > max(CUT_STEP, CUT_TIMES * float(np.median(steps)))
    window = np.ones(2 * FPS)
    return round(float(np.convolve(cut_at, window).max()))


def _frames(path: Path) -> Iterator[Planes]:
    for _, frame in source.decode(source.look(path)):
        yield _planes(frame)


def _looked_at(facts: source.ClipFacts) -> tuple[list[Planes], grid.Grid]:
    """Small copies of a file's frames: to compare neighbours on, and to count flashes on."""
    tiny: list[Planes] = []
    cells = []
    shape = grid.shape(facts.size)
    for n, (_, frame) in enumerate(source.decode(facts)):
        if n == MOST_FRAMES:
            break
        planes = _planes(frame)
        tiny.append(measuring.shrunk(planes, measuring.TINY_PX))
        cells.append(grid.shrink(planes, shape))
    if len(tiny) < 2:
        raise MediaError("too few frames")
    return tiny, np.stack(cells)


def _planes(frame: av.VideoFrame) -> Planes:
    """A frame's planes, brought to yuv420p where it is something else."""
    return planes_of(frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p"))
