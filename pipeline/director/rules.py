"""The director's rules: what practice and studies say, kept as data and cited when it is used.

A rule has an id, conditions over a closed list of facts, an effect from a closed list of fields,
one sentence for the artist, and its sources. Files lie in ``rules/*.yaml``; they are read and
checked once. Conditions are comparisons only: nothing in a rule file is ever executed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from casset.media.shaders.look import Move
from pipeline.contracts import Reason, ShotSize, TransitionType

FOLDER = Path(__file__).parent / "rules"

Group = Literal[
    "band", "story", "cut", "transition", "colour", "casting", "camera", "light", "type"
]
Fact = Literal[
    # where in the song
    "section", "occurrence", "section_start", "drop", "loudest", "first", "last", "after_peak",
    "before_drop", "section_change", "time", "length_s", "bars",
    # how it sounds there
    "energy", "energy_percent", "bpm", "beat_strength", "beat_percent", "downbeat", "rise",
    "before_percent", "after_percent", "enters", "sung", "line",
    # the whole song
    "mood", "mode", "key", "valence", "arousal", "lufs", "lyrics",
    # the picture
    "scene", "role", "previous", "same_scene", "size", "figure", "figure_wanted", "words", "word",
    "metaphor", "colours", "place", "share_percent", "cover", "cut_kind", "clip_cuts",
]  # fmt: skip
FactValue = float | int | str | bool
Facts = Mapping[str, FactValue]
Role = Literal["home", "second", "third", "insert", "motif"]
CutKind = Literal["punch_in", "reframe", "insert", "return", "hold"]
Treatment = Literal["none", "line", "karaoke", "stack"]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(Strict):
    """One comparison: exactly one of ``equals``, ``any_of``, ``at_least`` and ``below``."""

    fact: Fact
    equals: str | bool | None = None
    any_of: tuple[str, ...] | None = None
    at_least: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> Condition:
        given = [self.equals, self.any_of, self.at_least, self.below]
        if sum(value is not None for value in given) != 1:
            raise ValueError(f"a condition on '{self.fact}' needs exactly one comparison")
        return self

    def holds(self, facts: Facts) -> bool:
        """Whether the facts satisfy it; a fact nobody stated satisfies nothing."""
        value = facts.get(self.fact)
        if value is None:
            return False
        if self.equals is not None:
            return value == self.equals
        if self.any_of is not None:
            return value in self.any_of
        if self.at_least is not None:
            return float(value) >= self.at_least
        return float(value) < float(self.below or 0.0)


class Effect(Strict):
    """What a rule asks for. Only the fields that belong to its group are set."""

    shot_s: tuple[float, float] | None = None  # band: wished shortest and longest shot
    moves: tuple[Move, ...] = ()  # band, camera: camera moves, best first
    move_amount: float | None = Field(default=None, ge=0, le=1)
    sizes: tuple[ShotSize, ...] = ()  # band, story: shot sizes, best first
    roles: dict[Role, float] = {}  # story: how much each place is wanted
    cut: CutKind | None = None  # cut: what the new shot does
    transition: TransitionType | None = None
    duration: float | None = Field(default=None, ge=0, le=1)
    lightness: float = 0.0  # colour: change of OKLCH lightness
    chroma: float = 1.0  # colour: factor on OKLCH chroma
    hue_turn: float = 0.0  # colour: degrees
    lighting: str = ""  # light: words for the style guide
    treatment: Treatment | None = None  # type: how the words are set


class Rule(Strict):
    """One piece of the director's knowledge."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z0-9]+)+$")
    group: Group
    when: tuple[Condition, ...] = ()
    effect: Effect = Effect()
    text: str = Field(min_length=20)
    source: tuple[str, ...] = Field(min_length=1)

    @field_validator("text")
    @classmethod
    def _known_places(cls, text: str) -> str:
        unknown = {name for name in _places(text) if name not in get_args(Fact)}
        if unknown:
            raise ValueError(f"the text names unknown facts: {', '.join(sorted(unknown))}")
        return text


@dataclass(frozen=True)
class Fired:
    """A rule whose conditions hold, with the reason it can be cited by."""

    rule: Rule
    reason: Reason

    @property
    def effect(self) -> Effect:
        return self.rule.effect


@dataclass(frozen=True)
class Rulebook:
    """All rules in file order, and the sources they cite."""

    rules: tuple[Rule, ...]
    sources: Mapping[str, str]

    def fire(self, group: Group, facts: Facts) -> list[Fired]:
        """Every rule of a group that holds, in file order. Costs microseconds."""
        return [
            Fired(rule, self._reason(rule, facts))
            for rule in self.rules
            if rule.group == group
            and all(condition.holds(facts) for condition in rule.when)
            and all(name in facts for name in _places(rule.text))
        ]

    def first(self, group: Group, facts: Facts) -> Fired:
        """The first rule of a group that holds. Every group ends with one that always does."""
        return self.fire(group, facts)[0]

    def cite(self, rule_id: str, facts: Facts) -> Reason:
        """The reason of one rule by its id, whatever its conditions."""
        return self._reason(next(rule for rule in self.rules if rule.id == rule_id), facts)

    def _reason(self, rule: Rule, facts: Facts) -> Reason:
        names = [condition.fact for condition in rule.when] + _places(rule.text)
        evidence = {name: _plain(facts[name]) for name in dict.fromkeys(names) if name in facts}
        text = rule.text.format_map(_Words(facts))
        return Reason(
            rule=rule.id,
            text=text[:1].upper() + text[1:],
            source="; ".join(self.sources[key] for key in rule.source),
            evidence=evidence,
        )


@cache
def rulebook() -> Rulebook:
    """The rules of ``rules/*.yaml``. Raises ``ValueError`` naming the file that breaks them."""
    sources: dict[str, str] = _read(FOLDER / "sources.yaml")
    rules: list[Rule] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name == "sources.yaml":
            continue
        content = _read(path)
        for entry in content["rules"]:
            try:
                rule = Rule.model_validate({"group": content["group"], **entry})
            except ValueError as error:
                raise ValueError(f"{path.name}: rule {entry.get('id')}: {error}") from error
            unknown = [key for key in rule.source if key not in sources]
            if unknown:
                raise ValueError(f"{path.name}: rule {rule.id} cites unknown {unknown}")
            rules.append(rule)
    ids = [rule.id for rule in rules]
    twice = {rule_id for rule_id in ids if ids.count(rule_id) > 1}
    if twice:
        raise ValueError(f"rule ids used twice: {', '.join(sorted(twice))}")
    return Rulebook(tuple(rules), sources)


class _Words(dict[str, str]):
    """Facts as they are said in a sentence: whole numbers, no trailing zeros."""

    def __init__(self, facts: Facts) -> None:
        super().__init__({name: _said(value) for name, value in facts.items()})


def _said(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 20 else f"{value:.1f}".rstrip("0").rstrip(".")
    return str(value)


def _plain(value: FactValue) -> float | int | str:
    if isinstance(value, bool):
        return int(value)
    return round(value, 3) if isinstance(value, float) else value


def _places(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name]


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
