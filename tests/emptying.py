"""The database as it was made, again after each test that committed.

Django empties every table and then makes anew what stands in it from the start: 0.3 s of work a
test, most of it for tables that no test touched. Here the tables that have rows are emptied, and
what stood there from the start stays, unless a test changed it: then Django's way is gone.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase


def begin() -> None:
    """From now on tests end so. To be called when the database has just been made."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    filled = _filled(tables)
    stands = _fingerprint(filled)
    others = [table for table in tables if table not in filled]
    djangos_way = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty(test: Any) -> None:
        nonlocal stands
        if _fingerprint(filled) != stands:
            djangos_way(test)
            stands = _fingerprint(filled)  # the same, with other numbers
            return
        with transaction.atomic(), connection.cursor() as cursor:
            # Rows point at each other; that is looked at when all of them are gone.
            emptied = [f'DELETE FROM "{table}"' for table in _filled(others)]  # noqa: S608
            cursor.execute(";".join(emptied) or ";")

    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


def _filled(tables: list[str]) -> list[str]:
    """Those that have rows."""
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [table for (table,) in cursor.fetchall()]


def _fingerprint(tables: list[str]) -> list[tuple[Any, ...]]:
    """A sum over all rows of each."""
    asked = (
        f"SELECT '{table}', md5(string_agg(r::text, ';' ORDER BY r::text)) FROM \"{table}\" AS r"  # noqa: S608
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked) + " ORDER BY 1")
        return cursor.fetchall()
