"""How every frame of a film is encoded: one set of pinned parameters, so that segments can be joined.

Packets of separately encoded pieces may follow each other in one stream only where their headers
(SPS and PPS, "extradata") are the same bytes; mismatched ones play in some players and break in
others. So nothing here is left to a default that depends on the content or the machine.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache

import av
from av.video.codeccontext import VideoCodecContext

FPS = 30
TIME_BASE = Fraction(1, FPS)
# A track clock in which every frame of 1/30 s and MP4's own rounding is exact.
TRACK_TIMESCALE = 15360

BT709 = 1  # ITU-T H.273: colour primaries, transfer and matrix of BT.709
LIMITED_RANGE = 1  # AVCOL_RANGE_MPEG: luma 16..235


@dataclass(frozen=True)
class Encoder:
    """x264's settings for a whole film. Equal values give equal headers and equal bytes.

    ``crf`` is the quality aimed at; ``maxrate_kbit`` and ``bufsize_kbit`` bound what a hard passage
    may take, in kilobits a second, for a picture of 1920 x 1080 (smaller ones get their share).
    """

    preset: str = "superfast"
    crf: float = 23.0
    maxrate_kbit: int = 10_000
    bufsize_kbit: int = 15_000
    key_interval: int = 60
    bframes: int = 3
    profile: str = "high"
    level: str = "4.0"
    # b-adapt=0: the same size and likeness for a fifth less time, measured on our own scenes at 1080p.
    # deblock below its default: it would smooth the film grain away.
    extra: str = "b-adapt=0:deblock=-1,-1"

    def options(self, size: tuple[int, int]) -> dict[str, str]:
        """libx264's options for one picture size."""
        share = max(0.05, size[0] * size[1] / (1920 * 1080))
        pinned = [
            f"keyint={self.key_interval}",
            "min-keyint=1",
            "open-gop=0",
            f"bframes={self.bframes}",
            "stitchable=1",  # headers that do not depend on the content
            "sliced-threads=0",
            "lookahead-threads=1",
            "force-cfr=1",
            "nal-hrd=none",
            self.extra,
        ]
        return {
            "preset": self.preset,
            "crf": f"{self.crf:g}",
            "maxrate": f"{round(self.maxrate_kbit * share)}k",
            "bufsize": f"{round(self.bufsize_kbit * share)}k",
            "profile": self.profile,
            "level": self.level,
            "forced-idr": "1",
            "a53cc": "0",  # captions hidden in a clip of someone else's stay there
            "x264-params": ":".join(p for p in pinned if p),
        }

    def fingerprint(self) -> dict[str, object]:
        """A JSON-able value for clip fingerprints; a change in it makes old clips unfit to join."""
        return {**asdict(self), "fps": FPS, "codec": "libx264", "version": 1}


ENCODER = Encoder()


def configure(context: VideoCodecContext, size: tuple[int, int], encoder: Encoder) -> None:
    """Set everything of an encoding context that is not an x264 option."""
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.framerate = Fraction(FPS)
    context.time_base = TIME_BASE
    context.sample_aspect_ratio = Fraction(1)
    context.gop_size = encoder.key_interval
    context.thread_count = 1  # costs no CPU time, and makes the bytes the same on every machine
    context.color_range = LIMITED_RANGE
    context.color_primaries = BT709
    context.color_trc = BT709
    context.colorspace = BT709
    context.options = encoder.options(size)


@cache
def headers(size: tuple[int, int], encoder: Encoder = ENCODER) -> bytes:
    """The MP4 extradata (avcC) that every segment of this size must carry. Costs one opened encoder.

    A fragmented MP4 carries it from its start, so that no frame need be encoded for it.
    """
    sink = io.BytesIO()
    fragmented = {"movflags": "empty_moov+default_base_moof"}
    with av.open(sink, "w", format="mp4", options=fragmented) as container:
        configure(container.add_stream("libx264", rate=FPS).codec_context, size, encoder)
        container.start_encoding()
    sink.seek(0)
    with av.open(sink) as container:
        return bytes(container.streams.video[0].codec_context.extradata or b"")
