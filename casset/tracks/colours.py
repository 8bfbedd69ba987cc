"""The colours of a track's pages: its cover's, or those its music suggests where it has none."""

from __future__ import annotations

from typing import Any

from casset.media.audio.analysis import Mood
from casset.media.colour.oklch import Lch
from casset.media.colour.theme import Theme, theme_between, theme_of
from casset.web import storage

# Hue of the ground and of the accent, OKLCH degrees, by the mood's first word: warmth and light as
# people give them to music (Palmer et al. 2013: fast and major is warm and vivid, slow and minor
# blue and muted).
_MOODS = {
    "energetic": (18.0, 42.0),
    "bright": (70.0, 92.0),
    "calm": (225.0, 195.0),
    "dark": (290.0, 325.0),
}
_TURN = 16.0  # degrees that valence turns the accent towards yellow or away from it


def of_cover(prefix: str) -> dict[str, Any]:
    """The theme of a stored cover, as rows keep it."""
    with storage.local(f"{prefix}/small.jpg") as path:
        return kept(theme_of(path))


def of_mood(mood: Mood) -> dict[str, Any]:
    """A theme for music without a cover, as rows keep it."""
    ground, accent = _MOODS[mood.primary]
    chroma = 0.10 + 0.03 * max(0.0, mood.arousal)
    return kept(theme_between(ground, Lch(0.80, chroma, accent + _TURN * mood.valence), 0.014))


def kept(theme: Theme) -> dict[str, Any]:
    return theme.model_dump(mode="json")


def stylesheet(theme: dict[str, Any]) -> str:
    """The stylesheet of a kept theme; empty for none and for one an older version kept."""
    try:
        return Theme.model_validate(theme).css() if theme else ""
    except ValueError:
        return ""
