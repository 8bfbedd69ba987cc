"""Stills come out clean: upright, in sRGB, with nothing told of where and when."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from casset.lib.errors import MediaError
from casset.media.loops import images


def photograph(path: Path, size: tuple[int, int] = (300, 200), **options: object) -> Path:
    """Its left half is red, its right half blue."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : size[0] // 2, 0] = 220
    pixels[:, size[0] // 2 :, 2] = 220
    Image.fromarray(pixels).save(path, **options)
    return path


def camera() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    exif[0x010F] = "secret-camera"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def test_a_photograph_is_turned_and_tells_nothing_of_its_camera_or_place(tmp_path):
    source = photograph(tmp_path / "a.jpg", exif=camera(), comment=b"secret-comment")
    still = images.clean(source, tmp_path / "out.jpg", max_side_px=2048)
    assert (still.width_px, still.height_px) == (200, 300)
    content = (tmp_path / "out.jpg").read_bytes()
    assert b"secret" not in content
    with Image.open(tmp_path / "out.jpg") as out:
        assert (out.format, out.mode, out.size) == ("JPEG", "RGB", (200, 300))
        assert not dict(out.getexif())
        assert "icc_profile" not in out.info
        assert out.info["progressive"]
        assert np.asarray(out)[40, 100, 0] > 200  # what was left is on top
    assert len(still.placeholder) <= 40
    assert still.mean[1:3] == still.mean[5:7]


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_the_three_formats_are_taken(tmp_path, ending):
    still = images.clean(photograph(tmp_path / f"a.{ending}"), tmp_path / "o.jpg", max_side_px=150)
    assert (still.width_px, still.height_px) == (150, 100)


def test_a_square_keeps_the_middle_and_is_not_enlarged(tmp_path):
    source = photograph(tmp_path / "a.png", (900, 300))
    still = images.clean(source, tmp_path / "o.jpg", max_side_px=256, square=True)
    assert (still.width_px, still.height_px) == (256, 256)
    small = images.clean(source, tmp_path / "p.jpg", max_side_px=2000, square=True)
    assert (small.width_px, small.height_px) == (300, 300)


def display_p3() -> bytes:
    """An ICC profile with Display P3's primaries and gamma 2.2, as cameras and phones attach one."""

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv" + struct.pack(">IIH", 0, 1, round(2.2 * 256)) + b"\0\0"
    tags = {
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.9642, 1.0, 0.8249),
        b"rXYZ": b"XYZ \0\0\0\0" + fixed(0.5151, 0.2412, -0.0011),
        b"gXYZ": b"XYZ \0\0\0\0" + fixed(0.2920, 0.6922, 0.0419),
        b"bXYZ": b"XYZ \0\0\0\0" + fixed(0.1571, 0.0666, 0.7841),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    at = 128 + 4 + 12 * len(tags)
    index, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        index += name + struct.pack(">II", at + len(body), len(content))
        body += content
    head = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"\0" * 4, 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + index + body


def test_a_profiles_colours_are_brought_to_srgb(tmp_path):
    source = tmp_path / "a.png"
    Image.new("RGB", (64, 64), (200, 100, 100)).save(source, icc_profile=display_p3())
    mean = images.clean(source, tmp_path / "o.jpg", max_side_px=64).mean
    # P3 to sRGB: 1.2249 r - 0.2247 g; -0.0420 r + 1.0419 g; -0.0197 r - 0.0786 g + 1.0979 b, in light.
    assert list(bytes.fromhex(mean[1:])) == pytest.approx([216, 93, 97], abs=3)


def test_a_profile_that_is_no_profile_is_ignored(tmp_path):
    source = photograph(tmp_path / "a.jpg", icc_profile=b"nonsense" * 40)
    assert images.clean(source, tmp_path / "o.jpg", max_side_px=64).width_px == 64


def bomb(path: Path) -> Path:
    """A PNG of 60,000 x 60,000 pixels in a few bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    return path


@pytest.mark.parametrize("kind", ["bomb", "svg", "gif", "cut off", "missing"])
def test_what_is_no_usable_still_is_refused_and_nothing_is_written(tmp_path, kind):
    source = tmp_path / "a.png"
    if kind == "bomb":
        bomb(source)
    elif kind == "svg":
        source.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    elif kind == "gif":
        photograph(source, format="GIF")
    elif kind == "cut off":
        content = photograph(source, (600, 400), format="JPEG").read_bytes()
        source.write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError, match=r"(Save|Give|Check)"):
        images.clean(source, tmp_path / "out.jpg", max_side_px=512)
    assert not list(tmp_path.glob("*out*"))
