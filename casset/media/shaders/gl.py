"""The drawing surface: one EGL context a process, on a GPU where there is one, else on the CPU.

Mesa's software renderer (llvmpipe) reads ``LP_NUM_THREADS`` when its context is made. One thread
is wanted, because films are drawn by one process a core: ``settings`` or the command sets it
before the first ``canvas()`` (the environment is not touched here).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from casset.lib.errors import CassetError, MissingCapability
from casset.media.shaders import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

U8 = NDArray[np.uint8]
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader")
_LOCATION = re.compile(r"\b\d+:(\d+)\((\d+)\): (error|warning): (.*)")


class ShaderError(CassetError):
    """A scene does not compile; the sentence holds the scene's own line numbers."""

    code = "SCENE_ERROR"


@cache
def canvas() -> Canvas:
    """This process's canvas, made at the first call. Never call it before a fork."""
    return Canvas()


class Canvas:
    """Draws scenes into memory. Programs and framebuffers are kept for the life of the process."""

    def __init__(self) -> None:

        try:
            self._context: Any = moderngl.create_context(
                require=330,
                standalone=True,
                backend="egl",  # type: ignore[arg-type]
            )
        except Exception as error:  # glcontext raises bare Exception
            raise MissingCapability(
                "This machine cannot draw: EGL is missing or has no OpenGL 3.3. On Debian or Ubuntu run: "
                "apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri. For a GPU install its driver."
            ) from error
        self.device: str = self._context.info["GL_RENDERER"]
        self.on_gpu = not any(name in self.device.lower() for name in SOFTWARE)
        corners = np.array([-1, -1, 3, -1, -1, 3], np.float32)
        self._triangle = self._context.buffer(corners.tobytes())
        self._programs: dict[tuple[str, bool], tuple[Any, Any]] = {}
        self._targets: dict[tuple[int, int], Any] = {}
        self._textures: dict[str, Any] = {}
        self._blank = self._texture(np.zeros((1, 1, 3), np.uint8))

    def draw(
        self,
        name: str,
        size: tuple[int, int],
        uniforms: Mapping[str, Any],
        *,
        image: tuple[str, U8] | None = None,
    ) -> U8:
        """One frame of a scene as RGB, (h, w, 3) uint8, first row on top."""
        return self.draw_raw(name, size, uniforms, image=image)[::-1, :, :3]

    def draw_raw(
        self,
        name: str,
        size: tuple[int, int],
        uniforms: Mapping[str, Any],
        *,
        image: tuple[str, U8] | None = None,
    ) -> U8:
        """One frame as the framebuffer holds it: (h, w, 4) uint8, first row at the bottom.

        ``image`` is the artwork with a key of its own, under which its texture is kept. Uniforms
        that are not given keep their last value, so give all of them.
        """
        program, triangle = self._program(name, empty=not uniforms.get("uFigure"))
        target = self._targets.get(size)
        if target is None:
            target = self._targets[size] = self._context.simple_framebuffer(size, components=4)
        target.use()
        texture = self._blank if image is None else self._image(*image)
        # Treatments name the level they read; scenes show the artwork at any size and slant.
        between = moderngl.LINEAR_MIPMAP_LINEAR
        if catalogue.is_treatment(name):
            between = moderngl.LINEAR_MIPMAP_NEAREST
        texture.filter = (between, moderngl.LINEAR)
        texture.use(0)
        values = {
            **uniforms,
            "uRes": size,
            "uImage": 0,
            "uHasImage": float(image is not None),
            "uImageSize": texture.size,
        }
        for key, value in values.items():
            if key not in program:
                continue  # the compiler drops what a scene does not use
            if key == "uPal":
                rows = np.ascontiguousarray(value[: program[key].array_length], np.float32)
                program[key].write(rows.tobytes())
            else:
                program[key].value = value
        triangle.render()
        width, height = size
        pixels = np.frombuffer(target.read(components=4), np.uint8)
        return pixels.reshape(height, width, 4)

    def _program(self, name: str, *, empty: bool) -> tuple[Any, Any]:
        key = (name, empty)
        if key not in self._programs:
            try:
                program = self._context.program(
                    vertex_shader=catalogue.vertex_source(),
                    fragment_shader=catalogue.source(name, empty=empty),
                )
            except moderngl.Error as error:
                raise ShaderError(_readable(name, str(error))) from error
            triangle = self._context.vertex_array(program, [(self._triangle, "2f", "corner")])
            self._programs[key] = program, triangle
        return self._programs[key]

    def _image(self, key: str, pixels: U8) -> Any:
        if key not in self._textures:
            while len(self._textures) >= 4:  # a film shows a handful of stills
                self._textures.pop(next(iter(self._textures))).release()
            self._textures[key] = self._texture(pixels)
        return self._textures[key]

    def _texture(self, pixels: U8) -> Any:
        levels = image_levels(pixels)
        height, width = pixels.shape[:2]
        texture = self._context.texture((width, height), 4, dtype="f2")
        texture.repeat_x = texture.repeat_y = False
        texture.build_mipmaps(0, len(levels) - 1)  # makes room for the levels
        for number, level in enumerate(levels):
            texture.write(level.tobytes(), level=number)
        return texture


def image_levels(pixels: U8) -> list[NDArray[np.float16]]:
    """An image as linear light, each level half the one before, (h, w, 4) float16, bottom row first.

    Half floats are filtered as floats by every renderer (8-bit texels with 8-bit weights by Mesa's),
    and light must be averaged as light, not as its sRGB code.
    """
    coded = np.arange(256, dtype=np.float32) / 255
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    level = np.ones((*pixels.shape[:2], 4), np.float32)
    level[..., :3] = light.astype(np.float32)[pixels[::-1]]
    levels = [level.astype(np.float16)]
    while max(level.shape[:2]) > 1:
        height, width = level.shape[:2]
        half = (max(width // 2, 1), max(height // 2, 1))
        level = np.asarray(cv2.resize(level, half, interpolation=cv2.INTER_AREA), np.float32)
        levels.append(level.astype(np.float16))
    return levels


def _readable(name: str, log: str) -> str:
    """The compiler's messages with the file and line they speak of, one a line."""
    found = []
    for number, column, kind, text in _LOCATION.findall(log):
        line = int(number) - catalogue.SCENE_LINES
        place = f"{name}.frag:{line}" if line > 0 else f"common.glsl:{number}"
        found.append(f"{place}:{column}: {kind}: {text}")
    return f"The scene '{name}' does not compile:\n" + "\n".join(found or [log.strip()])
