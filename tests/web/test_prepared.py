"""Questions whose SQL is made once give what their querysets give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from casset.accounts.models import Artist
from casset.web.prepared import Prepared
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
_LINKS = [{"label": "Shop", "url": "https://shop.example/%s"}]


def _before(name: str, at: datetime) -> object:
    rows = Artist.objects.filter(name=name, user__date_joined__lt=at).order_by()
    return rows.values("pk", "handle", "links", "user__date_joined")


def test_it_answers_like_the_queryset_for_each_value_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    names = {"mara": "Mara", "odd": "O'%s--"}
    for handle, name in names.items():
        Artist.objects.create(user=UserFactory(), handle=handle, name=name, links=_LINKS)
    asked = Prepared(_before, name="a name", at=datetime(1, 1, 1, tzinfo=UTC))
    later = timezone.now() + timedelta(hours=1)
    for name in (*names.values(), "nobody"):
        with django_assert_num_queries(1):
            found = asked.rows(name=name, at=later)
        assert found == list(_before(name, later))  # type: ignore[call-overload]
    assert asked.rows(name="Mara", at=later - timedelta(days=9)) == []


def test_a_value_that_the_database_would_get_in_another_form_is_refused() -> None:
    changed = Prepared(
        lambda part: Artist.objects.filter(name__contains=part).values("pk"), part="p"
    )
    with pytest.raises(TypeError, match="part"):
        changed.rows(part="Mara")
