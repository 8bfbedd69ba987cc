"""Camera work: a look's move as pan, zoom, roll and shake over one shot.

Moves are already under way at the first frame and still going at the last: a film cuts into and
out of moving shots. How far a move goes grows with the shot's length up to a limit, so that short
shots do not rush and long ones do not leave the scene.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from casset.media.shaders.look import Look

Pair = tuple[float, float]


class Framing(NamedTuple):
    """Uniform values: ``cam`` is pan x, pan y (short side = 1), zoom, roll in radians; ``centre`` is
    the point of the picture shown in the middle; ``shake`` is added to the pan."""

    cam: tuple[float, float, float, float]
    shake: Pair
    centre: Pair


def framing(look: Look, frame_in_shot: float, shot_frames: int, *, fps: float = 30.0) -> Framing:
    """Where the camera is at one frame of a shot of ``shot_frames`` frames."""
    seconds = frame_in_shot / fps
    length = max(shot_frames, 1) / fps
    along = min(frame_in_shot / max(shot_frames - 1, 1), 1.0)
    amount = look.move_amount
    # Half way between even speed and a smoothstep: eased, but never standing still.
    eased = 0.5 * along + 0.5 * along * along * (3 - 2 * along)
    swing = eased - 0.5  # -.5 .. .5: the move passes its rest position in the middle of the shot
    travel = amount * min(0.05 + 0.030 * length, 0.26)  # fractions of the short side
    dolly = amount * min(0.05 + 0.028 * length, 0.26)  # of the picture's scale
    pan_x = pan_y = roll = 0.0
    zoom = 1.0
    match look.move:
        case "push_in":
            zoom = 1 + dolly * eased
        case "pull_out":
            zoom = 1 + dolly * (1 - eased)
        case "pan_left":
            pan_x = -travel * swing
        case "pan_right":
            pan_x = travel * swing
        case "tilt_up":
            pan_y = travel * 0.7 * swing
        case "tilt_down":
            pan_y = -travel * 0.7 * swing
        case "orbit":
            pan_x = travel * 1.2 * swing
            zoom = 1 + 0.3 * dolly * (1 - (2 * swing) ** 2)
            roll = -0.05 * amount * swing
        case "drift":
            slow = _wander(seconds * 0.35, look.seed)
            pan_x, pan_y = 0.05 * amount * slow[0], 0.022 * amount * slow[1]
            zoom = 1 + 0.4 * dolly * eased
        case "handheld":
            zoom = 1.03 + 0.25 * dolly * eased
        case "static":
            pass
    shake = (0.0, 0.0)
    if look.move == "handheld":
        hand = _wander(seconds, look.seed)
        shake = (0.0068 * amount * hand[0], 0.0056 * amount * hand[1])
        roll = 0.006 * amount * _wander(seconds * 0.8, look.seed + 17)[0]
    return Framing(
        cam=(pan_x, pan_y, zoom * look.zoom, look.roll + roll),
        shake=shake,
        centre=(look.x, look.y),
    )


def _wander(seconds: float, seed: int) -> Pair:
    """A point that wanders within about -1..1 without ever repeating: incommensurate sines."""
    s = (seed % 997) * 1.7
    x = (
        math.sin(1.9 * seconds + s)
        + 0.5 * math.sin(4.73 * seconds + 2 * s)
        + 0.25 * math.sin(8.9 * seconds + s)
    )
    y = (
        math.sin(2.21 * seconds + 3 * s)
        + 0.5 * math.sin(4.17 * seconds + s)
        + 0.25 * math.sin(9.7 * seconds + 2 * s)
    )
    return x / 1.75, y / 1.75
