"""Which visuals suit a track, and why: scored by what is measured and tagged, explained by the same numbers.

A candidate's score is the weighted sum of six components (``weighing.WEIGHTS``). Each reason names one
feature and what it is worth: the score less the score without that feature. So no reason is
decoration, and the score of a candidate that loses a named feature falls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from casset.media.loops import recipes as studio
from casset.media.shaders import catalogue
from casset.tracks.models import Track, TrackFeatures
from visuals import listing, recipes, tags, weighing
from visuals.models import VisualAsset
from visuals.weighing import NEUTRAL, TAG_PULL, WEIGHTS

MOODS_OF_SONG = 3  # tags a song's own mood stands for
MOOD_REACH = 0.75  # how near, of 1, a mood must lie to be the song's
MOST = 24
REASONS = 5
WORTH_LEAST = 0.005
_MOTION = {"calm": -0.7, "medium": 0.1, "fast": 0.8}
_HALF_LIFE_DAYS = 60.0
_PAIRINGS_MUCH = 20
_WORD = re.compile(r"[a-z']{3,}")


@dataclass(frozen=True)
class Song:
    """A track as matching sees it. ``tags``: slug to how surely it is the song's, 0..1."""

    tags: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, float] = field(default_factory=dict)
    bpm: float | None = None
    words: frozenset[str] = frozenset()

    @property
    def affect(self) -> tuple[float, float] | None:
        arousal = weighing.mixed(weighing.AROUSAL_OF_SONG, self.places)
        valence = weighing.mixed(weighing.VALENCE_OF_SONG, self.places)
        return None if arousal is None or valence is None else (arousal, valence)


@dataclass(frozen=True)
class Candidate:
    """Something that could be seen with the track. ``places`` are its figures, -1..1 each, as far as known."""

    key: str
    title: str
    tags: frozenset[str] = frozenset()
    places: Mapping[str, float] = field(default_factory=dict)
    bpm: tuple[int | None, int | None] = (None, None)
    words: frozenset[str] = frozenset()
    made_at: datetime | None = None
    pairings: int = 0
    visual: VisualAsset | None = None
    recipe: str = ""

    @property
    def affect(self) -> tuple[float, float] | None:
        arousal = weighing.mixed(weighing.AROUSAL_OF_PICTURE, self.places)
        valence = weighing.mixed(weighing.VALENCE_OF_PICTURE, self.places)
        return None if arousal is None or valence is None else (arousal, valence)


@dataclass(frozen=True)
class Reason:
    """One feature, in words, and what it adds to the score."""

    feature: str
    text: str
    worth: float


@dataclass(frozen=True)
class Suggestion:
    candidate: Candidate
    score: float
    components: Mapping[str, float]
    reasons: tuple[Reason, ...]

    @property
    def sentence(self) -> str:
        """ "Matched on: moody, nocturnal, 80–90 BPM; slow movement suits the tempo." """
        named = [one.text for one in self.reasons if one.feature.startswith(("tag:", "tempo"))]
        other = [one.text for one in self.reasons if one.text not in named]
        parts = ([", ".join(named)] if named else []) + other
        return f"Matched on: {'; '.join(parts)}." if parts else "Something different to try."


def suggestions(track: Track, *, most: int = MOST) -> list[Suggestion]:
    """What suits a track best of the artist's other visuals and of what can be drawn. Four queries."""
    own = [of_visual(visual) for visual in listing.elsewhere(track)[:200]]
    return rank(song_of(track), [*own, *drawable()])[:most]


def rank(song: Song, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """All candidates, the best first; equals in the order of their keys."""
    scored = [suggestion(song, one) for one in candidates]
    return sorted(scored, key=lambda one: (-one.score, one.candidate.key))


def suggestion(song: Song, candidate: Candidate) -> Suggestion:
    """A candidate's score, what it consists of, and the features that add most to it."""
    parts = components(song, candidate)
    score = total(parts)
    reasons = []
    for feature, text in _features(song, candidate):
        worth = score - total(components(song, candidate, without=feature))
        if worth >= WORTH_LEAST:
            reasons.append(Reason(feature, text, round(worth, 4)))
    reasons.sort(key=lambda one: (-one.worth, one.feature))
    rounded = {name: round(value, 4) for name, value in parts.items()}
    return Suggestion(candidate, round(score, 4), rounded, tuple(reasons[:REASONS]))


def total(parts: Mapping[str, float]) -> float:
    return sum(WEIGHTS[name] * value for name, value in parts.items())


def components(song: Song, candidate: Candidate, *, without: str = "") -> dict[str, float]:
    """Each component, 0..1, leaving one feature out as if it were not known."""
    return {
        "tags": _tags(song, candidate, without),
        "affect": _affect(song, candidate, without),
        "direct": 0.5 * _pair(song, candidate, "centroid_hz", "brightness", "light", without)
        + 0.5 * _pair(song, candidate, "bpm_folded", "motion", "movement", without),
        "quality": _quality(candidate) if without != "proven" else 0.0,
        "recency": _recency(candidate) if without != "recent" else 0.0,
        "text": _text(song, candidate) if without != "words" else 0.0,
    }


# -- the two sides ---------------------------------------------------------------------------------
def song_of(track: Track) -> Song:
    """What is known of a track: its genre, the moods near its own, figures, tempo, words. One query."""
    heard = TrackFeatures.objects.filter(track=track).only("figures").first()
    figures = heard.figures if heard else {}
    places = {
        name: weighing.placed(name, figures[name])
        for name in ("bpm_folded", "rms_db", "onsets_per_s", "centroid_hz")
        if name in figures
    }
    if "major" in figures:  # the mode is often misheard: it counts as far as it is sure
        places["mode"] = figures["major"] * figures.get("mode_confidence", 0.5)
    worn = {}
    if "valence" in figures and "arousal" in figures:
        worn = _moods(figures["valence"], figures["arousal"])
    if genre := tags.normalise(track.genre):
        worn[genre] = 1.0
    sung = " ".join(str(line.get("text", "")) for line in track.lines if isinstance(line, dict))
    words = frozenset(_WORD.findall(f"{track.title} {sung}".lower()))
    return Song(worn, places, figures.get("bpm") or track.bpm, words)


def of_visual(visual: VisualAsset) -> Candidate:
    """A visual as a candidate. Its tags are read from what was prefetched."""
    measured = visual.facts.get("descriptors", {})
    return Candidate(
        key=f"visual:{visual.pk}",
        title=visual.title,
        tags=frozenset(tag.slug for tag in visual.tags.all()),
        places={
            name: weighing.placed(name, float(measured[name]))
            for name in ("motion", "chroma", "edges", "brightness", "warmth")
            if name in measured
        },
        bpm=(visual.bpm_min, visual.bpm_max),
        words=frozenset(_WORD.findall(visual.title.lower())),
        made_at=visual.created_at,
        pairings=visual.pairings,
        visual=visual,
    )


def drawable() -> list[Candidate]:
    """Every scene that can be drawn, as its file describes it. Treatments show what they treat: none here."""
    found = []
    for recipe in studio.recipes():
        if recipe.kind != "scene":
            continue
        family = catalogue.families()[recipe.source]
        tod = float(recipe.settings.get("tod", 0.5))
        energy = sum(family.energy) - 1  # the middle of its span, -1..1
        found.append(
            Candidate(
                key=f"recipe:{recipe.id}",
                title=recipe.title,
                tags=frozenset(recipes.tags_of(recipe.id)),
                places={
                    "motion": max(-1.0, min(1.0, 0.7 * _MOTION[family.motion] + 0.3 * energy)),
                    "brightness": -0.75 * math.cos(2 * math.pi * tod),  # noon is bright
                },
                words=frozenset(family.words),
                recipe=recipe.id,
            )
        )
    return found


def _moods(valence: float, arousal: float) -> dict[str, float]:
    """The mood tags that lie nearest to a song's own mood, with how near, 0..1."""
    near = {
        word.slug: weighing.nearness(word.place, (valence, arousal))
        for word in tags.known().values()
        if word.place
    }
    best = sorted(near.items(), key=lambda one: (-one[1], one[0]))[:MOODS_OF_SONG]
    return {slug: nearness for slug, nearness in best if nearness >= MOOD_REACH}


# -- components ------------------------------------------------------------------------------------
def _tags(song: Song, candidate: Candidate, without: str) -> float:
    """Towards 1 with each tag both have, and with the tempo it is meant for."""
    apart = 1.0
    for slug in sorted(candidate.tags):
        if slug in song.tags and without != f"tag:{slug}":
            apart *= 1 - TAG_PULL * song.tags[slug]
    if _is_meant_for(candidate, song.bpm) and without != "tempo":
        apart *= 1 - TAG_PULL
    return 1 - apart


def _is_meant_for(candidate: Candidate, bpm: float | None) -> bool:
    """Whether the tempo, or its half or double, lies in the range the visual was given."""
    least, most = candidate.bpm
    if not bpm or (least is None and most is None):
        return False
    return any((least or 0) <= bpm * fold <= (most or math.inf) for fold in (1, 0.5, 2))


def _affect(song: Song, candidate: Candidate, without: str) -> float:
    if without == "feeling" or song.affect is None or candidate.affect is None:
        return NEUTRAL
    return weighing.nearness(song.affect, candidate.affect)


def _pair(
    song: Song, candidate: Candidate, heard: str, seen: str, feature: str, without: str
) -> float:
    if without == feature or heard not in song.places or seen not in candidate.places:
        return NEUTRAL
    return 1 - abs(song.places[heard] - candidate.places[seen]) / 2


def _quality(candidate: Candidate) -> float:
    """How often it was chosen: 1 from some twenty times on."""
    return min(1.0, math.log1p(candidate.pairings) / math.log1p(_PAIRINGS_MUCH))


def _recency(candidate: Candidate) -> float:
    """1 for one made now, half of it after sixty days."""
    if candidate.made_at is None:
        return 0.0
    days = max(0.0, (timezone.now() - candidate.made_at).total_seconds() / 86_400)
    return float(0.5 ** (days / _HALF_LIFE_DAYS))


def _text(song: Song, candidate: Candidate) -> float:
    """Words of the song that the visual shows: 1 from three on."""
    return min(1.0, len(song.words & candidate.words) / 3)


# -- in words --------------------------------------------------------------------------------------
def _features(song: Song, candidate: Candidate) -> Iterable[tuple[str, str]]:
    """Every feature that may have helped, with what is said of it."""
    for slug in sorted(candidate.tags & set(song.tags)):
        yield f"tag:{slug}", tags.known()[slug].label.lower()
    if _is_meant_for(candidate, song.bpm):
        yield "tempo", _range(candidate.bpm)
    if "motion" in candidate.places and "bpm_folded" in song.places:
        yield "movement", f"{_pace(candidate.places['motion'])} suits the tempo"
    if "brightness" in candidate.places and "centroid_hz" in song.places:
        yield "light", f"{_light(candidate.places['brightness'])} suits the sound"
    if candidate.affect is not None and song.affect is not None:
        yield "feeling", "it feels as the song does"
    if shared := sorted(song.words & candidate.words):
        yield "words", f"it shows what is sung: {', '.join(shared[:3])}"
    if candidate.pairings:
        yield "proven", "you have used it before"
    if candidate.made_at is not None:
        yield "recent", "it is new"


def _range(bpm: tuple[int | None, int | None]) -> str:
    least, most = bpm
    if least is None:
        return f"up to {most} BPM"
    return f"from {least} BPM" if most is None else f"{least}–{most} BPM"


def _pace(motion: float) -> str:
    if motion < -0.3:
        return "slow movement"
    return "quick movement" if motion > 0.3 else "its pace"


def _light(brightness: float) -> str:
    if brightness < -0.3:
        return "a dark picture"
    return "a bright picture" if brightness > 0.3 else "its light"
