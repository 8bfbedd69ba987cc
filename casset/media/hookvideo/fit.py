"""How a picture of any shape is brought onto a frame of another: what is cropped, what is kept whole.

The rules of the export: the same shape covers; a wider picture is cropped in its middle, a little
closer; a taller one that would lose much is kept whole on a blurred enlargement of itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from casset.media.hookvideo.layout import numbers

UPRIGHT_BELOW = 0.8  # width / height of a frame for a phone held upright
PORTRAIT_BELOW = 0.95  # width / height of a source that is taller than wide, not about square


@dataclass(frozen=True)
class Fit:
    """The rectangle of the source, ``s…``, and where it goes on the frame, ``d…``: whole even pixels.

    The four pairs are those of the browser's ``drawImage``. ``backdrop``: the rest of the frame
    shows the same picture, enlarged and blurred.
    """

    sx: int
    sy: int
    sw: int
    sh: int
    dx: int
    dy: int
    dw: int
    dh: int
    backdrop: bool = False


def fit(source: tuple[int, int], target: tuple[int, int]) -> Fit:
    """Decide for (width, height) of a source and a frame, in pixels."""
    rules = numbers()["fit"]
    width, height = source
    ratio, wanted = width / height, target[0] / target[1]
    if abs(ratio / wanted - 1) <= rules["same"]:
        return _cropped(source, target, 1.0)
    upright = wanted < UPRIGHT_BELOW
    if ratio > wanted and not (upright and ratio < PORTRAIT_BELOW):
        return _cropped(source, target, rules["zoom"])
    if not upright and ratio / wanted >= rules["keep"]:
        return _cropped(source, target, rules["zoom"])
    scale = min(target[0] / width, target[1] / height)
    dw, dh = min(target[0], _even(width * scale)), min(target[1], _even(height * scale))
    # A pane on a landscape frame stands at the right, where no words are.
    dx = target[0] - dw if wanted > 1.25 else _even((target[0] - dw) / 2)
    dy = _even((target[1] - dh) / 2)
    return Fit(0, 0, width, height, dx, dy, dw, dh, backdrop=True)


def _cropped(source: tuple[int, int], target: tuple[int, int], zoom: float) -> Fit:
    width, height = source
    scale = max(target[0] / width, target[1] / height) * zoom
    sw, sh = min(width, _even(target[0] / scale)), min(height, _even(target[1] / scale))
    return Fit(_even((width - sw) / 2), _even((height - sh) / 2), sw, sh, 0, 0, *target)


def _even(length: float) -> int:
    return max(0, 2 * round(length / 2))
