"""CPU cost of a frame: every scene at 960x540, every treatment, and the finish at 1080p, one thread.

``python -m benchmarks.shaders [scene ...]``. Process CPU time, least of several frames, so that a
busy machine spoils little; drawing and read-back included.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("LP_NUM_THREADS", "1")  # noqa: TID251  as films are drawn: one thread a core

import cv2
import numpy as np

from casset.media.shaders import catalogue, finish, gl, preview

SIZE = (960, 540)
HEAVIEST_MS, MEAN_MS, FINISH_MS = 60.0, 45.0, 10.0


def least_cpu_ms(work: Callable[[], object], repeats: int = 6) -> float:
    """Milliseconds of this process's CPU time, the least of ``repeats`` runs after a warm-up."""
    work()
    costs = []
    for _ in range(repeats):
        before = time.process_time()
        work()
        costs.append(time.process_time() - before)
    return 1000 * min(costs)


def frame_ms(name: str) -> float:
    """One frame of a scene or treatment in a chorus at dusk, with a figure and an artwork."""
    values = preview.uniforms(preview.PALETTES["ember"], 9.0)
    card = np.random.default_rng(1).integers(0, 255, (1024, 1024, 3), np.uint8)
    image = ("card", card) if catalogue.is_treatment(name) else None
    return least_cpu_ms(lambda: gl.canvas().draw_raw(name, SIZE, values, image=image))


def finish_ms(size: tuple[int, int]) -> float:
    """The film finish of one frame at ``size``, on one thread."""
    cv2.setNumThreads(1)
    frame = np.random.default_rng(2).integers(16, 235, (SIZE[1], SIZE[0], 4), np.uint8)
    frame = cv2.GaussianBlur(frame, (0, 0), 2)
    return least_cpu_ms(lambda: finish.finish(frame, size, take=3), repeats=12)


def run(names: list[str] | None = None) -> list[dict[str, Any]]:
    """Figures as rows of name, value, unit, limit and whether it is kept."""
    if names is None:
        names = [*catalogue.scene_names(), *catalogue.treatment_names()]
    device = gl.canvas().device
    rows = [_row(f"shader {name}", frame_ms(name), HEAVIEST_MS, device) for name in names]
    if rows:
        mean = statistics.fmean(row["value"] for row in rows)
        rows.append(_row("shader mean", mean, MEAN_MS, device))
    rows.append(_row("finish 1920x1080", finish_ms((1920, 1080)), FINISH_MS, "cv2"))
    return rows


def _row(name: str, value: float, limit: float, device: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 1),
        "unit": "CPU ms a frame",
        "limit": limit,
        "ok": value <= limit,
        "where": device,
    }


if __name__ == "__main__":
    for row in run(sys.argv[1:] or None):
        print(
            f"{row['name']:24s} {row['value']:6.1f} ms  {'' if row['ok'] else 'OVER ' + str(row['limit'])}"
        )
