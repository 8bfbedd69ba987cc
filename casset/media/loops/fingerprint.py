"""Recognise a loop again after it was re-encoded, cropped, mirrored or framed with bars.

Each looked-at frame, black bars trimmed, is hashed whole and in seven regions with PDQ (Facebook
2019, https://github.com/facebook/ThreatExchange/tree/main/pdq, BSD): 256 bits of which unlike
pictures differ in 88 or more and copies of one in 31 or fewer. The regions make a crop of 5 to 40 %
meet a stored region; the mirrored whole meets a mirrored copy.

PDQ is computed here with numpy and OpenCV: the PyPI package ``pdqhash`` has no wheels, and a
compiler is not something a user has. The values are the same as its own (see the test).

Not covered: rotation by a few degrees, crops far off the middle, several changes at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.loops.facts import Mark

U8 = NDArray[np.uint8]
Floats = NDArray[np.float32]
Bits = NDArray[np.uint64]  # (n, 4): 256 bits a row

VERSION = "pdq-1"  # of the marks: those of another are not to be compared with these

MOST_FRAMES = 40
FRAMES_A_SECOND = 4.0
LEAST_QUALITY = 50  # PDQ's own measure of how much there is to see; flat pictures hash to noise
SAME_FRAME_BITS = 2
DUPLICATE_BITS = 31
POSSIBLE_BITS = 44
DUPLICATE_SHARE = 0.80
POSSIBLE_SHARE = 0.20

CENTRES = (0.9, 0.8, 0.7, 0.6)
EXACT = "exact"  # for flat loops: SHA-256 of what was looked at, instead of PDQ
MIRRORED = "mirrored"

BAR_LUMA = 12  # of 255: darker than this all along a line, in every frame, is a bar
LEAST_LEFT = 0.4  # of a side that must be left when bars are cut off, else nothing is cut

Verdict = Literal["duplicate", "possible", "different"]

_SIDE, _WAVES = 64, 16
_DCT = (
    np.sqrt(2 / _SIDE)
    * np.cos(np.pi / 2 / _SIDE * np.outer(np.arange(1, _WAVES + 1), 2 * np.arange(_SIDE) + 1))
).astype(np.float32)


@dataclass(frozen=True)
class Match:
    """``share`` of the first loop's frames that the second has too (0..1), and what that means."""

    share: float
    verdict: Verdict


def marks(frames: Sequence[tuple[int, U8]]) -> tuple[Mark, ...]:
    """The fingerprint of a loop from (frame number, sRGB picture (h, w, 3)) of the frames looked at.

    Frames that hardly differ from the one before (``SAME_FRAME_BITS``) and regions with too little
    to see are left out; a loop of which nothing is left gets one mark of region ``exact``.
    """
    greys = [(number, _grey(rgb)) for number, rgb in frames]
    box = picture_box([grey for _, grey in greys])
    found: list[Mark] = []
    before: Bits | None = None
    for number, grey in greys:
        inner = grey[box]
        whole, quality = pdq(inner)
        bits = packed([whole])
        if before is not None and int(distances(before, bits)[0, 0]) <= SAME_FRAME_BITS:
            continue
        before = bits
        hashed = [("full", whole, quality), (MIRRORED, *pdq(inner[:, ::-1]))]
        hashed += [(name, *pdq(part)) for name, part in regions(inner)]
        found += [
            Mark(frame=number, region=name, hash=value, quality=seen)
            for name, value, seen in hashed
            if seen >= LEAST_QUALITY
        ]
    return tuple(found) or (_exact(greys),)


def compare(a: Iterable[Mark], b: Iterable[Mark]) -> Match:
    """How much of loop ``a`` (the newcomer) is in loop ``b`` (the one known), from their fingerprints.

    A frame is found when any of its regions, or its mirrored whole, is within 31 bits of any
    upright region of ``b``. Duplicate: 80 % of the frames. Possible: 20 %, or that many within 44
    bits, or two flat loops that look exactly the same; a person must look. Never symmetric by rule:
    ask both ways where either may be the longer.
    """
    first, second = list(a), list(b)
    upright = packed([m.hash for m in second if m.region not in (MIRRORED, EXACT)])
    asked = [m for m in first if m.region != EXACT]
    if not asked or not len(upright):
        same = {m.hash for m in first if m.region == EXACT} & {
            m.hash for m in second if m.region == EXACT
        }
        return Match(1.0, "possible") if same else Match(0.0, "different")
    nearest = distances(packed([m.hash for m in asked]), upright).min(axis=1)
    best: dict[int, int] = {}
    for mark, bits in zip(asked, nearest, strict=True):
        best[mark.frame] = min(int(bits), best.get(mark.frame, 256))
    reached = np.array(list(best.values()))
    share = float((reached <= DUPLICATE_BITS).mean())
    if share >= DUPLICATE_SHARE:
        return Match(share, "duplicate")
    near = float((reached <= POSSIBLE_BITS).mean())
    possible = max(share, near) >= POSSIBLE_SHARE
    return Match(share, "possible" if possible else "different")


def pdq(grey: NDArray[np.uint8] | Floats) -> tuple[str, int]:
    """The PDQ hash of a grey picture (h, w) in 0..255 as 64 hex digits, and its quality 0..100."""
    field = grey.astype(np.float32)
    for _ in range(2):
        field = _box(field)
    rows, columns = (((np.arange(_SIDE) + 0.5) * side / _SIDE).astype(int) for side in field.shape)
    small = field[np.ix_(rows, columns)]
    waves = _DCT @ small @ _DCT.T
    # PDQ's median of 256 values is the lower of the two in the middle.
    middle = np.partition(waves.reshape(-1), 127)[127]
    bits = (waves.reshape(-1) > middle)[::-1]  # written from the last wave to the first
    return np.packbits(bits).tobytes().hex(), _quality(small)


def packed(hashes: Sequence[str]) -> Bits:
    """Hashes as rows of four 64-bit words, to be compared many at a time."""
    return np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(-1, 4)


def distances(a: Bits, b: Bits) -> NDArray[np.int64]:
    """How many bits each row of ``a`` differs from each row of ``b``, (len(a), len(b))."""
    return np.bitwise_count(a[:, None] ^ b[None]).sum(axis=-1, dtype=np.int64)


def regions(grey: U8) -> list[tuple[str, U8]]:
    """The seven parts of a picture that are hashed beside the whole of it."""
    height, width = grey.shape
    parts = [
        (f"centre{round(share * 100)}", _middle(grey, width * share, height * share))
        for share in CENTRES
    ]
    side = min(width, height)
    parts.append(("square", _middle(grey, side, side)))
    parts.append(("top", grey[: height // 2]))
    parts.append(("bottom", grey[height - height // 2 :]))
    return parts


def picture_box(greys: Sequence[U8]) -> tuple[slice, slice]:
    """Rows and columns of the picture without the black bars that all frames have around it."""
    brightest = np.max([cv2.blur(grey, (3, 3)) for grey in greys], axis=0)
    return _lit(brightest.max(axis=1)), _lit(brightest.max(axis=0))


def _grey(rgb: U8) -> U8:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _lit(line: U8) -> slice:
    lit = np.flatnonzero(line > BAR_LUMA)
    if not lit.size or lit[-1] + 1 - lit[0] < LEAST_LEFT * len(line):
        return slice(0, len(line))
    # The edge of a bar is soft after scaling: two lines more are taken off a side that has one.
    first = lit[0] + 2 if lit[0] > 1 else 0
    stop = lit[-1] - 1 if lit[-1] < len(line) - 2 else len(line)
    return slice(int(first), int(stop))


def _middle(grey: U8, width: float, height: float) -> U8:
    top, left = (grey.shape[0] - round(height)) // 2, (grey.shape[1] - round(width)) // 2
    return grey[top : top + round(height), left : left + round(width)]


def _box(field: Floats) -> Floats:
    """One pass of PDQ's moving average along both sides; windows are cut at the border."""
    # Of a window of n the reference looks n/2 + 1 ahead less one, the rest behind.
    height, width = ((side + 2 * _SIDE - 1) // (2 * _SIDE) for side in field.shape)
    anchor = (width - (width + 2) // 2, height - (height + 2) // 2)
    sums = cv2.boxFilter(
        field, -1, (width, height), anchor=anchor, normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    counts = cv2.boxFilter(
        np.ones_like(field), -1, (width, height), anchor=anchor, normalize=False,
        borderType=cv2.BORDER_CONSTANT,
    )  # fmt: skip
    return np.asarray(sums / counts, np.float32)


def _quality(small: Floats) -> int:
    """PDQ's: the sum of whole-percent steps between neighbours, over 90, at most 100."""
    steps = sum(
        int(np.abs((np.diff(small, axis=axis) * 100 / 255).astype(np.int32)).sum())
        for axis in (0, 1)
    )
    return min(100, steps // 90)


def _exact(greys: Sequence[tuple[int, U8]]) -> Mark:
    digest = hashlib.sha256()
    for _, grey in greys:
        digest.update(cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA).tobytes())
    return Mark(frame=greys[0][0], region=EXACT, hash=digest.hexdigest(), quality=0)
