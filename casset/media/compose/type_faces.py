"""The typefaces words are set in, and words as masks.

Archivo (Latin, Latin Extended, Vietnamese), with Roboto Flex (Cyrillic, Greek), Noto Sans Hebrew and
Noto Sans Arabic where it has no letter; all under the OFL, see ``fonts/``. Hebrew and Arabic are
shaped by HarfBuzz (Pillow's Raqm). No missing glyph is ever drawn.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

U8 = NDArray[np.uint8]
Weight = Literal[
    "bold", "heavy", "text"
]  # wide and wide, for lyrics and titles; "text" for the small

FONTS = Path(__file__).parent / "fonts"
_SCRIPTS_HEAVY = ("NotoSansHebrew-Heavy.ttf", "NotoSansArabic-Heavy.ttf")
_SCRIPTS_TEXT = ("NotoSansHebrew-Text.ttf", "NotoSansArabic-Text.ttf")
FILES: dict[Weight, tuple[str, ...]] = {
    "bold": ("Archivo-WideBold.ttf", "RobotoFlex-WideBold.ttf", *_SCRIPTS_HEAVY),
    "heavy": ("Archivo-WideHeavy.ttf", "RobotoFlex-WideHeavy.ttf", *_SCRIPTS_HEAVY),
    "text": ("Archivo-Text.ttf", "RobotoFlex-Text.ttf", *_SCRIPTS_TEXT),
}
# Faces whose letters join or stack are set a run at a time by HarfBuzz. Their size beside Archivo's:
# Hebrew letters as high as its capitals nearly, Arabic with room for its deep letters.
SHAPED = {"NotoSansHebrew": 0.98, "NotoSansArabic": 0.90}
OVERSAMPLE = (
    2  # glyphs are drawn twice as large and averaged down: free of hinting, true sub-pixels
)
ASCENT, DESCENT = 0.98, 0.26  # of the em; room for Å and ĝ above, for ț and ş below
CAP_HEIGHT = 0.69
TRACKING: dict[Weight, float] = {"bold": -0.018, "heavy": -0.028, "text": -0.008}  # of the em
_DROPPED_CATEGORIES = frozenset({"So", "Sk", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


@dataclass(frozen=True)
class Face:
    """One font file: which characters it has and its kerning in ems.

    ``shaped`` letters depend on their neighbours and run from right to left; ``scale`` is the size
    they are set at beside the first face.
    """

    path: Path
    glyphs: dict[int, str]
    kerning: dict[tuple[str, str], float]
    shaped: bool = False
    scale: float = 1.0

    def font(self, em_px: int) -> ImageFont.FreeTypeFont:
        return _font(self.path, max(1, round(em_px * self.scale)), self.shaped)

    def kern(self, left: str, right: str) -> float:
        """Ems between two characters of this face."""
        pair = self.glyphs.get(ord(left), ""), self.glyphs.get(ord(right), "")
        return self.kerning.get(pair, 0.0)


@lru_cache(maxsize=4)
def faces(weight: Weight) -> tuple[Face, ...]:
    """The face of a weight and those that fill its gaps."""
    return tuple(_load(FONTS / name) for name in FILES[weight])


def settable(text: str) -> str | None:
    """``text`` as it can be set: without emoji, with near letters for rare ones; "" if nothing is left.

    None if a letter has no glyph and nothing near it (a script we have no face for).
    """
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if _face_of(char, "bold") is not None:
            out.append(char)
            continue
        near = "".join(
            c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)
        )
        if near and near != char and all(_face_of(c, "bold") is not None for c in near):
            out.append(near)
        elif char.isalnum():
            return None
        elif unicodedata.category(char) not in _DROPPED_CATEGORIES:
            out.append(" " if char.isspace() else "")
    return " ".join("".join(out).split())


def reads_right_to_left(text: str) -> bool:
    """True where the first letter that has a direction is of a script written from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


@lru_cache(maxsize=4096)
def width_em(text: str, weight: Weight) -> float:
    """Advance of ``text`` in ems, with kerning and tracking."""
    return _positions(text, weight)[1]


def mask(text: str, weight: Weight, em_px: float) -> U8:
    """Coverage of a word, (ASCENT+DESCENT em, its advance) uint8, baseline ASCENT em below the top."""
    big = em_px * OVERSAMPLE
    spots, advance = _positions(text, weight)
    height, width = line_height_px(em_px), max(2, int(np.ceil(advance * em_px)) + 2)
    canvas = Image.new("L", (width * OVERSAMPLE, height * OVERSAMPLE), 0)
    pen = ImageDraw.Draw(canvas)
    for face, char, x in spots:
        scale = big / round(big)
        pen.text(
            (x * big * scale, ASCENT * big), char, fill=255, font=face.font(round(big)), anchor="ls"
        )
    return np.asarray(cv2.resize(np.asarray(canvas), (width, height), interpolation=cv2.INTER_AREA))


def line_height_px(em_px: float) -> int:
    """Height of every mask of that size."""
    return int(np.ceil((ASCENT + DESCENT) * em_px))


def _positions(text: str, weight: Weight) -> tuple[list[tuple[Face, str, float]], float]:
    """Each character's (or shaped run's) face and place in ems, and the total advance."""
    spots: list[tuple[Face, str, float]] = []
    at, before = 0.0, None
    for face, piece in _pieces(text, weight):
        if before is not None:
            at += TRACKING[weight]
            if before[0] is face and not face.shaped:
                at += face.kern(before[1], piece)
        spots.append((face, piece, at))
        at += face.font(1000).getlength(piece) / 1000
        before = face, piece
    return spots, at


def _pieces(text: str, weight: Weight) -> list[tuple[Face, str]]:
    """(face, character or shaped run) from left to right; what no face has is left out."""
    backwards = reads_right_to_left(text)
    groups: list[list[tuple[Face, str]]] = []  # what keeps its order when a word is turned round
    joins = False
    for char in text:
        face = _face_of(char, weight)
        if face is None:
            continue
        if face.shaped:
            if groups and groups[-1][-1][0] is face:
                groups[-1][-1] = face, groups[-1][-1][1] + char
            else:
                groups.append([(face, char)])
            joins = False
        elif joins and char.isalnum():
            groups[-1].append((face, char))
        else:
            groups.append([(face, char.translate(_MIRRORED) if backwards else char)])
            joins = char.isalnum()
    return [piece for group in (reversed(groups) if backwards else groups) for piece in group]


def _face_of(char: str, weight: Weight) -> Face | None:
    return next((face for face in faces(weight) if ord(char) in face.glyphs), None)


@lru_cache(maxsize=64)
def _font(path: Path, em_px: int, shaped: bool) -> ImageFont.FreeTypeFont:
    # without Raqm Pillow sets shaped letters unjoined and the wrong way round, but it sets them
    engine = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(path), em_px, layout_engine=engine)


def _load(path: Path) -> Face:
    with TTFont(path, lazy=True) as font:
        units = font["head"].unitsPerEm
        pairs = font["kern"].kernTables[0].kernTable if "kern" in font else {}
        kerning = {pair: value / units for pair, value in pairs.items()}
        scale = SHAPED.get(path.stem.split("-")[0])
        return Face(path, dict(font.getBestCmap()), kerning, scale is not None, scale or 1.0)
