"""After a test that committed, the next one finds the database as it was made."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests import emptying
from tests.pipeline.planned import finished_job
from visuals.models import VisualTag

pytestmark = pytest.mark.django_db(transaction=True)


def filled() -> set[str]:
    return set(emptying._filled(connection.introspection.django_table_names(only_existing=True)))


@pytest.fixture(scope="module")
def first() -> list[set[str]]:
    """What was filled where the first of these tests began."""
    return []


@pytest.mark.parametrize("time", [1, 2, 3])
def test_rows_of_one_test_are_not_there_in_the_next(
    first: list[set[str]], time: int, tmp_path: object, settings: object
) -> None:
    settings.JOBS_DIR = tmp_path  # type: ignore[attr-defined]
    first.append(filled())
    assert first[0] == first[-1]
    assert not first[0] & {"accounts_user", "pipeline_job", "pipeline_clip"}
    finished_job()
    assert filled() >= first[0] | {"accounts_user", "pipeline_job", "pipeline_clip"}


@pytest.mark.parametrize("time", [1, 2])
def test_what_stands_there_from_the_start_is_there_again_where_a_test_removed_it(time: int) -> None:
    assert VisualTag.objects.count() > 20
    assert ContentType.objects.filter(model="visualtag").exists()
    VisualTag.objects.all().delete()
