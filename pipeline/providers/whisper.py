"""A Whisper model on this machine as a Transcriber: faster-whisper or openai-whisper.

Nothing is ever downloaded: the library and the model must be here already.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from casset.lib.errors import GenerationError, MissingCapability
from casset.media.audio.decode import Sound
from pipeline.providers import heard
from pipeline.providers.base import Transcript
from pipeline.providers.heard import Segment

SPEECH_RATE = 16_000


class LocalWhisper:
    """Hears words with a local model. The model is loaded at the first song and kept."""

    name = "whisper-local"

    def __init__(self, model: str, *, cache_dir: Path | None = None) -> None:
        self.model = model
        self._cache_dir = cache_dir or Path.home() / ".cache" / "whisper"
        self._loaded: tuple[str, Any] | None = None

    def transcribe(self, sound: Sound, language: str = "") -> Transcript:
        """The words that were heard, checked. Raises MissingCapability or GenerationError."""
        library, model = self._load()
        samples = np.asarray(soxr.resample(sound.mono, sound.rate, SPEECH_RATE), np.float32)
        hear = _hear_faster if library == "faster_whisper" else _hear_openai
        try:
            segments, found = hear(model, samples, language)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise GenerationError(
                f"The local Whisper model failed on this song ({type(error).__name__}).",
                retryable=False,
            ) from error
        return heard.transcript(segments, sound, found or language)

    def _load(self) -> tuple[str, Any]:
        if self._loaded is None:
            self._loaded = _load(self.model, self._cache_dir)
        return self._loaded


def local(model: str) -> LocalWhisper:
    """A transcriber for a model's folder, file or name; whether it is here is found out when it is used."""
    return LocalWhisper(model)


def _load(model: str, cache_dir: Path) -> tuple[str, Any]:
    """(library, model). A folder is for faster-whisper, a .pt file for openai-whisper, a name for either."""
    path = Path(model).expanduser()
    if _installed("faster_whisper") and not path.is_file():
        import faster_whisper

        try:
            return "faster_whisper", faster_whisper.WhisperModel(
                str(path) if path.is_dir() else model, compute_type="int8", local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            if not _installed("whisper"):
                raise _no_model(model) from error
    if _installed("whisper") and not path.is_dir():
        file = path if path.is_file() else cache_dir / f"{model}.pt"
        if file.is_file():
            import whisper

            try:
                return "whisper", whisper.load_model(str(file))
            except (RuntimeError, ValueError, OSError, KeyError) as error:
                raise _no_model(model) from error
    if not _installed("faster_whisper") and not _installed("whisper"):
        raise MissingCapability(
            "WHISPER_MODEL is set but no Whisper is installed. "
            "Run pip install faster-whisper, or unset it."
        )
    raise _no_model(model)


def _hear_faster(
    model: Any, samples: NDArray[np.float32], language: str
) -> tuple[list[Segment], str]:
    found, info = model.transcribe(
        samples, language=language or None, word_timestamps=True, vad_filter=False,
        condition_on_previous_text=False,
    )  # fmt: skip
    segments = [
        Segment(
            s.text.strip(),
            s.start,
            s.end,
            tuple((w.word, w.start, w.end, w.probability) for w in s.words or ()),
            s.no_speech_prob,
            s.avg_logprob,
            s.compression_ratio,
        )
        for s in found
    ]
    return segments, str(info.language)


def _hear_openai(
    model: Any, samples: NDArray[np.float32], language: str
) -> tuple[list[Segment], str]:
    answer = model.transcribe(
        samples, language=language or None, word_timestamps=True, fp16=False,
        condition_on_previous_text=False,
    )  # fmt: skip
    segments = [
        Segment(
            s["text"].strip(),
            s["start"],
            s["end"],
            tuple(
                (w["word"], w["start"], w["end"], w.get("probability", 1.0))
                for w in s.get("words", ())
            ),
            s.get("no_speech_prob", 0.0),
            s.get("avg_logprob", 0.0),
            s.get("compression_ratio", 0.0),
        )
        for s in answer["segments"]
    ]
    return segments, str(answer.get("language", ""))


def _installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


def _no_model(model: str) -> MissingCapability:
    return MissingCapability(
        f"The Whisper model {model!r} is not on this machine. Download it first and give its folder "
        "or file as WHISPER_MODEL; Casset downloads nothing by itself."
    )
