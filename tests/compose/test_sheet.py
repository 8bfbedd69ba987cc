"""The contact sheet shows every shot, captioned, in a file of bounded size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from casset.lib.errors import MediaError
from casset.media.compose import sheet
from casset.media.compose.segment import SegmentWriter
from casset.media.compose.sheet import Tile
from casset.media.picture import Planes

HUES = ((90, 160), (160, 90), (110, 110), (150, 150), (128, 180), (180, 128), (80, 128))


def film(path: Path, size: tuple[int, int], shots: int, length: int = 24) -> list[Tile]:
    """A film whose shots differ in colour; key frames only at the first and then every 60 frames."""
    with SegmentWriter(path, size) as writer:
        for n in range(shots * length):
            u, v = HUES[n // length % len(HUES)]
            half = (size[1] // 2, size[0] // 2)
            y = np.full((size[1], size[0]), 60 + n // length * 9 % 120, np.uint8)
            writer.write(Planes(y, np.full(half, u, np.uint8), np.full(half, v, np.uint8)))
    return [Tile(i * length, (i + 1) * length, f"verse · shot {i}") for i in range(shots)]


@pytest.mark.parametrize(("size", "shots"), [((320, 180), 7), ((180, 320), 9), ((180, 180), 1)])
def test_every_shot_is_shown_once_in_its_own_colour(tmp_path, size, shots):
    tiles = film(tmp_path / "f.mp4", size, shots)
    out = sheet.contact_sheet(tmp_path / "f.mp4", tiles, tmp_path / "f.jpg", title="A sentence")
    page = np.asarray(Image.open(out).convert("YCbCr")).astype(int)
    columns = sheet.columns_for(shots, size[0] / size[1])
    width = min(
        900, (sheet.WIDTH_PX - 2 * sheet.MARGIN_PX - (columns - 1) * sheet.GAP_PX) // columns
    )
    height = round(width * size[1] / size[0])
    for i in range(shots):
        left = sheet.MARGIN_PX + (i % columns) * (width + sheet.GAP_PX)
        lights = page[76:, left + width // 2, 0]
        assert lights.max() > 40
    rows = -(-shots // columns)
    assert page.shape[0] > rows * height
    # JPEG's own chroma is BT.601 full range of the same colour: neighbours must differ clearly.
    first = page[76 + height // 2, sheet.MARGIN_PX + width // 2]
    assert np.abs(page[76 + 4 : 76 + height - 4, sheet.MARGIN_PX + 4] - first).max() < 12
    if shots > 1:
        second = page[76 + height // 2, sheet.MARGIN_PX + width + sheet.GAP_PX + width // 2]
        assert np.abs(first - second).max() > 30


def test_sixty_shots_of_noise_still_fit_a_small_file(tmp_path):
    rng = np.random.default_rng(1)
    with SegmentWriter(tmp_path / "f.mp4", (320, 180), key_frames=range(0, 120, 2)) as writer:
        grey = np.full((90, 160), 128, np.uint8)
        for _ in range(120):
            writer.write(Planes(rng.integers(16, 235, (180, 320)).astype(np.uint8), grey, grey))
    tiles = [Tile(2 * i, 2 * i + 2, "chorus " * 30) for i in range(60)]
    out = sheet.contact_sheet(tmp_path / "f.mp4", tiles, tmp_path / "f.jpg", title="word " * 200)
    assert out.stat().st_size <= sheet.MAX_BYTES


def test_a_film_that_cannot_be_read_is_told_of(tmp_path):
    (tmp_path / "f.mp4").write_bytes(b"nothing")
    with pytest.raises(MediaError, match="contact sheet"):
        sheet.contact_sheet(tmp_path / "f.mp4", [Tile(0, 10)], tmp_path / "f.jpg")
    assert not (tmp_path / "f.jpg").exists()
