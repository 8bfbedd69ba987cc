"""The frames between two clips, against values worked out here."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from casset.lib.errors import MediaError
from casset.media.compose import flash, segment, transitions
from casset.media.compose.segment import SegmentWriter
from casset.media.compose.timeline import ClipSpan, Join, TransitionKind
from casset.media.picture import Planes
from tests.compose.cards import SIZE, card, number_of

GREY = np.full((90, 160), 128, np.uint8)


def flat(y: int, u: int = 128, v: int = 128) -> Planes:
    return Planes(np.full((180, 320), y, np.uint8), np.full_like(GREY, u), np.full_like(GREY, v))


def neighbours(
    folder: Path, kind: TransitionKind, leaving: Planes | None, coming: Planes | None
) -> tuple[Join, Path, Path, tuple[ClipSpan, ClipSpan]]:
    """Two clips of 40 frames with boundary 40; numbered cards where no picture is given."""
    tail, head = (8, 7) if kind == "crossfade" else (0, 0)
    spans = (
        ClipSpan(0, 0, 40, 0, tail, 0, 33),
        ClipSpan(1, 40, 80, head, 0, 48, 80),
    )
    paths = (folder / "a.mp4", folder / "b.mp4")
    for span, path, picture in zip(spans, paths, (leaving, coming), strict=True):
        with SegmentWriter(path, SIZE, key_frames=span.key_frames, frames=span.frames) as writer:
            for n in range(span.first_frame, span.last_frame):
                writer.write(picture or card(n))
    return Join(0, kind, 40), *paths, spans


def rendered(folder: Path, kind: TransitionKind, leaving: Planes, coming: Planes) -> list[Planes]:
    join, before, after, spans = neighbours(folder, kind, leaving, coming)
    out = transitions.render(join, before, after, spans, folder / "join.mp4")
    return list(segment.read(out))


def test_a_crossfade_mixes_light_and_is_even_on_the_boundary(tmp_path):
    frames = rendered(tmp_path, "crossfade", flat(40, 110, 150), flat(200, 160, 100))
    assert len(frames) == 15
    for k, frame in enumerate(frames):
        at = (k + 1) / 16
        share = 6 * at**5 - 15 * at**4 + 10 * at**3
        light = (1 - share) * (40 - 16) ** 2 + share * (200 - 16) ** 2
        assert float(frame.y.mean()) == pytest.approx(16 + light**0.5, abs=1.5)
        pull = ((1 - share) * 24 * (110 - 128) + share * 184 * (160 - 128)) / light**0.5
        assert float(frame.u.mean()) == pytest.approx(128 + pull, abs=2.0)
    assert float(frames[7].y.mean()) == pytest.approx(16 + ((24**2 + 184**2) / 2) ** 0.5, abs=1.5)


def test_every_pixel_is_mixed_in_the_light_it_shows():
    rng = np.random.default_rng(4)
    a, b = (
        Planes(*(rng.integers(0, 256, shape).astype(np.uint8) for shape in ((36, 64), (18, 32), (18, 32))))
        for _ in range(2)
    )  # fmt: skip
    for share in (0.02, 0.3, 0.5, 0.97):
        mixed = transitions.crossfade(a, b, share)
        light = [(plane.astype(float) - 16).clip(0) ** 2 for plane in (a.y, b.y)]
        wanted = 16 + np.sqrt(light[0] * (1 - share) + light[1] * share)
        assert np.abs(mixed.y - wanted).max() <= 0.5 + 1e-3
        small = [
            (np.floor(y.reshape(18, 2, 32, 2).sum(axis=(1, 3)) / 4 + 0.5) - 16).clip(0)
            for y in (a.y.astype(float), b.y.astype(float), mixed.y.astype(float))
        ]
        for ca, cb, made in ((a.u, b.u, mixed.u), (a.v, b.v, mixed.v)):
            pull = (ca - 128.0) * small[0] * (1 - share) + (cb - 128.0) * small[1] * share
            chroma = (128 + pull / np.maximum(small[2], 1)).clip(16, 240)
            assert np.abs(made - chroma).max() <= 0.5 + 1e-3


def test_equal_pictures_stay_as_they_are_through_a_crossfade(tmp_path):
    frames = rendered(tmp_path, "crossfade", flat(120, 100, 160), flat(120, 100, 160))
    for frame in frames:
        assert float(np.abs(frame.y.astype(int) - 120).max()) <= 2
        assert float(np.abs(frame.u.astype(int) - 100).max()) <= 2


def test_both_clips_move_on_while_they_mix(tmp_path):
    join, before, after, spans = neighbours(tmp_path, "crossfade", None, None)
    out = transitions.render(join, before, after, spans, tmp_path / "join.mp4")
    # Both sides show the same card in the same film frame, so every mix is that card.
    assert [number_of(frame.y) for frame in segment.read(out)] == list(range(33, 48))


def test_a_fade_goes_out_and_in_with_one_black_frame_on_the_boundary(tmp_path):
    frames = rendered(tmp_path, "fade", flat(180, 100, 160), flat(220, 150, 110))
    levels = [float(frame.y.mean()) for frame in frames]
    assert len(levels) == 15
    assert levels[7] == pytest.approx(16, abs=1)
    assert sum(level < 18 for level in levels) == 1
    assert all(a > b for a, b in itertools.pairwise(levels[:8]))
    assert all(a < b for a, b in itertools.pairwise(levels[7:]))
    assert levels[0] == pytest.approx(16 + 164 * 7 / 8, abs=2)
    assert abs(float(frames[7].u.mean()) - 128) < 2


def test_a_fade_between_bright_pictures_is_a_single_dip(tmp_path):
    frames = rendered(tmp_path, "fade", flat(225), flat(225))
    meter = flash.FlashMeter()
    for frame in [flat(225)] * 30 + frames + [flat(225)] * 30:
        meter.feed(frame)
    assert meter.flashes.most <= 1


def test_a_clip_without_its_handles_is_told_of(tmp_path):
    join, before, after, spans = neighbours(tmp_path, "crossfade", None, None)
    with SegmentWriter(before, SIZE) as writer:
        for n in range(40):
            writer.write(card(n))
    with pytest.raises(MediaError, match="lacks frame 40"):
        transitions.render(join, before, after, spans, tmp_path / "join.mp4")
    assert not (tmp_path / "join.mp4").exists()


def test_a_clip_that_is_no_video_is_told_of(tmp_path):
    join, before, after, spans = neighbours(tmp_path, "fade", None, None)
    after.write_bytes(b"not a film" * 100)
    with pytest.raises(MediaError):
        transitions.render(join, before, after, spans, tmp_path / "join.mp4")
    assert not (tmp_path / "join.mp4").exists()


def test_a_crossfade_from_black_to_bright_begins_and_ends_gently():
    """No step of its first and last three frames is larger than a tenth of the way."""
    seen = [0.0, *(transitions.eased((k + 1) / 16) ** 0.5 for k in range(15)), 1.0]
    steps = [b - a for a, b in itertools.pairwise(seen)]
    assert max(steps[:3] + steps[-3:]) < 0.11
    assert transitions.eased(0.5) == 0.5
