"""Stills an artist uploads: covers, avatars, sources of a treatment. Brought to one clean JPEG."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from casset.media import files, stills
from casset.media.audio.analysis import Frozen
from casset.media.loops import placeholder

FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 88


class Still(Frozen):
    """A cleaned still: its size, its mean colour as ``#rrggbb`` and its ThumbHash (base64)."""

    width_px: int
    height_px: int
    mean: str
    placeholder: str


def clean(source: Path, out: Path, *, max_side_px: int, square: bool = False) -> Still:
    """Write ``source`` to ``out`` as a progressive sRGB JPEG without EXIF, place or profile.

    Turned as its EXIF says, at most ``max_side_px`` wide or high, never enlarged; ``square`` keeps
    the middle. Transparent parts become black. Raises ``MediaError`` for what is no JPEG, PNG or
    WebP, is damaged, or has more than ``stills.MAX_PIXELS`` or ``stills.MAX_BYTES``; ``out`` is
    written whole or not at all.
    """
    picture = stills.load(source, max_side=_before_crop(max_side_px, square), formats=FORMATS)
    if square:
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
        picture.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS)
    with files.published(out) as part:
        picture.save(part, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    pixels = np.asarray(picture, np.uint8)
    mean = pixels.reshape(-1, 3).mean(axis=0)
    return Still(
        width_px=picture.width,
        height_px=picture.height,
        mean="#" + "".join(f"{round(float(level)):02x}" for level in mean),
        placeholder=placeholder.thumbhash(pixels),
    )


def _before_crop(max_side_px: int, square: bool) -> int:
    """How long a picture may be before its middle is cut out, so that the middle is sharp."""
    return 3 * max_side_px if square else max_side_px
