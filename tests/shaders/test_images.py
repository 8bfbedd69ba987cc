"""Covers and stills: opened with care, refused with a sentence."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from casset.lib.errors import MediaError
from casset.media.shaders import images


def card(width: int, height: int) -> Image.Image:
    ramp = np.linspace(0, 255, width, dtype=np.uint8)
    rows = np.repeat(ramp[None, :, None], height, axis=0).repeat(3, axis=2)
    return Image.fromarray(rows)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "bmp"])
def test_common_formats_are_read(tmp_path: Path, ending: str) -> None:
    card(300, 200).save(tmp_path / f"cover.{ending}")
    pixels = images.load(tmp_path / f"cover.{ending}")
    assert pixels.shape == (200, 300, 3)
    assert pixels[100, 5].mean() < 20
    assert pixels[100, 295].mean() > 235


def test_a_large_image_is_made_smaller(tmp_path: Path) -> None:
    card(3000, 1500).save(tmp_path / "cover.png")
    assert images.load(tmp_path / "cover.png").shape == (1024, 2048, 3)


def test_a_photograph_is_turned_as_its_camera_was(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    card(300, 200).save(tmp_path / "cover.jpg", exif=exif)
    pixels = images.load(tmp_path / "cover.jpg")
    assert pixels.shape == (300, 200, 3)
    assert pixels[5].mean() < 20
    assert pixels[295].mean() > 235


def test_of_an_animation_the_first_picture_is_shown(tmp_path: Path) -> None:
    red, blue = (Image.new("RGB", (64, 64), colour) for colour in ("red", "blue"))
    red.save(tmp_path / "cover.gif", save_all=True, append_images=[blue], duration=100)
    assert images.load(tmp_path / "cover.gif")[32, 32].tolist()[0] > 200


def test_transparent_parts_lie_on_black(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 64), (255, 255, 255, 0)).save(tmp_path / "cover.png")
    assert images.load(tmp_path / "cover.png").max() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cover.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
        ("cover.jpg", b""),
        ("cover.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
        ("cover.jpg", b"ID3 this is a song"),
        ("cover.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n"),
    ],
)
def test_what_is_no_image_is_refused_with_a_sentence(tmp_path: Path, name, content) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MediaError, match=name):
        images.load(tmp_path / name)


def test_a_cut_off_image_is_refused(tmp_path: Path) -> None:
    card(400, 400).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match="damaged"):
        images.load(tmp_path / "cut.png")


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path, side: int) -> None:
    Image.new("1", (64, 64)).save(tmp_path / "bomb.png")
    small = (tmp_path / "bomb.png").read_bytes()
    header = b"IHDR" + struct.pack(">II", side, side) + small[24:29]
    claim = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    (tmp_path / "bomb.png").write_bytes(claim)
    with pytest.raises(MediaError, match="pixels"):
        images.load(tmp_path / "bomb.png")


def test_limits_on_bytes_and_smallness_hold(tmp_path: Path) -> None:
    card(200, 200).save(tmp_path / "cover.bmp")
    with pytest.raises(MediaError, match="larger than"):
        images.load(tmp_path / "cover.bmp", max_bytes=1000)
    Image.new("RGB", (3, 3)).save(tmp_path / "dot.png")
    with pytest.raises(MediaError, match="3 x 3"):
        images.load(tmp_path / "dot.png")
    with pytest.raises(MediaError, match="does not exist"):
        images.load(tmp_path / "nowhere.png")
