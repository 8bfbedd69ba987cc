"""HDR and wide-gamut video brought to what every screen shows: a 3D table from coded to sRGB.

PQ is decoded by ITU-R BT.2100's EOTF, HLG by its inverse OETF and the OOTF of a 1000 nit screen
(gamma 1.2). Brightness is mapped with BT.2390's EETF (a Hermite knee in PQ's own scale) from
``PEAK_NITS`` to ``WHITE_NITS``, BT.2408's reference white, on the largest of R, G, B so that hues
stay. BT.2020 becomes BT.709 by matrix; what lies outside is drawn towards its own grey until it
fits. The result is coded with sRGB's curve, as browsers show BT.709 video.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from casset.media import files

F64 = NDArray[np.float64]
Transfer = Literal["pq", "hlg", "wide"]  # wide: BT.2020 colours, ordinary brightness

PEAK_NITS = 1000.0  # what PQ is mostly graded for, and HLG's nominal peak; brighter is clipped
WHITE_NITS = 203.0
POINTS = 33  # of the table, a side

# ITU-R BT.2100-2, table 4.
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_TO_709 = np.array(  # ITU-R BT.2407-0, section 2.2
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)
_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593])
_LUMA_709 = np.array([0.2126, 0.7152, 0.0722])


def to_srgb(coded: F64, transfer: Transfer) -> F64:
    """sRGB of coded BT.2020 R'G'B', (n, 3) in 0..1 to (n, 3) in 0..1."""
    if transfer == "wide":
        light = np.clip(coded, 0, 1) ** 2.4
    else:
        nits = pq_nits(coded) if transfer == "pq" else hlg_nits(coded)
        light = _rolled_off(nits) / WHITE_NITS
    return _srgb(_into_gamut(light @ _TO_709.T))


def pq_nits(coded: F64) -> F64:
    """BT.2100 PQ's EOTF: light in nits of coded values 0..1."""
    root = np.clip(coded, 0, 1) ** (1 / _M2)
    light: F64 = 10_000 * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1)
    return light


def pq_coded(nits: F64) -> F64:
    """The inverse of ``pq_nits``."""
    power = (np.clip(nits, 0, 10_000) / 10_000) ** _M1
    coded: F64 = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    return coded


def hlg_nits(coded: F64) -> F64:
    """BT.2100 HLG on a 1000 nit screen: light in nits of coded values, (n, 3)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    value = np.clip(coded, 0, 1)
    scene = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    luminance = scene @ _LUMA_2020
    light: F64 = PEAK_NITS * scene * np.maximum(luminance, 1e-9)[..., None] ** 0.2
    return light


def roll_off(nits: F64) -> F64:
    """BT.2390's EETF from ``PEAK_NITS`` to ``WHITE_NITS``, without black lift."""
    peak = float(pq_coded(np.array(PEAK_NITS)))
    most = float(pq_coded(np.array(WHITE_NITS))) / peak
    knee = 1.5 * most - 0.5
    level = np.minimum(pq_coded(nits) / peak, 1)
    t = np.clip((level - knee) / (1 - knee), 0, 1)
    bent = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * most
    )
    return pq_nits(np.where(level < knee, level, bent) * peak)


def write_cube(folder: Path, transfer: Transfer) -> Path:
    """The table as a .cube file for FFmpeg's ``lut3d``, made once in ``folder``."""
    path = folder / f"{transfer}.cube"
    if not path.exists():
        ramp = np.linspace(0, 1, POINTS)
        blue, green, red = (
            axis.reshape(-1) for axis in np.meshgrid(ramp, ramp, ramp, indexing="ij")
        )
        table = to_srgb(np.column_stack([red, green, blue]), transfer)
        with files.published(path) as part, part.open("w") as sink:
            sink.write(f"LUT_3D_SIZE {POINTS}\n")
            np.savetxt(sink, table, fmt="%.6f")
    return path


def _rolled_off(nits: F64) -> F64:
    strongest = np.maximum(nits.max(axis=-1, keepdims=True), 1e-6)
    mapped: F64 = nits * (roll_off(strongest) / strongest)
    return mapped


def _into_gamut(light: F64) -> F64:
    """Each colour drawn towards the grey of its own luminance until all of it is within 0..1."""
    grey = np.clip(light @ _LUMA_709, 0, 1)[..., None]
    away = light - grey
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(away > 0, (1 - grey) / away, np.where(away < 0, -grey / away, np.inf))
    share = np.clip(room.min(axis=-1, keepdims=True), 0, 1)
    return np.clip(grey + share * away, 0, 1)


def _srgb(light: F64) -> F64:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
