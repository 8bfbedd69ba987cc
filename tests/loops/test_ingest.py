"""An upload becomes the canonical loop, or is refused with a sentence that says what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from casset.lib.errors import MediaError
from casset.media.colour import tonemap
from casset.media.compose.segment import SegmentWriter, inspect
from casset.media.ffmpeg import Limits
from casset.media.loops import reading, writing
from casset.media.loops.facts import LoopFacts
from casset.media.loops.ingest import NAMES, ingest
from casset.media.picture import Planes
from tests.compose.cards import card, number_of, write_clip
from tests.loops.drawing import PORTRAIT, flat, patched, shown, waves, write, write_sound

VPX = {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b:v": "2M"}

pytestmark = pytest.mark.media


def loop_of(count: int, period: float | None = None, **options: object) -> list[np.ndarray]:
    return [waves(n, period or count, **options) for n in range(count)]


def unlikeness(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference of two pictures, in levels of 255."""
    return float(np.abs(a.astype(float) - b).mean())


def refused(source: Path, code: str, **options: object) -> str:
    folder = source.parent / "refused"
    with pytest.raises(MediaError) as caught:
        ingest(source, folder, **options)
    assert caught.value.code == code
    assert not folder.exists() or not list(folder.iterdir())
    return str(caught.value)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> tuple[Path, LoopFacts, list[float]]:
    """A phone's upload: 60 frames a second, sound, a title and a place; and how far it said it was."""
    folder = tmp_path_factory.mktemp("plain")
    source = write(
        folder / "IMG_0042.mov",
        loop_of(60),
        rate=60,
        tags={"title": "secret-title", "location": "+48.2082+016.3738/"},
        mux={"movflags": "use_metadata_tags"},
        sound_s=1.0,
    )
    assert b"secret-title" in source.read_bytes()
    heard: list[float] = []
    facts = ingest(source, folder / "out", progress=lambda share, _: heard.append(share))
    return folder / "out", facts, heard


def test_the_loop_has_the_canonical_form(plain):
    folder, facts, _ = plain
    assert sorted(p.name for p in folder.iterdir()) == sorted(NAMES)
    for name, size in (("loop.mp4", PORTRAIT), ("small.mp4", PORTRAIT)):
        with av.open(str(folder / name)) as container:
            assert [s.type for s in container.streams] == ["video"]
            context = container.streams.video[0].codec_context
            assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
            assert (context.width, context.height) == size
            assert (context.color_range, context.colorspace) == (1, 1)
            assert (context.color_primaries, context.color_trc) == (1, 1)
            assert container.streams.video[0].average_rate == 30
        found = inspect(folder / name)
        assert found.exact
        assert found.frames == 30
    assert (facts.frames, facts.fps, facts.duration_s) == (30, 30, 1.0)
    assert (facts.source.container, facts.source.codec, facts.source.fps) == ("mov", "h264", 60.0)
    assert facts.source.had_sound
    assert len(facts.sha256) == 64


def test_the_index_comes_first_and_nothing_personal_is_left(plain):
    folder, _, _ = plain
    for name in NAMES:
        content = (folder / name).read_bytes()
        assert b"secret-title" not in content
        assert b"48.2082" not in content
        if name.endswith("mp4"):
            assert 0 < content.find(b"moov") < content.find(b"mdat")


def test_progress_rises_to_its_end(plain):
    _, _, heard = plain
    assert heard == sorted(heard)
    assert heard[0] == 0.0
    assert 0.9 < heard[-1] < 1.0


def test_the_picture_is_the_uploads_picture(plain):
    folder, _, _ = plain
    assert unlikeness(shown(folder / "loop.mp4")[10], waves(21, 60)) < 4.5


def test_a_phone_held_upright_gives_an_upright_loop(tmp_path):
    picture = flat((40, 40, 40), (320, 180))
    picture[:, 160:] = 200  # its right half is bright
    source = write(tmp_path / "a.mp4", [picture] * 16, rotation=90)
    facts = ingest(source, tmp_path)
    assert (facts.width_px, facts.height_px) == (180, 320)
    assert facts.source.rotation == 270  # degrees clockwise: 90 the other way
    top, bottom = (
        shown(tmp_path / "loop.mp4")[0][rows].mean() for rows in (slice(0, 100), slice(220, 320))
    )
    assert (top, bottom) == (pytest.approx(200, abs=4), pytest.approx(40, abs=4))


def test_pixels_that_are_not_square_are_made_square(tmp_path):
    source = write(tmp_path / "a.mp4", [flat((90, 90, 90), (160, 180))] * 16, shape=Fraction(2))
    facts = ingest(source, tmp_path)
    assert (facts.width_px, facts.height_px) == (320, 180)


def test_odd_sides_become_even_and_nothing_is_enlarged():
    size = reading.canonical_size
    one = Fraction(1)
    assert size((181, 321), one, 0) == (180, 320)
    assert size((1081, 1921), one, 0) == (1080, 1920)
    assert size((2160, 3840), one, 0) == (1080, 1920)
    assert size((3840, 2160), one, 90) == (1080, 1920)
    assert size((720, 576), Fraction(16, 11), 0) == (1046, 576)
    assert size((100, 100), one, 0) == (100, 100)


def test_a_variable_rate_is_followed_by_its_times(tmp_path):
    steps = [20, 60, 35, 110, 25, 15, 80, 45] * 4
    times = [int(t) for t in np.concatenate([[0], np.cumsum(steps)[:-1]])]
    cards = [card(n, (256, 144)) for n in range(len(times))]
    source = write_clip(tmp_path / "c.webm", cards, times_ms=times, codec="libvpx")
    upload = reading.look(source, "webm", max_s=30)
    assert upload.fps is None
    frames = [number_of(planes.y) for planes in reading.read(upload, tables=tmp_path).frames]
    middles = [(place + 0.5) / 30 * 1000 for place in range(upload.frames)]
    assert frames == [max(i for i, t in enumerate(times) if t <= middle) for middle in middles]


@pytest.mark.parametrize(("transfer", "number"), [("pq", 16), ("hlg", 18)])
def test_hdr_is_mapped_to_what_screens_show(tmp_path, transfer, number):
    coded = np.array([0.58, 0.40, 0.50])  # R', G', B'
    luma = coded @ [0.2627, 0.6780, 0.0593]
    levels = (
        64 + 876 * luma,
        512 + 896 * (coded[2] - luma) / 1.8814,
        512 + 896 * (coded[0] - luma) / 1.4746,
    )
    frame = av.VideoFrame(320, 180, "yuv420p10le")
    for plane, level in zip(frame.planes, levels, strict=True):
        plane.update(np.full(plane.buffer_size // 2, round(level), np.uint16).tobytes())
    source = write(
        tmp_path / "a.mp4",
        [frame] * 16,
        codec="libx265",
        pixels="yuv420p10le",
        options={"preset": "ultrafast", "x265-params": "log-level=none:lossless=1"},
        colour=(9, number, 9),
    )
    facts = ingest(source, tmp_path)
    assert facts.source.hdr
    wanted = tonemap.to_srgb(coded[None], transfer)[0] * 255
    assert shown(tmp_path / "loop.mp4")[5].mean(axis=(0, 1)) == pytest.approx(wanted, abs=4)


def test_reference_white_in_hdr_is_bright_and_the_peak_is_white():
    white, peak, grey = (
        tonemap.to_srgb(tonemap.pq_coded(np.full((1, 3), nits)), "pq")[0]
        for nits in (203, 1000, 26)
    )
    assert white == pytest.approx([0.898] * 3, abs=0.01)
    assert peak == pytest.approx([1.0] * 3, abs=0.001)
    assert grey == pytest.approx([0.394] * 3, abs=0.01)  # untouched below the knee: 26/203 of white


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_webm_is_taken(tmp_path, codec):
    source = write(tmp_path / "a.webm", loop_of(16), codec=codec, options=VPX)
    facts = ingest(source, tmp_path)
    assert facts.source.container == "webm"
    assert facts.frames == 16


# ---- loops that close, and how they are made to


def test_a_loop_that_closes_is_seamless(plain):
    _, facts, _ = plain
    assert facts.seam.verdict == "seamless"
    assert facts.seam.distance == pytest.approx(1.0, abs=0.3)
    assert facts.seam.suggestion == "cut"


@pytest.fixture(scope="module")
def jumping(tmp_path_factory) -> Path:
    """36 frames of a motion that comes back after 80: its end is far from its beginning."""
    return write(tmp_path_factory.mktemp("jump") / "a.mp4", loop_of(36, 80))


def test_a_loop_that_jumps_says_so_and_how_to_close_it(jumping, tmp_path):
    facts = ingest(jumping, tmp_path)
    assert facts.seam.verdict == "hard"
    assert facts.seam.distance > 6
    assert facts.seam.suggestion in ("crossfade", "rebound")
    assert f"{facts.seam.distance:.1f} times" in facts.seam.sentence


def test_a_crossfade_closes_the_seam(jumping, tmp_path):
    facts = ingest(jumping, tmp_path, join="crossfade")
    assert facts.frames == 36 - 9  # a quarter of it is blended
    assert facts.seam.distance < 1.6
    first, *_, last = shown(tmp_path / "loop.mp4")
    assert unlikeness(first, waves(9, 80)) < min(4.5, unlikeness(first, waves(8, 80)))
    assert unlikeness(last, 0.1 * waves(35, 80) + 0.9 * waves(8, 80)) < 4.5


def test_a_rebound_goes_back_the_way_it_came_without_standing_still(jumping, tmp_path):
    facts = ingest(jumping, tmp_path, join="rebound")
    assert facts.frames == 2 * 36 - 2
    assert facts.seam.distance < 1.6
    pictures = shown(tmp_path / "loop.mp4")
    for place in (1, 20, 35, 36, 45, 54, 55, 69):
        there = place if place < 36 else 70 - place
        errors = [unlikeness(pictures[place], waves(there + away, 80)) for away in (-2, 0, 2)]
        assert errors[1] == min(errors)


def test_a_rebound_that_would_be_too_long_is_refused(jumping):
    assert "Cut it to 1 s" in refused(jumping, "TOO_LONG", join="rebound", max_s=2.0)


# ---- what may not be shown


def test_a_loop_that_flashes_is_refused_with_where_and_how_often(tmp_path):
    pictures = [flat((20, 20, 20) if n < 30 or n % 6 < 3 else (230, 230, 230)) for n in range(60)]
    sentence = refused(write(tmp_path / "a.mp4", pictures), "FLASHES")
    assert "5 times a second" in sentence
    assert "seizures" in sentence


def test_flashes_are_counted_over_the_join(tmp_path):
    # Twice bright in half a second: two flashes in one playing, four a second when it is played on.
    pictures = [flat((230,) * 3 if n in (3, 4, 5, 10, 11, 12) else (20,) * 3) for n in range(15)]
    assert "4 times a second" in refused(write(tmp_path / "a.mp4", pictures), "FLASHES")


# ---- what is no loop


def test_sound_alone_is_refused_as_sound(tmp_path):
    assert "only sound" in refused(write_sound(tmp_path / "song.mp4", 2.0), "NO_PICTURE")


def test_one_pixel_is_refused(tmp_path):
    source = write(
        tmp_path / "a.mov", [flat((9, 9, 9), (1, 1))] * 16, codec="qtrle", pixels="rgb24"
    )
    assert "1 x 1" in refused(source, "TOO_SMALL")


def test_eight_k_is_refused_whatever_the_header_says(tmp_path):
    huge = av.VideoFrame(8192, 4320, "yuvj420p")
    for plane in huge.planes:
        plane.update(bytes(plane.buffer_size))
    source = write(tmp_path / "a.mov", [huge] * 2, rate=2, codec="mjpeg", pixels="yuvj420p")
    assert "8192 x 4320" in refused(source, "TOO_LARGE")
    patched(source, b"jpeg", 28, 320 << 16 | 180)  # the same behind a header that says it is small
    assert "8192 x 4320" in refused(source, "TOO_LARGE")


def test_a_tenth_of_a_second_is_refused(tmp_path):
    assert "0.10 s" in refused(write(tmp_path / "a.mp4", loop_of(3)), "TOO_SHORT")


def test_too_long_is_refused_with_what_to_do(tmp_path):
    source = write(tmp_path / "a.mp4", [flat((9, 99, 9), (96, 96))] * 32, rate=10)
    assert "at most 2.5 s" in refused(source, "TOO_LONG", max_s=2.5)
    assert ingest(source, tmp_path / "out", max_s=3.0).duration_s == 3.0


def test_too_many_bytes_are_refused_unopened(jumping):
    assert "0 MB can be used" in refused(jumping, "TOO_BIG", max_bytes=1000)


@pytest.mark.parametrize("front", [False, True], ids=["index at the end", "index first"])
def test_a_file_cut_off_at_99_percent_is_refused(tmp_path, front):
    mux = {"movflags": "+faststart"} if front else {}
    source = write(tmp_path / "a.mp4", loop_of(24), mux=mux)
    whole = source.read_bytes()
    source.write_bytes(whole[: len(whole) * 99 // 100])
    sentence = refused(source, "CUT_OFF" if front else "UNREADABLE")
    assert "again" in sentence


def test_a_webm_cut_off_is_refused(tmp_path):
    source = write(tmp_path / "a.webm", loop_of(30), codec="libvpx", options=VPX)
    whole = source.read_bytes()
    source.write_bytes(whole[: len(whole) * 70 // 100])
    refused(source, "CUT_OFF")


def test_the_length_is_taken_from_what_is_there_not_from_the_header(tmp_path):
    source = write(tmp_path / "short.mp4", loop_of(24))
    patched(source, b"mvhd", 20, 100)  # a tenth of a second, in the file's own thousandths
    assert ingest(source, tmp_path / "out").frames == 24
    # Every frame lasting an hour.
    source = patched(write(tmp_path / "long.mp4", loop_of(24)), b"stts", 16, 3600 * 15360)
    source.write_bytes(source.read_bytes().replace(b"elst", b"skip"))
    refused(source, "TOO_LONG")


def test_a_film_that_a_phone_trimmed_without_encoding_it_again_is_taken_as_trimmed(tmp_path):
    source = write(tmp_path / "a.mp4", loop_of(60), options={"preset": "ultrafast", "bf": "0"})
    patched(source, b"elst", 12, 1000)  # shown for one second of its two, in thousandths,
    patched(source, b"elst", 16, 15360 // 2)  # from the first half on, in the track's own ticks
    facts = ingest(source, tmp_path)
    assert facts.frames == 30
    first = shown(tmp_path / "loop.mp4")[0]
    assert unlikeness(first, waves(15, 60)) < min(4.5, unlikeness(first, waves(12, 60)))


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\nfile:///etc/hostname\n",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"<html><script>fetch('/')</script></html>",
        b"",
    ],
    ids=["playlist", "svg", "html", "empty"],
)
def test_what_is_only_named_a_video_is_refused_before_anything_opens_it(
    tmp_path, content, monkeypatch
):
    source = tmp_path / "loop.mp4"
    source.write_bytes(content)
    monkeypatch.setattr(subprocess, "Popen", None)
    refused(source, "NOT_VIDEO")


def test_noise_behind_a_videos_first_bytes_is_refused(tmp_path):
    source = tmp_path / "a.mp4"
    noise = np.random.default_rng(0).integers(0, 256, 20_000, np.uint8).tobytes()
    source.write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + noise)
    refused(source, "UNREADABLE")


# ---- limits, and ends in the middle


def test_a_child_without_memory_is_an_error_with_a_sentence(jumping, tmp_path):
    small = Limits(wall_s=60, cpu_s=30, memory_bytes=200 * 2**20, output_bytes=2**30)
    with pytest.raises(MediaError) as caught:
        ingest(jumping, tmp_path / "out", limits=small)
    assert caught.value.code in ("TOO_LARGE", "UNREADABLE")
    assert "H.264" in str(caught.value)
    assert not list((tmp_path / "out").iterdir())


class Stopped(Exception):
    pass


def test_cancelling_ends_the_child_and_leaves_nothing(jumping, tmp_path):
    seen: list[float] = []

    def cancelled() -> None:
        if seen and seen[-1] > 0.1:
            raise Stopped

    with pytest.raises(Stopped):
        ingest(jumping, tmp_path, progress=lambda share, _: seen.append(share), cancelled=cancelled)
    assert not list(tmp_path.iterdir())


def test_a_parent_killed_half_way_takes_the_child_with_it_and_leaves_nothing(tmp_path):
    source = write(tmp_path / "a.mp4", loop_of(75))
    folder = tmp_path / "out"
    program = (
        "import sys; from pathlib import Path; from casset.media.loops.ingest import ingest\n"
        "ingest(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda at, _: print(at, flush=True))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(source), str(folder)], stdout=subprocess.PIPE
    )
    with parent:
        for line in parent.stdout:
            if float(line) > 0.1:
                os.kill(parent.pid, signal.SIGKILL)
                break
    assert parent.returncode == -signal.SIGKILL
    until = time.monotonic() + 20
    while list(folder.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not list(folder.iterdir())


def test_what_a_child_did_not_expect_is_kept_for_the_log(jumping, tmp_path):
    with pytest.raises(MediaError) as caught:
        ingest(jumping, tmp_path, join="sideways")
    assert caught.value.code == "UNREADABLE"
    assert "Traceback" in str(caught.value.__cause__)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("encoder", [writing.LOOP, writing.SMALL], ids=["loop", "small"])
def test_strong_grain_is_not_taken_for_cuts(tmp_path, encoder):
    rng = np.random.default_rng(3)
    grey = np.full((64, 48), 128, np.uint8)
    with SegmentWriter(tmp_path / "grain.mp4", (96, 128), encoder=encoder) as writer:
        for _ in range(70):
            writer.write(Planes(rng.integers(16, 236, (128, 96), np.uint8), grey, grey))
    assert inspect(tmp_path / "grain.mp4").key_frames == (0, 60)
