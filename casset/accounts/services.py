"""What is done with accounts: opened, let in again by mail, given tokens, deleted."""

from __future__ import annotations

from axes.utils import reset as forget_failures
from django.contrib.auth import authenticate
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from casset.accounts import letters, signals
from casset.accounts.models import ApiToken, Artist, User, tidy_email
from casset.lib.errors import InvalidTransition, ValidationError
from casset.work import removing

TOKENS_AT_MOST = 20
BY_PASSWORD = "Signed in by password"  # noqa: S105 - a token's name
_TAKEN = (
    "No new account can be opened with this address. If it is yours, sign in, or set a new "
    "password: we have sent you a letter that says how."
)


class AddressTaken(ValidationError):
    """There is an account with this address already."""

    code = "ADDRESS_TAKEN"


def register(*, email: str, password: str) -> User:
    """Open an account; the password has been looked at already.

    Raises ``AddressTaken``, also for the later of two at once; the address's owner gets a letter.
    """
    address = tidy_email(email)
    try:
        with transaction.atomic():
            return User.objects.create_user(address, password)
    except IntegrityError:
        owner = User.objects.filter(email=address, is_active=True).first()
        if owner is not None:
            letters.send_have_account(owner)
        raise AddressTaken(_TAKEN) from None


def sign_in(request: HttpRequest, *, email: str, password: str) -> User | None:
    """The person whose password it is; None also while too many wrong ones were tried."""
    user = authenticate(request, username=tidy_email(email), password=password)
    return user if isinstance(user, User) else None


def send_reset_link(*, email: str) -> None:
    """Send a link to set a new password, if there is an account with this address.

    Takes the same time either way: the letter is written and sent in the background.
    """
    user = User.objects.filter(email=tidy_email(email), is_active=True).first()
    if user is not None and user.has_usable_password():
        letters.send_reset(
            user,
            uid=urlsafe_base64_encode(force_bytes(user.pk)),
            token=default_token_generator.make_token(user),
        )


def let_in_again(user: User) -> None:
    """After a reset by mail: whoever had the old password is out, the owner is not locked out."""
    ApiToken.objects.filter(user=user).delete()
    forget_failures(username=user.email)


def deactivate(user: User) -> None:
    """Keep a person out: signed out everywhere, tokens revoked, no way to sign in."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.refresh_from_db()
        user.end_sessions()
        ApiToken.objects.filter(user=user).delete()


def activate(user: User) -> None:
    """Let a person sign in again, with the password they had."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    forget_failures(username=user.email)


def what_goes_with(user: User) -> list[str]:
    """What would go if the person were deleted, and what would stay, one sentence each."""
    artist = Artist.objects.filter(user=user).first()
    own = [f"The page @{artist.handle}, its picture and its links."] if artist else []
    told = signals.what_goes.send(User, user=user)
    return [*own, *(sentence for _, sentences in told for sentence in sentences or ())]


def delete(user: User) -> None:
    """Delete a person with all that is theirs: rows at once, files by workers, who try until they are gone."""
    with transaction.atomic():
        locked = User.objects.select_for_update().filter(pk=user.pk).first()
        if locked is None:
            return
        signals.person_leaving.send(User, user=locked)
        for artist in Artist.objects.filter(user=locked):
            removing.ask(f"artists/{artist.pk}")
        locked.delete()


def create_token(user: User, *, name: str) -> tuple[ApiToken, str]:
    """A new token and its text, which can't be shown again. Raises ``InvalidTransition`` at 20."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if ApiToken.objects.filter(user=user).count() >= TOKENS_AT_MOST:
            raise InvalidTransition(
                f"An account has at most {TOKENS_AT_MOST} tokens. Revoke one you no longer use."
            )
        made: tuple[ApiToken, str] = ApiToken.objects.create(user=user, name=name.strip())
    return made


def token_for_password(user: User) -> str:
    """The text of a new token for somebody who gave their password.

    A program that signs in at every run never fills the list: of such tokens the last ten are kept.
    """
    mine = ApiToken.objects.filter(user=user, name=BY_PASSWORD).order_by("-created")
    kept = list(mine.values_list("pk", flat=True)[: TOKENS_AT_MOST // 2 - 1])
    mine.exclude(pk__in=kept).delete()
    _, text = create_token(user, name=BY_PASSWORD)
    return text


def revoke_token(user: User, *, token_key: str) -> bool:
    """Revoke the person's token that begins so; False where there is none (any more)."""
    deleted, _ = ApiToken.objects.filter(user=user, token_key=token_key).delete()
    return bool(deleted)
