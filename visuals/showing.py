"""What the studio's Visuals tab shows of a track: tiles, the chosen visual, filters, all as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from casset.media.colour.theme import Theme, theme_of_visual
from casset.media.loops import recipes as studio
from casset.tracks.models import Hook, Track
from casset.work.models import Item
from visuals import matching, picking
from visuals.models import ActivePeriod, VisualAsset, VisualTag

Kind, Status, Origin, Join = (
    VisualAsset.Kind, VisualAsset.Status, VisualAsset.Origin, VisualAsset.Join,
)  # fmt: skip
OFFERED = ("clean", "halation", "tape-warble", "16-mm")  # treatments one press away
IDEAS = 3  # suggested at a time
NEAR_TAGS = 6
MANY = 6  # with more visuals than this there are filters
STROKES = 46  # of the phone's waveform
STROKE_STEP, WAVE_HIGH = 5.0, 38.0  # in the drawing's own units
KINDS = {Kind.ARTIST: "Yours", Kind.COMMUNITY: "Community", Kind.AI: "Generated"}
TEMPOS = {
    "slow": ("Under 90 BPM", 0, 90),
    "mid": ("90 to 120", 90, 120),
    "fast": ("Over 120", 120, 999),
}
JOINS = {Join.CUT: "Cut", Join.CROSSFADE: "Crossfade", Join.REBOUND: "Rebound"}
# White words at 68 % must keep 4.5:1 on the brightest tenth of what is behind them.
CALM_LUMA, LEAST_SCRIM, MOST_SCRIM = 0.30, 0.55, 0.92


def library_of(track: Track) -> list[VisualAsset]:
    """All visuals of a track in the artist's order, with what a tile and the panel need; 3 queries."""
    periods = Prefetch("periods", ActivePeriod.objects.filter(ends_at__gt=timezone.now()))
    return list(
        track.visuals.in_order()
        .select_related("uploader__artist")
        .prefetch_related("tags", periods)
    )


@lru_cache(maxsize=2000)
def _theme_of(colours: tuple[str, ...]) -> Theme:
    """The theme of a visual's colours; most of a page's are known from the last time."""
    return theme_of_visual(colours)


@dataclass(frozen=True)
class Tile:
    """One visual as the wall and the phone show it."""

    visual: VisualAsset
    percent: int = 0
    is_chosen: bool = False

    @property
    def pk(self) -> str:
        return self.visual.pk

    @property
    def state(self) -> str:
        """``active shown ready rendering failed archived``."""
        visual = self.visual
        if visual.status == Status.READY:
            return "active" if visual.is_active else "shown" if visual.shown_at else "ready"
        return {
            Status.PROCESSING: "rendering", Status.FAILED: "failed", Status.ARCHIVED: "archived",
        }[Status(visual.status)]  # fmt: skip

    @property
    def tag(self) -> tuple[str, str]:
        """The word on the tile, and the class of its dot."""
        return {
            "active": ("Active", "live"), "shown": ("Live", "live"), "ready": ("Ready", ""),
            "rendering": ("Rendering", "work"), "failed": ("Failed", "bad"),
            "archived": ("Archived", ""),
        }[self.state]  # fmt: skip

    @property
    def caption(self) -> str:
        """``12 s · 412 shares``."""
        if self.state == "rendering":
            return f"{self.percent}% rendered" if self.percent else "in line"
        if self.state == "failed":
            return "not made"
        shares = self.visual.shares
        said = f"{shares:,} share{'' if shares == 1 else 's'}" if shares else "not shared"
        return f"{self.visual.duration_s:.0f} s · {said}"

    @property
    def is_playable(self) -> bool:
        return bool(self.visual.stored)

    def _file(self, name: str) -> str:
        visual = self.visual
        if not visual.stored:
            return ""
        version = visual.stored.rpartition("/")[2]
        return reverse("visuals:file", args=(visual.pk, version, name))

    @property
    def small_poster(self) -> str:
        """Its poster; while it is drawn, a picture of what it is drawn from."""
        return self._file("small.jpg") or picking.picture_of(self.visual)

    @property
    def poster(self) -> str:
        return self._file("poster.jpg") or self.small_poster

    @property
    def small_loop(self) -> str:
        return self._file("small.mp4")

    @property
    def loop(self) -> str:
        return self._file("loop.mp4")

    @cached_property
    def theme(self) -> Theme | None:
        """Its own colours; None before they were looked at."""
        colours = self.visual.facts.get("colours", {})
        found = tuple(colours[name] for name in ("accent", "mean") if colours.get(name))
        return _theme_of(found) if found else None

    @property
    def scrim(self) -> float:
        """How dark the ground behind the words must be, 0..1, for the brightest part under them."""
        bright = float(self.visual.facts.get("luminance", {}).get("lyric_p90", 0.3))
        luma: float = max(bright, 0.0) ** (1 / 2.2)
        return round(min(max(1 - CALM_LUMA / max(luma, 0.01), LEAST_SCRIM), MOST_SCRIM), 2)

    @property
    def words(self) -> str:
        """Slugs of its tags, for filtering."""
        return " ".join(tag.slug for tag in self.visual.tags.all())

    @property
    def maker(self) -> str:
        """Whose it is where it is not the artist's own: ``@handle``."""
        if self.visual.kind != Kind.COMMUNITY:
            return ""
        artist = getattr(self.visual.uploader, "artist", None)
        return f"@{artist.handle}" if artist else ""

    def stylesheet(self) -> str:
        """The colours of the phone's side while this visual is the chosen one."""
        if self.theme is None:
            return ""
        return f"{self.theme.css('.side')}.side{{--scrim:{self.scrim}}}\n"


@dataclass(frozen=True)
class Chip:
    """One of several ways a visual can be, as a button of one form."""

    value: str
    label: str
    is_on: bool
    hint: str = ""


class Panel:
    """What stands below the phone: what the chosen visual is and what can be done with it."""

    def __init__(self, tile: Tile, track: Track, vocabulary: Sequence[VisualTag]) -> None:
        self.tile, self.visual, self.track = tile, tile.visual, track
        self.vocabulary = vocabulary

    @property
    def sentence(self) -> str:
        state, is_out = self.tile.state, self.track.published_at is not None
        if state == "active":
            return (
                "Active. Fans see it first."
                if is_out
                else "Active. Fans see it once the track is out."
            )
        if state == "shown":
            return "Live. Fans can swipe to it." if is_out else "Live once the track is out."
        if state == "rendering":
            return "It is being made. You can go on meanwhile."
        if state == "failed":
            return self.visual.error or "This could not be made. Try again."
        return {
            "ready": "Ready. Fans can’t see it yet.",
            "archived": "Put away. Fans can’t see it.",
        }[state]

    @property
    def joins(self) -> list[Chip]:
        """How its end meets its beginning, where one could see the seam."""
        seam = self.visual.facts.get("seam", {})
        if self.visual.origin != Origin.UPLOAD or self.visual.status != Status.READY:
            return []
        if seam.get("verdict", "seamless") == "seamless" and self.visual.join == Join.CUT:
            return []
        return [
            Chip(
                value,
                label,
                value == self.visual.join,
                "suggested" if value == seam.get("suggestion") else "",
            )
            for value, label in JOINS.items()
        ]

    @property
    def treatments(self) -> list[Chip]:
        """The ways the picture of a treatment can be treated; empty for other visuals."""
        recipe = self.visual.recipe
        if self.visual.origin != Origin.TREATMENT or not recipe:
            return []
        mine = recipe.get("recipe")
        known = [one for one in studio.recipes() if one.kind == "treatment"]
        first = [one for one in known if one.id in OFFERED or one.id == mine]
        return [Chip(one.id, one.title, one.id == mine) for one in first]

    @property
    def seam_sentence(self) -> str:
        return str(self.visual.facts.get("seam", {}).get("sentence", ""))

    @cached_property
    def tags(self) -> list[VisualTag]:
        return list(self.visual.tags.all())

    @cached_property
    def near_tags(self) -> list[tuple[VisualTag, bool]]:
        """The words it has, and the few that the song suggests."""
        suggested = matching.song_of(self.track).tags
        near = sorted(suggested, key=lambda slug: -suggested[slug])
        mine = {tag.slug for tag in self.tags}
        by_slug = {tag.slug: tag for tag in self.vocabulary}
        found = [by_slug[slug] for slug in near if slug in by_slug and slug not in mine]
        return [*((tag, True) for tag in self.tags), *((tag, False) for tag in found[:NEAR_TAGS])]

    @property
    def other_tags(self) -> list[tuple[str, list[VisualTag]]]:
        """Every other word there is, by what it describes."""
        near = {tag.pk for tag, _ in self.near_tags}
        rest = [tag for tag in self.vocabulary if tag.pk not in near]
        names = {"mood": "Mood", "aesthetic": "Look", "genre": "Genre"}
        return [
            (label, [tag for tag in rest if tag.category == category])
            for category, label in names.items()
        ]

    @property
    def tempo(self) -> str:
        """``80 to 90 BPM``; empty where any will do."""
        low, high = self.visual.bpm_min, self.visual.bpm_max
        if low and high:
            return f"{low} to {high} BPM" if low != high else f"{low} BPM"
        return f"from {low} BPM" if low else f"up to {high} BPM" if high else ""

    @property
    def periods(self) -> list[ActivePeriod]:
        return list(self.visual.periods.all())

    @property
    def made_of(self) -> list[tuple[str, str]]:
        """Facts for the curious: where it comes from, its size, how it meets its own beginning."""
        visual = self.visual
        origins = {
            Origin.UPLOAD: "Your clip", Origin.TREATMENT: "Your artwork, treated",
            Origin.SCENE: "Drawn from a scene", Origin.PROMPT: "Generated from a sentence",
            Origin.REUSED: "A loop of another track",
        }  # fmt: skip
        facts = [("From", origins[Origin(visual.origin)])]
        if self.tile.maker:
            facts = [("By", self.tile.maker)]
        if visual.stored:
            facts.append(
                ("Picture", f"{visual.width_px} × {visual.height_px}, {visual.duration_s:.1f} s")
            )
        if visual.source_model:
            facts.append(("Model", visual.source_model))
        if self.seam_sentence and not self.joins:
            facts.append(("Loop", self.seam_sentence))
        return facts


@dataclass(frozen=True)
class Wish:
    """What the artist looks for on a full wall; empty fields ask for everything."""

    kind: str = ""
    tag: str = ""
    tempo: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wish:
        kind, tempo = query.get("kind", ""), query.get("tempo", "")
        return cls(
            kind=kind if kind in Kind.values else "",
            tag=query.get("tag", "")[:40],
            tempo=tempo if tempo in TEMPOS else "",
        )

    def fits(self, visual: VisualAsset) -> bool:
        _, low, high = TEMPOS.get(self.tempo, ("", 0, 999))
        return (
            self.kind in ("", visual.kind)
            and (not self.tag or any(tag.slug == self.tag for tag in visual.tags.all()))
            and (visual.bpm_min or 0) <= high
            and (visual.bpm_max or 999) >= low
        )

    def __bool__(self) -> bool:
        return bool(self.kind or self.tag or self.tempo)


@dataclass
class Wall:
    """The tab: all tiles, and the chosen one with its panel."""

    track: Track
    visuals: list[VisualAsset]
    chosen_id: str = ""
    wish: Wish = field(default_factory=Wish)
    percents: Mapping[str, int] = field(default_factory=dict)
    vocabulary: Sequence[VisualTag] = ()

    @cached_property
    def tiles(self) -> list[Tile]:
        """Those of the library, in order; what was put away is in ``archived``."""
        return [self._tile(one) for one in self.visuals if one.status != Status.ARCHIVED]

    @cached_property
    def archived(self) -> list[Tile]:
        return [self._tile(one) for one in self.visuals if one.status == Status.ARCHIVED]

    @property
    def shown(self) -> list[tuple[Tile, bool]]:
        """Every tile, and whether it fits the wish."""
        return [(tile, self.wish.fits(tile.visual)) for tile in self.tiles]

    @property
    def is_full(self) -> bool:
        return len(self.tiles) > MANY or bool(self.wish)

    @cached_property
    def chosen(self) -> Tile | None:
        """The visual in the phone: the one asked for, else the active one, else the first."""
        everything = [*self.tiles, *self.archived]
        asked = [one for one in everything if one.is_chosen]
        active = [one for one in self.tiles if one.visual.is_active]
        ready = [one for one in self.tiles if one.is_playable]
        return next(iter([*asked, *active, *ready, *self.tiles]), None)

    @cached_property
    def panel(self) -> Panel | None:
        return Panel(self.chosen, self.track, self.vocabulary) if self.chosen else None

    @property
    def filters(self) -> list[tuple[str, str, list[tuple[str, str]], str]]:
        """(name, label, choices, chosen) of each filter that tells some visuals from others."""
        kinds = {tile.visual.kind for tile in self.tiles}
        tags = {tag.slug: tag.label for tile in self.tiles for tag in tile.visual.tags.all()}
        has_tempo = any(tile.visual.bpm_min or tile.visual.bpm_max for tile in self.tiles)
        tempos = [(key, label) for key, (label, _, _) in TEMPOS.items()] if has_tempo else []
        origins = [(str(key), label) for key, label in KINDS.items() if key in kinds]
        words = sorted(tags.items(), key=lambda pair: pair[1])
        found: list[tuple[str, str, list[tuple[str, str]], str]] = [
            ("kind", "From", origins, self.wish.kind),
            ("tag", "Tag", words, self.wish.tag),
            ("tempo", "Tempo", tempos, self.wish.tempo),
        ]
        return [one for one in found if len(one[2]) > (one[0] == "kind")]

    def _tile(self, visual: VisualAsset) -> Tile:
        percent = self.percents.get(visual.pk, 0)
        return Tile(visual, percent=percent, is_chosen=visual.pk == self.chosen_id)


@dataclass(frozen=True)
class HookSound:
    """The hook as the phone plays it: its sound, words and outline."""

    hook: Hook | None

    @property
    def seconds(self) -> float:
        return round(self.hook.duration_s, 3) if self.hook else 0.0

    @property
    def captions(self) -> str:
        return self.hook.captions if self.hook else ""

    @property
    def wave(self) -> str:
        """The outline as strokes of one path, 230 by 38 units."""
        data = (self.hook.peaks or {}).get("data", []) if self.hook else []
        return strokes(
            [max(abs(low), abs(high)) for low, high in zip(data[::2], data[1::2], strict=False)]
        )


def strokes(levels: Sequence[float]) -> str:
    """Upright strokes of a waveform as the ``d`` of a path; a calm line where there is no sound."""
    if not levels:
        levels = [0.0] * STROKES
    share = len(levels) / STROKES
    parts = [
        levels[int(i * share) : max(int((i + 1) * share), int(i * share) + 1)]
        for i in range(STROKES)
    ]
    tallest = max(1e-9, *levels)
    drawn = []
    for number, part in enumerate(parts):
        high = max(WAVE_HIGH * 0.94 * max(part) / tallest, 2.0)
        drawn.append(f"M{number * STROKE_STEP + 2.5:g} {(WAVE_HIGH - high) / 2:.1f}v{high:.1f}")
    return "".join(drawn)


def percents_of(visuals: Iterable[VisualAsset]) -> dict[str, int]:
    """How far each visual that is being made is, in per cent. One query, none where none is."""
    made = [one.pk for one in visuals if one.status == Status.PROCESSING]
    if not made:
        return {}
    rows = Item.objects.filter(kind__startswith="visuals.", subject__in=made)
    return {subject: round(100 * share) for subject, share in rows.values_list("subject", "share")}


@dataclass(frozen=True)
class Idea:
    """A visual that suits the hook, and why: one press draws it or puts it on the wall."""

    title: str
    reason: str
    picture: str
    address: str
    name: str
    value: str


def ideas(track: Track, visuals: Iterable[VisualAsset]) -> list[Idea]:
    """The few that suit best of what is not on the wall yet."""
    there = {one.recipe.get("recipe") for one in visuals if one.recipe}
    found = []
    for one in matching.suggestions(track, most=IDEAS + len(there)):
        known = one.candidate
        if known.visual is not None:
            picture, place = Tile(known.visual).small_poster, "visuals:reuse"
            name, value = "visual", known.visual.pk
        elif known.recipe not in there:
            picture, place = picking.still_of(known.recipe), "visuals:draw"
            name, value = "entry", known.recipe
        else:
            continue
        address = reverse(place, args=(track.pk,))
        found.append(Idea(known.title, one.sentence, picture, address, name, value))
    return found[:IDEAS]
