"""From settings and typed arguments to the runner's plain values, and from errors to one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from casset.lib.errors import CassetError, ValidationError
from pipeline.providers import openai, whisper
from pipeline.providers.base import Transcriber
from pipeline.stages.audio_parser import Hearing


def hearing(beats: str) -> Hearing:
    """How to listen, by settings and the ``BEATS=`` a person gave."""
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


def optional_path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def guarded(work: Callable[[], None]) -> None:
    """Run ``work``; an expected failure becomes its one sentence on stderr and exit status 1."""
    try:
        work()
    except CassetError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The same command continues where it was.\n")
        raise SystemExit(130) from None
