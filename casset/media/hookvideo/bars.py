"""The bars that move with the sound: hearing the hook, one height a bar and frame, drawing them.

Each bar follows one band of the spectrum and has the loudness of its own moment of the hook as
its rest height, so that the row reads as the song's waveform and moves with it. Bars left of the
playhead are in the accent colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import MediaError
from casset.media.compose import type_paint
from casset.media.compose.encoder import FPS
from casset.media.ffmpeg import OPEN_OPTIONS, source_url
from casset.media.hookvideo.ink import Ink
from casset.media.hookvideo.layout import Place, numbers
from casset.media.picture import Planes

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
RATE = 44_100


@dataclass(frozen=True)
class Heard:
    """The hook's sound: ``mono`` is (n,) float32 at ``rate`` Hz, ``duration_s`` what its packets say."""

    mono: F32
    duration_s: float
    rate: int = RATE

    @property
    def frames(self) -> int:
        """Frames of a film as long as the sound."""
        return max(1, round(self.duration_s * FPS))


def hear(path: Path) -> Heard:
    """Decode the hook's own rendition (made here, so no child process is needed).

    Raises ``MediaError`` when it cannot be read or is not AAC in an MP4.
    """
    begin = end = None
    parts: list[F32] = []
    try:
        with av.open(source_url(path), options=OPEN_OPTIONS) as container:
            stream = container.streams.audio[0]
            if stream.codec_context.name != "aac":
                raise MediaError(f"{path.name} is not AAC. Cut the hook again.")
            resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
            for packet in container.demux(stream):
                if packet.pts is not None:
                    begin = packet.pts if begin is None else begin
                    end = max(end or 0, packet.pts + (packet.duration or 0))
                for frame in packet.decode():
                    parts += [out.to_ndarray()[0] for out in resampler.resample(frame)]
            tick = float(stream.time_base or Fraction(1, RATE))
    except (av.error.FFmpegError, OSError, IndexError, ValueError) as fault:
        raise MediaError(f"{path.name} cannot be heard. Cut the hook again.") from fault
    if begin is None or end is None or not parts:
        raise MediaError(f"{path.name} holds no sound. Cut the hook again.")
    mono = np.nan_to_num(np.concatenate(parts)).astype(np.float32)
    return Heard(mono, (end - max(begin, 0)) * tick)


def heights(heard: Heard) -> F32:
    """(frames, bars) float32, each bar's height 0..1 of the tallest at each frame."""
    rules = numbers()["bars"]
    count = rules["count"]
    bands = _bands(heard, rules)
    loud = _loudness(heard, count)
    # Neighbours follow bands far apart: the row dances instead of leaning to its bass.
    follows = (np.arange(count) * 7 + np.arange(count) // 3) % rules["bands"]
    moved = bands[:, follows]
    tall = loud * (0.30 + 0.70 * moved) + 0.25 * moved * (1 - loud)
    return np.asarray(np.clip(tall, rules["least"], 1.0), np.float32)


def _bands(heard: Heard, rules: dict) -> F32:
    """(frames, bands) 0..1: energy of each band in dB against its own range in the hook, smoothed."""
    window, hop = rules["window"], heard.rate / FPS
    padded = np.pad(heard.mono, (window // 2, window + int(hop)))
    starts = (np.arange(heard.frames) * hop + hop / 2).astype(int)
    starts = np.minimum(starts, len(padded) - window)
    shape = np.hanning(window).astype(np.float32)
    edges = np.geomspace(rules["low_hz"], rules["high_hz"], rules["bands"] + 1)
    bins = np.maximum(np.round(edges * window / heard.rate).astype(int), 1)
    bins = np.maximum(bins, np.arange(len(bins)) + bins[0])
    out = np.empty((heard.frames, rules["bands"]), np.float32)
    for block in range(0, heard.frames, 256):
        cut = starts[block : block + 256]
        pieces = padded[cut[:, None] + np.arange(window)] * shape
        power = np.abs(np.fft.rfft(pieces, axis=1)) ** 2
        sums = np.add.reduceat(power, bins[:-1], axis=1)
        out[block : block + len(cut)] = sums / np.diff(bins)
    level = 10 * np.log10(out + 1e-4)
    low, high = np.percentile(level, [12, 97], axis=0)
    span = np.maximum(high - low, 9.0)  # a steady tone is not blown up into a dance
    return _smoothed(np.clip((level - low) / span, 0, 1), rules["attack"], rules["release"])


def _smoothed(values: F32, attack: float, release: float) -> F32:
    """Rise quickly, fall slowly."""
    out = np.empty_like(values)
    now = values[0]
    for place, value in enumerate(values):
        now = now + np.where(value > now, attack, release) * (value - now)
        out[place] = now
    return out


def _loudness(heard: Heard, count: int) -> F32:
    """(count,) 0..1: how loud each part of the hook is against its loudest."""
    parts = np.array_split(heard.mono, count)
    rms = np.array([np.sqrt(np.mean(part**2)) if part.size else 0.0 for part in parts])
    if rms.max() < 1e-4:
        return np.zeros(count, np.float32)
    share = rms / rms.max()
    spread = (share - share.min()) / max(float(share.max() - share.min()), 0.25)
    return np.asarray(0.26 + 0.74 * np.clip(spread, 0, 1), np.float32)


class Bars:
    """Draws the row of bars on frames of one size; about 0.1 ms a frame."""

    def __init__(
        self,
        heard: Heard,
        place: Place,
        size: tuple[int, int],
        *,
        ink: tuple[int, int, int],
        accent: tuple[int, int, int],
        rest_opacity: float,
    ) -> None:
        rules = numbers()["bars"]
        self.box = type_paint.box_within(
            np.ceil(place.left), np.ceil(place.top), place.right - 1, place.bottom - 1, size
        )
        self._heights = heights(heard)
        count = self._heights.shape[1]
        rows, columns = self.box.shape
        self._pitch = columns / (count - 1 + rules["width"])  # the last bar ends at the edge
        self._half = max(0.7, self._pitch * rules["width"] / 2)
        self._most = rows / 2 - 0.5
        self._ink, self._accent, self._rest = ink, accent, rest_opacity
        columns_at = np.arange(columns) + 0.5
        # each column belongs to the bar whose middle is nearest
        bars = np.clip(np.round((columns_at - self._half) / self._pitch), 0, count - 1)
        self._bar_of = bars.astype(np.intp)
        across = np.abs(columns_at - (bars * self._pitch + self._half)).astype(np.float32)
        self._across = (across * across)[None, :]
        self._upright = np.clip(self._half + 0.5 - across, 0, 1)[None, :].astype(np.float32)
        self._down = (rows / 2 - 0.5 - np.arange((rows + 1) // 2)).astype(np.float32)[:, None]

    def draw(self, planes: Planes, n: int) -> None:
        """Set frame ``n``'s bars on it, in place."""
        alpha = self._capsules(self._heights[min(n, len(self._heights) - 1)])
        columns = alpha.shape[1]
        split = int((n + 1) / len(self._heights) * columns) // 2 * 2
        box = self.box
        if split:
            left = type_paint.Box(box.x0, box.y0, box.x0 + split, box.y1)
            Ink.of(left, np.ascontiguousarray(alpha[:, :split]), self._accent).draw(planes)
        if split < columns:
            right = type_paint.Box(box.x0 + split, box.y0, box.x1, box.y1)
            dim = type_paint.faded(np.ascontiguousarray(alpha[:, split:]), self._rest)
            Ink.of(right, dim, self._ink).draw(planes)

    def _capsules(self, tall: F32) -> U8:
        """Coverage of upright bars with round ends around the middle row, edges smooth."""
        straight = np.maximum(tall * np.float32(self._most) - np.float32(self._half), 0)
        above = np.maximum(self._down - straight[self._bar_of], 0)  # of the upper half's rows
        above *= above
        above += self._across
        ends = np.float32(self._half + 0.5) - np.sqrt(above, out=above)
        covered = np.minimum(ends, self._upright, out=ends)
        upper = (255 * np.maximum(covered, 0, out=covered)).astype(np.uint8)
        return np.concatenate([upper, upper[self.box.shape[0] // 2 - 1 :: -1]])
