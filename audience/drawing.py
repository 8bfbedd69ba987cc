"""Pages of hooks for a crowd: read at most once a second for those who are not signed in, drawn once.

What is read of a track is kept for ``FAN_PAGE_KEPT_S``, and only where it is published; who is signed
in always gets it anew. A page is kept by all that it is drawn from, so it cannot be out of date. What
differs between two views of it, the note, is filled in each time.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import get_template

from audience import hooks, links, tints
from audience.hooks import Hook
from casset.web.kept import Kept
from casset.web.readers import readers

MOST_HOOKS = 256
# A page is found again by all the hook's own values, which take up to four times its memory.
_PER_BYTE = 5

read: Kept[tuple[Hook, bool] | None] = Kept(most=MOST_HOOKS)
drawn: Kept[tuple[bytes, ...]] = Kept(
    most=settings.FAN_PAGES_MAX_BYTES, weigh=lambda parts: _PER_BYTE * sum(map(len, parts))
)


def hook_for(request: HttpRequest, track: str, *, chosen: str = "") -> tuple[Hook, bool] | None:
    """As ``hooks.one``; for strangers it may be as old as ``FAN_PAGE_KEPT_S``."""
    kept_s = settings.FAN_PAGE_KEPT_S
    if kept_s <= 0 or settings.SESSION_COOKIE_NAME in request.COOKIES:
        found = readers.ask(hooks.one, track)
    else:
        found = read.get(
            track, lambda: readers.ask(hooks.one, track), for_s=kept_s, is_good=_is_public
        )
    return (hooks.beginning_with(found[0], chosen), found[1]) if found else None


def _is_public(found: tuple[Hook, bool] | None) -> bool:
    return found is not None and found[1]


def page(name: str, hook: Hook, *, is_public: bool = True) -> tuple[bytes, ...]:
    """The page from the template ``name``, in the parts between which the note of the view belongs."""
    # All that the templates read: they get no request.
    key = (name, hook, is_public, settings.SITE_URL)
    return drawn.get(
        key, lambda: _drawn(name, hook, is_public=is_public), is_good=lambda _: is_public
    )


def _drawn(name: str, hook: Hook, *, is_public: bool) -> tuple[bytes, ...]:
    mark = secrets.token_hex(16)  # nobody can have written it into a title: it did not exist
    values: dict[str, Any] = {
        "hook": hook,
        "link": links.of(hook),
        "is_public": is_public,
        "ground": tints.ground(hook.tint),
        "tints": hook.tint,
        "note": mark,
    }
    template: Template = get_template(name).template  # type: ignore[attr-defined]
    # Numbers are written as they are: nothing on these pages has thousands to set apart.
    text: str = template.render(Context(values, use_l10n=False))
    return tuple(part.encode() for part in text.split(mark))
