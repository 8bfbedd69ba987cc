"""Drawn visuals: canonical, as long as the hook, closed, and never flashing."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from casset.lib.errors import GenerationError, MediaError, ValidationError
from casset.media.compose import segment
from casset.media.loops import drawn, fingerprint, ingest
from casset.media.picture import Planes
from casset.media.shaders.colours import PALETTES
from casset.media.shaders.look import Look
from casset.media.shaders.renderer import ARTWORK
from casset.media.shaders.uniforms import UNIFORMS, MusicCurves

SIZE = (108, 192)
LOOK = Look(scene="road", palette=PALETTES["ember"], seed=3)


def music(frames: int, beats_a_second: float = 2.0) -> MusicCurves:
    """Even beats that light up and fade."""
    phase = np.mod(np.arange(frames) / 30 * beats_a_second, 1.0).astype(np.float32)
    level = np.full(frames, 0.6, np.float32)
    curves = dict.fromkeys(UNIFORMS, level) | {"beat": phase, "pulse": np.exp(-4 * phase)}
    return MusicCurves(**curves)


class Lamp:
    """A renderer whose whole picture is as bright as ``brightness`` says of the music it is given."""

    device = "lamp"
    size = inner = SIZE

    def __init__(self, brightness):
        self.brightness = brightness

    def planes(self, look, frame, frames, heard):
        luma = np.full((SIZE[1], SIZE[0]), self.brightness(frame, heard), np.uint8)
        grey = np.full((SIZE[1] // 2, SIZE[0] // 2), 128, np.uint8)
        return Planes(luma, grey, grey.copy())


def far(a: Planes, b: Planes) -> float:
    return float(np.abs(a.y.astype(float) - b.y).mean())


@pytest.mark.media
def test_a_drawn_loop_is_canonical_and_as_long_as_the_hook(tmp_path):
    told = []
    made = drawn.draw(
        LOOK, music(48), tmp_path / "new", seconds=1.61, size=SIZE, progress=told.append
    )
    facts = segment.inspect(made.path)
    assert made.path == tmp_path / "new" / "loop.mp4"
    assert (facts.frames, facts.size, facts.exact) == (48, SIZE, True)
    assert made.facts.flashes.safe
    with av.open(str(made.path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert container.streams.video[0].average_rate == 30
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.media
def test_frame_0_is_the_hook_s_start_and_the_end_comes_back_to_it(tmp_path):
    renderer, heard = drawn._renderer(SIZE, "normal"), music(60)
    made = drawn.draw(LOOK, heard, tmp_path, seconds=2, size=SIZE)
    shown = list(segment.read(made.path))
    first, last = (renderer.planes(LOOK, n, 60, heard.at(n)) for n in (0, 59))
    assert far(shown[0], first) < 3
    # The end shows what came before frame 0, not where the road has got to by then.
    before = renderer.planes(LOOK, -1, 60, heard.at(59))
    assert far(shown[59], before) < 0.5 * far(shown[59], last)
    untouched = renderer.planes(LOOK, 44, 60, heard.at(44))
    assert far(shown[44], untouched) < 3


def test_the_music_s_levels_come_back_too():
    heard = music(60)
    rising = MusicCurves(**{**vars(heard), "level": np.linspace(0, 1, 60, dtype=np.float32)})
    lamp = Lamp(lambda frame, heard: round(20 + 200 * heard["uLevel"]))
    shown = [planes.y.mean() for planes in drawn.loop_frames(lamp, LOOK, rising, 60)]
    assert shown[44] == pytest.approx(20 + 200 * 44 / 59, abs=1)
    assert abs(shown[-1] - shown[0]) < 10
    assert np.abs(np.diff([*shown, shown[0]])).max() < 30


@pytest.mark.media
def test_a_treatment_shows_the_image_it_is_given(tmp_path):
    Image.new("RGB", (64, 64), (230, 20, 20)).save(tmp_path / "cover.png")
    look = Look(scene=ARTWORK, treatment="slow_zoom", palette=PALETTES["ice"])
    made = drawn.draw(
        look, music(15), tmp_path, seconds=0.5, size=SIZE, image=tmp_path / "cover.png"
    )
    middle = next(segment.read(made.path)).v[40:56, 20:34]
    assert middle.mean() > 190  # red in BT.709: Cr 240


@pytest.mark.media
def test_a_still_is_a_frame_of_the_loop():
    heard = music(60)
    shown = drawn.still(LOOK, heard, seconds=2, at_s=1.0, size=SIZE)
    assert shown.shape == (SIZE[1], SIZE[0], 3)
    red, green, blue = np.moveaxis(shown.astype(float), 2, 0)
    luma = 16 + 219 / 255 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)
    frame = drawn._renderer(SIZE, "normal").planes(LOOK, 30, 60, heard.at(30))
    assert np.abs(luma - frame.y).mean() < 8  # the film's halation and grain are not on it
    beyond = drawn.still(LOOK, heard, seconds=2, at_s=99.0, size=SIZE)
    assert np.array_equal(beyond, drawn.still(LOOK, heard, seconds=2, at_s=2.0, size=SIZE))


def test_a_picture_that_would_flash_is_drawn_again_calmer(tmp_path, monkeypatch):
    lamp = Lamp(lambda frame, heard: 40 + 150 * heard["uPulse"])
    monkeypatch.setattr(drawn, "_renderer", lambda size, quality: lamp)
    still = drawn.draw(LOOK, music(60, 2.0), tmp_path, seconds=2, size=SIZE)
    assert still.calm == 0
    told = []
    made = drawn.draw(LOOK, music(60, 5.0), tmp_path, seconds=2, size=SIZE, progress=told.append)
    assert made.calm > 0
    assert made.facts.flashes.safe
    assert told == sorted(told)


def test_what_flashes_only_where_the_end_meets_the_beginning_is_seen_too(tmp_path, monkeypatch):
    bright = {0, 6, 12, 45, 51}  # three in the first second, two in the last half
    monkeypatch.setattr(drawn, "BLEND_S", 0.0)
    lamp = Lamp(lambda frame, heard: 190 if frame in bright else 40)
    monkeypatch.setattr(drawn, "_renderer", lambda size, quality: lamp)
    with pytest.raises(GenerationError):
        drawn.draw(LOOK, music(60), tmp_path, seconds=2, size=SIZE)


def test_what_flashes_without_music_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    lamp = Lamp(lambda frame, heard: 190 if frame % 6 < 3 else 40)
    monkeypatch.setattr(drawn, "_renderer", lambda size, quality: lamp)
    with pytest.raises(GenerationError, match="flash") as refused:
        drawn.draw(LOOK, music(60), tmp_path, seconds=2, size=SIZE)
    assert refused.value.code == "FLASHES"
    assert not list(tmp_path.iterdir())


def test_work_that_is_called_off_leaves_nothing(tmp_path, monkeypatch):
    class CalledOff(Exception):
        pass

    def check():
        if len(told) > 5:
            raise CalledOff

    told: list[float] = []
    lamp = Lamp(lambda frame, heard: 100)
    monkeypatch.setattr(drawn, "_renderer", lambda size, quality: lamp)
    with pytest.raises(CalledOff):
        drawn.draw(
            LOOK, music(60), tmp_path, seconds=2, size=SIZE, progress=told.append, check=check
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.media
def test_what_is_known_of_a_drawn_loop_is_what_an_upload_of_it_would_show(tmp_path):
    size = (270, 480)  # of smaller ones compression takes more than the grain
    made = drawn.draw(LOOK, music(66), tmp_path / "drawn", seconds=2.2, size=size).facts
    seen = ingest.ingest(tmp_path / "drawn" / "loop.mp4", tmp_path / "sent")
    measured = {"flashes", "seam", "luminance", "descriptors", "colours", "placeholder"}
    assert made.model_dump(exclude=measured | {"fingerprint"}) == seen.model_dump(
        exclude=measured | {"fingerprint"}
    )
    assert made.flashes == seen.flashes
    assert made.seam.distance == pytest.approx(seen.seam.distance, rel=0.15)
    for part in ("luminance", "descriptors"):
        expected = pytest.approx(getattr(seen, part).model_dump(), abs=0.03)
        assert getattr(made, part).model_dump() == expected
    assert made.colours.hue == pytest.approx(seen.colours.hue, abs=8)
    assert made.colours.chroma == pytest.approx(seen.colours.chroma, abs=0.02)
    assert fingerprint.compare(made.fingerprint, seen.fingerprint).verdict == "duplicate"
    names = {path.name for path in (tmp_path / "drawn").iterdir()}
    assert names == {"loop.mp4", "small.mp4", "poster.jpg", "small.jpg"}


class Counted(Lamp):
    """A lamp that swells and fades with each second, and says which frames were asked of it."""

    def __init__(self):
        super().__init__(lambda frame, heard: 100 + abs(frame % 30 - 15))
        self.asked = []

    def planes(self, look, frame, frames, heard):
        self.asked.append(frame)
        return super().planes(look, frame, frames, heard)


def killed_after(frames: int, kept: Path, folder: Path) -> None:
    """Draw in a process of its own that is killed when so many frames are there."""

    def die(share: float) -> None:
        if share * 150 >= frames:
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        drawn.draw(LOOK, music(150), folder, seconds=5, size=SIZE, pieces=kept, progress=die)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def test_a_drawing_that_was_killed_goes_on_where_it_was(tmp_path, monkeypatch):
    lamp, told = Counted(), []
    monkeypatch.setattr(drawn, "_renderer", lambda size, quality: lamp)
    killed_after(100, tmp_path / "kept", tmp_path / "first")
    again = {"seconds": 5, "size": SIZE, "pieces": tmp_path / "kept"}
    made = drawn.draw(LOOK, music(150), tmp_path / "second", progress=told.append, **again)
    assert min(lamp.asked) < 0 <= 60 == min(frame for frame in lamp.asked if frame >= 0)
    assert told[0] == pytest.approx(61 / 150)
    whole = drawn.draw(LOOK, music(150), tmp_path / "whole", seconds=5, size=SIZE)
    assert made.facts == whole.facts
    assert made.path.read_bytes() == whole.path.read_bytes()


def test_pieces_of_another_look_or_music_and_damaged_ones_are_not_used(tmp_path, monkeypatch):
    lamp = Counted()
    monkeypatch.setattr(drawn, "_renderer", lambda size, quality: lamp)

    def asked(look=LOOK, heard=2.0, seconds=3.0) -> int:
        lamp.asked.clear()
        drawn.draw(
            look, music(90, heard), tmp_path, seconds=seconds, size=SIZE, pieces=tmp_path / "kept"
        )
        return len(lamp.asked)

    assert asked() == 105  # the last half second is drawn twice
    assert asked() == 0
    (small,) = tmp_path.glob("kept/*/000-00060/small.mp4")
    small.write_bytes(small.read_bytes()[:-400])
    assert asked() == 45
    assert asked(look=LOOK.model_copy(update={"seed": 4})) == 105
    assert asked(heard=1.0) == 105
    assert asked(seconds=2.5) == 90


@pytest.mark.parametrize("seconds", [0, -3, 61, float("nan")])
def test_a_length_that_cannot_be_is_refused(tmp_path, seconds):
    with pytest.raises(ValidationError):
        drawn.draw(LOOK, music(30), tmp_path, seconds=seconds, size=SIZE)


@pytest.mark.parametrize("size", [(1081, 1920), (32, 32), (3840, 2160)])
def test_a_size_that_cannot_be_is_refused(tmp_path, size):
    with pytest.raises(ValidationError):
        drawn.draw(LOOK, music(30), tmp_path, seconds=1, size=size)


@pytest.mark.media
def test_an_image_that_is_none_is_refused(tmp_path: Path):
    (tmp_path / "cover.png").write_text("<svg/>")
    look = Look(scene=ARTWORK, treatment="halation", palette=PALETTES["ice"])
    with pytest.raises(MediaError):
        drawn.draw(look, music(15), tmp_path, seconds=0.5, size=SIZE, image=tmp_path / "cover.png")
    assert [path.name for path in tmp_path.iterdir()] == ["cover.png"]
