"""Who a person is in public: claiming a handle, keeping the profile.

Views and the apps above call these with plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction

from casset.accounts import handles
from casset.accounts.models import Artist, User
from casset.lib.errors import InvalidTransition, ValidationError
from casset.lib.text import one_line, paragraphs
from casset.web import pictures, storage

NAME_MOST, BIO_MOST = 80, 300  # characters
LINKS_MOST = 8
LABEL_MOST, URL_MOST = 40, 300
_is_url = URLValidator(schemes=["https"])


class HandleTaken(ValidationError):
    """Somebody has this handle."""

    code = "HANDLE_TAKEN"


def artist_of(user: Any) -> Artist | None:
    """The person's public identity; None for a stranger and before they chose one. One query."""
    if not user.is_authenticated:
        return None
    return Artist.objects.filter(user_id=user.pk).first()


def is_free(handle: str) -> bool:
    """Whether a well-formed handle is nobody's yet."""
    return not Artist.objects.filter(handle=handle).exists()


def suggested_handle(user: User) -> str:
    """A free handle made of the person's e-mail address; empty where none is left."""
    found = handles.suggestions(user.email)
    taken = set(Artist.objects.filter(handle__in=found).values_list("handle", flat=True))
    return next((handle for handle in found if handle not in taken), "")


def suggested_name(user: User) -> str:
    """A name to start from: the person's own, else what stands before the @."""
    if user.name:
        return one_line(user.name)[:NAME_MOST]
    words = user.email.partition("@")[0].partition("+")[0].replace("_", ".").split(".")
    return " ".join(word.capitalize() for word in words if word)[:NAME_MOST]


def claim_handle(user: User, *, handle: str, name: str) -> Artist:
    """Give the person a public identity. The same handle again (a double click) is the same artist.

    Raises ``ValidationError`` for a handle or name that is none, ``HandleTaken``, and
    ``InvalidTransition`` where the person has another handle already: it is part of their links.
    """
    wanted, shown = handles.checked(handle), checked_name(name)
    before = artist_of(user)
    if before is None:
        try:
            with transaction.atomic():
                return Artist.objects.create(user=user, handle=wanted, name=shown)
        except IntegrityError:  # two windows at once, or somebody was quicker
            before = artist_of(user)
    if before is None:
        raise HandleTaken(f"@{wanted} is taken. Choose another handle.")
    if before.handle != wanted:
        raise InvalidTransition(f"You are @{before.handle} already; a handle stays as it is.")
    return before


def edit_profile(
    artist: Artist,
    *,
    name: str | None = None,
    bio: str | None = None,
    links: Iterable[Mapping[str, str]] | None = None,
    declaration: str | None = None,
    avatar: pictures.Upload | None = None,
    without_avatar: bool = False,
) -> Artist:
    """Change what is given and leave the rest. Raises ``ValidationError`` or ``MediaError``; nothing is kept then."""
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = checked_name(name)
    if bio is not None:
        changes["bio"] = checked_bio(bio)
    if links is not None:
        changes["links"] = checked_links(links)
    if declaration is not None:
        if declaration not in Artist.Declaration.values:
            raise ValidationError("Choose one of the three statements about AI.")
        changes["declaration"] = declaration
    before = artist.avatar
    if avatar is not None:
        changes["avatar"] = pictures.keep(avatar, f"artists/{artist.pk}", what="picture")
    elif without_avatar:
        changes["avatar"] = ""
    if changes:
        for field, value in changes.items():
            setattr(artist, field, value)
        artist.save(update_fields=[*changes, "updated_at"])
    if before and before != artist.avatar:
        storage.remove_all(before)
    return artist


def checked_name(name: str) -> str:
    """The name as it is shown. Raises ``ValidationError`` for none and for one that is too long."""
    shown = one_line(name)
    if not shown:
        raise ValidationError("Say the name you make music under.")
    if len(shown) > NAME_MOST:
        raise ValidationError(f"The name has {len(shown)} characters; at most {NAME_MOST} fit.")
    return shown


def checked_bio(bio: str) -> str:
    """The words about oneself. Raises ``ValidationError`` where they are too long."""
    shown = paragraphs(bio)
    if len(shown) > BIO_MOST:
        raise ValidationError(f"That is {len(shown)} characters; at most {BIO_MOST} fit.")
    return shown


def checked_links(links: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Links as they are kept, without empty ones. Raises ``ValidationError`` that names the bad one."""
    kept = []
    for link in links:
        url, label = one_line(link.get("url", "")), one_line(link.get("label", ""))
        if not url:
            if label:
                raise ValidationError(
                    f"“{label[:LABEL_MOST]}” has no address. Add one that begins with https://."
                )
            continue
        kept.append({"label": label[:LABEL_MOST] or _host(url), "url": _checked_url(url)})
    if len(kept) > LINKS_MOST:
        raise ValidationError(f"At most {LINKS_MOST} links fit. Take some out.")
    return kept


def _checked_url(url: str) -> str:
    if "://" not in url and "." in url:  # typed as people say it
        url = f"https://{url}"
    shown = url[:60]
    if len(url) > URL_MOST:
        raise ValidationError(f"The address {shown}… is longer than {URL_MOST} characters.")
    try:
        _is_url(url)
        parts = urlsplit(url)
    except (DjangoValidationError, ValueError):
        raise ValidationError(f"{shown} is not an address that begins with https://.") from None
    if parts.username is not None or parts.password is not None:
        raise ValidationError(f"{shown} holds a name or password. Take it out of the address.")
    return url


def _host(url: str) -> str:
    host = url.rpartition("://")[2].partition("/")[0]
    return host.removeprefix("www.")[:LABEL_MOST]
