"""Who is listening: a session cookie or an API token, asked once and asked again now and then."""

from __future__ import annotations

import binascii
import re
from collections.abc import Collection
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from knox.crypto import hash_token
from knox.models import get_token_model
from knox.settings import knox_settings

_SESSION_KEY_FORM = re.compile(r"[a-z0-9]{8,40}")


class Credential(NamedTuple):
    """A session's key, or the digest of a token; never the token itself."""

    kind: str
    secret: str


def credential(headers: dict[bytes, bytes]) -> Credential | None:
    """What the request signs in with, unverified. A token goes before a cookie."""
    if authorization := headers.get(b"authorization"):
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        if scheme.lower() != knox_settings.AUTH_HEADER_PREFIX.lower():
            return None
        try:
            return Credential("token", hash_token(token.strip()))
        except (TypeError, ValueError, binascii.Error):
            return None
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return Credential("session", key) if _SESSION_KEY_FORM.fullmatch(key) else None


def holders(credentials: Collection[Credential]) -> dict[Credential, AbstractBaseUser]:
    """The active person behind each credential that is valid now. At most three queries."""
    ids: dict[Credential, Any] = {}
    sessions = _sessions([c.secret for c in credentials if c.kind == "session"])
    for key, session in sessions.items():
        ids[Credential("session", key)] = session[SESSION_KEY]
    digests = [c.secret for c in credentials if c.kind == "token"]
    if digests:
        valid = Q(expiry=None) | Q(expiry__gt=timezone.now())
        tokens = get_token_model().objects.filter(valid, digest__in=digests)
        for digest, user_id in tokens.values_list("digest", "user_id"):
            ids[Credential("token", digest)] = user_id
    if not ids:
        return {}
    model = get_user_model()
    people = {
        str(user.pk): user
        for user in model._default_manager.filter(pk__in=set(ids.values()), is_active=True)
    }
    return {
        known: people[str(pk)]
        for known, pk in ids.items()
        if str(pk) in people
        and (known.kind == "token" or _vouches(sessions[known.secret], people[str(pk)]))
    }


def _sessions(keys: list[str]) -> dict[str, dict[str, Any]]:
    """The sessions among ``keys`` that are signed in and not expired. One query.

    Needs a session engine that keeps rows (``db`` or ``cached_db``).
    """
    if not keys:
        return {}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows = store.get_model_class().objects.filter(
        session_key__in=keys, expire_date__gt=timezone.now()
    )
    decoded = ((row.session_key, row.get_decoded()) for row in rows)
    return {key: session for key, session in decoded if SESSION_KEY in session}


def _vouches(session: dict[str, Any], user: AbstractBaseUser) -> bool:
    """Whether the session was made by a backend in use and with the password of today."""
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    kept = session.get(HASH_SESSION_KEY, "")
    return any(
        constant_time_compare(kept, made)
        for made in (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    )
