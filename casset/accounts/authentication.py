"""Who is calling the API: ``Authorization: Bearer <token>``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox import auth
from rest_framework.exceptions import AuthenticationFailed

from casset.accounts.models import ApiToken, User

_NOTED_EVERY = timedelta(minutes=1)
_UNKNOWN = "This token is not known. It may have been revoked: make a new one in the settings."


class TokenAuthentication(auth.TokenAuthentication):  # type: ignore[misc]
    """Knox's, which also notes when a token was last used (to the minute)."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        if not token.isascii() or b"\0" in token:
            raise AuthenticationFailed(_UNKNOWN)
        try:
            user, found = super().authenticate_credentials(token)
        except AuthenticationFailed:
            raise AuthenticationFailed(_UNKNOWN) from None
        now = timezone.now()
        ApiToken.objects.filter(
            Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY), pk=found.pk
        ).update(last_used_at=now)
        return user, found


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema names it."""

    target_class = "casset.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
