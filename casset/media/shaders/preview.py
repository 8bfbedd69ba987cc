"""Look at a scene: ``python -m casset.media.shaders.preview sea --palette ember --out sea.png``.

Writes a still, or with ``--sheet`` a contact sheet of palettes, times, music and aspects; prints
the CPU milliseconds a frame on one thread. Compile errors name the scene file's own lines.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import CassetError
from casset.media.shaders import catalogue, gl, images
from casset.media.shaders.colours import PALETTES, linear_palette

U8 = NDArray[np.uint8]
Artwork = tuple[str, U8] | None
_BANDS = ("uEnergy", "uBass", "uMid", "uTreb", "uLevel", "uPulse")
MUSIC = {
    "rest": dict.fromkeys(_BANDS, 0.0),
    "verse": dict(zip(_BANDS, (0.4, 0.35, 0.4, 0.3, 0.4, 0.35), strict=True)),
    "chorus": dict(zip(_BANDS, (0.8, 0.75, 0.6, 0.6, 1.0, 0.8), strict=True)),
}
# What a sheet shows: palette, size, time, time of day, music, moved camera, figure.
SHEET = [
    ("ember", (1024, 576), 9.0, 0.75, "chorus", False, 1.0),
    ("petrol", (1024, 576), 9.0, 0.75, "verse", False, 0.0),
    ("petrol", (1024, 576), 47.0, 0.0, "chorus", True, 0.0),
    ("ice", (1024, 576), 23.0, 0.5, "verse", False, 1.0),
    ("orchid", (1024, 576), 31.0, 0.25, "rest", True, 0.0),
    ("orchid", (576, 1024), 9.0, 0.75, "chorus", False, 1.0),
    ("gold", (768, 768), 9.0, 0.9, "chorus", False, 1.0),
]


def uniforms(
    palette: tuple[str, ...],
    seconds: float,
    *,
    tod: float = 0.75,
    density: float = 0.6,
    seed: int = 1,
    figure: float = 1.0,
    music: str = "chorus",
    moved: bool = False,
) -> dict[str, object]:
    """Uniform values of one frame with made-up music: ``music`` is a key of ``MUSIC``."""
    beat = seconds * 118 / 60
    camera = (0.09, -0.035, 1.22, 0.035) if moved else (0.0, 0.0, 1.0, 0.0)
    return {
        "uTime": seconds,
        "uSeed": seed,
        "uPal": linear_palette(palette),
        "uTod": tod,
        "uDensity": density,
        "uFigure": figure,
        "uFin": (0.0, 0.0, 0.45, 0.015),
        "uCam": camera,
        "uShake": (0.0, 0.0),
        "uCentre": (0.0, 0.0),
        "uYuv": 0.0,
        "uBeat": math.fmod(beat, 1.0),
        "uBar": math.fmod(beat / 4, 1.0),
        "uOnset": MUSIC[music]["uPulse"] * 0.5,
        "uProg": 0.5,
        **MUSIC[music],
    }


def still(
    name: str, size: tuple[int, int], values: dict[str, object], image: Artwork = None
) -> tuple[U8, float]:
    """One frame and the least CPU milliseconds of four drawings of it."""
    surface = gl.canvas()
    frame = surface.draw(name, size, values, image=image)
    best = math.inf
    for _ in range(3):
        before = time.process_time()
        frame = surface.draw(name, size, values, image=image)
        best = min(best, time.process_time() - before)
    return frame, best * 1000


def sheet(name: str, seed: int, figure: float | None = None, image: Artwork = None) -> U8:
    """A contact sheet of the looks in ``SHEET``, 1280 px wide."""
    tiles = []
    for palette, size, seconds, tod, music, moved, shown in SHEET:
        values = uniforms(
            PALETTES[palette],
            seconds,
            tod=tod,
            seed=seed,
            figure=shown if figure is None else figure,
            music=music,
            moved=moved,
        )
        frame = gl.canvas().draw(name, size, values, image=image)
        height = 480 if size[0] <= size[1] else 360
        scaled = (round(height * size[0] / size[1]), height)
        tiles.append(np.asarray(cv2.resize(frame, scaled, interpolation=cv2.INTER_AREA), np.uint8))
    wide, tall = tiles[:5], tiles[5:]
    rows = [np.hstack(wide[:2]), np.hstack(wide[2:4])]
    last = np.zeros((480, rows[0].shape[1], 3), np.uint8)
    left = 0
    for tile in [*tall, cv2.resize(wide[4], (504, 284), interpolation=cv2.INTER_AREA)]:
        last[: tile.shape[0], left : left + tile.shape[1]] = tile
        left += tile.shape[1] + 4
    return np.vstack([*rows, last])


def main(argv: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scene", nargs="*", help="names of scenes; none lists them")
    parser.add_argument("--size", default="960x540")
    parser.add_argument("--time", type=float, default=9.0)
    parser.add_argument("--palette", default="ember", help=f"one of {', '.join(PALETTES)}")
    parser.add_argument("--music", default="chorus", choices=sorted(MUSIC))
    parser.add_argument("--tod", type=float, default=0.75)
    parser.add_argument("--density", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figure", type=float)
    parser.add_argument("--moved", action="store_true", help="with the camera off its rest")
    parser.add_argument("--out", help="PNG or JPEG; default SCENE.png")
    parser.add_argument("--sheet", action="store_true", help="a contact sheet instead of a still")
    parser.add_argument("--image", help="artwork for treatments and for scenes that show it")
    given = parser.parse_args(argv)
    write = sys.stdout.write
    if not given.scene:
        write("\n".join(catalogue.scene_names()) + "\n")
        return 0
    size = tuple(int(part) for part in given.size.split("x"))
    for name in given.scene:
        values = uniforms(
            PALETTES[given.palette],
            given.time,
            tod=given.tod,
            density=given.density,
            seed=given.seed,
            figure=1.0 if given.figure is None else given.figure,
            music=given.music,
            moved=given.moved,
        )
        try:
            image = (given.image, images.load(given.image)) if given.image else None
            frame, cost = still(name, (size[0], size[1]), values, image)
            picture = sheet(name, given.seed, given.figure, image) if given.sheet else frame
        except CassetError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        out = Path(given.out or f"{name}.png")
        cv2.imwrite(str(out), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        write(
            f"{name}: {cost:.1f} ms CPU a frame at {given.size}, mean {frame.mean():.0f}/255 -> {out}\n"
        )
    return 0


if __name__ == "__main__":
    os.environ.setdefault("LP_NUM_THREADS", "1")  # noqa: TID251  one thread, as films are drawn
    sys.exit(main())
