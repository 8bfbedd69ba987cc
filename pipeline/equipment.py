"""What this installation offers, from its settings: how it hears, what it draws with, how large."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from casset.lib.errors import ValidationError
from casset.media.shaders.renderer import Quality
from pipeline.contracts import film_size
from pipeline.providers import openai, whisper
from pipeline.providers.base import Transcriber
from pipeline.stages.audio_parser import Hearing


def hearing(beats: str) -> Hearing:
    """How to listen, with the person's word on how beats are counted: auto, half or double."""
    if beats not in ("auto", "half", "double"):
        raise ValidationError(f"BEATS is auto, half or double, not {beats!r}.")
    return Hearing(
        level=beats,  # type: ignore[arg-type]
        engine=settings.BEAT_ENGINE,
        beat_this_checkpoint=settings.BEAT_THIS_CHECKPOINT,
        cache_dir=Path(settings.CACHE_DIR),
        min_s=settings.AUDIO_MIN_S,
        max_s=settings.AUDIO_MAX_S,
        max_bytes=settings.AUDIO_MAX_BYTES,
        transcriber=transcriber(),
    )


def transcriber() -> Transcriber | None:
    """The one that is switched on: the API when its key is set, else a local model when one is named."""
    if settings.OPENAI_API_KEY:
        return openai.WhisperApi(settings.OPENAI_API_KEY, base_url=settings.OPENAI_BASE_URL)
    if settings.WHISPER_MODEL:
        return whisper.local(settings.WHISPER_MODEL)
    return None


def quality() -> Quality:
    chosen: Quality = settings.QUALITY
    return chosen


def size_of(aspect: str) -> tuple[int, int]:
    """A film's size in pixels: 1080 on its short side unless the settings want drafts."""
    return film_size(aspect, settings.FILM_SHORT_SIDE_PX)
