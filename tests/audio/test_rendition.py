"""The hook's own sound: exactly its window, faded, and nothing else of the song."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from scipy.signal import fftconvolve

from casset.lib.errors import ValidationError
from casset.media.audio import rendition
from casset.media.audio.decode import RATE, Sound, decode

FRAME = 1024  # samples of one AAC frame


@pytest.fixture(scope="module")
def song() -> Sound:
    """Twelve seconds of band-limited noise: alike nowhere but to itself."""
    random = np.random.default_rng(4)
    samples = 0.2 * random.standard_normal((12 * RATE, 2))
    samples[1:] = 0.5 * samples[1:] + 0.5 * samples[:-1]
    return Sound(samples.astype(np.float32))


def heard(path: Path) -> np.ndarray:
    """(n, 2) samples as a player would place them."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    assert frames[0].pts == 0
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T


def later_by(found: np.ndarray, wanted: np.ndarray) -> int:
    match = fftconvolve(found, wanted[::-1])
    return int(np.argmax(match)) - (len(wanted) - 1)


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 5.0), (3.217, 9.4031), (7.0, 12.0)])
def test_the_first_sample_is_the_song_s_at_the_hook_s_start(tmp_path, song, start_s, end_s):
    facts = rendition.cut(song, tmp_path / "hook.m4a", start_s=start_s, end_s=end_s)
    found = heard(tmp_path / "hook.m4a").mean(axis=1)
    first = round(start_s * RATE)
    for at in (0, len(found) // 2, len(found) - RATE):  # start, middle, end
        wanted = song.mono[first + at : first + at + RATE]
        assert abs(later_by(found[at : at + RATE], wanted)) <= 1  # samples; 44 are a millisecond
    assert facts.start_s == pytest.approx(start_s, abs=1 / RATE)


def test_it_is_as_long_as_its_window(tmp_path, song):
    facts = rendition.cut(song, tmp_path / "hook.m4a", start_s=1.5, end_s=8.7351)
    with av.open(str(tmp_path / "hook.m4a")) as container:
        told_s = container.duration / av.time_base
    assert told_s == pytest.approx(7.2351, abs=FRAME / RATE)
    assert facts.duration_s == pytest.approx(7.2351, abs=FRAME / RATE)
    assert 0 <= len(heard(tmp_path / "hook.m4a")) - facts.sample_count < FRAME


def test_both_ends_are_faded_as_half_a_cosine_of_ten_milliseconds():
    level = Sound(np.full((RATE * 6, 2), 0.5, np.float32))
    samples = rendition.hook_samples(level, start_s=0.5, end_s=5.5)
    fade = 441
    middle = fade // 2
    assert len(samples) == 5 * RATE
    assert np.abs(samples[0]).max() < 1e-4
    assert samples[middle] == pytest.approx(0.25, abs=0.001)
    assert samples[fade // 4] == pytest.approx(0.5 * 0.1464, abs=0.002)  # sin²(π / 8)
    assert (np.diff(samples[:fade, 0]) > 0).all()
    assert samples[fade:-fade] == pytest.approx(0.5)
    assert samples[:fade] == pytest.approx(samples[-fade:][::-1])


def test_the_song_itself_is_left_as_it_was(tmp_path, song):
    before = song.samples.copy()
    rendition.cut(song, tmp_path / "hook.m4a", start_s=0, end_s=5)
    assert np.array_equal(song.samples, before)


def test_its_loudness_is_the_song_s(tmp_path, song):
    rendition.cut(song, tmp_path / "hook.m4a", start_s=2, end_s=8)
    found, wanted = heard(tmp_path / "hook.m4a")[RATE : 5 * RATE], song.samples[3 * RATE : 7 * RATE]
    assert 20 * np.log10(found.std() / wanted.std()) == pytest.approx(0, abs=0.3)


def test_the_file_holds_no_more_sound_than_the_hook_and_nothing_written_about_it(tmp_path, song):
    out = tmp_path / "hook.m4a"
    facts = rendition.cut(song, out, start_s=4, end_s=9)
    with av.open(str(out)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        told = {**container.metadata, **container.streams.audio[0].metadata}
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.layout.name) == (
            "aac",
            RATE,
            "stereo",
        )
        assert stream.codec_context.profile == "LC"
    assert len(packets) * FRAME <= facts.sample_count + 3 * FRAME  # priming and the last one's rest
    assert 8 * facts.size_bytes / facts.duration_s < 215_000
    assert not {"title", "artist", "comment", "encoder", "creation_time"} & set(told)


def test_it_plays_while_it_downloads(tmp_path, song):
    rendition.cut(song, tmp_path / "hook.m4a", start_s=4, end_s=9)
    data, names, place = (tmp_path / "hook.m4a").read_bytes(), [], 0
    while place + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[place : place + 8])
        names.append(name)
        place += size
    assert names.index(b"moov") < names.index(b"mdat")


def test_the_same_hook_gives_the_same_bytes(tmp_path, song):
    first = rendition.cut(song, tmp_path / "a.m4a", start_s=4, end_s=9)
    again = rendition.cut(song, tmp_path / "b.m4a", start_s=4, end_s=9)
    assert first == again


@pytest.mark.parametrize(
    ("start_s", "end_s"),
    [(-1, 5), (5, 5), (9, 5), (11, 14), (20, 25), (float("nan"), 5), (0, float("inf"))],
)
def test_a_window_that_is_no_part_of_the_song_is_refused(tmp_path, song, start_s, end_s):
    with pytest.raises(ValidationError, match="hook"):
        rendition.cut(song, tmp_path / "hook.m4a", start_s=start_s, end_s=end_s)
    assert not list(tmp_path.iterdir())


def test_no_more_than_thirty_seconds_leave_a_song(tmp_path):
    long = Sound(np.zeros((40 * RATE, 2), np.float32))
    with pytest.raises(ValidationError, match="30 s"):
        rendition.cut(long, tmp_path / "hook.m4a", start_s=0, end_s=30.1)
    facts = rendition.cut(long, tmp_path / "hook.m4a", start_s=3, end_s=33)
    assert facts.duration_s == pytest.approx(30, abs=FRAME / RATE)


def test_the_whole_song_keeps_its_length_and_can_be_read_as_a_song(tmp_path, song):
    facts = rendition.full(song, tmp_path / "song.m4a")
    again = decode(tmp_path / "song.m4a")
    assert facts.duration_s == pytest.approx(12, abs=FRAME / RATE)
    assert again.duration == pytest.approx(12, abs=FRAME / RATE)
    assert abs(later_by(again.mono[:RATE], song.mono[:RATE])) <= 1
    small = rendition.full(tmp_path / "song.m4a", tmp_path / "small.m4a", bit_rate=96_000)
    assert small.size_bytes < 0.6 * facts.size_bytes
