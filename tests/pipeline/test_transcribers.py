"""Transcribers against a double of OpenAI's endpoint that holds its contract."""

from __future__ import annotations

import email.parser
import email.policy
import io
import json
import logging
import sys
import threading
import time
import types
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import av
import numpy as np
import pytest

from casset.lib.errors import (
    GenerationError,
    MissingCapability,
    TimeoutExceeded,
    ValidationError,
)
from casset.media.audio.decode import RATE, Sound
from pipeline.providers import heard, openai, whisper
from pipeline.providers.heard import Segment

KEY = "sk-test-0123456789"


class Double:
    """OpenAI's transcription endpoint as far as we use it. ``plan`` holds faults to show first."""

    def __init__(self) -> None:
        self.plan: list[Any] = []
        self.requests: list[dict[str, Any]] = []
        self.answer: Any = None
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status, body = double.serve(self)
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, request: BaseHTTPRequestHandler) -> tuple[int, Any]:
        raw = request.rfile.read(int(request.headers["Content-Length"]))
        if request.path != "/v1/audio/transcriptions":
            return 404, {"error": {"message": "no such path"}}
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return 401, {
                "error": {"message": f"Incorrect API key: {request.headers.get('Authorization')}"}
            }
        if len(raw) > 26_214_400:
            return 413, {"error": {"message": "too large"}}
        head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + raw)
        fields: dict[str, list[Any]] = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            fields.setdefault(str(name), []).append(part.get_payload(decode=True))
        text = {k: [v.decode() for v in vs] for k, vs in fields.items() if k != "file"}
        if text.get("model") != ["whisper-1"] or len(fields.get("file", [])) != 1:
            return 400, {"error": {"message": "model and file are required"}}
        if text.get("response_format") != ["verbose_json"]:
            return 400, {"error": {"message": "timestamps need verbose_json"}}
        if "word" not in text.get("timestamp_granularities[]", []):
            return 400, {"error": {"message": "no words asked for"}}
        try:
            with av.open(io.BytesIO(fields["file"][0])) as file:
                layout = file.streams.audio[0].layout.name
                seconds = sum(f.samples for f in file.decode(audio=0)) / file.streams.audio[0].rate
        except av.FFmpegError:
            return 400, {"error": {"message": "Invalid file format."}}
        self.requests.append(
            {**text, "layout": layout, "seconds": seconds, "bytes": len(fields["file"][0])}
        )
        if self.plan:
            fault = self.plan.pop(0)
            if fault == "hang":
                time.sleep(0.4)
                return 200, {}
            return fault if isinstance(fault, tuple) else (fault, {"error": {"message": "x"}})
        return 200, self.answer


@pytest.fixture
def double() -> Iterator[Double]:
    server = Double()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def slept() -> list[float]:
    return []


def client(
    double: Double, slept: list[float], key: str = KEY, timeout_s: float = 10.0
) -> openai.WhisperApi:
    return openai.WhisperApi(key, base_url=double.url, sleep=slept.append, timeout_s=timeout_s)


def song(voiced: tuple[float, float] = (1.0, 3.0), seconds: float = 6.0) -> Sound:
    """A tone where somebody "sings" and silence elsewhere."""
    t = np.arange(int(seconds * RATE)) / RATE
    wave = 0.3 * np.sin(2 * np.pi * 220 * t) * ((t >= voiced[0]) & (t < voiced[1]))
    return Sound(np.repeat(wave[:, None], 2, axis=1).astype(np.float32))


def answer(
    words: list[tuple[str, float, float]], text: str = "", **segment: float
) -> dict[str, Any]:
    whole = text or " ".join(w for w, _, _ in words)
    return {
        "task": "transcribe", "language": "english", "duration": 6.0, "text": whole,
        "words": [{"word": w, "start": a, "end": b} for w, a, b in words],
        "segments": [{"id": 0, "start": words[0][1], "end": words[-1][2] + 0.01, "text": whole, **segment}],
    }  # fmt: skip


SUNG = [("hold", 1.0, 1.4), ("the", 1.5, 1.7), ("night", 1.8, 2.6)]


def test_heard_words_come_back_with_their_times(double: Double, slept: list[float]) -> None:
    double.answer = answer(SUNG, "Hold the night!")
    found = client(double, slept).transcribe(song(), "en")
    assert [(w.text, w.start) for w in found.lines[0].words] == [
        ("Hold", 1.0),
        ("the", 1.5),
        ("night!", 1.8),
    ]
    assert found.language == "en"
    assert slept == []
    assert double.requests[0]["language"] == ["en"]


def test_the_song_is_sent_small_mono_and_unshifted(double: Double, slept: list[float]) -> None:
    double.answer = answer(SUNG)
    client(double, slept).transcribe(song(seconds=20.0))
    sent = double.requests[0]
    assert sent["layout"] == "mono"
    assert sent["seconds"] == pytest.approx(20.0, abs=0.01)
    assert sent["bytes"] < 700_000


def test_a_song_whose_flac_is_too_large_is_sent_as_opus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai, "MOST_BYTES", 60_000)
    name, body = openai.rendition(song((0.0, 9.0), 10.0))
    assert (name, len(body) <= 60_000) in {("song.ogg", True), ("song.flac", True)}
    monkeypatch.setattr(openai, "MOST_BYTES", 100)
    with pytest.raises(ValidationError, match="too long"):
        openai.rendition(song())


def test_passing_faults_are_tried_again_after_2_4_and_8_seconds(
    double: Double, slept: list[float]
) -> None:
    double.plan, double.answer = [429, 500, 503], answer(SUNG)
    assert client(double, slept).transcribe(song()).lines
    assert slept == [2.0, 4.0, 8.0]


def test_four_faults_in_a_row_are_the_end(double: Double, slept: list[float]) -> None:
    double.plan = [500] * 9
    with pytest.raises(GenerationError) as caught:
        client(double, slept).transcribe(song())
    assert caught.value.retryable
    assert len(double.requests) == 4


@pytest.mark.parametrize(
    "fault", [400, 403, (429, {"error": {"code": "insufficient_quota", "message": "pay"}})]
)
def test_lasting_faults_are_not_tried_again(double: Double, slept: list[float], fault: Any) -> None:
    double.plan = [fault]
    with pytest.raises(GenerationError) as caught:
        client(double, slept).transcribe(song())
    assert not caught.value.retryable
    assert slept == []


def test_a_wrong_key_is_said_and_never_shown(
    double: Double, slept: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = client(double, slept, key="sk-wrong-987654")
    with pytest.raises(GenerationError, match="OPENAI_API_KEY") as caught:
        other.transcribe(song())
    assert "987654" not in str(caught.value) + repr(other) + caplog.text
    assert slept == []


def test_an_answer_that_does_not_come_is_a_timeout(double: Double, slept: list[float]) -> None:
    double.plan = ["hang"] * 4
    with pytest.raises(TimeoutExceeded):
        client(double, slept, timeout_s=0.15).transcribe(song())
    assert slept == [2.0, 4.0, 8.0]


def test_nobody_at_the_address_is_one_sentence(slept: list[float]) -> None:
    lost = openai.WhisperApi(KEY, base_url="http://127.0.0.1:9/v1", sleep=slept.append)
    with pytest.raises(GenerationError, match="could not be reached"):
        lost.transcribe(song())


@pytest.mark.parametrize("body", [b"<html>", {"segments": [{"text": "no times"}]}, ["a list"]])
def test_an_answer_of_another_shape_is_our_error(
    double: Double, slept: list[float], body: Any
) -> None:
    double.answer = body
    with pytest.raises(GenerationError):
        client(double, slept).transcribe(song())


def test_words_in_silence_are_dropped() -> None:
    words = (("sung", 1.2, 1.6, 0.9), ("dreamt", 4.0, 4.5, 0.9), ("late", 99.0, 99.5, 0.9))
    found = heard.transcript([Segment("sung dreamt", 1.0, 5.0, words)], song(), "English")
    assert [w.text for line in found.lines for w in line.words] == ["sung"]


@pytest.mark.parametrize(
    "segment",
    [
        Segment("Thanks for watching!", 1, 2, (("Thanks", 1.0, 1.5, 0.9),)),
        Segment("[Music]", 1, 2, (("[Music]", 1.0, 1.5, 0.9),)),
        Segment("maybe", 1, 2, (("maybe", 1.0, 1.5, 0.9),), no_speech=0.9, logprob=-1.5),
        Segment("la la la", 1, 2, (("la", 1.0, 1.5, 0.9),), compression=3.1),
    ],
)
def test_known_fillings_are_not_lyrics(segment: Segment) -> None:
    found = heard.transcript([segment], song(), "en")
    assert found.lines == ()
    assert found.language == ""


def test_a_silent_song_has_no_words() -> None:
    silent = Sound(np.zeros((RATE * 3, 2), np.float32))
    assert (
        heard.transcript([Segment("hey", 0, 2, (("hey", 0.5, 1.0, 1.0),))], silent, "en").lines
        == ()
    )


def test_without_a_local_whisper_the_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whisper, "_installed", lambda _: False)
    with pytest.raises(MissingCapability, match="pip install faster-whisper"):
        whisper.local("base").transcribe(song())


def test_a_model_that_is_not_here_is_not_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def absent(name: str, **options: Any) -> None:
        asked.update(options, name=name)
        raise ValueError("not in the cache")

    monkeypatch.setitem(sys.modules, "faster_whisper", types.SimpleNamespace(WhisperModel=absent))
    monkeypatch.setattr(whisper, "_installed", lambda library: library == "faster_whisper")
    with pytest.raises(MissingCapability, match="not on this machine"):
        whisper.local("base").transcribe(song())
    assert asked["local_files_only"] is True


def test_a_local_model_is_loaded_once_and_its_words_are_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loads: list[str] = []
    word = types.SimpleNamespace

    class Model:
        def __init__(self, name: str, **_: Any) -> None:
            loads.append(name)

        def transcribe(self, samples: np.ndarray, **options: Any) -> Any:
            assert samples.dtype == np.float32
            assert len(samples) == pytest.approx(6 * 16_000, abs=2)
            words = [
                word(word=" hey", start=1.1, end=1.5, probability=0.8),
                word(word=" you", start=4.5, end=4.8, probability=0.8),
            ]
            segment = word(
                text=" hey you",
                start=1.0,
                end=5.0,
                words=words,
                no_speech_prob=0.1,
                avg_logprob=-0.2,
                compression_ratio=1.0,
            )
            return iter([segment]), word(language="en")

    monkeypatch.setitem(sys.modules, "faster_whisper", types.SimpleNamespace(WhisperModel=Model))
    monkeypatch.setattr(whisper, "_installed", lambda library: library == "faster_whisper")
    local = whisper.local("base")
    for _ in range(2):
        assert [line.text for line in local.transcribe(song()).lines] == ["hey"]
    assert loads == ["base"]
