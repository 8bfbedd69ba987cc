"""The smallest valid people."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from casset.accounts.models import User

PASSWORD = "a quiet tape hiss"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.org")

    @classmethod
    def _create(cls, model_class: type[User], *args: object, **kwargs: object) -> User:
        kwargs.setdefault("password", PASSWORD)
        return User.objects.create_user(**kwargs)  # type: ignore[arg-type]
