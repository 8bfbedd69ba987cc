"""What one stage hands to the next: the brief's JSON shapes, frozen, with what Casset adds to them.

Times are seconds on the decoded timeline. ``*_frame`` numbers count frames of the final film at
``FPS`` from 0; spans are half open. A cut "at" frame n means frame n is the first of the new shot.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from casset.media.audio.analysis import AudioAnalysis, Frozen, Level
from casset.media.shaders.look import Look

FPS = 30
ASPECT_SIZES: dict[str, tuple[int, int]] = {
    "16:9": (1920, 1080),
    "9:16": (1080, 1920),
    "1:1": (1080, 1080),
}


def film_size(aspect: str, short_side_px: int) -> tuple[int, int]:
    """A film's size, both sides even, with ``short_side_px`` on the short one."""
    width, height = ASPECT_SIZES[aspect]
    scale = short_side_px / min(width, height)
    return 2 * round(width * scale / 2), 2 * round(height * scale / 2)


Aspect = Literal["16:9", "9:16", "1:1"]
TransitionType = Literal["cut", "crossfade", "fade"]
ShotSize = Literal["EWS", "WS", "MWS", "MS", "MCU", "CU", "ECU"]


class ClipBoundary(Frozen):
    start: float
    end: float
    duration: float


class AudioData(AudioAnalysis):
    """The audio parser's output: the analysis, and the boundaries the planner starts from."""

    job_id: str
    clip_boundaries: tuple[ClipBoundary, ...]


class Reason(Frozen):
    """Why something is as it is. ``text`` is a sentence an artist understands."""

    rule: str  # id of the rule in pipeline/director/rules
    text: str
    source: str = ""  # who says so
    evidence: dict[str, float | int | str] = {}  # the song's own figures


class Character(Frozen):
    id: str
    description: str
    role: str


class Scene(Frozen):
    id: str
    description: str
    time_of_day: str
    family: str = ""  # Shader Lab family that shows it locally


class Style(Frozen):
    color_palette: tuple[str, ...]
    visual_style: str
    mood: str
    lighting: str
    cinematography: str


class Shot(Frozen):
    """One continuous picture between two cuts. A clip holds one or several."""

    start: float
    end: float
    start_frame: int
    end_frame: int
    size: ShotSize
    look: Look
    description: str
    reasons: tuple[Reason, ...] = ()


class ClipScript(Frozen):
    clip_index: int
    start: float
    end: float
    start_frame: int
    end_frame: int
    visual_description: str
    motion: str
    camera_angle: str
    characters: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    lyrics_context: str = ""
    beat_intensity: Level = "medium"
    section: str = ""
    shots: tuple[Shot, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Transition(Frozen):
    from_clip: int
    to_clip: int
    type: TransitionType
    duration: float
    rationale: str
    reasons: tuple[Reason, ...] = ()


class PromptReading(Frozen):
    """What was understood of the user's sentence. ``not_understood`` is shown to them.

    ``understood`` lists their words by kind: subject, place, time, weather, colour, motion, style.
    """

    prompt: str
    understood: dict[str, tuple[str, ...]] = {}
    not_understood: tuple[str, ...] = ()


class LyricStyle(Frozen):
    """How the words are set over the picture; ``none`` where there are no words."""

    treatment: Literal["none", "line", "karaoke", "stack"] = "none"
    reasons: tuple[Reason, ...] = ()


class Plan(Frozen):
    job_id: str
    video_summary: str
    characters: tuple[Character, ...]
    scenes: tuple[Scene, ...]
    style: Style
    clip_scripts: tuple[ClipScript, ...]
    transitions: tuple[Transition, ...]
    aspect: Aspect = "16:9"
    seed: int = 1
    reading: PromptReading
    lyric_style: LyricStyle = LyricStyle()
    planner: str = "rules"
    total_frames: int = Field(ge=1)


class Reference(Frozen):
    image_url: str
    prompt_used: str
    generation_time: float
    cost: float
    scene_id: str | None = None
    character_id: str | None = None


class References(Frozen):
    job_id: str
    scene_references: tuple[Reference, ...] = ()
    character_references: tuple[Reference, ...] = ()
    total_references: int = 0
    total_generation_time: float = 0.0
    total_cost: float = 0.0
    status: Literal["success", "partial", "failed", "skipped"] = "success"
    metadata: dict[str, Any] = {}


class ClipPrompt(Frozen):
    clip_index: int
    prompt: str
    negative_prompt: str
    duration: float
    scene_reference_url: str | None = None
    character_reference_urls: tuple[str, ...] = ()
    metadata: dict[str, Any] = {}


class ClipPrompts(Frozen):
    job_id: str
    clip_prompts: tuple[ClipPrompt, ...]
    total_clips: int
    generation_time: float


class Clip(Frozen):
    clip_index: int
    video_url: str
    actual_duration: float
    target_duration: float
    duration_diff: float
    status: Literal["success", "failed"]
    cost: float = 0.0
    retry_count: int = 0
    generation_time: float = 0.0
    fingerprint: str = ""
    error: str = ""


class Clips(Frozen):
    job_id: str
    clips: tuple[Clip, ...]
    total_clips: int
    successful_clips: int
    failed_clips: int
    total_cost: float
    total_generation_time: float


class Film(Frozen):
    """The composer's output."""

    job_id: str
    video_url: str
    duration: float
    audio_duration: float
    sync_drift: float
    clips_used: int
    clips_trimmed: int
    clips_looped: int
    transitions_applied: int
    file_size_mb: float
    composition_time: float
    cost: float = 0.0
    status: Literal["success"] = "success"
    fallbacks: tuple[str, ...] = ()
    frames: int = 0
