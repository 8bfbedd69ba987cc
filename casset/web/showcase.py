"""The films on the start page: made by Casset, cut by ``tools/showcase.py``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WAVE_HEIGHT = 44  # in the units of the drawing; a bar takes 5 across


@dataclass(frozen=True)
class Shot:
    at_s: float  # in the film
    song_s: float
    seen: str
    why: str
    still: str  # a static file


@dataclass(frozen=True)
class Film:
    """One film: the sentence it was made from, what is heard, what is seen and why."""

    name: str
    sentence: str
    duration_s: float
    film: str  # static files
    poster: str
    wave: str  # an SVG path of upright strokes
    wave_width: int
    cuts: list[float]  # across the wave, in its units
    shots: list[Shot]


@cache
def films() -> list[Film]:
    """The films in the order they are shown."""
    told = json.loads(Path(__file__).with_name("showcase.json").read_text())
    return [_film(name, one) for name, one in sorted(told.items(), reverse=True)]


def _film(name: str, told: dict) -> Film:
    peaks, width = told["peaks"], 5 * len(told["peaks"])
    heights = [max(3.0, (peak / 100) ** 1.4 * WAVE_HEIGHT) for peak in peaks]
    return Film(
        name=name,
        sentence=told["sentence"],
        duration_s=told["duration_s"],
        film=f"film/{name}.mp4",
        poster=f"film/{name}.webp",
        wave="".join(
            f"M{5 * at + 2.5:g} {(WAVE_HEIGHT - height) / 2:.1f}v{height:.1f}"
            for at, height in enumerate(heights)
        ),
        wave_width=width,
        cuts=[round(shot["at_s"] / told["duration_s"] * width, 1) for shot in told["shots"][1:]],
        shots=[
            Shot(
                shot["at_s"],
                told["from_s"] + shot["at_s"],
                shot["seen"],
                shot["why"],
                f"film/{name}-{number}.webp",
            )
            for number, shot in enumerate(told["shots"], 1)
        ],
    )
