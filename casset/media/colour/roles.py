"""A picture's five colours by role, dark to light: shadow, deep, mid, glow, key.

Two hues carry them: ``deep`` for the ground and ``glow`` for the light. They lie apart on the wheel,
but never opposite, because the shaders blend in linear light and complements blend to grey.
"""

from __future__ import annotations

from dataclasses import dataclass

from casset.media.colour.oklch import Lch, hue_distance, mix_hues, turn_towards

Palette = tuple[str, str, str, str, str]
ROLES = ("shadow", "deep", "mid", "glow", "key")
GREEN = 140.0
# Lightness and chroma of the five roles.
LADDERS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "plain": ((0.15, 0.31, 0.55, 0.76, 0.935), (0.025, 0.095, 0.135, 0.150, 0.060)),
    "neon": ((0.115, 0.245, 0.60, 0.80, 0.955), (0.035, 0.135, 0.270, 0.190, 0.045)),
    "pastel": ((0.56, 0.745, 0.85, 0.905, 0.977), (0.065, 0.075, 0.062, 0.070, 0.028)),
    "noir": ((0.085, 0.215, 0.46, 0.735, 0.955), (0.006, 0.016, 0.018, 0.018, 0.010)),
    "mono": ((0.085, 0.225, 0.48, 0.76, 0.965), (0.0, 0.0, 0.0, 0.0, 0.0)),
    "sepia": ((0.15, 0.30, 0.52, 0.75, 0.93), (0.020, 0.042, 0.060, 0.066, 0.040)),
    "vapourwave": ((0.15, 0.31, 0.66, 0.67, 0.90), (0.060, 0.160, 0.140, 0.225, 0.090)),
}
# Hues of deep and glow in the four corners of feeling (valence, arousal).
CORNERS: tuple[tuple[tuple[float, float], tuple[float, float]], ...] = (
    ((1.0, 1.0), (325.0, 72.0)),  # happy, lively: plum ground, yellow-orange light
    ((1.0, -1.0), (235.0, 78.0)),  # serene: blue ground, warm light
    ((-1.0, 1.0), (295.0, 30.0)),  # angry: violet ground, red light
    ((-1.0, -1.0), (268.0, 222.0)),  # sad: indigo ground, pale blue light
)


@dataclass(frozen=True)
class Colours:
    """Five colours by role, before they are written as hex."""

    roles: tuple[Lch, Lch, Lch, Lch, Lch]

    def hex(self) -> Palette:
        shadow, deep, mid, glow, key = (colour.to_hex() for colour in self.roles)
        return shadow, deep, mid, glow, key

    def shaded(self, *, lightness: float = 0, chroma: float = 1, turn: float = 0) -> Colours:
        """A variant: the ground keeps its place, light and colour shift."""
        share = (0.25, 0.6, 1.0, 1.0, 0.3)
        shadow, deep, mid, glow, key = (
            Lch(
                min(0.985, max(0.06, c.lightness + lightness * part)),
                c.chroma * (1 + (chroma - 1) * part),
                (c.hue + turn * part) % 360,
            )
            for c, part in zip(self.roles, share, strict=True)
        )
        return Colours((shadow, deep, mid, glow, key))


def feeling(valence: float, arousal: float) -> tuple[float, float]:
    """Hues of deep and glow between the four corners of feeling."""
    weighted = [
        (hues, (1 - abs(valence - v) / 2) ** 2 * (1 - abs(arousal - a) / 2) ** 2)
        for (v, a), hues in CORNERS
    ]
    return (
        mix_hues([(hues[0], weight) for hues, weight in weighted]),
        mix_hues([(hues[1], weight) for hues, weight in weighted]),
    )


def apart(deep: float, glow: float) -> float:
    """``glow`` moved so that it is at least 22 and at most 158 degrees from ``deep``."""
    distance = hue_distance(deep, glow)
    side = 1 if (glow - deep) % 360 <= 180 else -1
    if distance > 158:
        return (deep + side * 158) % 360
    if distance < 22:
        return (deep + side * 22) % 360
    return glow


def _between(deep: float, glow: float) -> float:
    """The hue of mid: on the short arc, but not in the greens that neither end asked for."""
    mid = turn_towards(deep, glow, 0.42)
    if (
        hue_distance(mid, GREEN) < 60
        and min(hue_distance(deep, GREEN), hue_distance(glow, GREEN)) > 25
    ):
        mid = turn_towards(deep, 335.0, 0.5) if hue_distance(deep, GREEN) > 80 else deep
    return mid


def laid_out(
    scheme: str,
    deep: float,
    glow: float,
    accent: float | None = None,
    lightness: float = 0.0,
    chroma: float = 1.0,
    contrast: float = 1.0,
) -> Colours:
    """The two hues on a scheme's ladder. ``mid`` lies between them on the warmer, short side."""
    steps, chromas = LADDERS[scheme]
    soft = 0.35 if scheme in {"pastel", "noir", "mono"} else 1.0
    mid = accent if accent is not None else _between(deep, glow)
    key = turn_towards(glow, 85.0, 0.35) if hue_distance(glow, 85.0) < 95 else glow
    if scheme == "vapourwave":
        key = 80.0  # its sun fades from pale yellow to pink
    hues = (deep, deep, mid, glow, key)
    weight = (0.2, 0.7, 1.0, 0.7, 0.25)
    strength = min(1.35, max(0.35, chroma)) if scheme != "neon" else min(1.2, max(0.8, chroma))
    shadow_c, deep_c, mid_c, glow_c, key_c = (
        Lch(
            min(0.985, max(0.06, 0.55 + (step - 0.55) * contrast + soft * lightness * part)),
            c * strength,
            hue % 360,
        )
        for step, c, hue, part in zip(steps, chromas, hues, weight, strict=True)
    )
    return Colours((shadow_c, deep_c, mid_c, glow_c, key_c))
