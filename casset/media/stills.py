"""Open a still picture with care: an unknown file may be a bomb, a film or no image at all."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from casset.lib.errors import MediaError

MAX_PIXELS = 80_000_000
MAX_BYTES = 40 * 2**20
MIN_SIDE_PX = 16
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PROFILE_BYTES = 4 * 2**20


def load(
    path: Path,
    *,
    max_side: int,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    formats: tuple[str, ...] = FORMATS,
) -> Image.Image:
    """An image file as an sRGB picture (mode RGB, nothing else attached), turned as its EXIF says,
    at most ``max_side`` wide or high. Of an animation the first picture; transparent parts on black.

    Raises ``MediaError`` for what is no image of ``formats``, is damaged, or is larger than the
    limits; nothing is decoded before its size is known.
    """
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
            with Image.open(path, formats=formats) as opened:
                _check_size(opened, name, max_pixels)
                return _upright_srgb(opened, max_side)
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


def _upright_srgb(opened: Image.Image, max_side: int) -> Image.Image:
    opened.draft("RGB", (max_side, max_side))  # lets JPEG decode at a fraction of its size
    profile = opened.info.get("icc_profile")
    picture = ImageOps.exif_transpose(opened)
    if "A" in picture.mode or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        picture = Image.new("RGBA", layer.size, (0, 0, 0, 255))
        picture.alpha_composite(layer)
        picture = picture.convert("RGB")
    picture = _in_srgb(picture, profile)
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    picture.info = {}  # a profile, a comment or EXIF would be written out again with it
    return picture


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture's colours as its own profile means them; a profile that cannot be used is ignored."""
    if profile and len(profile) <= MAX_PROFILE_BYTES and picture.mode in ("RGB", "CMYK", "L"):
        try:
            meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, meant, srgb, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")
