"""A loop is known again after it was re-encoded, cropped, mirrored or framed; another is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from casset.media.loops import fingerprint
from casset.media.loops.facts import Mark
from tests.loops.drawing import Picture, flat

SIZE = (270, 480)


def tones(size: tuple[int, int]) -> np.ndarray:
    """A grey picture of five cosines, the same on every machine."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(float)
    field = sum(
        np.cos(2 * np.pi * (a * x / width + b * y / height) + p)
        for a, b, p in ((1, 2, 0.3), (3, -1, 1.1), (-2, 4, 2.5), (5, 3, 0.7), (6, -5, 4.0))
    )
    return np.round((field + 5) * 25.5).astype(np.uint8)


def scene(kind: int, count: int = 6) -> list[tuple[int, Picture]]:
    """Frames of a drifting landscape of soft noise, a different one for each ``kind``."""
    rng = np.random.default_rng(kind)
    layers = [
        cv2.resize(
            rng.random((side * 2, side)).astype(np.float32),
            (540, 960),
            interpolation=cv2.INTER_CUBIC,
        )
        for side in (4, 9, 20, 45)
    ]
    field = sum(layer / (n + 1) for n, layer in enumerate(layers))
    field = (field - field.min()) / (field.max() - field.min()) * 255
    tint = rng.uniform(0.6, 1, 3)
    return [
        (8 * n, (field[24 * n : 24 * n + 480, 10 * n : 10 * n + 270, None] * tint).astype(np.uint8))
        for n in range(count)
    ]


def changed(frames: list[tuple[int, Picture]], change) -> tuple[Mark, ...]:
    """The fingerprint after ``change`` and a poor re-encoding of every frame."""
    again = []
    for number, picture in frames:
        _, coded = cv2.imencode(".jpg", change(picture), [cv2.IMWRITE_JPEG_QUALITY, 25])
        again.append((number, cv2.imdecode(coded, cv2.IMREAD_COLOR)))
    return fingerprint.marks(again)


def cropped(share: float):
    def change(picture: Picture) -> Picture:
        height, width = picture.shape[:2]
        down, across = round(height * share), round(width * share)
        return picture[down : height - down, across : width - across]

    return change


def letterboxed(picture: Picture) -> Picture:
    framed = np.zeros((480, 270, 3), np.uint8)
    framed[48:432] = cv2.resize(picture, (270, 384), interpolation=cv2.INTER_AREA)
    return framed


def marked(picture: Picture) -> Picture:
    picture = picture.copy()
    picture[20:110, 20:130] = (250, 250, 250)
    return picture


# Values of pdqhash 0.2.8, which wraps the reference implementation.
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((270, 480), "030d0fcf290d0fcf09d90fcf875fd20f8a0793525e0af4035fdef4445d6ad434"),
        ((333, 100), "8885af4f87e2af4f0536af4f07ff528fa0079353d600548355fe54c47de054b4"),
        ((64, 64), "41cd8f4f18708fcf2f232fcf8755d28f28071353762254035556f444ffea7434"),
        ((517, 600), "0a8a2f4f0a952f4f5e812f4fa5ff728f822593d25e2054835f7674c4d760d4b4"),
    ],
)
def test_hashes_are_those_of_the_reference_implementation(size, expected):
    assert fingerprint.pdq(tones(size)) == (expected, 100)


@pytest.fixture(scope="module")
def original() -> tuple[Mark, ...]:
    return fingerprint.marks(scene(1))


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p,
        lambda p: cv2.resize(p, (120, 214), interpolation=cv2.INTER_AREA),
        lambda p: np.clip(p * 0.7 + 30, 0, 255).astype(np.uint8),
        lambda p: p[:, ::-1],
        letterboxed,
        marked,
        cropped(0.05),
        cropped(0.10),
        cropped(0.20),
        lambda p: p[105:375],
    ],
    ids=["re-encoded", "small", "paler", "mirrored", "letterboxed", "watermarked", "crop 5 %", "crop 10 %", "crop 20 %", "square"],
)  # fmt: skip
def test_a_changed_copy_is_a_duplicate(original, change):
    match = fingerprint.compare(changed(scene(1), change), original)
    assert match.verdict == "duplicate"
    assert match.share >= 0.8


@pytest.mark.parametrize("kind", range(2, 7))
def test_another_loop_is_different(original, kind):
    other = fingerprint.marks(scene(kind))
    assert fingerprint.compare(other, original) == fingerprint.Match(0.0, "different")
    upright = [m.hash for m in original if m.region != fingerprint.MIRRORED]
    bits = fingerprint.distances(
        fingerprint.packed([m.hash for m in other]), fingerprint.packed(upright)
    )
    assert bits.min() > fingerprint.POSSIBLE_BITS + 20


def test_a_loop_that_holds_a_third_of_another_is_possible_for_a_person_to_judge(original):
    mixed = scene(1)[:2] + [(48 + n, picture) for n, picture in scene(9)[:4]]
    match = fingerprint.compare(fingerprint.marks(mixed), original)
    assert match.verdict == "possible"
    assert match.share == pytest.approx(1 / 3)


def test_frames_that_stand_still_are_kept_once():
    still = [(n, scene(1)[0][1]) for n in range(0, 40, 8)]
    assert {mark.frame for mark in fingerprint.marks(still)} == {0}


def test_a_flat_loop_is_known_only_exactly_and_never_called_a_duplicate():
    grey, again, other = (
        fingerprint.marks([(0, flat((level,) * 3, SIZE))]) for level in (90, 90, 91)
    )
    assert [mark.region for mark in grey] == [fingerprint.EXACT]
    assert fingerprint.compare(again, grey).verdict == "possible"
    assert fingerprint.compare(other, grey).verdict == "different"


def test_a_dark_picture_is_not_taken_for_a_frame_of_bars():
    dark = np.full((480, 270), 3, np.uint8)
    dark[200:280, 100:150] = 200
    assert fingerprint.picture_box([dark]) == (slice(0, 480), slice(0, 270))
