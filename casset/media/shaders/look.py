"""What one shot should look like: the plain values from which the renderer draws every frame."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Move = Literal[
    "static", "push_in", "pull_out", "pan_left", "pan_right", "tilt_up", "tilt_down",
    "orbit", "handheld", "drift",
]  # fmt: skip
Treatment = Literal["none", "displace", "parallax", "halation", "duotone", "tape", "slow_zoom"]


class Look(BaseModel):
    """One shot's picture. Equal looks with equal music give equal frames.

    ``scene`` is a family of ``catalogue`` (a file in ``scenes/``). ``palette`` is five sRGB hex
    colours by role, dark to light: shadow, deep, mid, glow, key. ``tod`` is the time of day,
    0 night, .25 dawn, .5 noon, .75 dusk. ``zoom`` > 1 is a punch-in around ``(x, y)``, which are
    fractions of the short side from the centre. ``clock`` is the scene's own time in seconds at
    the shot's first frame, so that shots cut from one take continue it; ``speed`` is scene
    seconds a second. ``image`` is a file for treatments and for scenes that show the artwork.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scene: str
    palette: tuple[str, str, str, str, str]
    seed: int = Field(default=1, ge=0, le=1_000_000)
    tod: float = Field(default=0.75, ge=0, le=1)
    density: float = Field(default=0.6, ge=0, le=1)
    figure: float = Field(default=0.0, ge=0, le=1)
    move: Move = "drift"
    move_amount: float = Field(default=0.5, ge=0, le=1)
    zoom: float = Field(default=1.0, ge=0.5, le=4)
    x: float = Field(default=0.0, ge=-1, le=1)
    y: float = Field(default=0.0, ge=-1, le=1)
    roll: float = Field(default=0.0, ge=-0.5, le=0.5)
    mirror: bool = False
    clock: float = Field(default=8.0, ge=0, lt=3000)
    speed: float = Field(default=1.0, ge=0, le=4)
    exposure: float = Field(default=0.0, ge=-2, le=2)
    treatment: Treatment = "none"
    image: str | None = None
