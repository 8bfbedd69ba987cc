"""From a look to finished frames: what the video generator calls, one renderer a process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from casset.media.picture import Planes
from casset.media.shaders import camera, catalogue, gl, images
from casset.media.shaders.colours import linear_palette
from casset.media.shaders.finish import Finish, finish
from casset.media.shaders.look import Look

U8 = NDArray[np.uint8]
Quality = Literal["normal", "high"]
Music = Mapping[str, float]

INNER_PIXELS = 960 * 540  # drawn on the CPU; 540x960 and 720x720 are as many
SLEEVE_PX = 1024
VIGNETTE, BLACK_LIFT = 0.45, 0.015
NATIVE_FINISH = Finish(sharpness=0.15)  # of a frame that is not enlarged
ARTWORK = "artwork"  # Look.scene of a shot that shows a treatment of its image
REST: dict[str, float] = dict.fromkeys(
    ("uBeat", "uPulse", "uBar", "uEnergy", "uBass", "uMid", "uTreb", "uOnset", "uLevel", "uProg"),
    0.0,
)


class Renderer:
    """Draws looks at one final size (width, height, both even).

    On the CPU scenes are drawn at 960x540 and enlarged by the film finish; with a GPU, or with
    ``quality="high"``, at the final size. Equal looks, frames and music give equal planes.
    """

    def __init__(
        self,
        size: tuple[int, int],
        *,
        quality: Quality = "normal",
        fps: float = 30.0,
        style: Finish | None = None,
    ) -> None:
        self.size = size
        self.fps = fps
        self._canvas = gl.canvas()
        self._sleeves: dict[str, U8] = {}
        native = quality == "high" or self._canvas.on_gpu
        self.inner = size if native else inner_size(size)
        self._style = style or (NATIVE_FINISH if native else Finish())

    @property
    def device(self) -> str:
        """What draws, in its driver's words."""
        return self._canvas.device

    def planes(
        self, look: Look, frame_in_shot: int, shot_frames: int, music: Music = REST
    ) -> Planes:
        """One finished frame. ``music`` is ``MusicCurves.at(film_frame)``."""
        drawn = self._draw(look, frame_in_shot, shot_frames, music, self.inner, yuv=True)
        flipped = np.asarray(cv2.flip(drawn, -1 if look.mirror else 0), np.uint8)
        # Grain is held for two frames: it still lives, and a still picture costs a fifth fewer bits.
        take = look.seed * 9781 + (round(look.clock * self.fps) + frame_in_shot) // 2
        return finish(flipped, self.size, take=take, style=self._style)

    def rgb(
        self,
        look: Look,
        size: tuple[int, int] | None = None,
        *,
        frame_in_shot: int = 0,
        shot_frames: int = 1,
        music: Music = REST,
    ) -> U8:
        """One unfinished frame as sRGB, (h, w, 3) uint8: for references and contact sheets."""
        drawn = self._draw(look, frame_in_shot, shot_frames, music, size or self.inner, yuv=False)
        return np.asarray(cv2.flip(drawn, -1 if look.mirror else 0)[..., :3], np.uint8)

    def _draw(
        self,
        look: Look,
        frame_in_shot: int,
        shot_frames: int,
        music: Music,
        size: tuple[int, int],
        *,
        yuv: bool,
    ) -> U8:
        values = uniforms(look, frame_in_shot, shot_frames, music, fps=self.fps)
        values["uYuv"] = float(yuv)
        return self._canvas.draw_raw(program_name(look), size, values, image=self._image(look))

    def _image(self, look: Look) -> tuple[str, U8] | None:
        """The look's artwork with a key of its own; for a treatment without one, a drawn sleeve."""
        if look.image:
            return look.image, load_image(look.image)
        if not catalogue.is_treatment(program_name(look)):
            return None  # art() draws the sleeve itself where a scene shows one
        key = f"sleeve {look.seed} {' '.join(look.palette)}"
        if key not in self._sleeves:
            values = {**uniforms(look, 0, 1, REST), "uYuv": 0.0}
            self._sleeves[key] = self._canvas.draw("sleeve", (SLEEVE_PX, SLEEVE_PX), values)
        return key, self._sleeves[key]


def inner_size(size: tuple[int, int], pixels: int = INNER_PIXELS) -> tuple[int, int]:
    """The even size of about ``pixels`` with the aspect of ``size``, never larger than it."""
    width, height = size
    scale = min(1.0, (pixels / (width * height)) ** 0.5)
    return 2 * round(width * scale / 2), 2 * round(height * scale / 2)


def program_name(look: Look) -> str:
    """The scene or treatment file that draws a look."""
    if look.treatment != "none":
        return look.treatment
    return "slow_zoom" if look.scene == ARTWORK else look.scene


def uniforms(
    look: Look, frame_in_shot: int, shot_frames: int, music: Music, *, fps: float = 30.0
) -> dict[str, Any]:
    """Every uniform of one frame but the size and the image."""
    framing = camera.framing(look, frame_in_shot, shot_frames, fps=fps)
    return {
        "uTime": look.clock + look.speed * frame_in_shot / fps,
        "uSeed": look.seed,
        "uPal": linear_palette(look.palette),
        "uTod": look.tod,
        "uDensity": look.density,
        "uFigure": look.figure,
        "uFin": (look.exposure, 0.0, VIGNETTE, BLACK_LIFT),
        "uCam": framing.cam,
        "uShake": framing.shake,
        "uCentre": framing.centre,
        **REST,
        **music,
    }


@lru_cache(maxsize=4)
def load_image(path: str) -> U8:
    """An image file, kept: a film shows the same few in every frame."""
    return images.load(path)
