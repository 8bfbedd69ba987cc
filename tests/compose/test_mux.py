"""The last step: every frame and every sound in its place, or no film."""

from __future__ import annotations

import itertools
import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from scipy.signal import fftconvolve

from casset.lib.errors import GenerationError, MediaError
from casset.media.audio import encode
from casset.media.audio.decode import Sound
from casset.media.compose import mux
from casset.media.compose.encoder import ENCODER
from casset.media.compose.mux import Piece
from casset.media.compose.segment import SegmentWriter
from tests.compose.cards import SIZE, card, decoded, noise, number_of

# Copied from three segments: whole, from a key frame to a key frame, from a key frame to the end.
PIECES = ((0, 0, 50), (1, 12, 40), (2, 30, 60))
TOTAL = sum(frames for *_, frames in PIECES)


@pytest.fixture
def song(tmp_path) -> Path:
    return encode.aac(noise(TOTAL / 30), tmp_path / "song.m4a")


@pytest.fixture
def pieces(tmp_path) -> list[Piece]:
    """Segments whose cards carry the numbers they will have in the film."""
    made, place = [], 0
    for index, skip, frames in PIECES:
        path = tmp_path / f"{index}.mp4"
        length = max(90, skip + frames) if index else frames
        with SegmentWriter(path, SIZE, key_frames=(skip, skip + frames)) as writer:
            for n in range(length):
                writer.write(card((place + n - skip) % 4096, tint=110 + 15 * index))
        made.append(Piece(path, skip, frames))
        place += frames
    return made


def boxes(path: Path) -> list[str]:
    names, data, place = [], path.read_bytes(), 0
    while place + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[place : place + 8])
        names.append(name.decode("latin1"))
        place += size
    return names


def sound_of(path: Path) -> np.ndarray:
    """Mono samples as a player would hear them."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", 44_100)
        parts = [
            out.to_ndarray()[0] for f in container.decode(audio=0) for out in resampler.resample(f)
        ]
    return np.concatenate(parts)


def test_every_frame_of_the_film_is_the_one_that_belongs_there(tmp_path, pieces, song):
    film = tmp_path / "film.mp4"
    joined = mux.join(pieces, song, film)
    shown = [(place, number_of(y)) for place, y in decoded(film)]
    assert shown == [(n, n) for n in range(TOTAL)]
    assert joined.frames == TOTAL
    assert joined.drift_s <= 1 / 30


def test_pieces_without_a_song_are_joined_the_same_way(tmp_path, pieces):
    film = tmp_path / "silent.mp4"
    mux.join_silent(pieces, film)
    assert [(place, number_of(y)) for place, y in decoded(film)] == [(n, n) for n in range(TOTAL)]
    with av.open(str(film)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_slip_of_one_frame_would_show(tmp_path, pieces, song):
    # The second segment from one frame later: cannot be copied, for it is not a key frame …
    late = [pieces[0], replace(pieces[1], skip=13), pieces[2]]
    with pytest.raises(GenerationError, match="key frame"):
        mux.join(late, song, tmp_path / "film.mp4")
    # … and where it can, the cards tell.
    early = [replace(pieces[0], frames=50), Piece(pieces[1].path, 0, 12), pieces[2]]
    mux.join(early, encode.aac(noise(122 / 30), tmp_path / "s.m4a"), tmp_path / "film.mp4")
    assert [number_of(y) for _, y in decoded(tmp_path / "film.mp4")] != list(range(122))


def test_frames_that_end_between_key_frames_are_refused(tmp_path, pieces, song):
    short = [pieces[0], replace(pieces[1], frames=37), replace(pieces[2], frames=60)]
    try:
        mux.join(short, song, tmp_path / "film.mp4")
    except GenerationError:
        assert not (tmp_path / "film.mp4").exists()
    else:  # it ended on a frame nothing later was needed for: then every frame must be right
        numbers = [number_of(y) for _, y in decoded(tmp_path / "film.mp4")]
        assert numbers[:87] == list(range(87))


def test_decoding_times_rise_and_no_frame_is_decoded_too_late(tmp_path, pieces, song):
    mux.join(pieces, song, tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    assert all(a.dts < b.dts for a, b in itertools.pairwise(packets))
    assert all(p.pts >= p.dts for p in packets)
    assert any(p.pts != p.dts for p in packets)  # there are B-frames to get wrong


def test_times_do_not_drift_over_three_minutes(tmp_path):
    segment = tmp_path / "s.mp4"
    with SegmentWriter(segment, (64, 64)) as writer:
        for n in range(45):
            writer.write(card(n, (64, 64)))
    count = 120
    silence = Sound(np.zeros((count * 45 * 1470, 2), np.float32))
    song = encode.aac(silence, tmp_path / "song.m4a")
    joined = mux.join([Piece(segment, 0, 45)] * count, song, tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as container:
        times = sorted(p.pts * p.time_base for p in container.demux(video=0) if p.size)
    assert times == [Fraction(n, 30) for n in range(count * 45)]
    assert joined.video_s == pytest.approx(180)
    assert joined.drift_s <= 1 / 30


def test_the_film_plays_while_it_downloads(tmp_path, pieces, song):
    mux.join(pieces, song, tmp_path / "film.mp4")
    names = boxes(tmp_path / "film.mp4")
    assert names.index("moov") < names.index("mdat")


def test_sound_lies_where_it_did_in_the_song(tmp_path, pieces):
    original = noise(TOTAL / 30, seed=9)
    song = encode.aac(original, tmp_path / "song.m4a")
    mux.join(pieces, song, tmp_path / "film.mp4")
    heard, wanted = sound_of(tmp_path / "film.mp4"), original.mono
    for start_s in (0.0, 2.0, TOTAL / 30 - 1.2):
        first = round(start_s * 44_100)
        a, b = heard[first : first + 44_100], wanted[first : first + 44_100]
        match = fftconvolve(a, b[::-1])
        assert abs(int(np.argmax(match)) - (len(b) - 1)) <= 44  # a millisecond
    assert abs(len(heard) - len(wanted)) <= 1024


def test_a_song_without_a_whole_number_of_frames_is_kept_to_its_end(tmp_path, pieces):
    song = encode.aac(noise(TOTAL / 30 + 0.016), tmp_path / "song.m4a")
    joined = mux.join(pieces, song, tmp_path / "film.mp4")
    assert joined.audio_s == pytest.approx(TOTAL / 30 + 0.016, abs=0.002)
    assert joined.drift_s <= 1 / 30


def test_a_segment_of_other_settings_is_refused(tmp_path, pieces, song):
    with SegmentWriter(
        pieces[1].path, SIZE, key_frames=(12, 52), encoder=replace(ENCODER, bframes=0)
    ) as w:
        for n in range(90):
            w.write(card(n))
    with pytest.raises(GenerationError, match="other settings"):
        mux.join(pieces, song, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.parametrize("damage", ["missing", "empty", "cut off", "not a film"])
def test_a_segment_that_cannot_be_read_is_refused(tmp_path, pieces, song, damage):
    path = pieces[2].path
    whole = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(
            {"empty": b"", "cut off": whole[: len(whole) * 2 // 3]}.get(damage, b"x" * 5000)
        )
    with pytest.raises(GenerationError, match=path.name):
        mux.join(pieces, song, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()
    assert not list(tmp_path.glob(".*.part*"))


def test_a_film_and_a_song_of_different_lengths_are_refused(tmp_path, pieces):
    song = encode.aac(noise(TOTAL / 30 - 0.5), tmp_path / "song.m4a")
    with pytest.raises(GenerationError, match="not equally long"):
        mux.join(pieces, song, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_joining_twice_gives_the_same_bytes(tmp_path, pieces, song):
    mux.join(pieces, song, tmp_path / "a.mp4")
    mux.join(pieces, song, tmp_path / "b.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_measuring_something_else_is_refused(tmp_path, song):
    with pytest.raises(MediaError):
        mux.measure(song)
