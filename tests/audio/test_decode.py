"""Reading songs: every kind of good file, and every kind of bad one."""

from __future__ import annotations

import http.server
import threading
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from casset.lib.errors import MediaError, MissingCapability
from casset.media import ffmpeg, probe
from casset.media.audio.decode import RATE, decode

SONG = Path(__file__).parents[1] / "media" / "vibe_ace.ogg"


def write_wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    """``samples`` (n, channels) in -1..1 as 16-bit PCM."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def tone(seconds: float, rate: int, channels: int = 1, hz: float = 440.0) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    return np.repeat(0.5 * np.sin(2 * np.pi * hz * t)[:, None], channels, 1)


def encode(
    path: Path, codec: str, container: str, rate: int = 44_100, *, picture: bool = False
) -> Path:
    """Five seconds of a 440 Hz tone in some codec, with a video stream where asked."""
    samples = tone(5.0, rate, 2).astype(np.float32)
    with av.open(str(path), "w", format=container) as out:
        video = None
        if picture:
            video = out.add_stream("libx264", rate=10)
            video.width = video.height = 64
            video.pix_fmt = "yuv420p"
        sound = out.add_stream(codec, rate=rate, layout="stereo")
        for at in range(0, len(samples), 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[at : at + 1024].reshape(1, -1)),
                format="flt",
                layout="stereo",
            )
            frame.rate, frame.pts = rate, at
            out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
        if video is not None:
            for i in range(50):
                still = av.VideoFrame.from_ndarray(
                    np.full((64, 64, 3), i, np.uint8), format="rgb24"
                )
                still.pts = i
                out.mux(video.encode(still))
            out.mux(video.encode(None))
    return path


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (96_000, 2), (48_000, 1)])
def test_every_rate_and_channel_count_becomes_one_stereo_timeline(tmp_path, rate, channels):
    sound = decode(write_wav(tmp_path / "tone.wav", tone(3.0, rate, channels), rate))
    assert sound.rate == RATE
    assert sound.samples.shape[1] == 2
    assert sound.duration == pytest.approx(3.0, abs=0.02)
    spectrum = np.abs(np.fft.rfft(sound.mono))
    assert np.argmax(spectrum) * RATE / len(sound.mono) == pytest.approx(440, abs=1)


@pytest.mark.parametrize(
    ("codec", "container", "name"),
    [
        ("libmp3lame", "mp3", "a.mp3"),
        ("flac", "flac", "a.flac"),
        ("aac", "mp4", "a.m4a"),
        ("libopus", "ogg", "a.ogg"),
        ("aac", "matroska", "a.mkv"),
    ],
)
def test_every_usual_format_is_heard(tmp_path, codec, container, name):
    rate = 48_000 if codec == "libopus" else 44_100
    sound = decode(encode(tmp_path / name, codec, container, rate))
    assert sound.duration == pytest.approx(5.0, abs=0.08)
    assert np.abs(sound.mono).max() > 0.3


def test_the_sound_of_a_video_is_used_and_its_picture_ignored(tmp_path):
    sound = decode(encode(tmp_path / "clip.mp4", "aac", "mp4", picture=True))
    assert sound.duration == pytest.approx(5.0, abs=0.08)


def test_a_wrong_ending_does_not_matter(tmp_path):
    path = tmp_path / "song.jpg"
    path.write_bytes(write_wav(tmp_path / "a.wav", tone(2, 44_100), 44_100).read_bytes())
    assert decode(path).duration == pytest.approx(2.0, abs=0.01)


def test_a_song_that_was_cut_off_is_used_as_far_as_it_goes_and_says_so(tmp_path):
    whole = encode(tmp_path / "whole.flac", "flac", "flac").read_bytes()
    path = tmp_path / "half.flac"
    path.write_bytes(whole[: len(whole) // 2])
    sound = decode(path)
    assert 1.0 < sound.duration < 4.5
    assert "cut off" in sound.warnings[0]


def test_silence_is_sound(tmp_path):
    assert decode(
        write_wav(tmp_path / "s.wav", np.zeros((44_100, 2)), 44_100)
    ).duration == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.mp3", b"", "empty"),
        ("letter.mp3", b"Dear listener, " * 400, "not a sound file"),
        ("random.ogg", np.random.default_rng(1).bytes(50_000), "not a sound file"),
        ("picture.mp3", b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "not a sound file"),
        ("vector.mp3", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a sound file"),
    ],
)
def test_what_is_not_sound_is_refused_with_what_to_do(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(MediaError, match=said):
        decode(path)


def test_a_missing_file_a_folder_and_an_impossible_name_are_told_apart(tmp_path):
    with pytest.raises(MediaError, match="no file"):
        decode(tmp_path / "nothing.mp3")
    with pytest.raises(MediaError, match="folder"):
        decode(tmp_path)
    with pytest.raises(MediaError, match="file name"):
        decode("x" * 5000)
    with pytest.raises(MediaError):
        decode("a\0b")


def test_a_video_without_sound_says_that_it_has_none(tmp_path):
    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(MediaError, match="no sound in this file"):
        decode(path)


def test_a_song_may_not_be_too_short_or_too_long(tmp_path):
    path = write_wav(tmp_path / "two.wav", tone(2, 8_000), 8_000)
    with pytest.raises(MediaError, match=r"2\.0 s long"):
        decode(path, min_s=4)
    with pytest.raises(MediaError, match="minutes long"):
        decode(path, max_s=1)


def test_a_header_that_lies_about_the_length_does_not_get_past_the_limit(tmp_path):
    path = write_wav(tmp_path / "long.wav", tone(30, 8_000), 8_000)
    data = bytearray(path.read_bytes())
    data[40:44] = (16_000).to_bytes(4, "little")  # the data chunk claims one second
    lying = tmp_path / "lying.wav"
    lying.write_bytes(data)
    with pytest.raises(MediaError, match="minutes long"):
        decode(path, max_s=10)
    assert decode(lying, max_s=10).duration <= 10.5


@pytest.fixture
def listener():
    """A server on this machine that counts who calls."""
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", calls
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp3"])
def test_a_playlist_reads_neither_the_network_nor_another_file(tmp_path, listener, name):
    address, calls = listener
    secret = write_wav(tmp_path / "secret.wav", tone(5, 8_000), 8_000)
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{address}/a.ts\n#EXT-X-ENDLIST\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{address}/a.wav'\n",
        f"ffconcat version 1.0\nfile '{secret}'\n",
    ):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(MediaError):
            decode(path)
    assert calls == []


@pytest.mark.parametrize(
    "address",
    ["concat:a.wav|b.wav", "http://127.0.0.1:1/a.mp3", "data:audio/wav;base64,AAAA", "pipe:0"],
)
def test_an_address_is_not_a_file_name(address):
    with pytest.raises(MediaError):
        decode(address)


def test_a_file_that_is_really_named_like_an_address_is_read(tmp_path):
    path = tmp_path / "concat:a|b.wav"
    write_wav(path, tone(1, 8_000), 8_000)
    assert decode(path).duration == pytest.approx(1.0, abs=0.02)


def test_reading_stops_at_the_time_limit():
    with pytest.raises(MediaError, match="took longer"):
        decode(SONG, limits=ffmpeg.Limits(wall_s=0.05))


def test_reading_stops_at_the_memory_limit():
    with pytest.raises(MediaError):
        ffmpeg.run("probe", {"path": str(SONG)}, limits=ffmpeg.Limits(memory_bytes=64 * 2**20))


def test_a_full_disk_is_told_as_such(tmp_path):
    order = {"path": str(SONG), "out": str(tmp_path / "raw"), "rate": RATE, "max_s": 900}
    with pytest.raises((MissingCapability, MediaError), match=r"disk is full|could not be read"):
        ffmpeg.run("decode", order, limits=ffmpeg.Limits(output_bytes=1000))


def test_a_file_over_the_size_limit_is_refused_unread():
    with pytest.raises(MediaError, match="at most 1 MB"):
        probe.sound(SONG, max_bytes=2**20)


def test_the_first_sample_stays_where_it_is(tmp_path):
    """A click at 1.000 s is at 1.000 s after decoding, whatever the codec's delay."""
    click = np.zeros((44_100 * 2, 2))
    click[44_100] = 0.9
    sound = decode(write_wav(tmp_path / "click.wav", click, 44_100))
    assert int(np.argmax(np.abs(sound.mono))) == 44_100
