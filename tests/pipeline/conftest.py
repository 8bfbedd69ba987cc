"""A short song to make films of, and films small enough for a test."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline import runner
from pipeline.stages.audio_parser import Hearing

RATE = 44_100
BPM = 120.0
SMALL = {"16:9": (192, 108), "9:16": (108, 192), "1:1": (144, 144)}


def drummed_song(seconds: float, bpm: float = BPM) -> np.ndarray:
    """Kick, snare, hats, a bass and chords that change each bar; the last two thirds are fuller. (n, 2)."""
    rng = np.random.default_rng(3)
    n = int(seconds * RATE)
    out = np.zeros(n)
    t = np.arange(int(0.25 * RATE)) / RATE
    kick = np.sin(2 * np.pi * (50 * t + 40 * (1 - np.exp(-t * 30)) / 30)) * np.exp(-t * 14)
    snare = rng.standard_normal(len(t)) * np.exp(-t * 22) * 0.5
    hat = np.diff(rng.standard_normal(len(t) + 1)) * np.exp(-t * 70) * 0.2
    beat = 60 / bpm
    for i in range(int(seconds / beat) + 1):
        at = int(i * beat * RATE)
        for sound in ((kick if i % 2 == 0 else snare), hat):
            piece = out[at : at + len(sound)]
            piece += sound[: len(piece)]
    clock = np.arange(n) / RATE
    bar = (clock / (4 * beat)).astype(int) % 4
    roots = np.array([110.0, 87.31, 130.81, 98.0])[bar]
    full = np.where(clock > seconds / 3, 1.0, 0.4)
    phase = 2 * np.pi * np.cumsum(roots) / RATE
    out += 0.25 * full * np.sin(phase)
    for ratio in (2.0, 2.5198, 2.9966):
        out += 0.08 * full * np.sin(ratio * phase)
    out *= 0.6 / np.abs(out).max()
    return np.stack([out, out], 1)


def write_song(path: Path, seconds: float) -> Path:
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(2)
        sink.setsampwidth(2)
        sink.setframerate(RATE)
        sink.writeframes((drummed_song(seconds) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def song(tmp_path_factory) -> Path:
    """Twelve and a half seconds at 120 BPM."""
    return write_song(tmp_path_factory.mktemp("song") / "song.wav", 12.5)


@pytest.fixture
def small_films(monkeypatch):
    """Films of 192x108 instead of 1920x1080."""
    monkeypatch.setattr(runner, "ASPECT_SIZES", SMALL)
    return SMALL


@pytest.fixture
def studio(tmp_path, tmp_path_factory) -> runner.Studio:
    """A work folder of its own; analyses are shared by all tests."""
    cache = tmp_path_factory.getbasetemp() / "analyses"
    return runner.Studio(work_dir=tmp_path / "work", hearing=Hearing(cache_dir=cache), workers=2)
