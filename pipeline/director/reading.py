"""What one sentence asks for: concepts, and how they pull scenes, colours, hours and movement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from pydantic import Field

from casset.media.shaders.catalogue import Family
from casset.media.shaders.look import Move, Treatment
from pipeline.contracts import PromptReading, ShotSize
from pipeline.director.rules import Strict
from pipeline.director.words import forms_of

Kind = Literal["subject", "place", "time", "weather", "colour", "motion", "style", "mood"]
KINDS: tuple[Kind, ...] = (
    "subject", "place", "time", "weather", "colour", "motion", "style", "mood",
)  # fmt: skip
# How much a concept of each kind pulls scenes towards it.
PULL: dict[Kind, float] = {
    "place": 1.0, "subject": 1.0, "weather": 0.7, "style": 0.45, "motion": 0.4, "time": 0.35,
    "colour": 0.5, "mood": 0.3,
}  # fmt: skip
FIGURE_PULL = 0.5  # people can enter most scenes, so they choose fewer of them
OWN_WORD = 1.2  # the user's own word in a header, against a word that means as much
FIRST_NAMED = 1.15  # what is named first is what the film is about
TELLING = 7  # header words that say what a scene is, and where it belongs
CLASHING = 9  # header words that may clash with the sentence
BY_RANK = (1.0, 0.75, 0.55, 0.4, 0.35, 0.3, 0.3, 0.3)  # a concept's tags, best first
PEOPLE = frozenset(
    [
        "figure",
        "person",
        "people",
        "silhouette",
        "walker",
        "crowd",
        "couple",
        "lover",
        "face",
        "profile",
        "portrait",
        "dancer",
        "hand",
        "singer",
        "man",
        "woman",
    ]
)
ANYONE = frozenset({"person", "woman", "man", "child"})  # can be in any scene


class Bend(Strict):
    """How a concept bends the palette. Hues are OKLCH degrees."""

    scheme: Literal["neon", "pastel", "noir", "mono", "sepia", "vapourwave"] | None = None
    hues: tuple[float, ...] = ()
    chroma: float = Field(default=1.0, gt=0, le=2)
    lightness: float = Field(default=0.0, ge=-0.2, le=0.2)
    contrast: float = Field(default=1.0, gt=0, le=1.5)
    warmth: float = Field(default=0.0, ge=0, le=1)
    cool: float = Field(default=0.0, ge=0, le=1)


class Concept(Strict):
    """One thing a sentence can ask for, and what it changes in the film."""

    id: str
    kind: Kind
    say: str  # in a description: "a city street"
    words: tuple[str, ...]
    tags: tuple[str, ...] = ()  # words of scene headers, best first
    clashes: tuple[str, ...] = ()  # words of scene headers that do not go with it
    world: str | None = None
    figure: float | None = None  # asks for a person in the picture
    character: str = ""
    people: bool = False
    dress: bool | None = None  # whether the silhouette wears one, where the word says
    nature: tuple[float, float] | None = None  # hues of ground and light it has by itself
    tod: float | None = None
    weather: str | None = None
    palette: Bend | None = None
    speed: float = 1.0
    moves: tuple[Move, ...] = ()
    sizes: tuple[ShotSize, ...] = ()
    density: float | None = None
    energy: float = 0.0
    valence: float = 0.0
    arousal: float = 0.0
    treatment: Treatment | None = None


@dataclass(frozen=True)
class Meaning:
    """A concept found in the sentence, with the user's own word for it."""

    concept: Concept
    word: str
    refused: bool = False


@dataclass(frozen=True)
class Reading:
    """All that was understood. ``wanted`` and ``refused`` keep the sentence's order."""

    prompt: str
    meanings: tuple[Meaning, ...]
    unknown: tuple[str, ...]

    @cached_property
    def wanted(self) -> tuple[Meaning, ...]:
        """What is asked for; a concept that is also turned away is not."""
        no = {m.concept.id for m in self.meanings if m.refused}
        return tuple(m for m in self.meanings if not m.refused and m.concept.id not in no)

    @cached_property
    def refused(self) -> tuple[Meaning, ...]:
        return tuple(m for m in self.meanings if m.refused)

    def of(self, *kinds: Kind) -> list[Meaning]:
        return [m for m in self.wanted if m.concept.kind in kinds]

    @property
    def no_people(self) -> bool:
        return any(m.concept.id in {"person", "crowd"} for m in self.refused)

    @property
    def figure(self) -> float:
        """How much a person belongs in the picture, 0..1."""
        if self.no_people:
            return 0.0
        return max((m.concept.figure or 0.0 for m in self.wanted), default=0.0)

    @property
    def character(self) -> str:
        """Who the person is, from the most telling word."""
        named = [m.concept.character for m in self.wanted if m.concept.character]
        telling = [name for name in named if name != "a lone figure"]
        return (telling or named or ["a lone figure"])[0]

    @property
    def dress(self) -> bool | None:
        """Whether the person wears a dress, where the sentence says who it is."""
        said = [m.concept.dress for m in self.wanted if m.concept.dress is not None]
        return said[0] if said else None

    @property
    def times(self) -> list[float]:
        """Times of day in the order they are named; other concepts' only where none is."""
        named = [m.concept.tod for m in self.of("time") if m.concept.tod is not None]
        return named or [m.concept.tod for m in self.wanted if m.concept.tod is not None][:1]

    @property
    def weathers(self) -> list[str]:
        return [m.concept.weather for m in self.wanted if m.concept.weather]

    @property
    def bends(self) -> list[Bend]:
        """Palette bends, the most binding first: colours, then style, subject, time, weather."""
        order: tuple[Kind, ...] = (
            "colour", "style", "subject", "time", "weather", "mood", "place", "motion",
        )  # fmt: skip
        return [m.concept.palette for kind in order for m in self.of(kind) if m.concept.palette]

    @property
    def colour_hues(self) -> tuple[float, ...]:
        """OKLCH hues of the colours that are named, at most three."""
        bends = [m.concept.palette for m in self.of("colour") if m.concept.palette]
        return tuple(hue for bend in bends for hue in bend.hues)[:3]

    @property
    def other_hues(self) -> tuple[float, ...]:
        """The hues that a style, an hour or a subject brings by itself: the first that does."""
        bends = [
            m.concept.palette for m in (*self.of("style"), *self.of("time"), *self.of("subject"))
        ]
        return next((bend.hues for bend in bends if bend and bend.hues), ())

    @property
    def nature(self) -> Meaning | None:
        """The named place, weather or thing whose own colours the film leans towards."""
        named = self.of("place", "weather", "subject")
        ranked = sorted(named, key=lambda m: KINDS.index(m.concept.kind) != KINDS.index("place"))
        return next((m for m in ranked if m.concept.nature), None)

    @property
    def speed(self) -> float:
        factor = 1.0
        for meaning in self.wanted:
            factor *= meaning.concept.speed
        return min(1.6, max(0.4, factor))

    @property
    def energy(self) -> float:
        return min(0.12, max(-0.25, sum(m.concept.energy for m in self.wanted)))

    @property
    def density(self) -> float | None:
        asked = [m.concept.density for m in self.wanted if m.concept.density is not None]
        return min(asked) if asked else None

    @property
    def valence(self) -> float:
        return min(1.0, max(-1.0, sum(m.concept.valence for m in self.wanted)))

    @property
    def arousal(self) -> float:
        return min(1.0, max(-1.0, sum(m.concept.arousal for m in self.wanted)))

    @property
    def moves(self) -> list[Move]:
        return list(dict.fromkeys(move for m in self.wanted for move in m.concept.moves))

    @property
    def sizes(self) -> list[ShotSize]:
        return list(dict.fromkeys(size for m in self.wanted for size in m.concept.sizes))

    @property
    def treatment(self) -> Treatment | None:
        return next((m.concept.treatment for m in self.wanted if m.concept.treatment), None)

    def pull(self, family: Family) -> tuple[float, list[str]]:
        """How strongly the sentence asks for a scene family, and the user's words that do.

        Each concept counts once, by the best of its tags (or the word itself) that the family's
        header names. A family with something the user refused gets -1.
        """
        if self._refuses(family):
            return -1.0, []
        total, words = 0.0, []
        first = next(iter(self.of("place", "subject")), None)
        for meaning in self.wanted:
            concept = meaning.concept
            hit = max(
                (
                    rank * named(family, tag)
                    for tag, rank in zip(concept.tags, BY_RANK, strict=False)
                ),
                default=0.0,
            )
            hit = max(hit, OWN_WORD * named(family, meaning.word))
            if concept.weather and concept.weather == family.weather:
                hit = max(hit, 1.0)
            if hit > 0:
                weight = PULL[concept.kind]
                if concept.figure and (concept.id in ANYONE or not named(family, concept.id)):
                    weight = FIGURE_PULL
                if meaning == first:
                    weight *= FIRST_NAMED
                total += weight * hit
                words.append(meaning.word)
        return total, list(dict.fromkeys(words))

    def names(self, family: Family) -> bool:
        """Whether a place, a thing or a weather of the sentence is what the scene shows."""
        return any(
            named(family, word) == 1.0
            for m in self.of("place", "subject", "weather")
            if m.concept.id not in ANYONE
            for word in (*m.concept.tags[:1], m.word)
        )

    def clashes(self, family: Family) -> bool:
        """Whether a scene shows what does not go with the sentence: a moon at noon."""
        against = {word for m in self.wanted for word in m.concept.clashes}
        return bool(against & set(family.words[:CLASHING])) and not self.names(family)

    def _refuses(self, family: Family) -> bool:
        if self.no_people and (family.figure == "always" or PEOPLE & set(family.words)):
            return True
        kept = {tag for m in self.wanted for tag in m.concept.tags[:2]}
        for meaning in self.refused:
            concept = meaning.concept
            if concept.weather and concept.weather == family.weather:
                return True
            if any(tag in family.words for tag in concept.tags[:2] if tag not in kept):
                return True
        return False

    def public(self) -> PromptReading:
        """The part that is shown to the user."""
        understood: dict[str, tuple[str, ...]] = {
            kind: tuple(dict.fromkeys(m.word for m in self.of(kind)))
            for kind in KINDS
            if self.of(kind)
        }
        if self.refused:
            understood["without"] = tuple(dict.fromkeys(m.word for m in self.refused))
        return PromptReading(prompt=self.prompt, understood=understood, not_understood=self.unknown)


@lru_cache(maxsize=65536)
def named(family: Family, tag: str) -> float:
    """How much a family's header is about a word: 1 for its first words, less for later ones."""
    found = 0.0
    for form in forms_of(tag):
        if form in family.words:
            found = max(found, 1.0 if form in family.words[:TELLING] else 0.7)
        elif any(form in phrase.split() for phrase in family.words):
            found = max(found, 0.65)
    return found
