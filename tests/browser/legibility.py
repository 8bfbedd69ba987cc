"""How well text reads over a picture: what axe leaves open, measured on the pixels behind each text."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

# What is behind a text counts by its lightest pixels: the 95th percentile of luminance there.
WORST = 95
_TEXTS = """selectors => selectors.flatMap(selector => [...document.querySelectorAll(selector)].map(one => {
  const range = document.createRange(); range.selectNodeContents(one);
  const box = range.getBoundingClientRect(), pen = document.createElement('canvas').getContext('2d');
  pen.fillStyle = getComputedStyle(one).color; pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return { name: selector, text: one.textContent.trim(), box: [box.x, box.y, box.right, box.bottom],
           ink: [red, green, blue], alpha: alpha / 255 };
})).filter(one => one.text && one.box[2] > one.box[0])"""
_HIDE = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { color: transparent !important; -webkit-text-fill-color: transparent !important; transition: none !important }'
    + ' .i, .wave path { stroke: none !important; fill: none !important } .lyrics .singing { background: none !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; window.hidden = sheet; }"""
_SHOW = "() => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter(one => one !== window.hidden); }"


def contrasts(page: Any, selectors: tuple[str, ...]) -> dict[str, float]:
    """The least contrast (WCAG 2.2) of each selector's texts with the lightest of what is behind them."""
    texts = page.evaluate(_TEXTS, list(selectors))
    page.evaluate(_HIDE)
    page.wait_for_timeout(120)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.evaluate(_SHOW)
    scale = shot.width / page.viewport_size["width"]
    pixels = np.asarray(shot, float)
    found: dict[str, float] = {}
    for text in texts:
        left, top, right, bottom = (max(0, round(side * scale)) for side in text["box"])
        behind = pixels[top:bottom, left:right].reshape(-1, 3)
        light = _luminance(behind)
        ground = behind[np.argsort(light)[round((len(light) - 1) * WORST / 100)]]
        ink = np.array(text["ink"]) * text["alpha"] + ground * (1 - text["alpha"])
        low, high = sorted((float(_luminance(ink[None])[0]), float(_luminance(ground[None])[0])))
        found[text["name"]] = min(found.get(text["name"], 21.0), (high + 0.05) / (low + 0.05))
    return found


def _luminance(colours: np.ndarray) -> np.ndarray:
    coded = colours / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))
