"""A fan with a phone: fingers that really swipe, and what the page says of its sound and pictures."""

from __future__ import annotations

from typing import Any

PHONE: dict[str, Any] = {
    "width": 390, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
}  # fmt: skip
VISUAL = "document.querySelector('[data-hook]').dataset.visual"
IN_VIEW = """(() => { const reel = document.querySelector('[data-reel]').getBoundingClientRect();
  return document.elementsFromPoint(reel.x + reel.width / 2, reel.y + reel.height / 3)
    .map(one => one.closest('li[data-visual]')).find(Boolean)?.dataset.visual })()"""
TIME = "document.querySelector('audio').currentTime"
PLAYS = (
    "(() => { const a = document.querySelector('audio'); return !a.paused && a.currentTime > 0 })()"
)
SETTLED = "document.querySelector('[data-reel]').scrollLeft % document.querySelector('[data-reel]').clientWidth === 0"
LIVE = "[...document.querySelectorAll('video')].filter(one => one.getAttribute('src')).length"
MOVING = "[...document.querySelectorAll('video')].filter(one => !one.paused && one.readyState > 1).length"


def swipe(page: Any, *, dx: int = 0, dy: int = 0, y: int = 330, steps: int = 10) -> None:
    """One finger over the picture, by touch events of the browser: its own scrolling answers."""
    cdp = page.context.new_cdp_session(page)
    x = 195 - dx / 2
    cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, steps + 1):
        point = {"x": x + dx * step / steps, "y": y + dy * step / steps}
        cdp.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(12)
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    cdp.detach()


def swipe_until(window: Any, wanted: str, **how: int) -> None:
    """Swipe until JavaScript is truthy: a finger that lands while the picture still moves is not heard."""
    for _ in range(8):
        swipe(window.page, **how)
        for _ in range(60):
            if window.page.evaluate(wanted):
                return
            window.page.wait_for_timeout(50)
    raise AssertionError(f"never true, however often one swiped: {wanted}")


def swipe_to_next(window: Any) -> str:
    """Swipe to the next visual and wait until it rests; its id."""
    before = window.page.evaluate(VISUAL)
    swipe_until(window, f"{VISUAL} !== '{before}'", dx=-260)
    window.until(SETTLED)
    return str(window.page.evaluate(VISUAL))
