"""What the gallery shows: every scene and treatment, its opening look, its sliders and its filters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.conf import settings
from pydantic.fields import FieldInfo

from casset.lib.hashing import fingerprint
from casset.media.shaders import catalogue
from casset.media.shaders.catalogue import Family, Treatment
from casset.media.shaders.colours import PALETTES
from casset.media.shaders.look import Look
from casset.media.shaders.openings import DEFAULT, OPENINGS
from casset.media.shaders.renderer import ARTWORK

Kind = Literal["scene", "treatment"]
ASPECTS = ("16:9", "9:16", "1:1")
SHOT_SIZES = {
    "EWS": "extreme wide", "WS": "wide", "MWS": "medium wide", "MS": "medium",
    "MCU": "medium close", "CU": "close-up", "ECU": "extreme close-up",
}  # fmt: skip
MOVES = {
    "static": "Still", "drift": "Drift", "push_in": "Push in", "pull_out": "Pull out",
    "pan_left": "Pan left", "pan_right": "Pan right", "tilt_up": "Tilt up",
    "tilt_down": "Tilt down", "orbit": "Orbit", "handheld": "Handheld",
}  # fmt: skip
MOODS = {"calm": "Calm", "medium": "Moving", "fast": "Fast"}
# A scene stands in the first place that shares a word with its header, so a new one finds its own.
PLACES: dict[str, tuple[str, frozenset[str]]] = {
    "stage": ("Stage", frozenset({"concert", "disco", "spotlight", "ballet", "stage"})),
    "road": ("On the way", frozenset({"road", "car", "highway", "train", "drive", "bus"})),
    "city": ("City", frozenset({"city", "street", "tunnel", "corridor"})),
    "indoors": (
        "Indoors",
        frozenset({"room", "museum", "television", "vinyl", "cassette", "cathedral", "window"}),
    ),
    "sky": ("Sky", frozenset({"galaxy", "moon", "cloud", "balloon", "aurora"})),
    "land": (
        "Land",
        frozenset({"mountain", "desert", "forest", "hill", "flower", "snow", "house", "birds"}),
    ),
    "water": (
        "Water",
        frozenset({"sea", "ocean", "underwater", "lake", "jellyfish", "coast", "shore"}),
    ),
    "dream": ("Abstract", frozenset()),
}
_HOUR = re.compile(r"\buTod\b|\b(?:day|night|noon|azure|grade|skyc)\(")
_UNIT_WORDS = {"tod": "hour", "roll": "angle", "speed": "times", "exposure": "stops", "clock": "s"}
SHOWN_CLOCK_S = 120.0  # scene time the slider offers; a film may start anywhere below 3000 s


@dataclass(frozen=True)
class Control:
    """One slider, switch or choice. ``name`` is a field of ``Look``, and its name in the address."""

    name: str
    label: str
    kind: Literal["range", "switch", "choice"]
    group: Literal["scene", "camera", "time"]
    default: Any
    low: float = 0
    high: float = 1
    step: float = 0.01
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Entry:
    """A scene or treatment as the gallery shows it."""

    name: str
    kind: Kind
    title: str
    line: str  # what it shows, one clause
    music: str  # what of the music moves it
    words: tuple[str, ...]
    place: str
    mood: str
    subjects: frozenset[str]
    facts: tuple[tuple[str, str], ...]
    opening: Look
    palette: str  # name of the opening's palette
    controls: tuple[Control, ...]
    shows_image: bool

    @property
    def still(self) -> str:
        """The poster's path below ``static/``."""
        return f"shaders/stills/{self.name}.webp"


@dataclass(frozen=True)
class Wish:
    """What a visitor looks for; empty fields ask for everything."""

    kind: str = ""
    place: str = ""
    subject: str = ""
    mood: str = ""
    word: str = ""

    def fits(self, entry: Entry) -> bool:
        return (
            self.kind in ("", entry.kind)
            and self.place in ("", entry.place)
            and self.mood in ("", entry.mood)
            and (not self.subject or self.subject in entry.subjects)
            and (not self.word or self.word in said(entry))
        )


SUBJECTS = {"person": "A person", "weather": "Weather", "artwork": "Your artwork"}
KINDS = {"scene": "Scenes", "treatment": "Treatments"}
FILTERS: dict[str, dict[str, str]] = {
    "kind": KINDS,
    "mood": MOODS,
    "place": {key: label for key, (label, _) in PLACES.items()},
    "subject": SUBJECTS,
}
LONGEST_WORD = 40


@cache
def entries() -> tuple[Entry, ...]:
    """Everything in the gallery: scenes by title, then treatments."""
    scenes = sorted(catalogue.families().values(), key=lambda family: family.title)
    return (
        *(_scene(family) for family in scenes),
        *(_treatment(treatment) for treatment in catalogue.treatments().values()),
    )


@cache
def by_name() -> dict[str, Entry]:
    return {entry.name: entry for entry in entries()}


def said(entry: Entry) -> str:
    """The text a typed word is looked for in."""
    return " ".join((entry.title, entry.line, *entry.words)).lower()


def wish(query: Mapping[str, str]) -> Wish:
    """The wish in an address; a value no filter has asks for everything."""
    chosen = {key: query.get(key, "") for key in FILTERS}
    known = {key: value if value in FILTERS[key] else "" for key, value in chosen.items()}
    word = " ".join(query.get("word", "")[:LONGEST_WORD].lower().split())
    return Wish(**known, word=word)


def look_of(entry: Entry, query: Mapping[str, str]) -> Look:
    """The look an address asks for: the opening with every known value brought into its range."""
    asked: dict[str, Any] = {
        control.name: _value(control, query[control.name])
        for control in entry.controls
        if control.name in query
    }
    palette = palette_of(query.get("palette", ""))
    if palette is not None:
        asked["palette"] = palette
    asked["seed"] = seed_of(query.get("seed", ""), entry.opening.seed)
    return entry.opening.model_copy(update=asked)


def palette_of(text: str) -> tuple[str, ...] | None:
    """A palette by name, or five colours such as ``0d0a1a-2b1b52-a8345c-ff8a45-ffe0ac``."""
    if text in PALETTES:
        return PALETTES[text]
    if re.fullmatch(r"[0-9a-fA-F]{6}(?:-[0-9a-fA-F]{6}){4}", text):
        return tuple(f"#{colour.lower()}" for colour in text.split("-"))
    return None


def seed_of(text: str, otherwise: int) -> int:
    """A seed within the look's range."""
    return int(_number(text, otherwise, 0, SEED_MOST))


def aspect_of(text: str) -> str:
    return text if text in ASPECTS else ASPECTS[0]


def source(name: str, *, empty: bool = False) -> str:
    """A fragment stage as it is compiled offline. Raises ``CatalogueError`` for an unknown name."""
    return catalogue.source(name, empty=empty)


@cache
def source_digest(name: str, *, empty: bool = False) -> str:
    """Names one version of a source, so that it may be kept for ever."""
    text = catalogue.vertex_source() if name == "vertex" else source(name, empty=empty)
    return fingerprint(text)[:16]


@cache
def costs_ms() -> dict[str, float]:
    """CPU milliseconds a frame at the drawn size as last measured by ``make bench``; empty where
    this installation has no measurement."""
    try:
        measured = json.loads((settings.BASE_DIR / "benchmarks" / "results.json").read_text())
        rows = measured["shaders"]["rows"]
        return {
            row["name"].removeprefix("shader "): float(row["value"])
            for row in rows
            if row["name"].startswith("shader ") and row["unit"] == "CPU ms a frame"
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


# -- making entries ------------------------------------------------------------------------------
def _scene(family: Family) -> Entry:
    text = catalogue.scene_path(family.name).read_text(encoding="utf-8")
    own = text.split(catalogue.INCLUDE, 1)[-1]
    line, _, music = family.about.partition(";")
    opening, palette = _opening(family.name, family.tod)
    if family.figure == "always":
        opening = opening.model_copy(update={"figure": 1.0})
    facts = [
        ("Shots", ", ".join(SHOT_SIZES[size] for size in family.sizes)),
        ("Song's energy", f"{family.energy[0]:.0%} to {family.energy[1]:.0%}".replace("%", " %")),
        ("Movement", MOODS[family.motion].lower()),
    ]
    if family.weather:
        facts.append(("Weather", family.weather))
    if family.figure != "none":
        someone = "always someone" if family.figure == "always" else "someone, if you like"
        facts.append(("People", someone))
    peopled = family.figure != "none" or "people" in family.words
    subjects = {"person"} if peopled else set()
    subjects |= {"weather"} if family.weather else set()
    subjects |= {"artwork"} if family.image == "optional" else set()
    return Entry(
        name=family.name,
        kind="scene",
        title=family.title,
        line=line.strip().rstrip("."),
        music=_sentence(music),
        words=family.words,
        place=_place(family.words),
        mood=family.motion,
        subjects=frozenset(subjects),
        facts=tuple(facts),
        opening=opening,
        palette=palette,
        controls=tuple(
            _controls(
                opening,
                tod=family.tod if _HOUR.search(own) else None,
                density="uDensity" in own,
                figure=family.figure == "optional",
            )
        ),
        shows_image=family.image == "optional",
    )


def _treatment(treatment: Treatment) -> Entry:
    opening, palette = _opening(treatment.name, (0.0, 1.0))
    opening = opening.model_copy(update={"scene": ARTWORK, "treatment": treatment.name})
    return Entry(
        name=treatment.name,
        kind="treatment",
        title=treatment.title,
        line=_sentence(treatment.about).rstrip("."),
        music=_sentence(treatment.music),
        words=(),
        place="",
        mood="calm" if treatment.name == "slow_zoom" else "medium",
        subjects=frozenset({"artwork"}),
        facts=(("Shows", "your cover or any picture; without one, a drawn sleeve"),),
        opening=opening,
        palette=palette,
        controls=tuple(_controls(opening, tod=None, density=False, figure=False)),
        shows_image=True,
    )


def _opening(name: str, hours: tuple[float, float]) -> tuple[Look, str]:
    chosen = {"palette": DEFAULT, "tod": sum(hours) / 2, **OPENINGS.get(name, {})}
    palette = chosen.pop("palette")
    return Look(scene=name, palette=PALETTES[palette], **chosen), palette


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def _place(words: Iterable[str]) -> str:
    known = set(words)
    return next((key for key, (_, own) in PLACES.items() if own & known), "dream")


def _controls(
    opening: Look, *, tod: tuple[float, float] | None, density: bool, figure: bool
) -> Iterable[Control]:
    """The controls of one scene: only what changes its picture, within what ``Look`` allows."""
    if tod is not None:
        yield _slider(opening, "tod", "Time of day", "scene", span=tod)
    if density:
        yield _slider(opening, "density", "Density", "scene")
    if figure:
        yield _slider(opening, "figure", "Someone in it", "scene")
    yield _slider(opening, "exposure", "Exposure", "scene", step=0.05)
    yield Control(
        name="move",
        label="Camera",
        kind="choice",
        group="camera",
        default=opening.move,
        choices=tuple(MOVES.items()),
    )
    yield _slider(opening, "move_amount", "How far it moves", "camera")
    yield _slider(opening, "zoom", "Zoom", "camera", unit="times")
    yield _slider(opening, "x", "Left and right", "camera")
    yield _slider(opening, "y", "Up and down", "camera")
    yield _slider(opening, "roll", "Tilt", "camera", step=0.005)
    yield Control(
        name="mirror", label="Mirrored", kind="switch", group="camera", default=opening.mirror
    )
    yield _slider(opening, "speed", "Speed of the scene", "time", step=0.05)
    yield _slider(opening, "clock", "Starts at", "time", step=0.5, span=(0.0, SHOWN_CLOCK_S))


def _slider(
    opening: Look,
    name: str,
    label: str,
    group: Literal["scene", "camera", "time"],
    *,
    step: float = 0.01,
    unit: str = "",
    span: tuple[float, float] | None = None,
) -> Control:
    low, high = span or _range(name)
    return Control(
        name=name,
        label=label,
        kind="range",
        group=group,
        default=min(max(getattr(opening, name), low), high),
        low=low,
        high=high,
        step=step,
        unit=unit or _UNIT_WORDS.get(name, "share" if low == 0 and high == 1 else ""),
    )


def _range(name: str) -> tuple[float, float]:
    """What ``Look`` allows for a field."""
    field: FieldInfo = Look.model_fields[name]
    bounds = {
        key: getattr(rule, key)
        for rule in field.metadata
        for key in ("ge", "le", "lt")
        if hasattr(rule, key)
    }
    return float(bounds["ge"]), float(bounds["le"] if "le" in bounds else bounds["lt"])


SEED_MOST = int(_range("seed")[1])


def _value(control: Control, text: str) -> Any:
    if control.kind == "choice":
        return text if text in dict(control.choices) else control.default
    if control.kind == "switch":
        return text == "1"
    return _number(text, control.default, control.low, control.high)


def _number(text: str, otherwise: float, low: float, high: float) -> float:
    """A number within its range; what is no number gives ``otherwise``."""
    try:
        number = float(text[:24])
    except ValueError:
        return otherwise
    return min(max(number, low), high) if number == number else otherwise  # NaN equals nothing
