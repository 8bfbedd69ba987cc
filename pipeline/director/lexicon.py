"""Understanding a sentence: which places, people, times, weathers, colours and moods it asks for.

The vocabulary is data (``lexicon/*.yaml``): concepts with the words that name them in English and
the main words in Spanish, French and German. Longer phrases win over shorter ones, simple word
endings are removed, and "no", "without" … turn a concept away. What carries meaning but is not
known is listed, never guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from casset.media.shaders.catalogue import Family
from casset.media.shaders.look import Move, Treatment
from pipeline.contracts import PromptReading, ShotSize
from pipeline.director.rules import Strict

FOLDER = Path(__file__).parent / "lexicon"
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
CLASHING = 9  # header words that may clash with the sentence
TELLING = 6  # header words that say where a scene belongs
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
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?()]")


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
                    rank * _named(family, tag)
                    for tag, rank in zip(concept.tags, BY_RANK, strict=False)
                ),
                default=0.0,
            )
            hit = max(hit, OWN_WORD * _named(family, meaning.word))
            if concept.weather and concept.weather == family.weather:
                hit = max(hit, 1.0)
            if hit > 0:
                weight = PULL[concept.kind]
                if concept.figure and (concept.id in ANYONE or not _named(family, concept.id)):
                    weight = FIGURE_PULL
                if meaning == first:
                    weight *= FIRST_NAMED
                total += weight * hit
                words.append(meaning.word)
        return total, list(dict.fromkeys(words))

    def names(self, family: Family) -> bool:
        """Whether a place, a thing or a weather of the sentence is what the scene shows."""
        return any(
            _named(family, word) == 1.0
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


class MoodDefault(Strict):
    """What a song of this mood shows when the sentence asks for nothing that is known."""

    tags: tuple[str, ...]
    hours: tuple[float, float] = Field(alias="tod")  # time of day from first to last


@dataclass(frozen=True)
class Lexicon:
    """All concepts, looked up by phrase; and the words that carry no picture."""

    phrases: Mapping[tuple[str, ...], Concept]
    stop: frozenset[str]
    negations: Mapping[tuple[str, ...], str]
    bridges: frozenset[str]
    ends: frozenset[str]
    worlds: Mapping[str, tuple[str, ...]]
    neighbours: Mapping[str, tuple[str, ...]]
    moods: Mapping[str, MoodDefault]
    longest: int

    def read(self, prompt: str, families: Iterable[Family] = ()) -> Reading:
        """What ``prompt`` asks for. Words of the families' own headers are understood as well."""
        own = _own_words(families)
        tokens = tokens_of(prompt)
        meanings: list[Meaning] = []
        unknown: list[str] = []
        refusing, at = 0, 0
        while at < len(tokens):
            found = self._match(tokens, at, own)
            if found is None or found[1] == 1:
                negation = self._negation(tokens, at)
                if negation:
                    refusing, at = 4, at + negation
                    continue
            if found:
                concept, length = found
                word = " ".join(tokens[at : at + length])
                meanings.append(Meaning(concept, word, refused=refusing > 0))
                at += length
                if refusing and (at >= len(tokens) or tokens[at] not in self.bridges):
                    refusing = 0
                continue
            token = tokens[at]
            at += 1
            if not token[0].isalnum() or token in self.ends:
                refusing = 0
            elif refusing and token not in self.bridges:
                refusing -= 1
            if token[0].isalpha() and not self._is_empty(token):
                unknown.append(token)
        return Reading(prompt, tuple(meanings), tuple(dict.fromkeys(unknown)))

    def _match(
        self, tokens: list[str], at: int, own: Mapping[tuple[str, ...], Concept]
    ) -> tuple[Concept, int] | None:
        return self._longest(self.phrases, tokens, at) or self._longest(own, tokens, at)

    def _longest(
        self, phrases: Mapping[tuple[str, ...], Concept], tokens: list[str], at: int
    ) -> tuple[Concept, int] | None:
        for length in range(min(self.longest, len(tokens) - at), 0, -1):
            head, last = tokens[at : at + length - 1], tokens[at + length - 1]
            if length == 1 and last in self.stop and (last,) not in phrases:
                return None
            for form in forms_of(last):
                phrase = (*head, form)
                if phrase in phrases:
                    return phrases[phrase], length
        return None

    def _negation(self, tokens: list[str], at: int) -> int:
        """Length of the negation that starts here, 0 if none does."""
        for length in (2, 1):
            phrase = tuple(tokens[at : at + length])
            language = self.negations.get(phrase)
            if language == "any" or (language == "es" and _looks_spanish(tokens)):
                return len(phrase)
        return 0

    def _is_empty(self, token: str) -> bool:
        return any(form in self.stop for form in forms_of(token)) or len(token) < 2

    def worlds_of(self, family: Family) -> set[str]:
        """The worlds a scene belongs to, by the first and most telling words of its header."""
        for given in (set(family.words[:TELLING]), set(family.words)):
            found = {world for world, members in self.worlds.items() if given & set(members)}
            if found:
                return found
        return set()


@cache
def lexicon() -> Lexicon:
    """The vocabulary of ``lexicon/*.yaml``. Raises ``ValueError`` naming the file that breaks it."""
    phrases: dict[tuple[str, ...], Concept] = {}
    for kind in KINDS:
        content = _read(f"{kind}.yaml")
        for concept_id, fields in content["concepts"].items():
            words = _list(fields.pop("words"))
            try:
                concept = Concept(id=concept_id, kind=kind, words=tuple(words), **fields)
            except ValueError as error:
                raise ValueError(f"{kind}.yaml: {concept_id}: {error}") from error
            for word in words:
                for phrase in {tuple(tokens_of(word)), tuple(tokens_of(plain(word)))}:
                    phrases.setdefault(phrase, concept)
    grammar = _read("grammar.yaml")
    negations = {tuple(tokens_of(word)): "any" for word in _list(grammar["negation"])}
    negations |= {(word,): "es" for word in _list(grammar["spanish_negation"])}
    stop = {token for word in _list(grammar["stop"]) for token in tokens_of(word)}
    return Lexicon(
        phrases=phrases,
        stop=frozenset(stop),
        negations=negations,
        bridges=frozenset(_list(grammar["bridges"])),
        ends=frozenset(_list(grammar["ends"])),
        worlds={name: tuple(words) for name, words in grammar["worlds"].items()},
        neighbours={name: tuple(words) for name, words in grammar["neighbours"].items()},
        moods={name: MoodDefault.model_validate(m) for name, m in grammar["moods"].items()},
        longest=max(len(phrase) for phrase in phrases),
    )


@dataclass(frozen=True)
class Metaphor:
    """Sung words that earn a picture of their own."""

    meaning: str
    words: tuple[tuple[str, ...], ...]
    tags: tuple[str, ...]

    def found_in(self, text: str) -> str:
        """The first of its words that ``text`` has, or an empty string."""
        tokens = tokens_of(text)
        for phrase in self.words:
            length = len(phrase)
            for at in range(len(tokens) - length + 1):
                head = tuple(tokens[at : at + length - 1])
                if head == phrase[:-1] and phrase[-1] in forms_of(tokens[at + length - 1]):
                    return " ".join(phrase)
        return ""

    def pull(self, family: Family) -> float:
        return max(
            (rank * _named(family, tag) for tag, rank in zip(self.tags, BY_RANK, strict=False)),
            default=0.0,
        )


@cache
def metaphors() -> tuple[Metaphor, ...]:
    """The pictures that sung words stand for."""
    return tuple(
        Metaphor(
            meaning=entry["for"],
            words=tuple(tuple(tokens_of(word)) for word in _list(entry["words"])),
            tags=tuple(entry["tags"]),
        )
        for entry in _read("metaphors.yaml")["metaphors"]
    )


def tokens_of(text: str) -> list[str]:
    """Lower-case words and punctuation marks; hyphens part words, "&" is "and"."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    text = re.sub(r"[-‐–—/]", " ", text.replace("&", " and "))
    return _TOKEN.findall(text)


def plain(word: str) -> str:
    """A word without its accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def forms_of(word: str) -> tuple[str, ...]:
    """The word itself and what it may be an inflected form of, likeliest first."""
    return tuple(dict.fromkeys(_forms(word)))


def _forms(word: str) -> Iterator[str]:
    yield word
    word = word.removesuffix("'s").removesuffix("'")
    yield word
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    if word.endswith("ves") and len(word) > 4:
        yield word[:-3] + "f"
    if word.endswith("es") and len(word) > 4:
        yield word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        yield word[:-1]
    for ending in ("ing", "ed", "y", "ly"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            yield stem
            if ending in {"ing", "ed"}:
                yield stem + "e"
                if len(stem) > 3 and stem[-1] == stem[-2]:
                    yield stem[:-1]
    bare = plain(word)
    if bare != word:
        yield bare


@lru_cache(maxsize=65536)
def _named(family: Family, tag: str) -> float:
    """1 when the family's header has the word, a little less when only a phrase contains it."""
    if tag in family.words:
        return 1.0
    for form in forms_of(tag):
        if form in family.words:
            return 1.0
        if any(form in phrase.split() for phrase in family.words):
            return 0.8
    return 0.0


def _own_words(families: Iterable[Family]) -> dict[tuple[str, ...], Concept]:
    return {
        tuple(tokens_of(word)): Concept(
            id=f"scene:{word}", kind="subject", say=word, words=(word,), tags=(word,)
        )
        for family in families
        for word in family.words
    }


def _looks_spanish(tokens: list[str]) -> bool:
    marks = {"el", "la", "los", "las", "un", "una", "de", "en", "con", "y", "por", "del", "al"}
    return bool(marks & set(tokens)) or not ({"the", "a", "of", "in", "and"} & set(tokens))


def _list(text: str) -> list[str]:
    return [word for part in text.split(",") if (word := part.strip())]


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
