"""What the admin pages of several apps share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from casset.lib.errors import CassetError


class ReadOnly(admin.ModelAdmin):
    """Rows that the machine or an artist keeps: looked at, never typed over."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def do_to_each(
    page: admin.ModelAdmin[Any],
    request: HttpRequest,
    chosen: Iterable[Any],
    deed: Callable[[Any], object],
    said: str,
) -> None:
    """Do it to each row (which has a ``title``), say to which it could not be done, note who did it."""
    done = 0
    for row in chosen:
        try:
            deed(row)
        except CassetError as error:
            messages.error(request, f"{row.title}: {error}")
        else:
            page.log_change(request, row, f"{said}.")
            done += 1
    if done:
        what = page.opts.verbose_name if done == 1 else page.opts.verbose_name_plural
        messages.success(request, f"{said}: {done} {what}.")
