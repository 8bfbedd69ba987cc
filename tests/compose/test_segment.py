"""Segments: exact frames under a final name, or nothing."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from casset.lib.errors import GenerationError, MediaError
from casset.media import files
from casset.media.compose import grid, segment
from casset.media.compose.encoder import ENCODER, FPS, headers
from casset.media.compose.segment import SegmentWriter
from casset.media.picture import Planes
from pipeline import contracts
from tests.compose.cards import SIZE, av_frame, card, decoded, number_of

ROOT = Path(__file__).resolve().parents[2]


def write(path: Path, numbers: range, **options: object) -> Path:
    with SegmentWriter(path, SIZE, **options) as writer:
        for n in numbers:
            writer.write(card(n))
    return path


def in_child(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_film_and_the_plan_count_the_same_frames_a_second():
    assert FPS == contracts.FPS


def test_every_frame_is_where_it_was_written(tmp_path):
    path = write(tmp_path / "a.mp4", range(700, 775))
    shown = [(place, number_of(y)) for place, y in decoded(path)]
    assert shown == [(i, 700 + i) for i in range(75)]


def test_equal_frames_give_equal_bytes(tmp_path):
    first, second = write(tmp_path / "a.mp4", range(40)), write(tmp_path / "b.mp4", range(40))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("size", [(320, 180), (330, 182)])  # without and with padding in the frame
def test_a_frame_taken_as_it_lies_is_encoded_like_its_planes(tmp_path, size):
    with SegmentWriter(tmp_path / "a.mp4", size, key_frames=(5,)) as writer:
        for n in range(12):
            writer.write(card(n // 2, size))
    with SegmentWriter(tmp_path / "b.mp4", size, key_frames=(5,)) as writer:
        for n in range(0, 12, 2):
            frame = av_frame(card(n // 2, size))
            writer.take(frame)
            writer.take(frame)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert np.array_equal(segment.grid_of(tmp_path / "a.mp4"), segment.grid_of(tmp_path / "b.mp4"))


def test_a_frame_of_another_size_or_kind_is_not_taken(tmp_path):
    with SegmentWriter(tmp_path / "a.mp4", SIZE) as writer:
        writer.write(card(1))
        with pytest.raises(ValueError, match="does not fit"):
            writer.take(av_frame(card(1, (160, 90))))
        with pytest.raises(ValueError, match="does not fit"):
            writer.take(av_frame(card(1)).reformat(format="yuv444p"))


def test_key_frames_are_where_they_were_asked_for(tmp_path):
    facts = segment.inspect(write(tmp_path / "a.mp4", range(90), key_frames=(8, 53, 61)))
    assert {0, 8, 53, 61} <= set(facts.key_frames)
    assert facts.exact
    assert facts.frames == 90
    assert facts.fits(SIZE, 90, (8, 53))
    assert not facts.fits(SIZE, 90, (9,))
    assert not facts.fits(SIZE, 89, ())
    assert not facts.fits((640, 360), 90, ())


def test_headers_do_not_depend_on_what_is_shown(tmp_path):
    rng = np.random.default_rng(5)
    chroma = np.full((90, 160), 128, np.uint8)
    with SegmentWriter(tmp_path / "n.mp4", SIZE) as writer:
        for _ in range(3):
            writer.write(Planes(rng.integers(16, 235, (180, 320)).astype(np.uint8), chroma, chroma))
    still = segment.inspect(write(tmp_path / "s.mp4", range(1)))
    assert segment.inspect(tmp_path / "n.mp4").extradata == still.extradata == headers(SIZE)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (720, 720), (64, 36), (48, 20)])
def test_the_small_copy_of_a_frame_holds_the_mean_of_each_cell(size):
    width, height = size
    shapes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
    across = [np.linspace(20 + 30 * i, 220 - 40 * i, w) for i, (_, w) in enumerate(shapes)]
    rows, columns = grid.shape(size)
    cells = grid.shrink(
        Planes(*(np.tile(x, (h, 1)).astype(np.uint8) for x, (h, _) in zip(across, shapes, strict=True))),
        (rows, columns),
    )  # fmt: skip
    assert cells.shape == (rows, columns, 3)
    for i, x in enumerate(across):
        middles = (np.arange(columns) + 0.5) / columns * (len(x) - 1)
        steepest = abs(x[1] - x[0])
        wanted = np.interp(middles, np.arange(len(x)), x)
        assert np.abs(cells[..., i] - wanted).max() <= 1.5 + steepest


def test_the_picture_is_tagged_as_bt709_in_limited_range(tmp_path):
    with av.open(str(write(tmp_path / "a.mp4", range(3)))) as container:
        context = container.streams.video[0].codec_context
        assert context.pix_fmt == "yuv420p"
        assert (context.color_range, context.colorspace) == (1, 1)
        assert (context.color_primaries, context.color_trc) == (1, 1)


def test_there_is_no_file_before_it_is_whole(tmp_path):
    path = tmp_path / "a.mp4"
    writer = SegmentWriter(path, SIZE)
    writer.write(card(0))
    assert not path.exists()
    writer.close()
    assert path.exists()
    writer.abort()  # harmless afterwards
    assert path.exists()


def test_a_failure_half_way_leaves_nothing(tmp_path):
    def frames() -> Iterator[Planes]:
        yield card(0)
        raise RuntimeError

    def write_all() -> None:
        with SegmentWriter(tmp_path / "a.mp4", SIZE) as writer:
            for planes in frames():
                writer.write(planes)

    with pytest.raises(RuntimeError):
        write_all()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("written", [0, 29, 31])
def test_a_wrong_number_of_frames_is_refused(tmp_path, written):
    writer = SegmentWriter(tmp_path / "a.mp4", SIZE, frames=30)
    for n in range(written):
        writer.write(card(n))
    with pytest.raises(GenerationError, match="instead of 30"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_size_is_refused(tmp_path):
    with (
        pytest.raises(ValueError, match="does not fit"),
        SegmentWriter(tmp_path / "a.mp4", SIZE) as w,
    ):
        w.write(card(0, (160, 90)))
    with pytest.raises(ValueError, match="even"):
        SegmentWriter(tmp_path / "b.mp4", (321, 180))


def test_a_segment_that_is_cut_off_is_told_of(tmp_path):
    path = write(tmp_path / "a.mp4", range(30))
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])  # in its last frame
    assert not segment.inspect(path).fits(SIZE, 30, ())
    for left in (0, 20, 200):
        path.write_bytes(whole[:left])
        with pytest.raises(MediaError, match="Make this shot again"):
            segment.inspect(path)


def test_a_process_killed_half_way_leaves_only_a_part_that_is_swept(tmp_path):
    done = in_child(
        """
        import os, signal, sys
        from pathlib import Path
        from casset.media.compose.segment import SegmentWriter
        from tests.compose.cards import SIZE, card
        writer = SegmentWriter(Path(sys.argv[1]) / "a.mp4", SIZE)
        for n in range(90):
            writer.write(card(n))
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        tmp_path,
    )
    assert done.returncode == -9
    assert not (tmp_path / "a.mp4").exists()
    assert files.sweep(tmp_path) == 0  # too young: another process may be writing it
    assert files.sweep(tmp_path, older_than_s=-1) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_clear_sentence_and_leaves_nothing(tmp_path):
    done = in_child(
        """
        import resource, sys
        from pathlib import Path
        import numpy as np
        from casset.lib.errors import CassetError
        from casset.media.compose.segment import SegmentWriter
        from casset.media.picture import Planes
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        rng = np.random.default_rng(0)
        grey = np.full((90, 160), 128, np.uint8)
        try:
            with SegmentWriter(Path(sys.argv[1]) / "a.mp4", (320, 180)) as writer:
                for n in range(900):
                    y = rng.integers(16, 235, (180, 320)).astype(np.uint8)
                    writer.write(Planes(y, grey, grey))
        except CassetError as error:
            print(error.code, error)
        """,
        tmp_path,
    )
    assert done.stdout.startswith("DISK_FULL The disk is full"), done.stderr[-800:]
    assert list(tmp_path.iterdir()) == []


def test_a_small_copy_of_every_frame_is_kept_or_made_again(tmp_path):
    path = write(tmp_path / "a.mp4", range(10))
    kept = segment.grid_of(path)
    assert kept.shape == (10, 36, 64, 3)
    assert abs(int(kept[3, 5, 5, 0]) - int(card(3).y[20, 20])) <= 1
    grid.beside(path).unlink()
    made = segment.grid_of(path)
    assert np.abs(made.astype(int) - kept.astype(int)).mean() < 2


def test_settings_are_part_of_a_clips_fingerprint():
    assert ENCODER.fingerprint()["crf"] == ENCODER.crf
    assert ENCODER.options((1920, 1080))["maxrate"] == f"{ENCODER.maxrate_kbit}k"
