"""A Canvas is cut from any visual, and the check tells what keeps the rules and what does not."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from casset.lib.errors import MediaError
from casset.media.compose.encoder import Encoder
from casset.media.compose.segment import SegmentWriter
from casset.media.hookvideo import canvas
from casset.media.picture import Planes
from tests.hookvideo import material

pytestmark = pytest.mark.media
SIZE = (180, 320)


def turning(period: int) -> material.Paint:
    """A soft light that goes round in ``period`` frames: a perfect loop at that length."""

    def paint(n: int, size: tuple[int, int]) -> Planes:
        width, height = size
        angle = 2 * np.pi * n / period
        y, x = np.mgrid[0:height, 0:width]
        at = (width / 2 + 0.3 * width * np.cos(angle), height / 2 + 0.3 * height * np.sin(angle))
        light = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * (0.15 * width) ** 2))
        half = np.full((height // 2, width // 2), 128, np.uint8)
        return Planes((40 + 150 * light).astype(np.uint8), half, half.copy())

    return paint


def drifting(n: int, size: tuple[int, int]) -> Planes:
    """A picture that never comes back."""
    width, height = size
    big = np.random.default_rng(3).uniform(30, 220, (20, 60)).astype(np.float32)
    field = cv2.resize(big, (width * 6, height), interpolation=cv2.INTER_CUBIC)
    shift = int(n * 1.5)
    half = np.full((height // 2, width // 2), 128, np.uint8)
    return Planes(
        np.clip(field[:, shift : shift + width], 16, 235).astype(np.uint8), half, half.copy()
    )


def verdicts(path: Path) -> dict[str, bool]:
    return {finding.rule: finding.ok for finding in canvas.check(path)}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut at a quarter of the size: the rules of size are tested on their own."""
    monkeypatch.setattr(canvas, "_size", lambda visual: SIZE)
    monkeypatch.setattr(canvas, "MIN_SIDE_PX", 180)
    monkeypatch.setattr(canvas, "ENCODER", Encoder(preset="ultrafast", crf=18))


@pytest.mark.parametrize(
    ("paint", "frames", "how", "length_s"),
    [
        (turning(120), 120, "whole", 4.0),  # a loop of its length stays as it is
        (turning(40), 40, "rounds", 4.0),  # a short one goes round until it is long enough
        (turning(100), 330, "window", None),  # of a long one the part that closes
        (drifting, 200, "crossfade", None),  # and a blend where nothing closes
    ],
    ids=["whole", "rounds", "window", "crossfade"],
)
def test_a_canvas_is_closed_and_of_canvas_length(
    tmp_path: Path, paint: material.Paint, frames: int, how: str, length_s: float | None
) -> None:
    visual = material.loop(tmp_path / "loop.mp4", paint, size=SIZE, frames=frames)
    made = canvas.cut(visual, tmp_path / "canvas.mp4")
    assert made.how == how
    assert 3.0 <= made.length_s <= 8.0
    if length_s is not None:
        assert made.length_s == pytest.approx(length_s)
    assert made.seam < 4
    assert all(verdicts(made.path).values()), canvas.check(made.path)
    with av.open(str(made.path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_length_can_be_asked_for(tmp_path: Path) -> None:
    visual = material.loop(tmp_path / "loop.mp4", turning(120), size=SIZE, frames=240)
    assert canvas.cut(visual, tmp_path / "c.mp4", seconds=4.0).length_s == pytest.approx(4.0)
    with pytest.raises(MediaError, match="3 to 8 s"):
        canvas.cut(visual, tmp_path / "c.mp4", seconds=9)


def test_full_size_is_kept_where_there_are_pixels_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    large = material.loop(tmp_path / "large.mp4", material.flat(90), size=(1080, 1920), frames=20)
    small = material.loop(tmp_path / "small.mp4", material.flat(90), size=(270, 480), frames=20)
    assert canvas._size(large) == (1080, 1920)
    assert canvas._size(small) == (720, 1280)


def flashing(n: int, size: tuple[int, int]) -> Planes:
    return material.flat(30 if n // 3 % 2 else 220)(n, size)


def cutting(n: int, size: tuple[int, int]) -> Planes:
    rng = np.random.default_rng(n // 12)
    width, height = size
    y = cv2.resize(rng.uniform(30, 220, (8, 6)).astype(np.float32), (width, height))
    half = np.full((height // 2, width // 2), 128, np.uint8)
    return Planes(y.astype(np.uint8), half, half.copy())


@pytest.mark.parametrize(
    ("paint", "size", "frames", "broken"),
    [
        (turning(60), SIZE, 60, {"length"}),
        (turning(300), SIZE, 300, {"length"}),
        (turning(120), (320, 180), 120, {"aspect"}),
        (turning(120), (90, 160), 120, {"size"}),
        (flashing, SIZE, 120, {"flashes"}),
        (cutting, SIZE, 120, {"cuts"}),
        (drifting, SIZE, 120, {"loops smoothly"}),
    ],
    ids=["short", "long", "wide", "tiny", "flashing", "cutting", "jumping"],
)
def test_the_check_names_the_rule_that_is_broken(
    tmp_path: Path, paint: material.Paint, size: tuple[int, int], frames: int, broken: set[str]
) -> None:
    path = tmp_path / "canvas.mp4"
    with SegmentWriter(path, size, encoder=Encoder(preset="ultrafast", crf=18)) as writer:
        for n in range(frames):
            writer.write(paint(n, size))
    found = {rule for rule, ok in verdicts(path).items() if not ok}
    assert broken <= found
    assert found <= broken | {"loops smoothly", "cuts"}
    assert all(finding.source and finding.sentence for finding in canvas.check(path))


def test_a_canvas_with_sound_or_that_is_no_film_is_refused(tmp_path: Path) -> None:
    sound = material.sound(tmp_path / "hook.m4a", 1.0)
    assert verdicts(sound) == {"readable": False}
    text = tmp_path / "x.mp4"
    text.write_text("no film")
    assert verdicts(text) == {"readable": False}
    with pytest.raises(MediaError, match="Choose another visual"):
        canvas.cut(text, tmp_path / "out.mp4")
