"""Rules that keep one source a scene true on every renderer, checked on the text.

A hash made of ``fract(sin(x) * 43758.5)`` costs three times an integer hash on the CPU and differs
between renderers by up to 252 of 255; derivatives and texture reads with implicit levels differ at
edges. ``python -m casset.media.shaders.lint`` prints what breaks a rule.
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

from casset.lib.errors import CassetError
from casset.media.shaders import catalogue


class Finding(NamedTuple):
    """One broken rule; ``line`` is 0 where the whole file is meant."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


# What no line of any file may hold, and why.
_NOWHERE = (
    (
        re.compile(r"\b(?:sin|cos|sn)\s*\([^;]*\)\s*\*\s*(?<![\d.])\d{4,}"),
        "hash with h1, h2 or h3: a sine times a large number differs between renderers",
    ),
    (
        re.compile(r"(?<![\d.])\d{4,}\.?\d*\s*\*\s*(?:sin|cos|sn)\s*\("),
        "hash with h1, h2 or h3: a sine times a large number differs between renderers",
    ),
    (
        re.compile(r"fract\s*\(\s*(?:sin|cos)\s*\("),
        "hash with h1, h2 or h3: fract(sin()) differs between renderers",
    ),
    (
        re.compile(r"\b(?:dFdx|dFdy|fwidth)\s*\("),
        "take the width of a pixel from px1(): derivatives differ between renderers",
    ),
)
# What only the prologue may hold.
_NOT_IN_SCENES = (
    (
        re.compile(r"\b(?:texture|textureLod|textureGrad|texelFetch)\s*\("),
        "read the artwork with art(), treatments with imgBlur()",
    ),
    (re.compile(r"\buImage\b"), "read the artwork with art(), treatments with imgBlur()"),
    (re.compile(r"^\s*uniform\b"), "uniforms are declared in common.glsl"),
    (re.compile(r"^\s*precision\b"), "precision is declared in common.glsl"),
    (re.compile(r"^\s*#\s*version\b"), "the version is declared in common.glsl"),
)
_MAIN = re.compile(r"\bvoid\s+main\s*\(")
_COMMENT = re.compile(r"//.*$")


def check_source(file: str, text: str, *, prologue: bool = False) -> list[Finding]:
    """Rules for one file's text; ``prologue`` for common.glsl and plate.glsl."""
    found = []
    rules = _NOWHERE if prologue else _NOWHERE + _NOT_IN_SCENES
    for number, line in enumerate(text.splitlines(), 1):
        code = _COMMENT.sub("", line)
        found += [Finding(file, number, why) for pattern, why in rules if pattern.search(code)]
    if not prologue:
        code = "\n".join(_COMMENT.sub("", line) for line in text.splitlines())
        if len(_MAIN.findall(code)) != 1 or "outColor" not in code:
            found.append(Finding(file, 0, "one main() sets outColor"))
        if catalogue.INCLUDE not in text.splitlines():
            found.append(Finding(file, 0, f"the line {catalogue.INCLUDE} is missing"))
        if "uPulse" not in code and "uBeat" not in code:
            found.append(Finding(file, 0, "nothing moves with the beat: use uPulse or uBeat"))
    return found


def check_prologue(text: str) -> list[Finding]:
    """``common.glsl``: the version first, high precision for floats and integers."""
    found = check_source("common.glsl", text, prologue=True)
    if not text.startswith("#version 300 es\n"):
        found.append(Finding("common.glsl", 1, "the first line is #version 300 es"))
    found += [
        Finding("common.glsl", 0, f"'{line}' is missing")
        for line in ("precision highp float;", "precision highp int;")
        if line not in text.splitlines()
    ]
    return found


def check_all() -> list[Finding]:
    """Every source of the house, headers included."""
    found = check_prologue(catalogue.COMMON.read_text(encoding="utf-8"))
    plate = catalogue.PLATE.read_text(encoding="utf-8")
    found += check_source("plate.glsl", plate, prologue=True)
    for name in (*catalogue.scene_names(), *catalogue.treatment_names()):
        path = catalogue.scene_path(name)
        found += check_source(path.name, path.read_text(encoding="utf-8"))
        if not catalogue.is_treatment(name):
            try:
                catalogue.read_family(path)
            except CassetError as error:
                found.append(Finding(path.name, 0, str(error)))
    return found


if __name__ == "__main__":
    findings = check_all()
    sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    sys.exit(1 if findings else 0)
