"""The film's colours: five roles from dark to light, computed from the song and bent by the sentence.

Direction from studies: fast major music is matched with lighter, more saturated, yellower colour,
slow minor music with darker, greyer, bluer (Palmer et al. 2013); loud and punchy music with darker,
redder, more saturated (Whiteford et al. 2018). The scale of the steps is ours. Two hues carry a
palette: ``deep`` for the ground and ``glow`` for the light. They lie apart on the wheel, but never
opposite, because the shaders blend in linear light and complements blend to grey.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from casset.media.audio.analysis import AudioAnalysis
from casset.media.colour.covers import CoverColours
from casset.media.colour.oklch import Lch, hue_distance, mix_hues, turn_towards
from pipeline.contracts import Reason
from pipeline.director.reading import Bend, Reading
from pipeline.director.rules import Facts, Rulebook

Palette = tuple[str, str, str, str, str]
Part = Literal["opening", "verse", "chorus", "bridge", "closing"]
ROLES = ("shadow", "deep", "mid", "glow", "key")
NATURE = 0.75  # how far a place's own colours win over the song's feeling
WARM, COOL, GREEN = 55.0, 250.0, 140.0
# Lightness and chroma of the five roles, and the hues a scheme brings when nothing else asks.
LADDERS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "plain": ((0.15, 0.31, 0.55, 0.76, 0.935), (0.025, 0.095, 0.135, 0.150, 0.060)),
    "neon": ((0.115, 0.245, 0.60, 0.80, 0.955), (0.035, 0.135, 0.270, 0.190, 0.045)),
    "pastel": ((0.56, 0.745, 0.85, 0.905, 0.977), (0.065, 0.075, 0.062, 0.070, 0.028)),
    "noir": ((0.085, 0.215, 0.46, 0.735, 0.955), (0.006, 0.016, 0.018, 0.018, 0.010)),
    "mono": ((0.085, 0.225, 0.48, 0.76, 0.965), (0.0, 0.0, 0.0, 0.0, 0.0)),
    "sepia": ((0.15, 0.30, 0.52, 0.75, 0.93), (0.020, 0.042, 0.060, 0.066, 0.040)),
    "vapourwave": ((0.15, 0.31, 0.66, 0.67, 0.90), (0.060, 0.160, 0.140, 0.225, 0.090)),
}
SCHEME_HUES: dict[str, tuple[float, float]] = {  # deep, glow
    "neon": (288.0, 205.0), "pastel": (258.0, 62.0), "noir": (255.0, 75.0), "mono": (255.0, 75.0),
    "sepia": (62.0, 76.0), "vapourwave": (282.0, 352.0),
}  # fmt: skip
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


@dataclass(frozen=True)
class FilmPalette:
    """One palette a part of the form: the same two hues, shifted where the story turns."""

    parts: dict[Part, Palette]
    reasons: tuple[Reason, ...]
    scheme: str

    def of(self, section: str, *, first: bool = False, last: bool = False) -> Palette:
        """The palette of a section; shots of one section always share it."""
        if section == "intro" or first:
            return self.parts["opening"]
        if section == "outro" or last:
            return self.parts["closing"]
        if section in {"chorus", "bridge"}:
            return self.parts["chorus" if section == "chorus" else "bridge"]
        return self.parts["verse"]


def compute(
    analysis: AudioAnalysis,
    reading: Reading,
    rules: Rulebook,
    *,
    seed: int = 1,
    cover: CoverColours | None = None,
) -> FilmPalette:
    """The film's palettes. Deterministic for equal arguments; seeds turn unasked hues a little."""
    hues = reading.colour_hues or reading.other_hues
    bend = _joined(reading.bends).model_copy(update={"hues": hues})
    facts = _facts(analysis, reading, cover)
    fired = rules.fire("colour", facts)
    asked = bool(bend.hues or bend.scheme)
    lightness = sum(f.effect.lightness for f in fired) + bend.lightness
    chroma = bend.chroma
    for rule in fired:
        chroma *= rule.effect.chroma
    scheme = bend.scheme or "plain"
    deep, glow, accent = _hues(analysis, reading, bend, scheme, seed, cover if not asked else None)
    if cover and not asked:
        chroma *= cover.vividness
    base = _laid_out(scheme, deep, glow, accent, lightness, chroma, bend.contrast)
    vivid = scheme not in {"mono", "noir", "sepia"}
    turn = 16.0 if vivid and len(bend.hues) < 2 else 0.0
    if hue_distance(glow - 2 * turn, GREEN) < hue_distance(glow, GREEN):
        turn = -turn  # light that turns green looks ill
    lift = 0.0 if scheme == "pastel" else 0.03  # pastels have no room above
    parts: dict[Part, Palette] = {
        "opening": base.shaded(lightness=-0.035, chroma=0.82).hex(),
        "verse": base.hex(),
        "chorus": base.shaded(lightness=lift, chroma=1.3 - 4 * lift, turn=turn / 2).hex(),
        "bridge": base.shaded(lightness=-0.02, chroma=0.8, turn=-2 * turn).hex(),
        "closing": base.shaded(lightness=-0.02, chroma=0.88).hex(),
    }
    return FilmPalette(parts, tuple(f.reason for f in fired), scheme)


def _facts(analysis: AudioAnalysis, reading: Reading, cover: CoverColours | None) -> Facts:
    facts: dict[str, float | int | str | bool] = {"bpm": float(analysis.bpm)}
    if analysis.key and analysis.key.confidence >= 0.3:
        facts |= {"mode": analysis.key.mode, "key": analysis.key.tonic}
    if analysis.loudness_lufs is not None:
        facts["lufs"] = float(analysis.loudness_lufs)
    words = [m.word for m in reading.of("colour", "style", "time", "subject") if m.concept.palette]
    facts["colours"] = len(words)
    if words:
        facts["words"] = ", ".join(f"“{word}”" for word in dict.fromkeys(words))
    elif cover is None and reading.nature:
        facts["place"] = f"“{reading.nature.word}”"
    facts["cover"] = cover is not None and not words
    return facts


def _joined(bends: Sequence[Bend]) -> Bend:
    """All bends of a sentence as one: the first scheme holds, shifts add up. Leaves out hues."""
    joined = Bend()
    for bend in bends:
        joined = _added(joined, bend)
    if joined.scheme == "neon":  # "neon" beside a style that has its own neon
        own = [bend.scheme for bend in bends if bend.scheme not in {"neon", None}]
        joined = joined.model_copy(update={"scheme": own[0] if own else "neon"})
    return joined


def _added(a: Bend, b: Bend) -> Bend:
    """``a`` with ``b``'s weaker claims added."""
    return Bend(
        scheme=a.scheme or b.scheme,
        chroma=min(1.6, max(0.3, a.chroma * b.chroma)),
        lightness=min(0.12, max(-0.12, a.lightness + b.lightness)),
        contrast=min(1.3, max(0.7, a.contrast * b.contrast)),
        warmth=max(a.warmth, b.warmth),
        cool=max(a.cool, b.cool),
    )


def _hues(
    analysis: AudioAnalysis,
    reading: Reading,
    bend: Bend,
    scheme: str,
    seed: int,
    cover: CoverColours | None,
) -> tuple[float, float, float | None]:
    """Hues of deep and glow, and of mid where a third colour was asked for."""
    valence = min(1.0, max(-1.0, analysis.mood.valence + reading.valence))
    arousal = min(1.0, max(-1.0, analysis.mood.arousal + reading.arousal))
    turn = random.Random(f"hue {seed} {reading.prompt}").uniform(-18, 18)  # noqa: S311
    accent: float | None = None
    if len(bend.hues) >= 2:
        named = bool(reading.colour_hues)  # other words bring them in order, ground first
        ordered = sorted(bend.hues[:3], key=_lightness_of_hue) if named else bend.hues[:3]
        deep, glow = ordered[0], ordered[-1]
        accent = ordered[1] if len(ordered) == 3 else turn_towards(deep, glow, 0.1)
    elif bend.hues:
        deep = bend.hues[0]
        lamp = [h for h in reading.other_hues if hue_distance(h, 65) < 45 < hue_distance(h, deep)]
        glow = (
            lamp[0]
            if lamp
            else turn_towards(deep, 75.0 if hue_distance(deep, 75) < 100 else 205.0, 0.35)
        )
        if (
            hue_distance(deep, 75.0) < 60 and not lamp
        ):  # a light colour is the light, not the ground
            deep, glow = (deep - 45) % 360, deep
        accent = bend.hues[0]
    elif cover is not None:
        deep, glow = cover.deep, cover.glow
    elif scheme in SCHEME_HUES:
        deep, glow = SCHEME_HUES[scheme]
        if scheme in {"neon", "pastel", "vapourwave"}:
            deep, glow = deep + turn, glow + turn / 2
            accent = {"neon": 338.0, "pastel": 325.0, "vapourwave": 205.0}[scheme] + turn
    else:
        deep, glow = _feeling(valence, arousal)
        nature = reading.nature
        if nature and nature.concept.nature:
            deep = turn_towards(deep, nature.concept.nature[0], NATURE)
            glow = turn_towards(glow, nature.concept.nature[1], NATURE)
        deep, glow = deep + turn, glow + turn / 2
    if bend.warmth:
        glow, deep = (
            turn_towards(glow, WARM, bend.warmth),
            turn_towards(deep, 25.0, bend.warmth * 0.3),
        )
    if bend.cool:
        deep = turn_towards(deep, COOL, bend.cool)
    return deep % 360, _apart(deep % 360, glow % 360), accent


def _feeling(valence: float, arousal: float) -> tuple[float, float]:
    """Hues of deep and glow between the four corners of feeling."""
    weighted = [
        (hues, (1 - abs(valence - v) / 2) ** 2 * (1 - abs(arousal - a) / 2) ** 2)
        for (v, a), hues in CORNERS
    ]
    return (
        mix_hues([(hues[0], weight) for hues, weight in weighted]),
        mix_hues([(hues[1], weight) for hues, weight in weighted]),
    )


def _lightness_of_hue(hue: float) -> float:
    """Small for hues that are dark at full chroma (blue), large for light ones (yellow)."""
    return -hue_distance(hue, 105.0)


def _apart(deep: float, glow: float) -> float:
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


def _laid_out(
    scheme: str,
    deep: float,
    glow: float,
    accent: float | None,
    lightness: float,
    chroma: float,
    contrast: float,
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
