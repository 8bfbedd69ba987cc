"""Colours in OKLCH: lightness 0..1, chroma 0..about 0.32, hue in degrees; to and from sRGB hex.

Matrices: Björn Ottosson, "A perceptual color space for image processing" (2020), public domain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LAB = np.linalg.inv(_TO_LAB)
_FROM_LMS = np.linalg.inv(_TO_LMS)


class Lch(NamedTuple):
    """One colour: lightness, chroma, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def to_hex(self) -> str:
        """``#rrggbb``; chroma is lowered until the colour fits into sRGB."""
        coded = _encode(np.clip(self._linear(self.shown().chroma), 0, 1))
        return "#" + "".join(f"{round(float(value) * 255):02x}" for value in coded)

    def shown(self) -> Lch:
        """The colour with as much of its chroma as fits into sRGB: browsers clip the rest as they please."""
        low, high = 0.0, self.chroma
        if _fits(self._linear(high)):
            return self
        for _ in range(18):
            middle = (low + high) / 2
            if _fits(self._linear(middle)):
                low = middle
            else:
                high = middle
        return self._replace(chroma=low)

    def css(self) -> str:
        """The colour as a stylesheet writes it, brought into sRGB."""
        lightness, hue = round(100 * self.lightness, 2), round(self.hue % 360, 2)
        fit = self._replace(lightness=lightness / 100, hue=hue).shown()  # as it will be read
        chroma = int(fit.chroma * 10_000) / 10_000  # rounded down: it must still fit
        return f"oklch({lightness:g}% {chroma:g} {hue:g})"

    def _linear(self, chroma: float) -> F64:
        angle = np.deg2rad(self.hue)
        lab = np.array([self.lightness, chroma * np.cos(angle), chroma * np.sin(angle)])
        return _FROM_LMS @ (_FROM_LAB @ lab) ** 3


def from_hex(colour: str) -> Lch:
    """The OKLCH of an sRGB hex colour."""
    coded = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8) / 255
    lightness, a, b = oklab(coded[None])[0]
    return Lch(float(lightness), float(np.hypot(a, b)), float(np.rad2deg(np.arctan2(b, a)) % 360))


def oklab(coded: F64) -> F64:
    """OKLab of sRGB colours, (n, 3) in 0..1 to (n, 3)."""
    lab: F64 = np.cbrt(_decode(coded) @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB hex colour, 0..1 (WCAG 2.2)."""
    coded = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8) / 255
    return float(_decode(coded) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(a: str, b: str) -> float:
    """The contrast of two sRGB hex colours, 1..21 (WCAG 2.2)."""
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def hue_distance(a: float, b: float) -> float:
    """Degrees between two hues the short way round, 0..180."""
    return abs((a - b + 180) % 360 - 180)


def mix_hues(weighted: list[tuple[float, float]]) -> float:
    """The circular mean of (hue, weight) pairs, in degrees."""
    x = sum(weight * np.cos(np.deg2rad(hue)) for hue, weight in weighted)
    y = sum(weight * np.sin(np.deg2rad(hue)) for hue, weight in weighted)
    return float(np.rad2deg(np.arctan2(y, x)) % 360)


def turn_towards(hue: float, target: float, share: float) -> float:
    """``hue`` turned by ``share`` of the short way to ``target``."""
    return (hue + share * ((target - hue + 180) % 360 - 180)) % 360


def _fits(linear: F64) -> bool:
    return bool((linear >= -1e-4).all() and (linear <= 1 + 1e-4).all())


def _decode(coded: F64) -> F64:
    linear: F64 = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return linear


def _encode(linear: F64) -> F64:
    coded: F64 = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return coded
