"""Where everything stands on a hook video, from the one set of numbers the browser reads too.

``layout.json`` is the set; its ``units`` and ``flow`` say how it is read. Lengths are shares of the
frame's short side. Change ``version`` with any number: it is part of every export's cache key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from casset.media.compose.type_faces import Weight

Aspect = Literal["9:16", "1:1", "16:9"]
FILE = Path(__file__).with_name("layout.json")


@cache
def numbers() -> dict[str, Any]:
    """The whole set, as ``layout.json`` has it."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def version() -> int:
    """Changes whenever an export would look different."""
    return int(numbers()["version"])


@dataclass(frozen=True)
class Place:
    """A rectangle, in shares of the short side or, after ``px``, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def px(self, short_side: int) -> Place:
        """The same rectangle on a frame whose short side has that many pixels."""
        return Place(
            *(edge * short_side for edge in (self.left, self.top, self.right, self.bottom))
        )


@dataclass(frozen=True)
class Item:
    """How one part is set: its place, and for a text its face, size and rows.

    ``size`` and ``place`` are shares of the short side, ``leading`` is of the size. ``opacity`` may be
    raised to ``lifted`` on a bright picture.
    """

    name: str
    place: Place
    weight: Weight = "text"
    size: float = 0.0
    leading: float = 1.0
    rows: int = 1
    opacity: float = 1.0
    lifted: float = 1.0


def frame_size(aspect: Aspect, scale: float = 1.0) -> tuple[int, int]:
    """(width, height) in pixels, both even; ``scale`` 1 is full size."""
    width, height = numbers()["aspects"][aspect]["size"]
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def safe_zone(aspect: Aspect) -> Place:
    """Where overlays may stand: clear of what TikTok, Reels and Shorts lay over a film."""
    safe = numbers()["aspects"][aspect]["safe"]
    return Place(safe["left"], safe["top"], safe["right"], safe["bottom"])


def boxes(
    aspect: Aspect,
    *,
    title_rows: int = 1,
    watermark: bool = True,
    attribution: bool = True,
    lyrics: bool = True,
    avatar: bool = True,
    handle: bool = True,
) -> dict[str, Item]:
    """Every part by name with its place; parts without content are left out and take no room.

    Names: glass, avatar, artist, handle, title, lyric_previous, lyric_now, lyric_next, bars, watermark,
    attribution. ``title_rows`` 0 leaves out the title.
    """
    shape = numbers()["aspects"][aspect]
    rows = {"title": title_rows, "watermark": int(watermark), "attribution": int(attribution)}
    found = _artist(shape["artist"], avatar=avatar, handle=handle)
    for column in shape["columns"]:
        bottom = column["bottom"]
        for item in column["items"]:
            name, count = item["name"], rows.get(item["name"], item.get("rows", 1))
            if not count or (name.startswith("lyric") and not lyrics):
                continue
            height = item.get("height", count * item.get("leading", 0) * item.get("size", 0))
            place = Place(column["left"], bottom - height, column["right"], bottom)
            found[name] = _item(name, item, place, count)
            bottom -= height + item["gap"]
    return found


def _item(name: str, given: dict[str, Any], place: Place, rows: int = 1) -> Item:
    if "size" not in given:
        return Item(name, place)
    return Item(
        name, place, given["weight"], given["size"], given.get("leading", 1.2), rows,
        given["opacity"], given.get("lifted", given["opacity"]),
    )  # fmt: skip


def _artist(given: dict[str, Any], *, avatar: bool, handle: bool) -> dict[str, Item]:
    """The artist's picture with name and handle beside it, both centred on its height, on a pill.

    The pill ("glass") reaches as far as the names may; who draws it ends it ``end`` after them.
    """
    side, pad = given["avatar"], given["pad"]
    pill = Place(given["left"], given["top"], given["right"], given["top"] + side + 2 * pad)
    found = {"glass": Item("glass", pill)}
    left, top = pill.left + pad, pill.top + pad
    if avatar:
        found["avatar"] = Item("avatar", Place(left, top, left + side, top + side))
        left += side + given["gap"]
    else:
        left = pill.left + given["end"]
    lines = [("artist", given["name"])] + ([("handle", given["handle"])] if handle else [])
    height = sum(1.2 * line["size"] for _, line in lines)
    at = top + (side - height) / 2
    for name, line in lines:
        place = Place(left, at, pill.right - given["end"], at + 1.2 * line["size"])
        found[name] = _item(name, line, place)
        at = place.bottom
    return found
