"""The numbers that the server and the browser share."""

from __future__ import annotations

import itertools
import json

import pytest

from casset.media.hookvideo import layout
from casset.media.hookvideo.layout import Aspect

ASPECTS: tuple[Aspect, ...] = ("9:16", "1:1", "16:9")


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("title_rows", [0, 1, 2])
@pytest.mark.parametrize("attribution", [False, True])
def test_every_part_stands_in_the_safe_zone_and_in_no_others_way(
    aspect: Aspect, title_rows: int, attribution: bool
) -> None:
    safe = layout.safe_zone(aspect)
    found = layout.boxes(aspect, title_rows=title_rows, attribution=attribution)
    for item in found.values():
        assert item.place.left >= safe.left - 1e-4, item.name
        assert item.place.top >= safe.top - 1e-4, item.name
        assert item.place.right <= safe.right + 1e-4, item.name
        assert item.place.bottom <= safe.bottom + 1e-4, item.name
    apart = [item for name, item in found.items() if name != "glass"]
    for a, b in itertools.combinations(apart, 2):
        beside = a.place.right <= b.place.left or b.place.right <= a.place.left
        over = a.place.bottom <= b.place.top + 1e-6 or b.place.bottom <= a.place.top + 1e-6
        assert beside or over, f"{a.name} and {b.name}"
    assert ("attribution" in found) is attribution


def test_the_vertical_safe_zone_clears_every_platform() -> None:
    safe, height = layout.safe_zone("9:16"), 1920 / 1080
    for name in ("tiktok", "reels", "shorts"):
        zone = layout.numbers()["platforms"][name]
        assert safe.top >= zone["top"] * height - 1e-3, name
        assert safe.bottom <= (1 - zone["bottom"]) * height + 1e-3, name
        assert safe.right <= 1 - zone["right"] + 1e-3, name
        assert zone["source"]


def test_the_file_is_plain_json_with_units_and_a_version() -> None:
    read = json.loads(layout.FILE.read_text(encoding="utf-8"))
    assert read["version"] == layout.version() >= 1
    assert "short side" in read["units"]
    assert set(read["aspects"]) == set(ASPECTS)


def test_frames_have_the_platforms_sizes() -> None:
    assert [layout.frame_size(aspect) for aspect in ASPECTS] == [
        (1080, 1920),
        (1080, 1080),
        (1920, 1080),
    ]
