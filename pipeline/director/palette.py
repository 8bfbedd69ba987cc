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
from casset.media.colour import roles
from casset.media.colour.covers import CoverColours
from casset.media.colour.oklch import hue_distance, turn_towards
from casset.media.colour.roles import Palette
from pipeline.contracts import Reason
from pipeline.director.reading import Bend, Reading
from pipeline.director.rules import Facts, Rulebook

Part = Literal["opening", "verse", "chorus", "bridge", "closing"]
WARM, COOL, GREEN = 55.0, 250.0, roles.GREEN
NATURE = 0.75  # how far a place's own colours win over the song's feeling
# The hues a scheme brings when nothing else asks.
SCHEME_HUES: dict[str, tuple[float, float]] = {  # deep, glow
    "neon": (288.0, 205.0), "pastel": (258.0, 62.0), "noir": (255.0, 75.0), "mono": (255.0, 75.0),
    "sepia": (62.0, 76.0), "vapourwave": (282.0, 352.0),
}  # fmt: skip


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
    base = roles.laid_out(scheme, deep, glow, accent, lightness, chroma, bend.contrast)
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
        deep, glow = roles.feeling(valence, arousal)
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
    return deep % 360, roles.apart(deep % 360, glow % 360), accent


def _lightness_of_hue(hue: float) -> float:
    """Small for hues that are dark at full chroma (blue), large for light ones (yellow)."""
    return -hue_distance(hue, 105.0)
