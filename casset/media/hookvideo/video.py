"""What a hook video is made from, and what is told of it when it is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from casset.lib.errors import ValidationError
from casset.media.audio.analysis import LyricLine
from casset.media.hookvideo.fit import Fit
from casset.media.hookvideo.layout import Aspect

Quality = Literal["high", "standard", "low"]
MAX_BYTES = 15_000_000
MIN_S, MAX_S = 0.5, 60.0
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Theme:
    """sRGB hex colours: ``accent`` marks what is played, ``ink`` is type, ``ground`` stands for a missing picture."""

    accent: str = "#ffa45c"
    ink: str = "#f7f3f0"
    ground: str = "#140a0c"

    def __post_init__(self) -> None:
        for colour in (self.accent, self.ink, self.ground):
            if not _HEX.fullmatch(colour):
                raise ValidationError(f"A colour is written like #ff8a45, not {colour[:20]!r}.")


@dataclass(frozen=True)
class HookVideo:
    """One export. ``sound`` decides the length; ``lyrics`` count from the hook's start.

    ``visual`` is a loop in the canonical form (H.264, 30 frames a second, no sound) of any shape;
    without one, or if it cannot be shown, ``cover`` stands in. ``attribution`` is drawn whenever it
    is given. ``quality`` "high" is what people get who do not choose (why: ``render.Preset``).
    ``scale`` below 1 makes a smaller picture with the same layout.
    """

    sound: Path
    title: str
    artist_name: str
    aspect: Aspect = "9:16"
    visual: Path | None = None
    cover: Path | None = None
    avatar: Path | None = None
    handle: str = ""
    share_url: str = ""
    attribution: str | None = None
    lyrics: tuple[LyricLine, ...] = ()
    theme: Theme = field(default_factory=Theme)
    quality: Quality = "high"
    max_bytes: int = MAX_BYTES
    scale: float = 1.0


@dataclass(frozen=True)
class Contrast:
    """WCAG contrast of one text against the 95th percentile of the picture under it.

    ``opacity`` is what the text was set at, which may be more than the layout's to be read.
    """

    ratio: float
    needed: float
    opacity: float

    @property
    def enough(self) -> bool:
        return self.ratio >= self.needed


@dataclass(frozen=True)
class HookVideoReport:
    """What was made. ``fallback`` says why the visual is not in it, ``notes`` what was left out."""

    path: Path
    size: tuple[int, int]
    frames: int
    duration_s: float
    size_bytes: int
    drift_s: float
    contrast: dict[str, Contrast]
    scrim: float  # the strongest row's share of the ground, 0..1
    fit: Fit | None = None
    fallback: str | None = None
    notes: tuple[str, ...] = ()
    tries: int = 1
    maxrate_kbit: int = 0
    layout_version: int = 0
