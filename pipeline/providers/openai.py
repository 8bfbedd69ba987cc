"""OpenAI's transcription endpoint as a Transcriber, over httpx. The key is never logged."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import av
import httpx
import numpy as np
import soxr
from numpy.typing import NDArray

from casset.lib.errors import CassetError, GenerationError, TimeoutExceeded, ValidationError
from casset.media.audio.decode import Sound
from pipeline.providers import heard
from pipeline.providers.base import Transcript

MODEL = "whisper-1"  # the only model there that gives times of words
MOST_BYTES = 25_000_000  # the endpoint's limit is 25 MB
PAUSES_S = (2.0, 4.0, 8.0)  # before the second, third and fourth attempt
TIMEOUT_S = 180.0
SPEECH_RATE = 16_000  # what the model listens at

_BY_STATUS = {
    400: "OpenAI could not read the song's sound (400). Try another file of it.",
    401: "OpenAI did not accept the key (401). Check OPENAI_API_KEY.",
    403: "OpenAI does not allow this key to transcribe (403). Check the key's project and country.",
    404: "OpenAI has no transcription at that address (404). Check OPENAI_BASE_URL.",
    413: "OpenAI found the song too large (413). Give the lyrics as text instead.",
}


class WhisperApi:
    """Hears words by OpenAI's Whisper API. Costs $0.006 a minute of song."""

    name = "whisper-api"

    def __init__(
        self,
        key: str,
        *,
        base_url: str = "https://api.openai.com/v1",
        timeout_s: float = TIMEOUT_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not key.strip():
            raise ValidationError("The OpenAI key is empty. Set OPENAI_API_KEY or leave it unset.")
        self._key = key.strip()
        self._url = base_url.rstrip("/") + "/audio/transcriptions"
        self._timeout_s = timeout_s
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"WhisperApi({self._url!r})"

    def transcribe(self, sound: Sound, language: str = "") -> Transcript:
        """The words that were heard, checked. Tries four times on errors that may pass.

        Raises GenerationError, TimeoutExceeded or ValidationError.
        """
        name, body = rendition(sound)
        for pause in (*PAUSES_S, None):
            try:
                answer = self._ask(name, body, language)
            except CassetError as error:
                if not error.retryable or pause is None:
                    raise
                self._sleep(pause)
            else:
                return self._read(answer, sound, language)
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, name: str, body: bytes, language: str) -> Any:
        form: dict[str, Any] = {
            "model": MODEL,
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["word", "segment"],
            "temperature": "0",
        }
        if language:
            form["language"] = language
        try:
            response = httpx.post(
                self._url,
                headers={"Authorization": f"Bearer {self._key}"},
                data=form,
                files={"file": (name, body, "audio/" + name.rpartition(".")[2])},
                timeout=self._timeout_s,
            )
        except httpx.TimeoutException:
            raise TimeoutExceeded("OpenAI did not answer in time. Try again later.") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise GenerationError(
                "OpenAI could not be reached. Check the network and OPENAI_BASE_URL."
            ) from None
        if response.status_code != httpx.codes.OK:
            raise _refusal(response)
        try:
            return response.json()
        except ValueError:
            raise GenerationError("OpenAI's answer could not be read. Try again later.") from None

    def _read(self, answer: Any, sound: Sound, language: str) -> Transcript:
        try:
            segments = heard.segments_of(answer)
            named = str(answer.get("language") or language)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise GenerationError(
                "OpenAI's answer has not the agreed shape, so its words were not used.",
                retryable=False,
            ) from None
        return heard.transcript(segments, sound, named)


def rendition(sound: Sound) -> tuple[str, bytes]:
    """(file name, bytes) of the song as mono at 16 kHz: FLAC, or Opus where FLAC is too large.

    Neither shifts the sound in time. Raises ValidationError for songs beyond the endpoint's limit.
    """
    mono = soxr.resample(sound.mono, sound.rate, SPEECH_RATE, quality="HQ")
    samples = np.clip(mono * 32_767, -32_768, 32_767).astype(np.int16)
    for codec, container, bit_rate in (("flac", "flac", None), ("libopus", "ogg", 24_000)):
        body = _encode(samples, codec, container, bit_rate)
        if len(body) <= MOST_BYTES:
            return f"song.{container}", body
    raise ValidationError(
        "The song is too long to be transcribed by OpenAI. Give its lyrics as text."
    )


def _encode(samples: NDArray[np.int16], codec: str, container: str, bit_rate: int | None) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=SPEECH_RATE, layout="mono")
        if bit_rate:
            stream.bit_rate = bit_rate
        step = SPEECH_RATE * 10
        for begin in range(0, len(samples), step):
            frame = av.AudioFrame.from_ndarray(samples[None, begin : begin + step], "s16", "mono")
            frame.rate = SPEECH_RATE
            frame.pts = begin
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def _refusal(response: httpx.Response) -> CassetError:
    """Our error for a status that is not 200; the vendor's own text is not repeated."""
    status = response.status_code
    if status == 429:
        try:
            kind = str(response.json()["error"].get("code") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            kind = ""
        if kind == "insufficient_quota":
            return GenerationError("The OpenAI account has no credit left (429).", retryable=False)
        return GenerationError("OpenAI asks to wait (429). Try again in a minute.")
    if status >= 500 or status in (408, 409):
        return GenerationError(f"OpenAI failed for a moment ({status}). Try again later.")
    return GenerationError(
        _BY_STATUS.get(status, f"OpenAI refused the request ({status})."), retryable=False
    )
