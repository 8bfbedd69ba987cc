"""The scene families: what each file of ``scenes/`` says of itself, and its complete GLSL source.

A scene begins with ``// key: value`` lines, one for each field of ``Family``, and then includes
``common.glsl``. The header is how the director finds a scene, so it is checked strictly: an
unknown key, a value outside its set or a missing field is an error that names the file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from casset.lib.errors import CassetError

HERE = Path(__file__).parent
SCENES = HERE / "scenes"
TREATMENTS = HERE / "treatments"
COMMON = HERE / "common.glsl"
SCENE_LINES = 10_000
VERTEX = HERE / "frame.vert"
PLATE = HERE / "plate.glsl"
INCLUDE = '#include "common.glsl"'
INCLUDE_PLATE = '#include "plate.glsl"'  # treatments only
# The scene's main() is called by one of ours, which can leave BT.709 limited-range Y'CbCr
# (the rows of ``casset.media.picture.BT709`` over 255) instead of sRGB.
EPILOGUE = """#undef main
void main(){
 sceneMain();
 vec3 c=clamp(outColor.rgb,0.,1.);
 vec3 yuv=vec3(.062745,.501961,.501961)
  +c.r*vec3(.182586,-.100644,.439216)+c.g*vec3(.614231,-.338572,-.398942)+c.b*vec3(.062007,.439216,-.040274);
 outColor=vec4(mix(c,yuv,uYuv),1.);
}"""

ShotSize = Literal["EWS", "WS", "MWS", "MS", "MCU", "CU", "ECU"]
Presence = Literal["none", "optional", "always"]
Motion = Literal["calm", "medium", "fast"]
Weather = Literal["rain", "snow", "fog", "storm", "wind", "clear", "cloud"]

_LINE = re.compile(r"^//\s*([a-z]+)\s*:\s*(.*?)\s*$")
_TREATMENT = re.compile(r"^// ([A-Z ]+): (.+)\n// Music: (.+)\n")


class CatalogueError(CassetError):
    """A scene's file breaks the rules; the sentence names the file and the field."""

    code = "SCENE_ERROR"


def _words(text: object) -> object:
    return tuple(word.strip() for word in text.split(",")) if isinstance(text, str) else text


def _parts(text: object) -> object:
    return tuple(text.split()) if isinstance(text, str) else text


Unit = Annotated[float, Field(ge=0, le=1)]
Span = Annotated[tuple[Unit, Unit], BeforeValidator(_parts)]
PromptWord = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9' -]*$")]
Sentence = Annotated[str, StringConstraints(min_length=1)]


class Family(BaseModel):
    """One scene family as its header describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: Sentence
    words: Annotated[tuple[PromptWord, ...], BeforeValidator(_words), Field(min_length=1)]
    sizes: Annotated[tuple[ShotSize, ...], BeforeValidator(_parts), Field(min_length=1)]
    energy: Span  # of the song, 0..1
    tod: Span  # time of day at which it looks right, 0 night .25 dawn .5 noon .75 dusk 1 night
    figure: Presence  # does uFigure show a person
    image: Literal["none", "optional"]  # can it show the artwork
    motion: Motion
    about: Sentence
    weather: Weather | None = None  # what it shows by itself


class Treatment(BaseModel):
    """One way to treat an image, as the first two lines of its file describe it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: Sentence
    about: Sentence
    music: Sentence  # how the song moves it


def scene_path(name: str) -> Path:
    """The file of one scene or treatment."""
    for folder in (SCENES, TREATMENTS, HERE):
        path = folder / f"{name}.frag"
        if name.isidentifier() and path.is_file():
            return path
    raise CatalogueError(f"There is no scene called '{name}'. Known: {', '.join(scene_names())}.")


def scene_names() -> tuple[str, ...]:
    """Every scene with a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in SCENES.glob("*.frag")))


def treatment_names() -> tuple[str, ...]:
    """Every treatment of an image with a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in TREATMENTS.glob("*.frag")))


def is_treatment(name: str) -> bool:
    """Whether the file of that name treats an image (and reads one level of detail at a time)."""
    return (TREATMENTS / f"{name}.frag").is_file()


@cache
def families() -> dict[str, Family]:
    """All scene families by name. Raises ``CatalogueError`` for the first header that is wrong."""
    return {name: read_family(scene_path(name)) for name in scene_names()}


def read_family(path: Path) -> Family:
    """Parse and check one scene's header."""
    fields: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#include"):
            break
        match = _LINE.match(line)
        if match is None:
            continue
        key, value = match.groups()
        if key in fields:
            raise CatalogueError(f"{path.name}: the header says '{key}' twice.")
        fields[key] = value
    try:
        family = Family.model_validate({"name": path.stem, **fields})
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        said = f" (it says '{fields[key]}')" if key in fields else ""
        raise CatalogueError(
            f"{path.name}: the header's '{key}'{said}: {first['msg'].lower()}."
        ) from error
    for key, (low, high) in {"energy": family.energy, "tod": family.tod}.items():
        if low > high:
            raise CatalogueError(f"{path.name}: '{key}' must rise, not '{fields[key]}'.")
    return family


@cache
def treatments() -> dict[str, Treatment]:
    """All treatments by name. Raises ``CatalogueError`` for the first whose head is wrong."""
    return {name: read_treatment(scene_path(name)) for name in treatment_names()}


def read_treatment(path: Path) -> Treatment:
    """Parse the two lines with which a treatment begins."""
    match = _TREATMENT.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise CatalogueError(
            f"{path.name} must begin with '// NAME: what it shows' and '// Music: what moves it'."
        )
    title, about, music = match.groups()
    return Treatment(name=path.stem, title=title.capitalize(), about=about, music=music)


def vertex_source() -> str:
    """The vertex stage that every scene and treatment is linked with; its input is ``corner``."""
    return VERTEX.read_text(encoding="utf-8")


def source(name: str, *, empty: bool = False) -> str:
    """The complete GLSL ES 3.00 source of a scene or treatment: prologue, then the scene.

    With ``empty`` nobody can be shown (``uFigure`` is the constant 0), so that the compiler drops
    what would draw a person: 2 to 12 ms a frame.

    A ``#line`` directive makes a compiler number the scene's own lines from ``SCENE_LINES`` on
    (Mesa reports no source-string numbers that would tell the two files apart).
    """
    lines = scene_path(name).read_text(encoding="utf-8").splitlines()
    if INCLUDE not in lines:
        raise CatalogueError(f"{name}.frag has no line {INCLUDE}.")
    at = lines.index(INCLUDE)
    common = COMMON.read_text(encoding="utf-8").rstrip("\n")
    if empty:
        common = common.replace("uniform float uFigure;", "const float uFigure = 0.;", 1)
    parts = [common, "#define main sceneMain"]
    if INCLUDE_PLATE in lines:
        at = lines.index(INCLUDE_PLATE)
        parts.append(PLATE.read_text(encoding="utf-8").rstrip("\n"))
    parts += [f"#line {SCENE_LINES + at + 2}", *lines[at + 1 :], EPILOGUE, ""]
    return "\n".join(parts)
