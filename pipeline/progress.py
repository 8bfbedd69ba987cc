"""How far a film is: what stages report, whoever listens (a terminal today, events later)."""

from __future__ import annotations

from typing import Protocol

STAGES = (
    "audio_parser",
    "scene_planner",
    "reference_generator",
    "prompt_generator",
    "video_generator",
    "composer",
)
# What people read for each.
TITLES = {
    "audio_parser": "Listening",
    "scene_planner": "Directing",
    "reference_generator": "Sketching",
    "prompt_generator": "Describing",
    "video_generator": "Shooting",
    "composer": "Cutting",
}


class Progress(Protocol):
    """Hears how far each stage is. Called often; must be quick and must not raise."""

    def at(self, stage: str, share: float, text: str = "") -> None:
        """``stage`` (of ``STAGES``) is ``share`` done, 0..1; ``text`` says what it is doing now."""

    def message(self, stage: str, text: str) -> None:
        """Something the person should know: a fallback taken, a warning about their file."""


class Silent:
    """Listens to nothing."""

    def at(self, stage: str, share: float, text: str = "") -> None:
        return None

    def message(self, stage: str, text: str) -> None:
        return None
