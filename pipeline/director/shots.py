"""The shots of a clip, as looks the renderer draws: frames, size, camera, light and colour."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from itertools import pairwise

from casset.lib.hashing import fingerprint
from casset.media.shaders.look import Look, Move, Treatment
from pipeline.contracts import Reason, Shot, ShotSize
from pipeline.director import wording
from pipeline.director.casting import SIZES, Cast, Part
from pipeline.director.cutting import cuts_between, frame_of, nearest_cut
from pipeline.director.listening import Song
from pipeline.director.moments import span_facts
from pipeline.director.palette import FilmPalette
from pipeline.director.reading import Reading
from pipeline.director.rules import CutKind, Rulebook
from pipeline.director.staging import Placed, reachable, zoom_for

PUNCH = 1.36  # how much closer a punch-in is
CLOSEST = 1.95
CORNERS = 3  # takes of a place that a film goes to in turn
MOTIF_CORNER = 9
FIGURE_ZOOM = 1.3
TREATMENTS: dict[str, tuple[Treatment, ...]] = {
    "energetic": ("displace", "tape", "parallax"),
    "calm": ("slow_zoom", "parallax", "halation"),
    "dark": ("duotone", "halation", "parallax"),
    "bright": ("parallax", "halation", "slow_zoom"),
}


def wears_dress(seed: int) -> bool | None:
    """Which silhouette the scenes draw for a seed (``dressed`` in ``common.glsl``); None if close."""
    part = (seed & 1023) * 0.618 % 1.0
    return None if min(part, abs(part - 0.5), 1 - part) < 0.02 else part >= 0.5


@dataclass(frozen=True)
class _View:
    """One shot before it is a look: where, from how far, which take of it, and why."""

    part: Part
    size: ShotSize
    kind: CutKind
    corner: int
    closer: bool = False
    mirror: bool = False


class Camera:
    """Turns placed clips into shots. Remembers the last move, so that no two follow each other."""

    def __init__(
        self,
        song: Song,
        cast: Cast,
        reading: Reading,
        palettes: FilmPalette,
        rules: Rulebook,
        *,
        seed: int,
        cover: str | None = None,
    ) -> None:
        self.song, self.cast, self.reading = song, cast, reading
        self.palettes, self.rules = palettes, rules
        self.seed, self.cover = seed, cover
        asked = reading.dress
        self.dress = asked if asked is not None else self._number("dress") % 2 == 0
        self.last_move: Move | None = None
        self.artworks = 0

    def shoot(self, clip: Placed, end_frame: int) -> tuple[Shot, ...]:
        """The clip's shots, tiling it exactly. ``end_frame`` is the film's length in frames."""
        times = self._times(clip)
        views = self._views(clip, times)
        shots: list[Shot] = []
        clock = 6.0 + 41.0 * clip.visit + 3.0 * (self._number(clip.part.name) % 7)
        for view, (start, end) in zip(views, pairwise(times), strict=True):
            first, last = frame_of(start), min(frame_of(end), end_frame)
            if end >= self.song.duration - 1e-6:
                last = end_frame
            speed = self._speed(clip, view)
            look = self._look(clip, view, start, end, clock, speed)
            reasons = tuple(clip.reasons) if not shots else self._reasons(clip, view, start, end)
            shots.append(
                Shot(
                    start=start,
                    end=end,
                    start_frame=first,
                    end_frame=last,
                    size=view.size,
                    look=look,
                    description=wording.shot(view.part, view.size, look, self.reading),
                    reasons=reasons,
                )
            )
            clock += (end - start) * speed
        return tuple(shots)

    def _times(self, clip: Placed) -> list[float]:
        start, end = clip.span.start, clip.span.end
        wished = clip.band.effect.shot_s or (4.0, 8.0)
        cuts = cuts_between(self.song, start, end, wished, seed=self.seed)
        if not cuts and clip.insert_at is not None and clip.insert is not None:
            cut = nearest_cut(self.song, clip.insert_at, start, end)
            cuts = [cut] if cut is not None else []
        return [start, *cuts, end]

    def _views(self, clip: Placed, times: list[float]) -> list[_View]:
        """What each shot shows: the clip's place first, then by turns closer, elsewhere, back."""
        corner = MOTIF_CORNER if clip.motif else clip.visit % CORNERS
        if clip.facts["first"] or clip.facts["last"]:
            corner = 0
        home = _View(clip.part, clip.size, "hold", corner)
        views = [home]
        asked = self._asked_shot(clip, times)
        chance = random.Random(f"views {self.seed} {clip.index}")  # noqa: S311
        glance_first = chance.random() < 0.5
        for j in range(1, len(times) - 1):
            before = views[-1]
            if j == asked and clip.insert:
                kind: CutKind = "insert"
            elif before.part != clip.part:
                kind = "return"
            elif clip.insert and asked is None and (j == 1) == glance_first and j < 5:
                kind = "insert"
            elif before.closer:
                kind = "reframe" if clip.motif else "return"
            else:
                kind = "punch_in"
            views.append(
                self._view(clip, home, kind, j, sum(v.kind in {"return", "reframe"} for v in views))
            )
        return views

    def _asked_shot(self, clip: Placed, times: list[float]) -> int | None:
        """Which shot a sung word or the cover has claimed; never the clip's first."""
        if clip.insert_at is None or len(times) < 3:
            return None
        starts = times[1:-1]
        return 1 + min(range(len(starts)), key=lambda i: abs(starts[i] - (clip.insert_at or 0.0)))

    def _view(self, clip: Placed, home: _View, kind: CutKind, j: int, returns: int) -> _View:
        if kind == "insert" and clip.insert:
            able = list(clip.insert.family.sizes)
            close = [size for size in able if SIZES.index(size) >= SIZES.index("MS")] or able
            return _View(clip.insert, close[j % len(close)], kind, clip.index % CORNERS)
        if kind in {"return", "reframe"}:
            able = reachable(clip.part.family)
            size = able[(able.index(clip.size) + 1) % len(able)] if clip.size in able else clip.size
            corner = home.corner if clip.motif else (home.corner + 1 + returns % 2) % CORNERS
            return _View(
                clip.part, size, kind, corner, mirror=corner == home.corner and returns % 2 == 0
            )
        closer = SIZES[min(SIZES.index(clip.size) + 1, len(SIZES) - 1)]
        return _View(clip.part, closer, "punch_in", home.corner, closer=True)

    def _look(
        self, clip: Placed, view: _View, start: float, end: float, clock: float, speed: float
    ) -> Look:
        family = view.part.family
        section = self.song.section_at(clip.span.start + 0.05)
        palette = self.palettes.of(
            section.type, first=bool(clip.facts["first"]), last=bool(clip.facts["last"])
        )
        energy = float(clip.facts["energy"])
        figure = clip.figure if family.figure != "none" else 0.0
        if family.figure == "always":
            figure = 1.0
        zoom = zoom_for(family, clip.size if view.closer else view.size)
        # A drawn figure does not bear much: it leaves room to punch in, and where it fills the
        # picture already (a seat by a window) it would lose its head.
        fills = family.figure == "optional" and family.sizes[0] not in ("EWS", "WS", "MWS")
        if figure:
            zoom = min(zoom, 1.0 if fills else FIGURE_ZOOM)
        if view.closer:
            zoom = min(FIGURE_ZOOM if figure and fills else CLOSEST, zoom * PUNCH)
        chance = random.Random(f"look {self.seed} {clip.index} {frame_of(start)}")  # noqa: S311
        side = chance.choice((-1, 1))
        room = min(0.16, 0.5 * (1 - 1 / zoom))
        artwork = family.name == "artwork"
        return Look(
            scene=family.name,
            palette=palette,
            seed=self._take(family.name, view.corner),
            tod=round(self.cast.hour(clip.span.start / self.song.duration, family), 4),
            density=self._density(energy, bool(clip.motif)),
            figure=figure,
            move=self._move(clip, chance),
            move_amount=clip.band.effect.move_amount or 0.5,
            zoom=round(zoom, 3),
            x=round(side * room * (0.1 if figure else 1.0), 3),
            y=round(-0.25 * room, 3) if figure else 0.0,
            mirror=view.mirror,
            clock=round(clock % 2400, 3),
            speed=round(speed, 3),
            treatment=self._treatment() if artwork else "none",
            image=self.cover if artwork or family.image == "optional" else None,
        )

    def _reasons(self, clip: Placed, view: _View, start: float, end: float) -> tuple[Reason, ...]:
        facts = span_facts(self.song, start, end, lift=self.reading.energy)
        facts |= {"cut_kind": view.kind, "scene": view.part.title, "previous": clip.part.title}
        reasons = [self.rules.first("cut", facts).reason]
        if view.kind == "insert" and clip.insert_at is not None:
            reasons.append(view.part.reason)
        return tuple(reasons)

    def _move(self, clip: Placed, chance: random.Random) -> Move:
        moves: list[Move] = list(clip.band.effect.moves)
        if self.reading.moves and chance.random() < 0.6:
            moves = self.reading.moves + moves[:1]
        free = [move for move in moves if move != self.last_move] or moves
        self.last_move = free[min(int(chance.random() ** 1.6 * len(free)), len(free) - 1)]
        return self.last_move

    def _speed(self, clip: Placed, view: _View) -> float:
        pace = 0.82 + 0.42 * float(clip.facts["energy"])
        return min(2.0, self.reading.speed * pace * (1.12 if view.closer else 1.0))

    def _density(self, energy: float, motif: bool) -> float:
        asked = self.reading.density
        middle = 0.56 if asked is None else asked
        return round(min(1.0, max(0.1, middle + 0.24 * (energy - 0.5) + 0.05 * motif)), 3)

    def _treatment(self) -> Treatment:
        if self.reading.treatment:
            return self.reading.treatment
        options = TREATMENTS[self.song.analysis.mood.primary]
        self.artworks += 1
        return options[(self.artworks - 1) % len(options)]

    def _take(self, name: str, corner: int) -> int:
        """The seed of one take of a place: of those in which the person is dressed as in all others."""
        first = self._number(name)
        takes = (n for n in itertools.count(first) if wears_dress(n) is self.dress)
        return next(itertools.islice(takes, corner, None))

    def _number(self, name: str) -> int:
        """A number for a place that stays the same through the film and differs between takes."""
        return int(fingerprint([self.seed, name])[:8], 16) % 900_000
