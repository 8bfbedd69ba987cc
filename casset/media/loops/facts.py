"""What is known of an ingested loop. All models are frozen; ``model_dump(mode="json")`` is the JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from casset.media.audio.analysis import Frozen

Join = Literal["cut", "crossfade", "rebound"]


class Source(Frozen):
    """The upload as it came. ``fps`` is None where its frames are not evenly spaced."""

    container: Literal["mp4", "mov", "webm"]
    codec: str
    width_px: int  # as coded, before rotation and pixel shape
    height_px: int
    rotation: int  # degrees clockwise that a player turns it by
    fps: float | None
    duration_s: float
    hdr: bool
    had_sound: bool


class Seam(Frozen):
    """How visible the jump from the last frame to the first is.

    ``distance`` is the difference between the last frame and the first over the ninth decile of
    the differences between neighbours in the loop: 1 is a step like the others. Differences are
    mean absolute ones of luma plus half of each chroma, in 8-bit levels, of a picture 128 px long;
    what is below 1 level counts as 1, which nobody sees. Up to 1.6 the seam is ``seamless``, up to
    4 ``visible``, above ``hard``.
    """

    distance: float
    verdict: Literal["seamless", "visible", "hard"]
    suggestion: Join
    sentence: str


class Flashing(Frozen):
    """The most flashes in any second (WCAG 2.3.1), the loop played again and again.

    ``seconds`` are where in the loop each second with more than three of them ends.
    """

    general: int
    red: int
    safe: bool
    seconds: tuple[float, ...] = ()


class Luminance(Frozen):
    """Relative luminance 0..1 (WCAG) of the loop cover-cropped to 9:16, over all looked-at frames.

    The ninth decile of each text zone: lyrics x 6..94 %, y 52..80 %; top y 0..14 %; bottom y
    80..100 %. ``mean`` is of the whole crop.
    """

    lyric_p90: float = Field(ge=0, le=1)
    top_p90: float = Field(ge=0, le=1)
    bottom_p90: float = Field(ge=0, le=1)
    mean: float = Field(ge=0, le=1)


class Descriptors(Frozen):
    """What the loop looks like, for matching it with music. All from CIE L*a*b* (D65).

    ``brightness``: mean L* / 100. ``contrast``: standard deviation of L* / 50, at most 1.
    ``chroma``: mean C* / 100. ``warmth``: mean a*, b* along hue 60 degrees (orange) / 50, -1..1.
    ``edges``: share of pixels with a step of 10 L* or more to a neighbour (320 px long side).
    ``motion``: mean change of luma in a quarter of a second, as a share of its range.
    """

    brightness: float
    contrast: float
    chroma: float
    warmth: float
    edges: float
    motion: float


class Colours(Frozen):
    """For a page's theme, in OKLCH: hue (degrees) and chroma of the accent; both colours as hex.

    The accent is the mean of the hue (of 24) that carries most chroma; a grey loop's is its mean.
    """

    hue: float
    chroma: float
    accent: str
    mean: str


class Mark(Frozen):
    """One hash of the fingerprint: PDQ of a region of a frame, or ``exact`` (SHA-256) of a flat loop."""

    frame: int
    region: str
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    quality: int


class LoopFacts(Frozen):
    """The canonical loop and what it was made of. ``sha256`` is of the uploaded bytes, of a drawn loop of ``loop.mp4``."""

    duration_s: float
    frames: int
    fps: int
    join: Join
    width_px: int
    height_px: int
    small_width_px: int
    small_height_px: int
    source: Source
    sha256: str
    seam: Seam
    flashes: Flashing
    luminance: Luminance
    descriptors: Descriptors
    colours: Colours
    placeholder: str = Field(max_length=40)
    fingerprint: tuple[Mark, ...]
