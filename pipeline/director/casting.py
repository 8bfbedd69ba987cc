"""Which scenes are in the film: one world from the sentence, with enough places to cut between.

A film has two to four locations and some inserts (close-ups, textures). They are taken from the
catalogue by how strongly the sentence asks for them, then by the world the first one belongs to,
then by the song's mood, energy and the hour.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casset.lib.errors import GenerationError
from casset.media.shaders.catalogue import Family
from pipeline.contracts import Reason, ShotSize
from pipeline.director.lexicon import Lexicon
from pipeline.director.listening import Song
from pipeline.director.moments import film_facts
from pipeline.director.reading import PEOPLE, Reading
from pipeline.director.rules import Role, Rulebook

HOUR_IN_TITLE = re.compile(r" at (night|dawn|dusk|noon|sunset|sunrise)$")
SIZES: tuple[ShotSize, ...] = ("EWS", "WS", "MWS", "MS", "MCU", "CU", "ECU")
WIDE = frozenset({"EWS", "WS"})
CLOSE = frozenset({"MS", "MCU", "CU", "ECU"})
SECONDS_A_PART = 40.0
# What a place is worth beside what the sentence asks for.
SAME_WORLD, NEIGHBOUR_WORLD, OTHER_WORLD = 0.45, 0.15, -1.3
FIRST_INSERT = 0.3
ENOUGH = 0.45  # worth beside the others that a part beyond the third needs
CLASH = 0.8
WRONG_HOUR = 0.7
WRONG_WEATHER = 0.75
UNASKED_PERSON = 0.5
UNASKED_COUPLE = 2.0
HARSH = frozenset({"rain", "snow", "storm"})
PLACELESS = frozenset({"body", "texture", "fire"})  # worlds that can lie in any place
SHOWS_FIGURE = 0.45
ALIKE = 0.7
CHANCE = 0.16  # how much a seed may shuffle near equals
STRONG_PULL = 0.85  # asked for by itself: allowed whatever its world


@dataclass(frozen=True)
class Part:
    """One scene family in the film and what it is for. ``pull`` is 0..1 of the strongest."""

    family: Family
    role: Role
    pull: float
    reason: Reason

    @property
    def name(self) -> str:
        return self.family.name

    @property
    def title(self) -> str:
        """The scene in a sentence, without an hour of its own: the film has its hour."""
        title = HOUR_IN_TITLE.sub("", self.family.title)
        return title[:1].lower() + title[1:]


@dataclass(frozen=True)
class Cast:
    """All parts, the home first. ``motif`` is the picture every chorus comes back to."""

    parts: tuple[Part, ...]
    motif: Part
    hours: tuple[float, float]  # time of day at the film's start and end; the end may pass 1
    figure: float

    @property
    def home(self) -> Part:
        return self.parts[0]

    @property
    def locations(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.role != "insert")

    @property
    def inserts(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.role == "insert")

    def hour(self, progress: float, family: Family) -> float:
        """The time of day at a share of the film, kept where the family looks right."""
        start, end = self.hours
        hour = (start + (end - start) * progress) % 1.0
        low, high = family.tod
        if low <= hour <= high:
            return hour
        return min((low, high), key=lambda edge: abs((hour - edge + 0.5) % 1.0 - 0.5))


def cast(
    song: Song,
    reading: Reading,
    families: Mapping[str, Family],
    words: Lexicon,
    rules: Rulebook,
    *,
    seed: int,
) -> Cast:
    """Choose the film's scenes. Raises ``GenerationError`` when nothing in the catalogue is left."""
    audition = _Audition(song, reading, words, seed)
    ranked = [score for family in families.values() if (score := audition.score(family))]
    places = [score for score in ranked if _is_place(score.family)]
    if not places:
        raise GenerationError(
            "No scene is left after what the sentence rules out. Rule out less.", retryable=False
        )
    strongest = max((score.pull for score in ranked), default=0.0)
    home = max(places, key=lambda score: score.alone)
    if home.pull < 0.7 * strongest:  # what is asked for is only known from near
        home = max(ranked, key=lambda score: score.pull + 0.2 * score.alone)
    total = max(3, min(6, 2 + round(song.duration / SECONDS_A_PART)))
    count = max(2, math.ceil(total * 0.55))
    chosen = [home]
    enough = ENOUGH if reading.wanted else 0.0
    while len(chosen) < count:
        if not (rest := [s for s in places if s not in chosen]):
            break
        best = max(rest, key=lambda s: audition.beside(s, chosen))
        if len(chosen) >= 2 and audition.beside(best, chosen) < enough:
            break
        chosen.append(best)
    details = [
        s
        for s in ranked
        if s not in chosen and _is_insert(s.family) and (s.pull > 0 or audition.near(s, home))
    ]
    inserts: list[_Score] = []
    while details and len(chosen) + len(inserts) < total:
        best = max(details, key=lambda s: audition.beside(s, chosen + inserts))
        if audition.beside(best, chosen + inserts) < (enough if inserts else FIRST_INSERT):
            break
        details.remove(best)
        inserts.append(best)
    roles: list[Role] = ["home", "second", "third", "third", "third"]
    parts = [
        _part(score, role, strongest, home, song, rules)
        for score, role in zip(chosen, roles, strict=False)
    ]
    parts += [_part(score, "insert", strongest, home, song, rules) for score in inserts]
    motif = max(parts[: len(chosen)], key=lambda p: p.pull + 0.5 * _fits(p.family.energy, 0.95))
    return Cast(tuple(parts), motif, audition.hours, reading.figure)


@dataclass(frozen=True)
class _Score:
    family: Family
    pull: float  # what the sentence asks for
    words: tuple[str, ...]
    named: bool  # a place, a thing or a weather of the sentence is what it shows
    alone: float  # pull and fit, before it is seen beside others


class _Audition:
    """Scores families for one song and sentence."""

    def __init__(self, song: Song, reading: Reading, words: Lexicon, seed: int) -> None:
        self.song, self.reading, self.words = song, reading, words
        self.seed = seed
        mood = words.moods[song.analysis.mood.primary]
        self.mood_tags = mood.tags
        self.hours = _hours(reading, mood.hours)
        self.asked_worlds = {m.concept.world for m in reading.wanted if m.concept.world}
        self.energy = float(song.energy.mean()) if len(song.beats) else 0.5

    def score(self, family: Family) -> _Score | None:
        """The family alone; None where the sentence rules it out."""
        reading = self.reading
        pull, words = reading.pull(family)
        if pull < 0:
            return None
        worlds = self.words.worlds_of(family)
        asked = {m.concept.id for m in reading.wanted}
        if self.asked_worlds and not worlds & (self.asked_worlds | PLACELESS):
            pull *= 0.55
        alone = pull
        if reading.figure and family.figure != "none":
            alone += SHOWS_FIGURE * reading.figure
        if not reading.figure and (family.figure == "always" or PEOPLE & set(family.words)):
            alone -= UNASKED_PERSON * (not reading.names(family))
        if not reading.wanted:
            alone += 0.6 * any(tag in family.words for tag in self.mood_tags)
        if "couple" in family.words and not asked & {"couple", "heart", "romantic"}:
            alone -= UNASKED_COUPLE
        if family.weather in HARSH and family.weather not in reading.weathers:
            alone -= WRONG_WEATHER if reading.wanted else 0.1
        alone -= CLASH * reading.clashes(family)
        alone -= WRONG_HOUR * _hours_off(self.hours, family.tod)
        alone += 0.4 * _fits(family.energy, self.energy)
        alone += random.Random(f"{self.seed} {family.name}").uniform(0, CHANCE)  # noqa: S311
        if not reading.wanted:
            alone += random.Random(f"take {self.seed} {family.name}").uniform(0, 0.5)  # noqa: S311
        return _Score(family, pull, tuple(words), reading.names(family), alone)

    def near(self, score: _Score, home: _Score) -> bool:
        """Whether a scene nobody asked for may still be glanced at: the same world, or none."""
        own = self.words.worlds_of(score.family)
        return bool(own & (self.words.worlds_of(home.family) | self.asked_worlds | PLACELESS))

    def beside(self, score: _Score, chosen: Sequence[_Score]) -> float:
        """The family beside those already chosen: the same world, but not the same picture."""
        home = chosen[0].family
        own, first = self.words.worlds_of(score.family), self.words.worlds_of(home)
        near = {world for name in first for world in self.words.neighbours.get(name, ())}
        if own & (first | self.asked_worlds):
            world = SAME_WORLD
        elif own & near or not own or not first:
            world = NEIGHBOUR_WORLD
        else:
            world = 0.0 if score.pull >= STRONG_PULL and score.named else OTHER_WORLD
        alike = max(_likeness(score.family, other.family) for other in chosen)
        return score.alone + world - ALIKE * alike


def _part(
    score: _Score, role: Role, strongest: float, home: _Score, song: Song, rules: Rulebook
) -> Part:
    facts = film_facts(song.analysis) | {"scene": score.family.title}
    if score.words:
        asked = "”, “".join(score.words)
        reason = rules.cite("cast-prompt", facts | {"words": asked})
    elif role != "home":
        reason = rules.cite("cast-world", facts | {"previous": home.family.title})
    else:
        reason = rules.cite("cast-mood", facts)
    return Part(score.family, role, score.pull / strongest if strongest else 0.5, reason)


def _hours(reading: Reading, of_mood: tuple[float, float]) -> tuple[float, float]:
    """Time of day from the first to the last shot; a film told at one hour still moves a little."""
    times = reading.times
    if len(times) >= 2 and times[0] != times[-1]:
        start, end = times[0], times[-1]
        return start, end if end > start else end + 1.0
    if times:
        at = times[0]
        if at < 0.06:
            return 0.0, 0.05
        return max(0.0, at - 0.035), min(0.97, at + 0.055)
    schemes = {bend.scheme for bend in reading.bends}
    if schemes & {"neon", "noir"}:
        return 0.0, 0.04
    if "pastel" in schemes:
        return 0.3, 0.42
    return of_mood


def _hours_off(hours: tuple[float, float], allowed: tuple[float, float]) -> float:
    """0 where the film's hours lie in the family's range, up to 1 far outside."""
    off = 0.0
    for hour in (hours[0] % 1.0, hours[1] % 1.0):
        if not allowed[0] - 0.02 <= hour <= allowed[1] + 0.02:
            edge = min(abs((hour - edge + 0.5) % 1.0 - 0.5) for edge in allowed)
            off = max(off, min(1.0, edge / 0.15))
    return off


def _fits(span: tuple[float, float], value: float) -> float:
    """1 inside the span, falling to 0 at 0.3 outside it."""
    return max(0.0, 1 - max(span[0] - value, value - span[1], 0.0) / 0.3)


def _likeness(a: Family, b: Family) -> float:
    """Share of header words that two families have in common, 0..1."""
    one, two = set(a.words), set(b.words)
    return len(one & two) / max(1, min(len(one), len(two)))


def _is_place(family: Family) -> bool:
    return bool(WIDE & set(family.sizes))


def _is_insert(family: Family) -> bool:
    return bool(CLOSE & set(family.sizes))
