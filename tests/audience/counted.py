"""Events as a fan's page tells them, and a clock that tests turn."""

from __future__ import annotations

import json
import re
from typing import Any

import time_machine
from django.test import Client

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)


class Fan:
    """One browser on one page: it keeps the page's note and tells what happens ``after_s``."""

    def __init__(self, clock: time_machine.Traveller, *, agent: str = PHONE, user: Any = None):
        self.clock = clock
        self.client = Client(HTTP_USER_AGENT=agent)
        self.note = ""
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def open(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        found = re.search(r'data-visit="([^"]+)"', page)
        assert found is not None
        self.note = found[1]
        return page

    def tells(self, visual: str, kind: str, *, after_s: float = 0.0, **more: Any) -> int:
        self.clock.shift(after_s)
        body = {"type": kind, "visit": self.note} | more
        return self.posts(f"/api/visuals/{visual}/event", body)[0]

    def shares(self, track: str, visual: str, channel: str = "link", **more: Any) -> dict[str, Any]:
        body = {"trackId": track, "visualId": visual, "channel": channel, "visit": self.note}
        status, answer = self.posts("/api/shares", body | more)
        assert status == 201, answer
        return answer

    def posts(self, address: str, body: Any) -> tuple[int, dict[str, Any]]:
        text = body if isinstance(body, str) else json.dumps(body)
        answer = self.client.post(address, text, content_type="application/json")
        return answer.status_code, json.loads(answer.content or "{}")


def unsigned(answer: Any) -> str:
    """A page without its note, which is of one view and one browser."""
    return re.sub(r'data-visit="[^"]+"', "", answer.content.decode())
