"""A cover or still, opened with care: an unknown file may be a bomb, a film or no image at all."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from casset.lib.errors import MediaError

U8 = NDArray[np.uint8]
MAX_SIDE_PX = 2048
MAX_PIXELS = 80_000_000
MAX_BYTES = 40 * 2**20
MIN_SIDE_PX = 16
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


def load(
    path: Path | str,
    *,
    max_side: int = MAX_SIDE_PX,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
) -> U8:
    """An image file as sRGB, (h, w, 3) uint8, turned as its EXIF says, at most ``max_side`` wide
    or high. Of an animation the first picture; transparent parts on black.

    Raises ``MediaError`` for what is no image of ``FORMATS``, is damaged, or is larger than the
    limits; nothing is decoded before its size is known.
    """
    path = Path(path)
    name = path.name
    if not path.is_file():
        raise MediaError(f"The image '{name}' does not exist. Check the path.")
    if path.stat().st_size > max_bytes:
        raise MediaError(
            f"The image '{name}' is larger than {max_bytes // 2**20} MB. Save it smaller."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as opened:
                _check_size(opened, name, max_pixels)
                picture = _upright_rgb(opened, max_side)
    except MediaError:
        raise
    except Image.DecompressionBombError:
        raise MediaError(f"The image '{name}' has too many pixels. Save it smaller.") from None
    except UnidentifiedImageError:
        raise MediaError(
            f"'{name}' is not an image that can be read. Give a JPEG, PNG or WebP file."
        ) from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise MediaError(
            f"The image '{name}' is damaged or cut off. Save it again as JPEG or PNG."
        ) from error
    return np.ascontiguousarray(picture, np.uint8)


def _check_size(opened: Image.Image, name: str, max_pixels: int) -> None:
    width, height = opened.size
    if width * height > max_pixels:
        raise MediaError(
            f"The image '{name}' has {width} x {height} pixels; at most "
            f"{max_pixels // 10**6} million can be used. Save it smaller."
        )
    if min(width, height) < MIN_SIDE_PX:
        raise MediaError(
            f"The image '{name}' is only {width} x {height} pixels. Give a larger one."
        )


def _upright_rgb(opened: Image.Image, max_side: int) -> Image.Image:
    opened.draft("RGB", (max_side, max_side))  # lets JPEG decode at a fraction of its size
    picture = ImageOps.exif_transpose(opened)
    if "A" in picture.mode or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        picture = Image.new("RGBA", layer.size, (0, 0, 0, 255))
        picture.alpha_composite(layer)
    picture = picture.convert("RGB")
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return picture
