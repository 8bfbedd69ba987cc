"""Signed addresses of whole songs: good for a minute, for one track and one person or session.

The key opens nothing by itself: whoever comes with it must be the one it was made for, and may hear
the song at that moment (``entitlement``).
"""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from casset.lib.errors import NotAllowed
from casset.tracks.models import Track

LIVES_S = 60
_SALT = "casset.tracks.sound"


class KeyRefused(NotAllowed):
    """The address is old, forged, or was made for somebody else."""

    code = "SOUND_KEY_REFUSED"

    def __init__(self) -> None:
        super().__init__("This address of the song is no longer good. Press play again.")


def address(request: HttpRequest, track: Track) -> str:
    """A fresh address of the whole song for who is asking. Does not ask whether they may have it."""
    key = signing.dumps([track.pk, _who(request)], salt=_SALT)
    return f"{reverse('tracks:song', args=(track.pk,))}?key={key}"


def check(request: HttpRequest, track: Track, key: str) -> None:
    """Raise ``KeyRefused`` unless ``key`` was made within the minute for this track and who asks."""
    try:
        found = signing.loads(key, salt=_SALT, max_age=LIVES_S)
    except signing.BadSignature:
        raise KeyRefused from None
    if not isinstance(found, list) or len(found) != 2 or found[0] != track.pk:
        raise KeyRefused
    if not constant_time_compare(str(found[1]), _who(request)):
        raise KeyRefused


def _who(request: HttpRequest) -> str:
    """The person and the session they ask in; a program with a token has none."""
    session = getattr(request, "session", None)
    key = (session.session_key if session is not None else None) or ""
    return f"{request.user.pk or ''}-{salted_hmac(_SALT, key, algorithm='sha256').hexdigest()[:32]}"
