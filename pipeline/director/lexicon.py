"""Understanding a sentence: which places, people, times, weathers, colours and moods it asks for.

The vocabulary is data (``lexicon/*.yaml``): concepts with the words that name them in English and
the main words in Spanish, French and German. Longer phrases win over shorter ones, simple word
endings are removed, and "no", "without" … turn a concept away. What carries meaning but is not
known is listed, never guessed at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from casset.media.shaders.catalogue import Family
from pipeline.director.reading import BY_RANK, KINDS, TELLING, Concept, Meaning, Reading, named
from pipeline.director.rules import Strict
from pipeline.director.words import forms_of, plain, tokens_of

FOLDER = Path(__file__).parent / "lexicon"


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
            (rank * named(family, tag) for tag, rank in zip(self.tags, BY_RANK, strict=False)),
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
