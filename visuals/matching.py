"""Which visuals suit a track, and why: scored by what is measured and tagged, explained by the same numbers.

A candidate's score is the weighted sum of its components (``weighing.WEIGHTS``). Each reason names one
feature and what it is worth: the score less the score without that feature. So no reason is
decoration, and the score of a candidate that loses a named feature falls.

Before a song was heard its genre says where its mood is likely to lie; its cover, its title and what
is on its wall are known from the start.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from casset.media.colour.oklch import hue_distance
from casset.media.loops import recipes as studio
from casset.media.shaders import catalogue
from casset.tracks.models import Track, TrackFeatures
from visuals import listing, recipes, tags, weighing
from visuals.models import VisualAsset, VisualTag
from visuals.weighing import NEUTRAL, TAG_PULL, WEIGHTS

MOODS_OF_SONG = 3  # tags a song's own mood stands for
MOOD_REACH = 0.75  # how near, of 1, a mood must lie to be the song's
MOST = 24
REASONS = 5
SAID = 2  # reasons in a sentence, beside tags and tempo
COLOURED = 0.03  # least OKLCH chroma of a visual whose hue counts
WORTH_LEAST = 0.005
_MOTION = {"calm": -0.7, "medium": 0.1, "fast": 0.8}
_MIDDLE = 0.25  # a feeling nearer to the middle than this has no word
_HALF_LIFE_DAYS = 60.0
_PAIRINGS_MUCH = 20
_GREY_GROUND = 0.008  # chroma of a theme whose hue says nothing
_Origin = VisualAsset.Origin
_KINDS: Mapping[str, str] = {_Origin.TREATMENT: "treatment", _Origin.SCENE: "scene"}
_NAMES = {"treatment": "treatment", "scene": "drawn scene", "clip": "clip"}
_SEAMS = {"seamless": 1.0, "visible": 0.5}
_WORD = re.compile(r"[a-z']{3,}")


@dataclass(frozen=True)
class Song:
    """A track as matching sees it. ``tags``: slug to how surely it is the song's, 0..1.

    ``usual`` is where songs of its genre lie (valence, arousal), for one that was not heard yet.
    ``hue`` is its cover's, OKLCH degrees; None without a cover and for a grey one. ``wall`` counts what
    is on the track by kind of making, ``drawn`` names the recipes among it.
    """

    tags: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, float] = field(default_factory=dict)
    bpm: float | None = None
    words: frozenset[str] = frozenset()
    genre: str = ""
    usual: tuple[float, float] | None = None
    hue: float | None = None
    wall: Mapping[str, int] = field(default_factory=dict)
    drawn: frozenset[str] = frozenset()

    @property
    def heard_affect(self) -> tuple[float, float] | None:
        arousal = weighing.mixed(weighing.AROUSAL_OF_SONG, self.places)
        valence = weighing.mixed(weighing.VALENCE_OF_SONG, self.places)
        return None if arousal is None or valence is None else (arousal, valence)

    @property
    def affect(self) -> tuple[float, float] | None:
        """(arousal, valence): its own once it was heard, before that its genre's."""
        return self.heard_affect or (self.usual[::-1] if self.usual else None)


@dataclass(frozen=True)
class Candidate:
    """Something that could be seen with the track. ``places`` are its figures, -1..1 each, as far as known.

    ``hue`` is None where it has no colour; a drawn one takes the cover's. ``seam``: 1 where nobody sees
    it loop, 0 a hard cut. ``pairings`` counts how often it was used, or its recipe drawn, by the artist.
    """

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
    kind: str = ""
    hue: float | None = None
    seam: float = 0.0

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
        other = [one.text for one in self.reasons if one.text not in named][:SAID]
        parts = ([", ".join(named)] if named else []) + other
        return f"Matched on: {'; '.join(parts)}." if parts else "Something different to try."


def suggestions(track: Track, *, most: int = MOST) -> list[Suggestion]:
    """What suits a track best of the artist's other visuals and of what can be drawn. Five queries."""
    own = [of_visual(visual) for visual in listing.elsewhere(track)[:200]]
    song, uses = on_its_wall(song_of(track), track)
    return rank(song, [*own, *drawable(uses, song.hue)])[:most]


def rank(song: Song, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """All candidates, the best first; equals in the order of their keys.

    Of each one's reasons those come first that set it apart from the other candidates.
    """
    scored = [suggestion(song, one) for one in candidates]
    usual = Counter[str]()
    for one in scored:
        usual.update({reason.feature: reason.worth / len(scored) for reason in one.reasons})
    for place, one in enumerate(scored):
        apart = sorted(one.reasons, key=lambda reason: usual[reason.feature] - reason.worth)
        scored[place] = replace(one, reasons=tuple(apart[:REASONS]))
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
    return Suggestion(candidate, round(score, 4), rounded, tuple(reasons))


def total(parts: Mapping[str, float]) -> float:
    return sum(WEIGHTS[name] * value for name, value in parts.items())


def components(song: Song, candidate: Candidate, *, without: str = "") -> dict[str, float]:
    """Each component, 0..1, leaving one feature out as if it were not known."""
    return {
        "tags": _tags(song, candidate, without),
        "affect": _affect(song, candidate, without),
        "direct": 0.5 * _pair(song, candidate, "centroid_hz", "brightness", "light", without)
        + 0.5 * _pair(song, candidate, "bpm_folded", "motion", "movement", without),
        "quality": _quality(candidate, without),
        "cover": _cover(song, candidate, without),
        "variety": _variety(song, candidate, without),
        "recency": _recency(candidate) if without != "recent" else 0.0,
        "text": _text(song, candidate) if without != "words" else 0.0,
    }


# -- the two sides ---------------------------------------------------------------------------------
def song_of(track: Track) -> Song:
    """What is known of a track: genre, moods near its own, figures, cover, tempo, words. One query."""
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
    genre = tags.normalise(track.genre) or ""
    word = tags.known().get(genre)
    if genre:
        worn[genre] = 1.0
    hue = None
    if track.cover and track.theme:
        if (light := track.theme.get("light")) is not None:
            places["cover_light"] = weighing.placed("cover_light", float(light))
        hue = float(track.theme["hue"]) if track.theme.get("chroma", 0) > _GREY_GROUND else None
    sung = " ".join(str(line.get("text", "")) for line in track.lines if isinstance(line, dict))
    words = frozenset(_WORD.findall(f"{track.title} {sung}".lower()))
    return Song(
        tags=worn,
        places=places,
        bpm=figures.get("bpm") or track.bpm,
        words=words,
        genre=word.label if word else "",
        usual=word.place if word and word.category == VisualTag.Category.GENRE else None,
        hue=hue,
    )


def on_its_wall(song: Song, track: Track) -> tuple[Song, Counter[str]]:
    """The song with what is on its wall; how often the artist has used each recipe elsewhere. One query."""
    kept = VisualAsset.objects.filter(track__artist_id=track.artist_id).kept()
    rows = kept.filter(Q(track=track) | Q(recipe__isnull=False))
    here, uses = [], Counter[str]()
    for track_id, origin, recipe in rows.values_list("track", "origin", "recipe__recipe"):
        if track_id == track.pk:
            here.append((_KINDS.get(origin, "clip"), recipe))
        elif recipe:
            uses[recipe] += 1
    wall = Counter(kind for kind, _ in here)
    drawn = frozenset(recipe for _, recipe in here if recipe)
    return replace(song, wall=wall, drawn=drawn), uses


def of_visual(visual: VisualAsset) -> Candidate:
    """A visual as a candidate. Its tags are read from what was prefetched."""
    measured = visual.facts.get("descriptors", {})
    colours, seam = visual.facts.get("colours", {}), visual.facts.get("seam", {})
    is_smooth = seam.get("verdict") == "seamless" or visual.join != VisualAsset.Join.CUT
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
        kind=_KINDS.get(visual.origin, "clip"),
        hue=float(colours["hue"]) if colours.get("chroma", 0) > COLOURED else None,
        seam=1.0 if is_smooth else _SEAMS.get(seam.get("verdict", ""), 0.0),
    )


def drawable(uses: Mapping[str, int] | None = None, hue: float | None = None) -> list[Candidate]:
    """Every scene that can be drawn, as its file describes it. Treatments show what they treat: none here.

    ``uses`` counts how often the artist has drawn each; ``hue`` is the cover's, which they are drawn in.
    """
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
                pairings=(uses or {}).get(recipe.id, 0),
                kind="scene",
                hue=hue,
                seam=1.0,  # its end is drawn to meet its beginning
            )
        )
    return found


def _moods(valence: float, arousal: float) -> dict[str, float]:
    """The mood tags that lie nearest to a song's own mood, with how near, 0..1."""
    near = {
        word.slug: weighing.nearness(word.place, (valence, arousal))
        for word in tags.known().values()
        if word.place and word.category == VisualTag.Category.MOOD
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


def _quality(candidate: Candidate, without: str) -> float:
    """How often it was chosen, 1 from some twenty times on; and whether it loops unseen."""
    proven = min(1.0, math.log1p(candidate.pairings) / math.log1p(_PAIRINGS_MUCH))
    return weighing.PROVEN_SHARE * (proven if without != "proven" else 0.0) + (
        1 - weighing.PROVEN_SHARE
    ) * (candidate.seam if without != "seam" else 0.0)


def _cover(song: Song, candidate: Candidate, without: str) -> float:
    """How near its colours and its light are to the cover's, half each."""
    hues = NEUTRAL
    if without != "colours" and song.hue is not None and candidate.hue is not None:
        hues = 1 - hue_distance(song.hue, candidate.hue) / 180
    light = _pair(song, candidate, "cover_light", "brightness", "cover_light", without)
    return 0.5 * hues + 0.5 * light


def _variety(song: Song, candidate: Candidate, without: str) -> float:
    """Whether it is new to the track's wall: a look that is not on it, a kind that is rare on it."""
    total = sum(song.wall.values())
    new, rare = NEUTRAL, NEUTRAL
    if total and without != "unused":
        new = 0.0 if candidate.recipe in song.drawn else 1.0
    if total and without != "kind":
        rare = 1 - song.wall.get(candidate.kind, 0) / total
    return 0.5 * new + 0.5 * rare


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
        whose = "the song" if song.heard_affect is not None else song.genre
        yield "feeling", f"it feels {_mood(*candidate.affect)}as {whose} does"
    if shared := sorted(song.words & candidate.words):
        yield "words", f"it shows what is sung: {', '.join(shared[:3])}"
    if candidate.pairings:
        yield "proven", "you have used it before"
    if candidate.seam == 1:
        yield "seam", "it loops without a seam"
    if song.hue is not None and candidate.hue is not None:
        yield "colours", "its colours are near your cover’s"
    if "cover_light" in song.places and "brightness" in candidate.places:
        yield "cover_light", f"{_light(candidate.places['brightness'])} is near your cover’s light"
    if song.wall and candidate.recipe not in song.drawn:
        yield "unused", "not used on this track yet"
    if song.wall and candidate.kind not in song.wall:
        yield "kind", f"the first {_NAMES[candidate.kind]} of this track"
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


def _mood(arousal: float, valence: float) -> str:
    """ "calm and dark, "; nothing for what lies in the middle."""
    words = [
        word
        for place, low, high in ((arousal, "calm", "lively"), (valence, "dark", "bright"))
        if (word := low if place < -_MIDDLE else high if place > _MIDDLE else "")
    ]
    return f"{' and '.join(words)}, " if words else ""
