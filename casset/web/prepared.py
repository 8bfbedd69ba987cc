"""Questions whose SQL is made once: for pages that everybody opens.

For a question with a few joins Django's compiler takes several times as long as asking it does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet


class _Place(NamedTuple):
    """Where the value of a parameter belongs."""

    name: str


class _Made(NamedTuple):
    sql: str
    params: tuple[Any, ...]
    names: tuple[str, ...]  # of the columns
    converters: tuple[tuple[int, list[Any], Any], ...]


class Prepared:
    """A ``values()`` queryset, compiled when it is first asked.

    ``make`` gives the queryset for values of its parameters; ``marks`` are values for that first
    time, which stand nowhere else in it and which the database gets as they are (text, times).
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], **marks: Any) -> None:
        self._make = make
        self._marks = marks
        self._made: _Made | None = None

    def rows(self, **known: Any) -> list[dict[str, Any]]:
        """What the queryset gives for these values. One query."""
        if self._made is None:  # two threads at once make the same
            self._made = self._compiled()
        made = self._made
        params = [known[one.name] if type(one) is _Place else one for one in made.params]
        with connection.cursor() as cursor:
            cursor.execute(made.sql, params)
            found = [list(row) for row in cursor.fetchall()]
        for at, steps, column in made.converters:
            for row in found:
                for step in steps:
                    row[at] = step(row[at], column, connection)
        return [dict(zip(made.names, row, strict=True)) for row in found]

    def _compiled(self) -> _Made:
        query = self._make(**self._marks).query
        compiler = query.get_compiler(connection=connection)
        sql, given = compiler.as_sql()
        names = {mark: _Place(name) for name, mark in self._marks.items()}
        params = tuple(names.get(value, value) for value in given)
        if lost := set(names.values()) - set(params):
            raise TypeError(f"{sorted(lost)} do not reach the database as they are given.")
        columns = [column for column, *_ in compiler.select]
        converters = compiler.get_converters(columns).items()
        selected = query.selected or {}
        return _Made(
            sql, params, tuple(selected), tuple((at, *steps) for at, steps in converters)
        )  # fmt: skip
