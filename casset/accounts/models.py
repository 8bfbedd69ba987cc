"""A person who may sign in, by an e-mail address whose case does not matter, their tokens, and who they are in public."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from knox.models import AbstractAuthToken

from casset.lib.ids import new_id


def new_sessions_key() -> str:
    return get_random_string(16)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person. A ``password`` of None makes an account nobody can sign in to yet."""
        user = self.model(email=tidy_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=tidy_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person. ``email`` is kept lower-case and unique whatever its case."""

    email = models.EmailField(
        "e-mail address",
        max_length=254,
        unique=True,
        error_messages={"unique": "There is an account with this e-mail address already."},
    )
    name = models.CharField("name", max_length=80, blank=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    sessions_key = models.CharField(
        max_length=16, default=new_sessions_key, editable=False
    )  # part of every session of this person: a new one ends them all
    date_joined = models.DateTimeField("joined", default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ("email",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="email_is_lower_case"
            ),
        )

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = tidy_email(self.email)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What a session must hold to be this person's: follows the password and the key."""
        return salted_hmac(
            "casset.accounts.sessions",
            self.password + self.sessions_key,
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def end_sessions(self) -> None:
        """Sign the person out wherever they are signed in."""
        self.sessions_key = new_sessions_key()
        self.save(update_fields=["sessions_key"])


class ApiToken(AbstractAuthToken):  # type: ignore[misc]
    """A key to the API. Only its hash is kept; ``token_key`` is its first letters, to know it by."""

    name = models.CharField("name", max_length=60, blank=True)
    last_used_at = models.DateTimeField("last used", null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.name or f"{self.token_key}…"


class Artist(models.Model):
    """Who a person is in public, musician or visual artist: a handle, a name, a picture, links.

    ``avatar`` is the stored prefix of the picture (``artists/<id>/<version>``), empty without one.
    ``declaration`` is what the artist says of the use of generative AI: a claim, never a finding.
    """

    class Declaration(models.TextChoices):
        NONE = "none", "Says nothing about AI"
        AI = "ai", "Uses generative AI"
        NO_AI = "no_ai", "Uses no generative AI"

    HANDLE = r"^[a-z0-9][a-z0-9_.]{0,28}[a-z0-9]$"

    id = models.CharField(max_length=14, primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(User, models.CASCADE, related_name="artist")
    handle = models.CharField(
        max_length=30,
        unique=True,
        error_messages={"unique": "This handle is taken. Choose another one."},
    )
    name = models.CharField(max_length=80)
    bio = models.CharField(max_length=300, blank=True)
    avatar = models.CharField(max_length=80, blank=True)
    links = models.JSONField(
        default=list, blank=True
    )  # [{"label": "Bandcamp", "url": "https://…"}]
    declaration = models.CharField(
        max_length=6, choices=Declaration.choices, default=Declaration.NONE
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("handle",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(handle__regex=r"^[a-z0-9][a-z0-9_.]{0,28}[a-z0-9]$"),
                name="artist_handle_is_tidy",
            ),
        )

    def __str__(self) -> str:
        return f"@{self.handle}"


def tidy_email(email: str) -> str:
    """The address as it is stored: without blanks around it, in lower case."""
    return email.strip().lower()
