"""Which place each clip shows, from how far, and for what reason: the film's order of pictures.

Clips are placed from first to last. Roles come from the form's rules, shares from what the
sentence asks for; two clips in a row do not show the same place while there is another, and every
chorus begins with the picture of the first.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casset.media.shaders.catalogue import Family
from pipeline.contracts import ClipBoundary, Reason, ShotSize
from pipeline.director.casting import SIZES, Cast, Part
from pipeline.director.lexicon import metaphors
from pipeline.director.listening import Song
from pipeline.director.moments import FactDict, span_facts
from pipeline.director.reading import Reading
from pipeline.director.rules import Fired, Rulebook

ZOOM_A_STEP = 0.26  # how much closer one step of shot size is
MOST_ZOOM = 1.75
SAME_PLACE = -2.2  # two clips in a row in one place
SHOWN_NEXT = -1.6  # a place just before the clip that is certain to show it
SHARE = 2.2  # pull towards a part's fair share of the film
CHANCE = 0.25
FIGURE_LEAST, FIGURE_MOST = 0.6, 0.8
METAPHOR_APART = 4  # clips between two pictures for sung words
METAPHOR_USES = 2
COVER_EVERY_S = 50.0
ARTWORK = Family(
    name="artwork",
    title="Your artwork",
    words=("artwork",),
    sizes=("MS", "CU"),
    energy=(0.0, 1.0),
    tod=(0.0, 1.0),
    figure="none",
    image="optional",
    motion="medium",
    about="The artist's cover, treated.",
)


@dataclass
class Placed:
    """One clip with its place; ``insert`` is what it may glance at, at ``insert_at`` if that is set."""

    index: int
    span: ClipBoundary
    facts: FactDict
    band: Fired
    part: Part
    size: ShotSize
    reasons: list[Reason]
    motif: bool
    visit: int  # how often the film has been in this place before
    insert: Part | None = None
    insert_at: float | None = None
    figure: float = 0.0


def place(
    song: Song,
    spans: Sequence[ClipBoundary],
    cast: Cast,
    reading: Reading,
    families: Mapping[str, Family],
    rules: Rulebook,
    *,
    seed: int,
    cover: bool = False,
) -> list[Placed]:
    """The clips in order with their places, sizes, glances and figures."""
    facts = [span_facts(song, s.start, s.end, lift=reading.energy) for s in spans]
    motifs = [f["section"] == "chorus" and bool(f["section_change"]) for f in facts]
    ledger = _Ledger(cast, seed)
    film: list[Placed] = []
    for i, span in enumerate(spans):
        story = rules.first("story", facts[i] | {"scene": ""})
        band = rules.first("band", facts[i])
        before_motif = i + 1 < len(spans) and motifs[i + 1]
        previous = film[-1] if film else None
        before_end = i + 2 == len(spans) and len(spans) > 3
        if motifs[i]:
            part = cast.motif
        elif i in (0, len(spans) - 1):
            part = cast.home
        else:
            soon = cast.motif if before_motif else cast.home if before_end else None
            part = ledger.choose(i, story, facts[i], previous, soon)
        size = _size(part, story, band, reading, previous, ledger.visits(part))
        told = facts[i] | {"scene": part.title}
        reasons = [rules.cite(story.rule.id, told), band.reason]
        if ledger.visits(part) == 0:
            reasons.append(part.reason)
        film.append(
            Placed(i, span, facts[i], band, part, size, reasons, motifs[i], ledger.visits(part))
        )
        ledger.enter(part, span.duration)
    _give_glances(film, cast)
    if song.analysis.lyrics:
        _give_metaphors(song, film, cast, reading, families, rules)
    if cover:
        _give_cover(song, film, rules)
    _give_figures(film, reading, rules)
    return film


def reachable(family: Family) -> list[ShotSize]:
    """Shot sizes a family can stand for, from its widest to one step closer than its closest."""
    places = [SIZES.index(size) for size in family.sizes]
    widest = min(places)
    closest = min(max(places) + 1, widest + int((MOST_ZOOM - 1) / ZOOM_A_STEP), len(SIZES) - 1)
    return list(SIZES[widest : closest + 1])


def zoom_for(family: Family, size: ShotSize) -> float:
    """The zoom that makes a family's picture a shot of this size; 1 at its widest."""
    widest = min(SIZES.index(s) for s in family.sizes)
    return min(MOST_ZOOM, 1 + ZOOM_A_STEP * max(0, SIZES.index(size) - widest))


class _Ledger:
    """How much of the film each part has had, and which part is due."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.seed = cast, seed
        self.seconds = {part.name: 0.0 for part in cast.parts}
        self.times = {part.name: 0 for part in cast.parts}
        fair = {
            part.name: (0.2 + part.pull) * (0.55 if part.role == "insert" else 1.0)
            for part in cast.parts
        }
        fair[cast.home.name] += 0.25
        self.fair = {name: value / sum(fair.values()) for name, value in fair.items()}

    def visits(self, part: Part) -> int:
        return self.times[part.name]

    def enter(self, part: Part, seconds: float) -> None:
        self.seconds[part.name] += seconds
        self.times[part.name] += 1

    def choose(
        self,
        index: int,
        story: Fired,
        facts: FactDict,
        previous: Placed | None,
        soon: Part | None,
    ) -> Part:
        """The part that fits the moment best, has had too little, and is neither the one before
        nor (``soon``) the one that is certain to come next."""
        roles = story.effect.roles
        used = sum(self.seconds.values()) or 1.0
        energy = float(facts["energy"])

        def worth(part: Part) -> float:
            role = roles.get(part.role, 0.0)
            if part == self.cast.motif:
                role = max(role, roles.get("motif", 0.0))
            due = self.fair[part.name] - (self.seconds[part.name] / used if previous else 0.0)
            low, high = part.family.energy
            off = max(low - energy, energy - high, 0.0)
            value = role + SHARE * due + 0.5 * part.pull - 0.8 * off
            if previous and previous.part.name == part.name:
                value += SAME_PLACE
            if part == soon:
                value += SHOWN_NEXT
            chance = random.Random(f"{self.seed} {index} {part.name}")  # noqa: S311
            return value + chance.uniform(0, CHANCE)

        return max(self.cast.parts, key=worth)


def _size(
    part: Part,
    story: Fired,
    band: Fired,
    reading: Reading,
    previous: Placed | None,
    visit: int,
) -> ShotSize:
    """A size the family can show, as the rules wish, another one than the last clip's."""
    able = reachable(part.family)
    asked = [size for size in reading.sizes if size in able] if visit % 2 else []
    wished = [s for s in (*asked, *story.effect.sizes, *band.effect.sizes) if s in able]
    wished = list(dict.fromkeys(wished)) or able
    if story.rule.id in {"story-opening", "story-closing"}:
        return wished[0]
    order = wished[visit % len(wished) :] + wished[: visit % len(wished)]
    last = previous.size if previous else None
    return next((size for size in order if size != last), order[0])


def _give_glances(film: list[Placed], cast: Cast) -> None:
    """An insert for every clip: in turn, never what the clip before or after shows."""
    turn = 0
    for i, clip in enumerate(film):
        taken = {p.part.name for p in film[max(0, i - 1) : i + 2]}
        before = film[i - 1].insert if i else None
        if before:
            taken.add(before.name)
        free = [part for part in cast.inserts if part.name not in taken]
        if free and i % 5 != 3:
            clip.insert = free[turn % len(free)]
            turn += 1


def _give_metaphors(
    song: Song,
    film: list[Placed],
    cast: Cast,
    reading: Reading,
    families: Mapping[str, Family],
    rules: Rulebook,
) -> None:
    """Sung words that stand for something earn a picture of it, sparingly."""
    last = -METAPHOR_APART
    uses: dict[str, int] = {}
    for i, clip in enumerate(film):
        if i - last < METAPHOR_APART or clip.facts["first"] or clip.facts["last"]:
            continue
        taken = {p.part.name for p in film[max(0, i - 1) : i + 2]}
        found = [
            (metaphor.pull(family), word, metaphor.meaning, family, line)
            for line in song.lines_between(clip.span.start, clip.span.end)
            for metaphor in metaphors()
            if (word := metaphor.found_in(line.text))
            for family in families.values()
            if family.name not in taken
            and uses.get(family.name, 0) < METAPHOR_USES
            and metaphor.pull(family) >= 0.5
            and reading.pull(family)[0] >= 0
            and (reading.figure or family.figure != "always")
        ]
        if not found:
            continue
        strength, word, meaning, family, line = max(found, key=lambda f: (f[0], f[3].name))
        facts = clip.facts | {"scene": family.title, "word": word, "metaphor": meaning}
        reason = rules.cite("cast-metaphor", facts)
        clip.insert = Part(family, "insert", strength, reason)
        clip.insert_at = line.timestamp
        uses[family.name] = uses.get(family.name, 0) + 1
        last = i


def _give_cover(song: Song, film: list[Placed], rules: Rulebook) -> None:
    """The artwork as a glance about once a minute, first where the form turns."""
    wanted = max(1, round(song.duration / COVER_EVERY_S))
    turning = [c for c in film if c.facts["section_start"] and not c.facts["first"] and not c.motif]
    others = [c for c in film[1:-1] if c not in turning]
    apart = max(2, len(film) // (wanted + 1))
    given: list[int] = []
    for clip in turning + others:
        if len(given) < wanted and all(abs(clip.index - i) >= apart for i in given):
            reason = rules.cite("cast-cover", clip.facts | {"scene": "a picture of its own"})
            clip.insert = Part(ARTWORK, "insert", 1.0, reason)
            clip.insert_at = clip.span.start + 0.5 * clip.span.duration
            given.append(clip.index)


def _give_figures(film: list[Placed], reading: Reading, rules: Rulebook) -> None:
    """The main character in 60 to 80 % of the clips, where the scenes can show one."""
    if not reading.figure:  # a named person whom only some scenes can show
        for clip in film:
            clip.figure = float(
                clip.part.family.figure == "always" and reading.names(clip.part.family)
            )
        return
    able = [clip for clip in film if clip.part.family.figure != "none"]
    most = int(FIGURE_MOST * len(film))
    rested = [c for c in able if c.part.family.figure == "optional" and not c.motif]
    # Resting first in bridges and intros, then in the places the sentence asks least for.
    rested.sort(key=lambda c: (c.facts["section"] not in {"bridge", "intro"}, c.part.pull, c.index))
    resting = {c.index for c in rested[: max(0, len(able) - most)]}
    shown = [clip for clip in able if clip.index not in resting]
    for clip in shown:
        clip.figure = 1.0
    if shown:
        share = round(100 * len(shown) / len(film))
        shown[0].reasons.append(
            rules.cite("cast-figure", shown[0].facts | {"share_percent": share})
        )
