"""A page's colours by name: ``20-21-80-135-58`` is a hue, a chroma and an accent.

Styles may not stand in the page (CSP), so a tint's stylesheet has an address of its own, which says
all that is in it: it needs no database and is kept for ever. A module reads the same name and sets
the same three properties when a fan swipes to another visual.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from casset.media.colour.oklch import Lch
from casset.media.colour.theme import Theme, theme_of_visual

MOST = 24  # in one stylesheet
HOUSE = "40-12-79-140-56"  # static/css/tokens.css
_NAME = re.compile(r"(\d{1,3})-(\d{1,2})-(\d{2})-(\d{1,3})-(\d{1,3})", re.ASCII)
_ACCENT = re.compile(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)")
# What lies behind the words may be this light, as an sRGB level: the dimmest lyric (0.64 of white)
# and the grey captions keep 4.5 over it.
GROUND_LEVEL = 68
_SHADE = 16  # sRGB level of the scrim's own colour
STRENGTHS = (0.42, 0.50, 0.58, 0.66, 0.73, 0.80)  # of the scrim by level, as in static/css/fan.css
_BRIGHTEST = 1.12  # the brightest pixels over the ninth decile


def of_theme(theme: Mapping[str, Any]) -> str:
    """The name of a stored ``Theme``; the house's where there is none."""
    accent = _ACCENT.fullmatch(str((theme.get("accent") or {}).get("css", "")))
    if accent is None:
        return HOUSE
    return _name(
        float(theme["hue"]), float(theme["chroma"]), *(float(part) for part in accent.groups())
    )


def of_visual(facts: Mapping[str, Any]) -> str:
    """The name of a visual's colours, from what was measured on it."""
    colours = facts.get("colours") or {}
    return _of_colours(str(colours.get("accent", "")), str(colours.get("mean", "")))


@lru_cache(maxsize=2048)
def _of_colours(*colours: str) -> str:
    known = [colour for colour in colours if re.fullmatch(r"#[0-9a-fA-F]{6}", colour)]
    return of_theme(_plain(theme_of_visual(known))) if known else HOUSE


def _plain(theme: Theme) -> dict[str, Any]:
    return theme.model_dump(mode="json")


def _name(hue: float, chroma: float, lightness: float, accent: float, accent_hue: float) -> str:
    # Rounded towards what surely is inside sRGB and light enough.
    return (
        f"{round(hue) % 360}-{int(chroma * 1000 + 1e-6)}-{min(99, int(lightness + 0.999))}"
        f"-{int(accent * 1000 + 1e-6)}-{round(accent_hue) % 360}"
    )


def css(names: Iterable[str]) -> str:
    """The stylesheet of these tints. Raises ``ValueError`` for a name that is none."""
    rules = []
    for name in dict.fromkeys(names):
        parts = _NAME.fullmatch(name)
        if parts is None:
            raise ValueError(f"{name[:40]!r} is no tint.")
        hue, chroma, lightness, accent, accent_hue = (int(part) for part in parts.groups())
        rules.append(
            f'[data-tint="{name}"]{{--hue:{hue};--chroma:{chroma / 1000:g};'
            f"--accent:oklch({lightness}% {accent / 1000:g} {accent_hue})}}"
        )
    return "@layer tokens{" + "".join(rules) + "}\n"


@lru_cache(maxsize=1024)
def ground(name: str) -> str:
    """The page's ground in this tint as ``#rrggbb``, for the browser's own bars."""
    hue, chroma, _ = colours(name)
    return Lch(0.14, chroma, hue).to_hex()


def colours(name: str) -> tuple[float, float, Lch]:
    """Hue, chroma and accent of a tint."""
    parts = _NAME.fullmatch(name) or _NAME.fullmatch(HOUSE)
    assert parts is not None  # noqa: S101 - the house's is one
    hue, chroma, lightness, accent, accent_hue = (int(part) for part in parts.groups())
    return float(hue), chroma / 1000, Lch(lightness / 100, accent / 1000, float(accent_hue))


def scrim(facts: Mapping[str, Any]) -> int:
    """How strong the shade behind the words must be, 0..5; the strongest where nothing was measured.

    From the ninth decile of luminance that the loop has where the words are.
    """
    measured = (facts.get("luminance") or {}).get("lyric_p90")
    if not isinstance(measured, int | float):
        return len(STRENGTHS) - 1
    light = min(1.0, max(0.0, float(measured)))
    coded = 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)
    coded = min(255.0, coded * _BRIGHTEST)
    needed = (coded - GROUND_LEVEL) / (coded - _SHADE) if coded > GROUND_LEVEL else 0.0
    return next(
        (level for level, strength in enumerate(STRENGTHS) if strength >= needed),
        len(STRENGTHS) - 1,
    )
